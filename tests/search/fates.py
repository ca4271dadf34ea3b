"""Posts by dice in the schools by dice: of every state, with rare words in all they hold."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count

from sqlalchemy import select

from app import markup, pipeline
from app.accounts.models import Account
from app.classrooms.models import Member, Space, SpaceClassroom
from app.db import db, now
from app.forums.arranging import Arrangement, arrange
from app.forums.models import Forum
from app.media.models import Media
from app.moderation.hiding import hide, report, show_again
from app.moderation.review import refuse, release, return_to_author
from app.posts.editing import change
from app.posts.models import Attachment, Draft, Post, Rendition, Thread
from app.posts.publishing import changed, digest, publish
from app.posts.threads import start_thread
from app.posts.withdrawing import withdraw
from app.translate.models import Mend
from tests.builders import letters_between, teacher_of
from tests.search.schools import LANGS, Schools, found_schools, move_people

_numbers = count(1)


def build(seed: int) -> Schools:
    """Fill three schools with some 180 posts; commits."""
    schools = found_schools(seed)
    for space in schools.spaces:
        _fill(schools, space)
    _say_in_other_languages(schools)
    _spread_over_a_year(schools)
    move_people(schools)
    db.session.commit()
    return schools


def _members(space: Space) -> Sequence[Account]:
    return db.session.scalars(
        select(Account)
        .join(Member, Member.person_id == Account.person_id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(
            SpaceClassroom.space_id == space.id, SpaceClassroom.joined_at.is_not(None)
        )
        .distinct()
        .order_by(Account.id)
    ).all()


def _fill(schools: Schools, space: Space) -> None:
    dice, people = schools.dice, _members(space)
    forums = [
        Forum(space_id=space.id, title=f"Forum {schools.rare_word()}", lang="en")
        for _n in range(2)
    ]
    db.session.add_all(forums)
    db.session.flush()
    for _n in range(3):
        author, lang = dice.choice(people), dice.choice(LANGS)
        forum = dice.choice(forums)
        title = schools.text(lang, 2)
        thread = start_thread(space.id, forum.id, title, author, lang)
        for writer in [author, *dice.choices(people, k=3)]:
            _write(schools, thread, writer)
        if dice.random() < 0.3:
            elsewhere = Arrangement(
                pinned=False,
                locked=True,
                announcement=False,
                keeps_first=False,
                forum_id=forums[0].id,
            )
            arrange(thread, elsewhere, people[0])
    if space.kind == "partnership" and all(c.joined_at for c in space.classrooms):
        _write_letters(schools, space)
    db.session.commit()


def _write_letters(schools: Schools, space: Space) -> None:
    one, other = (joined.classroom for joined in space.classrooms)
    for mine, theirs in zip(
        schools.pupils_of(one)[:2], schools.pupils_of(other)[:2], strict=True
    ):
        letters = letters_between(space, teacher_of(one), mine, theirs)
        for writer in (mine, theirs, mine):
            _write(schools, letters, writer)


def _write(schools: Schools, thread: Thread, author: Account) -> None:
    dice, lang = schools.dice, schools.dice.choice(LANGS)
    key = f"dice-{next(_numbers):08}"
    source = schools.text(lang, dice.randrange(1, 9))
    post = publish(thread, author, source, form_key=key, lang=lang)
    schools.posts.append(post)
    if dice.random() < 0.2:
        _add_picture(schools, post)
    fate = dice.choice([let_out] * 4 + FATES)
    fate(schools, post)
    if dice.random() < 0.1:
        draft = Draft(
            person_id=author.person_id,
            form_key=f"draft-{key}",
            thread_id=thread.id,
            source=schools.text(lang),
            lang=lang,
        )
        db.session.add(draft)


def _add_picture(schools: Schools, post: Post) -> None:
    media = Media(sha256=f"{next(_numbers):064x}", upload="none")
    db.session.add(media)
    db.session.flush()
    revision = post.revisions[-1]
    db.session.add(
        Attachment(
            revision_id=revision.id,
            media_id=media.id,
            n=1,
            description=schools.text(revision.lang, 2),
        )
    )
    db.session.flush()
    db.session.expire(revision)
    changed(post)


def _author(post: Post) -> Account:
    return db.session.scalars(
        select(Account).where(Account.person_id == post.author_id)
    ).one()


def _some_teacher(schools: Schools) -> Account:
    return next(one for one in schools.people if one.teacher)


def stay_held(schools: Schools, post: Post) -> None:
    """Nobody has looked at it."""


def let_out(schools: Schools, post: Post) -> None:
    db.session.expire(post, ["waiting"])
    if post.waiting is not None:
        release(post.waiting, _some_teacher(schools))
        db.session.flush()
        db.session.expire(post, ["waiting"])


def be_returned(schools: Schools, post: Post) -> None:
    if post.waiting is not None:
        return_to_author(post.waiting, _some_teacher(schools), schools.text("en"))


def be_refused(schools: Schools, post: Post) -> None:
    if post.waiting is not None:
        refuse(post.waiting, _some_teacher(schools), schools.text("en"))


def change_waits(schools: Schools, post: Post) -> None:
    let_out(schools, post)
    if post.thread.locked_at is not None:
        return
    lang = schools.dice.choice(LANGS)
    words = schools.text(lang)
    change(post, _author(post), words, lang, base=len(post.revisions))
    db.session.flush()
    db.session.expire(post)


def be_changed(schools: Schools, post: Post) -> None:
    change_waits(schools, post)
    let_out(schools, post)


def change_is_refused(schools: Schools, post: Post) -> None:
    change_waits(schools, post)
    be_refused(schools, post)


def change_is_returned(schools: Schools, post: Post) -> None:
    change_waits(schools, post)
    be_returned(schools, post)


def be_hidden(schools: Schools, post: Post) -> None:
    let_out(schools, post)
    hide(post, _some_teacher(schools), schools.text("en"))


def be_hidden_with_a_change(schools: Schools, post: Post) -> None:
    change_waits(schools, post)
    hide(post, _some_teacher(schools), "")


def be_shown_again(schools: Schools, post: Post) -> None:
    be_hidden(schools, post)
    show_again(post, _some_teacher(schools))


def be_reported(schools: Schools, post: Post) -> None:
    let_out(schools, post)
    report(post, _author(post), schools.text("en"))


def be_withdrawn(schools: Schools, post: Post) -> None:
    let_out(schools, post)
    withdraw(post)


def be_withdrawn_unread(schools: Schools, post: Post) -> None:
    withdraw(post)


def be_erased(schools: Schools, post: Post) -> None:
    let_out(schools, post)
    post.erased_at = now()
    changed(post)


Fate = Callable[[Schools, Post], None]
FATES: list[Fate] = [
    stay_held,
    be_returned,
    be_refused,
    change_waits,
    be_changed,
    change_is_refused,
    change_is_returned,
    be_hidden,
    be_hidden_with_a_change,
    be_shown_again,
    be_reported,
    be_withdrawn,
    be_withdrawn_unread,
    be_erased,
]


def _say_in_other_languages(schools: Schools) -> None:
    """Store translations as the worker does, some mended, and mends that wait."""
    dice = schools.dice
    revisions = [
        revision
        for post in schools.posts
        for revision in post.revisions
        if dice.random() < 0.5
    ]
    for revision in revisions:
        for lang in dice.sample([one for one in LANGS if one != revision.lang], 2):
            source = schools.text(lang) if dice.random() < 0.9 else None
            html = str(markup.render(source)) if source else None
            made = Rendition(
                revision_id=revision.id,
                lang=lang,
                source=source,
                html=html,
                pack="es-en 1.0" if source else None,
                mended=int(dice.random() < 0.3),
                # What its sentences do not say as single words do.
                words=schools.rare_word() if source and dice.random() < 0.3 else None,
            )
            db.session.add(made)
        if dice.random() < 0.3:
            waits = Mend(
                revision_id=revision.id,
                lang="en",
                sha256=digest(str(revision.id)),
                source=revision.source,
                target=schools.text("en"),
                person_id=revision.post.author_id,
            )
            db.session.add(waits)
    pipeline.renditions_changed({revision.post_id for revision in revisions})
    db.session.flush()


def _spread_over_a_year(schools: Schools) -> None:
    for post in schools.posts:
        db.session.expire(post)
        if post.published_at is not None:
            post.published_at -= timedelta(schools.dice.uniform(0, 365))
    db.session.flush()


def upset(schools: Schools) -> None:
    """Change what readers may see, and let no job follow; commits."""
    for post in schools.dice.sample(schools.posts, len(schools.posts) // 3):
        db.session.expire(post)
        if post.is_out:
            fates = [be_hidden, be_withdrawn, be_erased, be_changed, be_hidden]
            schools.dice.choice(fates)(schools, post)
    move_people(schools)
    db.session.commit()
