"""A school year of two classes of thirty that write with each other, for tests and the bench."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from sqlalchemy import select

from app.accounts.models import Account
from app.db import db, now
from app.forums.models import Forum
from app.moderation.hiding import hide, report
from app.moderation.review import refuse, release, return_to_author
from app.penpals.pairing import pair
from app.posts.models import (
    FORUM_THREAD,
    LETTERS,
    Draft,
    Post,
    Revision,
    Thread,
)
from app.posts.publishing import publish
from bench.bulk import Press, Writing, put_renditions, read_until, rendition
from bench.classes import (
    CARD,
    Side,
    a_class,
    adults,
    give_card,
    late_forms,
    partners,
    school_life,
    tablets,
)
from bench.texts import BY_LANG, Letters
from bench.world import PASSPHRASE, PIN, SignIn

WEEKS, LETTERS_A_PAIR = 40, 20
FORUM_THREADS, FEWEST_POSTS, MOST_POSTS = 120, 5, 60
# The end of the year goes through the doors that the pages use.
BY_THE_DOOR = 60
# Pen pals of the one pupil whose class is the larger one; letters with each.
MORE_PALS, MORE_LETTERS = 4, 6
SHARED_FORUMS = (
    ("Where we live", "Our days"), ("Food and feasts", "Our days"),
    ("Rivers and weather", "Science"),
)  # fmt: skip
OWN_FORUMS = (("Our classroom", ""), ("Homework", ""))
HELD, RETURNED, REPORTED, HIDDEN, DRAFTS = 24, 4, 14, 8, 6
HELD_CHARACTERS, LONG_CHARACTERS = (200, 900, 6_000), 5_000


@dataclass(frozen=True)
class Year:
    """What is there, by number: people, threads and posts by what they stand for."""

    # pupil (much is hers), mate, late (not here since week 10), up_to_date, teacher,
    # co_teacher, admin, keeper, lead, friend, friend_teacher.
    accounts: dict[str, int]
    pupils: list[int]
    friends: list[int]
    # room, space, own_space, forum, homework.
    ids: dict[str, int]
    # letters, longest, pinned, locked, announcement, keeps_first, waiting.
    threads: dict[str, int]
    # published, picture, edited, edit_waits, withdrawn, hidden, reported, held,
    # held_long, returned, refused, letter; of `pupil` save hidden, reported, held_long.
    posts: dict[str, int]
    drafts: list[int]
    # The cookie of the class's tablet, and the card of `pupil`.
    device: str
    card: str
    sign_ins: dict[str, SignIn]


def a_year(seed: int = 1) -> Year:
    """Fill empty tables with a year, in the caller's application context; commits.

    The newest weeks come through the real doors, what is older in bulk. Two years
    of one seed differ in random keys alone. Takes some ten seconds.
    """
    press = Press(seed)
    ours = a_class("es", "School of the River", "Ana López")
    theirs = a_class("en", "School of the Lake", "Ben Otieno")
    people = {
        "pupil": ours.pupils[0], "mate": ours.pupils[1], "late": ours.pupils[2],
        "up_to_date": ours.pupils[3], "friend": theirs.pupils[0],
        "friend_teacher": theirs.teacher, **adults(ours),
    }  # fmt: skip
    year = _Begun(press, ours, theirs, people)
    year.write()
    give_card(people["pupil"])
    tokens = tablets(ours), tablets(theirs)
    school_life(ours, theirs, people["admin"], press.chance)
    late_forms(ours.pupils[4], f"/threads/{year.threads['longest']}/posts", Letters("es", seed))  # fmt: skip
    db.session.commit()
    return Year(
        accounts={who: account.id for who, account in people.items()},
        pupils=[pupil.id for pupil in ours.pupils],
        friends=[friend.id for friend in theirs.pupils],
        ids=year.ids,
        threads=year.threads,
        posts=year.posts,
        drafts=list(db.session.scalars(select(Draft.id).order_by(Draft.id))),
        device=tokens[0],
        card=CARD,
        sign_ins={
            "pupil": SignIn(ours.pupils[0].full_name, PIN, ours.room.code),
            "late": SignIn(ours.pupils[2].full_name, PIN, ours.room.code),
            "up_to_date": SignIn(ours.pupils[3].full_name, PIN, ours.room.code),
            "friend": SignIn(theirs.pupils[0].full_name, PIN, theirs.room.code),
            "teacher": SignIn(ours.teacher.full_name, PASSPHRASE),
        },
    )


class _Begun:
    """A year on its way: who is there, and what has been written so far."""

    def __init__(
        self, press: Press, ours: Side, theirs: Side, people: dict[str, Account]
    ) -> None:
        self.press, self.chance = press, press.chance
        self.ours, self.theirs, self.people = ours, theirs, people
        self.space = partners(ours, theirs)
        self.began = now() - timedelta(weeks=WEEKS)
        self.keys = 0
        self.threads: dict[str, int] = {}
        self.posts: dict[str, int] = {}
        self.ids = {
            "room": ours.room.id, "space": self.space.id,
            "own_space": ours.own_space().id,
        }  # fmt: skip
        self.by_person = {
            one.person_id: one for side in (ours, theirs) for one in (*side.pupils, side.teacher)
        }  # fmt: skip

    def write(self) -> None:
        timeline = sorted(self._letters() + self._forums(), key=attrgetter("at"))
        older, newest = timeline[:-BY_THE_DOOR], timeline[-BY_THE_DOOR:]
        marked = self._mark_some(older)
        ids = self.press.put(older)
        self.posts |= {word: ids[older.index(one)] for word, one in marked.items()}
        self._visits(ids)
        self._through_the_doors(newest)
        self._what_waits()
        self._looked_at(ids)
        self._drafts()

    def _letters(self) -> list[Writing]:
        """Twenty letters a pair, every other week, by turns."""
        found = []
        pairs = list(zip(self.ours.pupils, self.theirs.pupils, strict=True))
        more = [(self.ours.pupils[0], pal) for pal in self.theirs.pupils[1 : 1 + MORE_PALS]]  # fmt: skip
        for n, both in enumerate(pairs + more):
            thread = pair(self.space, self.ours.teacher, *(one.person_id for one in both))  # fmt: skip
            count = LETTERS_A_PAIR if n < len(pairs) else MORE_LETTERS
            found += [
                self._writing(thread.id, LETTERS, both[(k + n) % 2], WEEKS - 2 * (count - k) + self.chance.random())
                for k in range(count)
            ]  # fmt: skip
            self.threads.setdefault("letters", thread.id)
        return found

    def _forums(self) -> list[Writing]:
        sides: tuple[Side, ...] = (self.ours, self.theirs)
        forums = [(self._forum(self.space.id, *said), sides) for said in SHARED_FORUMS]
        forums *= 2  # the shared ones are the fuller ones
        for side in sides:
            own = side.own_space().id
            forums += [(self._forum(own, *said), (side,)) for said in OWN_FORUMS]
        self.ids |= {"forum": forums[0][0].id, "homework": forums[7][0].id}
        found = []
        for n in range(FORUM_THREADS):
            found += self._thread(*forums[n % len(forums)], n)
        return found

    def _forum(self, space_id: int, title: str, category: str) -> Forum:
        forum = Forum(space_id=space_id, title=title, category=category, lang="en")
        db.session.add(forum)
        db.session.flush()
        return forum

    def _thread(self, forum: Forum, sides: Sequence[Side], n: int) -> list[Writing]:
        """A talk of some weeks; most have few posts, some have many."""
        size = FEWEST_POSTS + int((MOST_POSTS - FEWEST_POSTS) * self.chance.random() ** 2.2)  # fmt: skip
        size = MOST_POSTS if n == 0 else size
        begins = self.chance.uniform(0, WEEKS - 1)
        weeks = [begins, *sorted(self.chance.uniform(begins, WEEKS) for _k in range(size - 1))]  # fmt: skip
        authors = [
            self.chance.choice([*side.pupils, side.teacher])
            for side in (self.chance.choice(sides) for _k in range(size))
        ]
        thread = Thread(
            uid=self.press.uid(), space_id=forum.space_id, forum_id=forum.id,
            kind=FORUM_THREAD, title=self._title(authors[0].person.lang),
            lang=authors[0].person.lang, made_by_id=authors[0].person_id,
            made_at=self.began + timedelta(weeks=begins),
        )  # fmt: skip
        self._arrange(thread, n)
        db.session.add(thread)
        db.session.flush()
        self._remember(thread, n)
        return [
            self._writing(thread.id, FORUM_THREAD, author, week, also=len(sides) > 1)
            for author, week in zip(authors, weeks, strict=True)
        ]

    def _title(self, lang: str) -> str:
        words = self.chance.choice(BY_LANG[lang]).strip(".").split()
        return " ".join(words[: self.chance.randint(4, 9)])

    def _arrange(self, thread: Thread, n: int) -> None:
        thread.pinned = n in (10, 20, 30)
        thread.locked_at = now() if n in (30, 40) else None
        thread.announcement = n in (50, 60)
        thread.keeps_first = n in (0, 20)

    def _remember(self, thread: Thread, n: int) -> None:
        named = {0: "longest", 10: "pinned", 40: "locked", 50: "announcement"}
        if n in named:
            self.threads[named[n]] = thread.id

    def _writing(
        self, thread_id: int, kind: str, author: Account, week: float, *, also: bool = True
    ) -> Writing:  # fmt: skip
        lang = author.person.lang
        return Writing(
            thread_id, author.person_id, kind, lang, self.began + timedelta(weeks=week),
            also_in=("en" if lang == "es" else "es") if also else "",
            picture=self.chance.random() < 0.08, edited=self.chance.random() < 0.05,
            quotes=kind == FORUM_THREAD and self.chance.random() < 0.15,
        )  # fmt: skip

    def _mark_some(self, older: list[Writing]) -> dict[str, Writing]:
        """Let some of `pupil`'s posts be what a reader or editor asks for by name."""
        person_id = self.people["pupil"].person_id
        forum = [one for one in older if one.author_id == person_id and one.kind == FORUM_THREAD]  # fmt: skip
        letters = [one for one in older if one.author_id == person_id and one.kind == LETTERS]  # fmt: skip
        words = ("published", "picture", "edited", "edit_waits", "withdrawn")
        marked = dict(zip(words, forum, strict=False)) | {"letter": letters[-1]}
        for word, one in marked.items():
            one.picture = word == "picture"
            one.edited = word == "edited"
            one.edit_waits = word == "edit_waits"
            one.withdrawn = word == "withdrawn"
            one.hidden = False
        for n, one in enumerate(older):
            if n % 97 == 0 and one not in marked.values():
                one.hidden, one.withdrawn = n % 2 == 0, n % 2 == 1
        return marked

    def _visits(self, ids: list[int]) -> None:
        """Say for each when she last read: most in the last weeks, one long ago."""
        numbers = dict(
            db.session.execute(select(Post.id, Post.change_no)).tuples().all()
        )
        for side in (self.ours, self.theirs):
            spaces = [self.space.id, side.own_space().id]
            for account in (*side.pupils, side.teacher):
                share = self.chance.uniform(0.9, 1)
                if account is self.people["late"]:
                    share = 0.25
                if account is self.people["up_to_date"]:
                    share = 1
                last = ids[int(share * (len(ids) - 1))]
                read_until(account.person_id, spaces, numbers[last])

    def _through_the_doors(self, newest: list[Writing]) -> None:
        renditions = []
        for one in newest:
            post = self._send(one.thread_id, self.by_person[one.author_id])
            if post.waiting is not None:
                release(post.waiting, self._teacher_of(post.author_id))
            assert post.current is not None
            if one.also_in:
                renditions.append(rendition(self.press, post.current.id, one.also_in))
        put_renditions(renditions)

    def _send(self, thread_id: int, author: Account, characters: int = 600) -> Post:
        self.keys += 1
        lang = author.person.lang
        words = Letters(lang, self.chance.randrange(10**6)).write(characters)
        thread = db.session.get_one(Thread, thread_id)
        return publish(
            thread, author, words, form_key=f"year-door-{self.keys:06}", lang=lang
        )

    def _teacher_of(self, person_id: int) -> Account:
        ours = {pupil.person_id for pupil in self.ours.pupils}
        return self.ours.teacher if person_id in ours else self.theirs.teacher

    def _what_waits(self) -> None:
        """Posts with the teachers, and some of `pupil`'s that came back."""
        pupil, teacher = self.people["pupil"], self.ours.teacher
        longest = self.threads["longest"]
        for n in range(HELD):
            side = (self.ours, self.theirs)[n % 2]
            size = HELD_CHARACTERS[n % len(HELD_CHARACTERS)]
            held = self._send(longest, side.pupils[n // 2], size)
            self.posts.setdefault("held", held.id)
            if size > LONG_CHARACTERS:
                self.posts.setdefault("held_long", held.id)
        for _n in range(RETURNED):
            returned = self._send(longest, pupil)
            return_to_author(_waiting(returned), teacher, "Say more about the river.")
            self.posts["returned"] = returned.id
        refused = self._send(longest, pupil)
        refuse(_waiting(refused), teacher, "Talk with me.")
        self.posts["refused"] = refused.id
        forum = db.session.get_one(Forum, self.ids["forum"])
        waiting = Thread(
            space_id=forum.space_id, forum_id=forum.id, kind=FORUM_THREAD, title=self._title("es"),
            lang="es", made_by_id=pupil.person_id,
        )  # fmt: skip
        db.session.add(waiting)
        db.session.flush()
        self.threads["waiting"] = waiting.id
        self._send(waiting.id, pupil)

    def _looked_at(self, ids: list[int]) -> None:
        """Reports that wait for a teacher, and posts that one has hidden."""
        shown = db.session.scalars(
            select(Post)
            .where(Post.id.in_(ids[-600:]), Post.is_published(), Post.kind == FORUM_THREAD)
            .where(Post.thread.has(space_id=self.space.id))
            .order_by(Post.id)
        ).all()  # fmt: skip
        for n, post in enumerate(shown[:REPORTED]):
            report(post, self.theirs.pupils[n], "I do not like this. Please look.")
        self.posts["reported"] = shown[0].id
        for post in shown[-HIDDEN:]:
            hide(post, self.ours.teacher, "unkind")
            self.posts["hidden"] = post.id

    def _drafts(self) -> None:
        pupil = self.people["pupil"]
        letters = Letters(pupil.person.lang, 7)
        places = [
            {"thread_id": self.threads["letters"]}, {"forum_id": self.ids["forum"]},
            {"post_id": self.posts["returned"]}, {"thread_id": self.threads["longest"]},
            {"thread_id": self.threads["letters"], "beside_id": self.posts["letter"]},
            {"thread_id": self.threads["longest"], "parent_id": self.posts["published"], "quote_n": 0},
        ]  # fmt: skip
        for n, place in enumerate(places):
            db.session.add(
                Draft(
                    person_id=pupil.person_id, form_key=f"year-draft-{n}",
                    title=self._title("es") if "forum_id" in place else "",
                    source=letters.write(700), lang="es", **place,
                )
            )  # fmt: skip
        db.session.flush()


def _waiting(post: Post) -> Revision:
    db.session.refresh(post)
    assert post.waiting is not None
    return post.waiting
