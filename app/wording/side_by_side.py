"""A post and its copy in one language, sentence under sentence, as one viewer sees it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from flask import abort
from sqlalchemy import (
    Integer,
    ScalarSelect,
    Select,
    String,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import defer, joinedload

from app.accounts.models import ANYONE, Account
from app.classrooms.models import Classroom, Member, SpaceClassroom, space_ids
from app.db import db
from app.posts.models import (
    AGAIN,
    MENDED,
    Post,
    Rendition,
    Revision,
    Sentence,
    Thread,
)
from app.translate import memory
from app.translate.models import Mend, WrongReading
from app.web.numbers import MAX_FIGURES

# Words in both languages; half of the page's 14,000 bytes even where nothing packs.
PAGE_BYTES = 6_000
# What a sentence adds to them, packed.
LINE_BYTES = 40
KEY_LETTERS = 8

# A sentence's state beside those of `Sentence.how`: it is being said again.
ON_ITS_WAY = "on its way"


@dataclass(frozen=True)
class SideBySide:
    """The version of a post that is out, and its copy in one language."""

    post: Post
    revision: Revision
    lang: str
    # None while nobody has made it.
    copy: Rendition | None
    # Among these she may choose.
    langs: Sequence[str]
    own: bool
    # Whether she teaches a class that reads the post.
    teaches: bool
    # A class of hers among its readers.
    classroom_id: int | None

    @property
    def sentences(self) -> list[Sentence]:
        return self.copy.sentences if self.copy else []

    @property
    def may_mend(self) -> bool:
        """The author says how her words read, and who teaches where they stand."""
        return self.own or self.teaches

    @property
    def pair(self) -> str:
        return f"{self.revision.lang}-{self.lang}"

    @property
    def by_nobody(self) -> bool:
        """No pack speaks the pair, and no person has said a sentence yet."""
        return self.copy is not None and self.copy.source is None

    @property
    def made_anew(self) -> bool:
        """It is from before copies kept their sentences."""
        return self.copy is not None and self.copy.pairs is None

    def place(self, n: int, key: str) -> int | None:
        """Find the sentence that a form is about; None when it stands there no more."""
        keys = [key_of(sentence.source) for sentence in self.sentences]
        if n < len(keys) and keys[n] == key:
            return n
        return keys.index(key) if key in keys else None


class Line(NamedTuple):
    """A sentence on the page; `n` counts all of the post, from 0."""

    n: int
    source: str
    target: str
    how: str
    # The words of hers that wait for her teacher.
    hers: str
    said_wrong: bool

    @property
    def key(self) -> str:
        return key_of(self.source)


class Page(NamedTuple):
    """A page's sentences, and the first ones of the pages beside it."""

    lines: Sequence[Line]
    earlier: int | None
    later: int | None


def key_of(sentence: str) -> str:
    """Name a sentence in a form, shorter than its digest."""
    return memory.digest(sentence)[:KEY_LETTERS]


def placed(
    pairs: Sequence[Any] | None, sha256: str
) -> tuple[int, Sentence] | tuple[None, None]:
    """Find a sentence of a copy by its digest, with its place."""
    for n, pair in enumerate(pairs or ()):
        if memory.digest(pair[1]) == sha256:
            return n, Sentence(*pair)
    return None, None


def side_by_side(viewer: Account, ref: str, wanted: str) -> SideBySide:
    """Fetch a post that the viewer may read with a copy; two queries, or 404.

    The copy in her own language. The author, and adults, may want another.
    """
    number = int(ref) if ref.isdecimal() and len(ref) <= MAX_FIGURES else -1
    given = ANYONE.as_viewer(viewer) | {"post_id": number, "post_uid": ref}
    found = db.session.execute(_post(), given).unique().one_or_none()
    if found is None:
        abort(404)
    post, teaches, classroom_id = found
    assert post.current is not None  # is_published says so
    copies = {copy.lang: copy for copy in _copies(post.current)}
    own = post.author_id == viewer.person_id
    langs = _of_readers(copies, post.thread) if own or viewer.adult else []
    lang = _lang(post.current.lang, viewer.person.lang, wanted, langs)
    return SideBySide(
        post=post,
        revision=post.current,
        lang=lang,
        copy=copies.get(lang),
        langs=langs,
        own=own,
        teaches=bool(teaches),
        classroom_id=classroom_id,
    )


def page_of(side: SideBySide, viewer: Account, at: int) -> Page:
    """Give the page that sentence `at` stands on; two queries."""
    starts = _starts(side.sentences)
    n = max(i for i, start in enumerate(starts[:-1]) if start <= at or not i)
    return Page(
        lines(side, viewer, starts[n], starts[n + 1]),
        earlier=starts[n - 1] if n else None,
        later=starts[n + 1] if n + 2 < len(starts) else None,
    )


def lines(side: SideBySide, viewer: Account, start: int, end: int) -> list[Line]:
    """Prepare some sentences, with what persons say of them now."""
    chosen = side.sentences[start:end]
    if not chosen:
        return []
    persons = memory.by_person(side.pair, [sentence.source for sentence in chosen])
    wrong, hers = _notes(side, viewer)
    found = []
    for n, sentence in enumerate(chosen, start):
        target, how = sentence.target, sentence.how
        if known := persons.get(sentence.source):
            target, how = known.told.text, MENDED
        elif how == MENDED and side.copy and side.copy.pack == AGAIN:
            how = ON_ITS_WAY
        sha256 = memory.digest(sentence.source)
        found.append(
            Line(
                n,
                sentence.source,
                target,
                how,
                hers.get(sha256, ""),
                said_wrong=sha256 in wrong,
            )
        )
    return found


def _lang(written: str, own: str, wanted: str, langs: Sequence[str]) -> str:
    if wanted in langs:
        return wanted
    # Who reads the original anyway looks at how others read it.
    return langs[0] if own == written and langs else own


def _of_readers(copies: Collection[str], thread: Thread) -> Sequence[str]:
    """Sort languages: first those of the classes that read the thread."""
    if len(copies) < 2:
        return list(copies)
    spoken = db.session.scalars(
        select(Classroom.lang)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Classroom.id)
        .where(SpaceClassroom.space_id == thread.space_id)
    ).all()
    return sorted(copies, key=lambda lang: (lang not in spoken, lang))


def _starts(sentences: Sequence[Sentence]) -> list[int]:
    """Cut the sentences into pages: where each begins, and where the last one ends."""
    starts, total = [0], 0
    for n, sentence in enumerate(sentences):
        size = len(f"{sentence.source}{sentence.target}".encode()) + LINE_BYTES
        if total + size > PAGE_BYTES and total:
            starts.append(n)
            total = 0
        total += size
    return [*starts, len(sentences)]


def _copies(revision: Revision) -> Sequence[Rendition]:
    return db.session.scalars(
        select(Rendition)
        .where(Rendition.revision_id == revision.id, Rendition.lang != revision.lang)
        .options(defer(Rendition.html))
    ).all()


def _notes(side: SideBySide, viewer: Account) -> tuple[set[str], dict[str, str]]:
    """Collect which sentences she said read wrong, and her own words that wait."""
    wrong = select(WrongReading.sha256, literal(None, String)).where(
        WrongReading.revision_id == side.revision.id,
        WrongReading.lang == side.lang,
        WrongReading.person_id == viewer.person_id,
        WrongReading.settled_at.is_(None),
    )
    hers = select(Mend.sha256, Mend.target).where(
        Mend.revision_id == side.revision.id,
        Mend.lang == side.lang,
        Mend.person_id == viewer.person_id,
    )
    rows = db.session.execute(union_all(wrong, hers)).all()
    return (
        {sha256 for sha256, target in rows if target is None},
        {sha256: target for sha256, target in rows if target is not None},
    )


@cache
def _post() -> Select[Any]:
    return (
        Post.visible_to(ANYONE)
        .join(Thread, Thread.id == Post.thread_id)
        .where(
            Post.is_published(),
            or_(
                Post.id == bindparam("post_id", type_=Integer),
                Post.uid == bindparam("post_uid", type_=String),
            ),
        )
        .add_columns(
            Thread.space_id.in_(space_ids(ANYONE, as_teacher=True)), _classroom_id()
        )
        .options(
            joinedload(Post.author), joinedload(Post.current), joinedload(Post.thread)
        )
    )


def _classroom_id() -> ScalarSelect[int | None]:
    return (
        select(func.min(Member.classroom_id))
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(
            SpaceClassroom.space_id == Thread.space_id,
            SpaceClassroom.joined_at.is_not(None),
            Member.person_id == ANYONE.person_id,
            Member.left_at.is_(None),
        )
        .correlate(Thread)
        .scalar_subquery()
    )
