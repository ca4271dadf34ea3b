"""Threads, posts, their revisions and copies in other languages; who may read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from markupsafe import Markup
from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.accounts.models import Account, Person, Viewer
from app.classrooms.models import (
    ADULTS,
    TEACHES,
    Member,
    Space,
    SpaceClassroom,
    pupils_of,
    space_ids,
)
from app.db import Base, Moment, db, new_uid, now
from app.media.models import Media
from app.web.numbers import MAX_FIGURES

FORUM_THREAD = "forum"
LETTERS = "letters"

HELD = "held"
PUBLISHED = "published"
RETURNED = "returned"
REFUSED = "refused"
# A later version took its place, or its author took it back before it was out.
SUPERSEDED = "superseded"

# At most one revision of a post is in one of these.
NOT_OUT = (HELD, RETURNED, REFUSED)


# A longer post shows its beginning and a link to the whole.
BEGINNING_BYTES = 4_000


class Thread(Base):
    """A talk in one space; a pair's letters are a thread with two readers.

    The last four columns are a copy of what its posts say, kept by `publishing`,
    so that no list has to look at them.
    """

    __tablename__ = "thread"
    __table_args__ = (
        Index(None, "space_id", "begun_no"),
        Index(None, "space_id", "announcement"),
        Index(None, "forum_id", "pinned", "last_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    forum_id: Mapped[int | None] = mapped_column(ForeignKey("forum.id"))
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    # The title while nobody reads the post it came with; nobody reads it either.
    kept_title: Mapped[str | None] = mapped_column(String(120))
    lang: Mapped[str] = mapped_column(String(8))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    # Stands above the others in its forum.
    pinned: Mapped[bool] = mapped_column(default=False)
    # A teacher closed it: it is read, and nobody writes.
    locked_at: Mapped[datetime | None] = mapped_column(Moment)
    # Shown in full to everybody in the space, once, before anything else.
    announcement: Mapped[bool] = mapped_column(default=False)
    # The first post stands on top of each of its pages.
    keeps_first: Mapped[bool] = mapped_column(default=False)
    # The change that published a post in it for the first time.
    begun_no: Mapped[int | None] = mapped_column(BigInteger)
    # The newest change among its published posts.
    last_no: Mapped[int | None] = mapped_column(BigInteger)
    # The highest order key among them; orders a forum.
    last_key: Mapped[int] = mapped_column(BigInteger, default=0)
    post_count: Mapped[int] = mapped_column(default=0)

    space: Mapped[Space] = relationship()
    readers: Mapped[list["ThreadReader"]] = relationship(order_by="ThreadReader.id")

    @classmethod
    def visible_to(cls, viewer: Viewer) -> Select[tuple[Self]]:
        """Select the threads the viewer may open, newest first.

        All threads of her spaces that anyone may read; letters only when she
        is one of the pair or teaches one of them. A thread nobody has
        published in shows to its author and her teachers alone: its title is
        as unreleased as its first post. One whose posts are all hidden shows
        to the adults who may show them again, and to who wrote in it too.
        The safeguarding lead reads like a teacher of each class.
        """
        named = select(ThreadReader.thread_id).where(
            ThreadReader.person_id == viewer.person_id
        )
        taught = select(ThreadReader.thread_id).where(
            ThreadReader.person_id.in_(pupils_of(viewer))
        )
        moderated = and_(
            cls.space_id.in_(space_ids(viewer, as_adult=True)),
            cls.begun_no.is_not(None),
        )
        own_or_taught = or_(
            cls.made_by_id == viewer.person_id,
            cls.made_by_id.in_(pupils_of(viewer)),
            exists().where(
                Post.thread_id == cls.id, Post.author_id == viewer.person_id
            ),
        )
        return (
            select(cls)
            .where(
                cls.space_id.in_(space_ids(viewer)),
                or_(
                    and_(
                        cls.kind != LETTERS,
                        or_(cls.post_count > 0, own_or_taught, moderated),
                    ),
                    and_(
                        cls.kind == LETTERS, or_(cls.id.in_(named), cls.id.in_(taught))
                    ),
                ),
            )
            .order_by(cls.id.desc())
        )


class ThreadReader(Base):
    """Who a letter thread is between; without rows a thread is the whole space's."""

    __tablename__ = "thread_reader"
    __table_args__ = (
        UniqueConstraint("thread_id", "person_id"),
        Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class ReadMark(Base):
    """How far a person has read in a thread, and whether she follows it."""

    __tablename__ = "read_mark"
    __table_args__ = (UniqueConstraint("person_id", "thread_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    # What has a higher change number is new for her.
    change_no: Mapped[int] = mapped_column(BigInteger, default=0)
    # Its replies are among her post; set by writing in it too.
    follows: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def of(cls, viewer: Viewer) -> ColumnElement[bool]:
        """Hold for the viewer's mark in a thread that it is joined with."""
        return and_(cls.thread_id == Thread.id, cls.person_id == viewer.person_id)


class Post(Base):
    """Whatever a person contributes; what it says stands in its revisions."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("author_id", "form_key"),
        Index(None, "thread_id", "order_key"),
        Index(None, "thread_id", "change_no"),
        Index(None, "author_id", "change_no"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_uid)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # Who typed it for somebody who cannot write yet.
    scribe_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    kind: Mapped[str] = mapped_column(String(10))
    # One form is one post, however often a weak link sends it.
    form_key: Mapped[str] = mapped_column(String(40))
    # The revision readers see; none until a teacher has released one.
    current_id: Mapped[int | None] = mapped_column(
        ForeignKey("revision.id", use_alter=True)
    )
    sent_at: Mapped[datetime] = mapped_column(Moment, default=now)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    hidden_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    # Only orders what is shown; taken anew at release.
    order_key: Mapped[int] = mapped_column(BigInteger)
    # Rises with every change readers see; "new for me" follows it, never a clock.
    change_no: Mapped[int] = mapped_column(BigInteger, unique=True)

    thread: Mapped[Thread] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    current: Mapped["Revision | None"] = relationship(
        foreign_keys=[current_id], post_update=True
    )
    # The version that is not out yet; for its author and her teachers only.
    waiting: Mapped["Revision | None"] = relationship(
        primaryjoin=lambda: and_(
            Revision.post_id == Post.id, Revision.state.in_(NOT_OUT)
        ),
        viewonly=True,
        uselist=False,
    )
    revisions: Mapped[list["Revision"]] = relationship(
        back_populates="post", foreign_keys="Revision.post_id", order_by="Revision.n"
    )

    @property
    def is_out(self) -> bool:
        """Say of one post what `is_published` asks of many."""
        taken = self.hidden_at or self.withdrawn_at or self.erased_at
        return self.current_id is not None and taken is None

    @classmethod
    def named(cls, ref: str) -> ColumnElement[bool]:
        """Hold for the post that an address names, by its uid or its number here.

        Pages say the number: a uid costs 16 bytes that no gzip can save, twenty
        times a page. No uid is as short as a number, and none all figures.
        """
        if ref.isdecimal() and len(ref) <= MAX_FIGURES:
            return cls.id == int(ref)
        return cls.uid == ref

    @classmethod
    def is_there(cls) -> ColumnElement[bool]:
        """Hold for posts that nobody hid, took back or erased, out or not."""
        return and_(
            cls.hidden_at.is_(None),
            cls.withdrawn_at.is_(None),
            cls.erased_at.is_(None),
        )

    @classmethod
    def is_published(cls) -> ColumnElement[bool]:
        """Hold for posts that readers of their thread see."""
        return and_(cls.current_id.is_not(None), cls.is_there())

    @classmethod
    def is_tombstone(cls) -> ColumnElement[bool]:
        """Hold for posts that were out and were taken back: their places stay."""
        return and_(
            cls.published_at.is_not(None),
            cls.hidden_at.is_(None),
            or_(cls.withdrawn_at.is_not(None), cls.erased_at.is_not(None)),
        )

    @classmethod
    def published(cls) -> Select[tuple[Self]]:
        """Select every published post, whoever may read it, in the order shown."""
        return select(cls).where(cls.is_published()).order_by(cls.order_key)

    @classmethod
    def visible_to(
        cls,
        viewer: Viewer,
        *,
        within: BindParameter[int] | None = None,
        among: BindParameter[Sequence[int]] | None = None,
        tombstones: bool = False,
    ) -> Select[tuple[Self]]:
        """Select what the viewer may read, in the order shown.

        Published posts in the threads she may open, and her own whatever
        their state. Every list, page, search result and count starts here.
        `within` one thread, or `among` posts of these ids (an expanding parameter),
        spares the database to list all threads that she may open.
        With `tombstones` also those whose words nobody may read any more.
        """
        threads = Thread.visible_to(viewer).order_by(None).with_only_columns(Thread.id)
        if within is not None:
            threads = threads.where(Thread.id == within)
        if among is not None:
            post = aliased(cls)
            of_these = select(post.thread_id).where(post.id.in_(among))
            threads = threads.where(Thread.id.in_(of_these))
        own = and_(cls.author_id == viewer.person_id, cls.is_there())
        shown = [cls.is_published(), own]
        if tombstones:
            shown.append(cls.is_tombstone())
        found = select(cls).where(cls.thread_id.in_(threads), or_(*shown))
        if among is not None:
            found = found.where(cls.id.in_(among))
        return found.order_by(cls.order_key)


class Revision(Base):
    """One version of a post's words: an edit waits while the old stays up."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("post_id", "n"),
        Index(None, "state"),
        Index(None, "rendered_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    n: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    # The version of markup.py that made `html`, so that it can be made again.
    rendered_by: Mapped[int]
    lang: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    # What a teacher wrote when returning it, for the author alone.
    note: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    # When its readers first saw it; what has none was never out.
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    post: Mapped[Post] = relationship(
        back_populates="revisions", foreign_keys=[post_id]
    )
    renditions: Mapped[list["Rendition"]] = relationship(back_populates="revision")
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.n")

    @property
    def body(self) -> Markup:
        return Markup(self.html)  # noqa: S704  # made by markup.render alone

    @property
    def pictures(self) -> list[tuple[int, str]]:
        """Give its pictures by their number, with what its author says of each."""
        return [(shown.media_id, shown.description) for shown in self.attachments]


class Quote(Base):
    """The passage that a post answers: a block of a version of another post.

    No words are copied, so that it is shown in each reader's language, and gone
    with the post it comes from.
    """

    __tablename__ = "quote"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id"), primary_key=True, autoincrement=False
    )
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    # Which of the blocks that `markup.blocks` makes of its source, from 0.
    n: Mapped[int]

    revision: Mapped[Revision] = relationship()


class Draft(Base):
    """Words that are not sent yet, for their writer alone; one a form."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("person_id", "form_key"),
        Index(None, "thread_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The key its form is sent with at last: what was sent is no draft any more.
    form_key: Mapped[str] = mapped_column(String(40))
    # Where it belongs: in a thread, as a new one in a forum, or in place of a post.
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id"))
    forum_id: Mapped[int | None] = mapped_column(ForeignKey("forum.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    # The post that the same form made with other words.
    beside_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    # The post it answers, and the block of it that it quotes.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    quote_n: Mapped[int | None]
    # The version that a change of a post began from.
    base_n: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(Text)
    # What her picture shows; the picture itself is chosen again.
    description: Mapped[str] = mapped_column(String(200), default="")
    lang: Mapped[str] = mapped_column(String(8))
    kept_at: Mapped[datetime] = mapped_column(Moment, default=now)


# In the place of a rendition's packs: it is shown, and is to be made again.
AGAIN = ""


class Sentence(NamedTuple):
    """A sentence of a post and how it is said; `block` as `markup.blocks` counts."""

    block: int
    source: str
    # The source itself where `how` is `STUMBLED` or `STAYS`.
    target: str
    how: str


# How a sentence came to be said so: by a pack, by a person; by neither, because the
# machine stumbled, or because it is in the reader's language already.
BY_MACHINE, MENDED, STUMBLED, STAYS = "", "mended", "stumbled", "stays"


class Rendition(Base):
    """A copy of one revision in another language; made again whenever it is lost."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("revision_id", "lang"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    lang: Mapped[str] = mapped_column(String(8))
    # None where no pack speaks this pair: the reader gets a plain word instead.
    source: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    # Which packs spoke, as "es-en 1.0", joined by "+" through a language between;
    # None where there is none and persons said it.
    pack: Mapped[str | None] = mapped_column(String(80))
    # Sentences that stayed in the original because the machine stumbled.
    doubt: Mapped[int] = mapped_column(default=0)
    # Sentences that a person has said.
    mended: Mapped[int] = mapped_column(default=0)
    # `sentences`, in the order in which they stand in the post.
    pairs: Mapped[list[Any] | None] = mapped_column(JSON)
    # What single words of the original are in this language where its sentences do
    # not say so: for search alone. None until the worker has said them.
    words: Mapped[str | None] = mapped_column(Text)

    revision: Mapped[Revision] = relationship(back_populates="renditions")

    @property
    def body(self) -> Markup:
        return Markup(self.html or "")  # noqa: S704  # made by markup.render alone

    @property
    def sentences(self) -> list[Sentence]:
        return [Sentence(*pair) for pair in self.pairs or ()]


class Preview(Base):
    """Words that are not sent, to be said in another language; gone when it was read."""

    __tablename__ = "preview"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Whose names and glossaries count.
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    lang: Mapped[str] = mapped_column(String(8))
    to_lang: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(Text)
    # What the worker found; None while it has not.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Attachment(Base):
    """A picture that a revision carries, with its author's words about it."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("revision_id", "media_id", "n"),
        Index(None, "media_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"))
    n: Mapped[int]
    description: Mapped[str] = mapped_column(String(200))

    media: Mapped[Media] = relationship(lazy="joined", innerjoin=True)


def waiting_id() -> ScalarSelect[int]:
    """Select the version of a post that is not out yet, beside the post's own row."""
    waiting = aliased(Revision)
    return (
        select(waiting.id)
        .where(waiting.post_id == Post.id, waiting.state.in_(NOT_OUT))
        .correlate(Post)
        .scalar_subquery()
    )


def audience_langs(thread: Thread) -> Select[tuple[str]]:
    """Select the languages read by those who may read a thread.

    For letters the pair and the teachers of its space; else every current
    member of the space.
    """
    members = (
        select(Person.lang)
        .join(Member, Member.person_id == Person.id)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == Member.classroom_id)
        .where(
            SpaceClassroom.space_id == thread.space_id,
            SpaceClassroom.joined_at.is_not(None),
            Member.left_at.is_(None),
        )
        .distinct()
    )
    if thread.kind != LETTERS:
        return members
    pair = select(ThreadReader.person_id).where(ThreadReader.thread_id == thread.id)
    return members.where(or_(Person.id.in_(pair), Member.role.in_(ADULTS)))


def waiting_for(viewer: Account) -> Select[tuple[Revision]]:
    """Select the held revisions whose author the viewer teaches, oldest first.

    Only in spaces where she teaches: what a pupil writes in another class of
    hers waits for that one's teachers.
    """
    return (
        select(Revision)
        .join(Post, Revision.post_id == Post.id)
        .join(Thread, Post.thread_id == Thread.id)
        .where(
            Revision.state == HELD,
            Post.author_id.in_(pupils_of(viewer, roles=TEACHES)),
            Thread.space_id.in_(space_ids(viewer, as_teacher=True)),
        )
        .order_by(Revision.id)
    )


def waiting_count(viewer: Account) -> int:
    ids = waiting_for(viewer).order_by(None).with_only_columns(Revision.id)
    return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
