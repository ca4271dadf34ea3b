"""Posts by the thousand, put into the tables as the door and a release leave them."""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, case, func, insert, select, update

from app import markup
from app.accounts.models import Account
from app.db import Base, db, next_number
from app.media.models import READY, Media
from app.posts.models import (
    HELD,
    PUBLISHED,
    SUPERSEDED,
    Attachment,
    Post,
    Quote,
    ReadMark,
    Rendition,
    Revision,
    Thread,
    ThreadReader,
)
from bench.texts import Letters

SHORTEST, LONGEST = 300, 900
# One of so many is much longer than a page shows of a post, or has marks in it.
LONG_EVERY, MARKED_EVERY = 29, 7
LONG_CHARACTERS = 7_000
PICTURES = 20
PICTURE_BYTES = 12_000
PACK = {"es": "en-es 1.0", "en": "es-en 1.0"}
UID_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ROWS_AT_ONCE = 20_000


class Words(NamedTuple):
    """A text and what `markup.render` makes of it."""

    source: str
    html: str
    sha256: str


@dataclass(eq=False)
class Writing:
    """A post to be: by whom, where and when, and what hangs on it."""

    thread_id: int
    author_id: int
    kind: str
    lang: str
    at: datetime
    # The language it is also there in; "" where all its readers read the first.
    also_in: str = ""
    picture: bool = False
    edited: bool = False
    # An edit of it waits for release.
    edit_waits: bool = False
    # Answers the post before it in the thread, and quotes its first block.
    quotes: bool = False
    hidden: bool = False
    withdrawn: bool = False


class Press:
    """Prints posts: the same seed gives the same words, in the same order."""

    def __init__(
        self,
        seed: int,
        *,
        texts: int = 400,
        words: Mapping[str, Iterator[Words]] | None = None,
    ) -> None:
        """`texts` in each language are made; then they come again from the first.

        `words` gives others in their place, by language.
        """
        self.chance = random.Random(seed)
        # Another seed each time: two presses on one database make no two alike.
        self.names = random.Random(f"{seed} {_next_id(Thread)} {_next_id(Post)}")
        self.words = words or {
            lang: cycle(_pool(lang, self.chance, texts)) for lang in PACK
        }
        self.media_ids: list[int] = []

    def uid(self) -> str:
        return "".join(self.names.choices(UID_SIGNS, k=22))

    def put(self, writings: Sequence[Writing]) -> list[int]:
        """Store posts in this order, all published; flushes. Gives their ids."""
        if not writings:
            return []
        rows = _Rows(self, len(writings))
        for writing in writings:
            rows.add(writing)
        rows.store()
        _sum_up(rows.first_id)
        return list(range(rows.first_id, rows.first_id + len(writings)))

    def pictures(self) -> list[int]:
        """Make pictures as heavy as any that is shown first; once."""
        if not self.media_ids:
            first = _next_id(Media)
            self.media_ids = list(range(first, first + PICTURES))
            _insert(
                Media,
                [
                    {
                        "id": media_id, "uid": self.uid(), "state": READY,
                        "sha256": f"{self.names.getrandbits(256):064x}",
                        "mime": "image/jpeg", "width": 640, "height": 480,
                        "size_bytes": PICTURE_BYTES,
                        "picture": b"\xff\xd8\xff" + self.chance.randbytes(PICTURE_BYTES - 3),
                    }
                    for media_id in self.media_ids
                ],
            )  # fmt: skip
        return self.media_ids


class _Rows:
    """The rows of one lot of posts, table by table."""

    def __init__(self, press: Press, count: int) -> None:
        self.press = press
        self.first_id, self.revision_id = _next_id(Post), _next_id(Revision)
        self.change_no = next_number("change_no", count)
        self.posts: list[dict[str, Any]] = []
        self.current: list[dict[str, Any]] = []
        self.revisions: list[dict[str, Any]] = []
        self.renditions: list[dict[str, Any]] = []
        self.attachments: list[dict[str, Any]] = []
        self.quotes: list[dict[str, Any]] = []
        # The last post of each thread and its revision, to be quoted.
        self.last: dict[int, tuple[int, int]] = {}

    def add(self, writing: Writing) -> None:
        post_id, change_no = self.first_id + len(self.posts), self.change_no
        self.change_no += 1
        if writing.edited:
            self._revise(post_id, 1, SUPERSEDED, writing)
        current = self._revise(post_id, 1 + writing.edited, PUBLISHED, writing)
        if writing.edit_waits:
            self._revise(post_id, 2 + writing.edited, HELD, writing)
        self.current.append({"post": post_id, "current": current})
        quoted = self.last.get(writing.thread_id) if writing.quotes else None
        if quoted:
            self.quotes.append({"post_id": post_id, "revision_id": quoted[1], "n": 0})
        self.last[writing.thread_id] = (post_id, current)
        self.posts.append(
            {
                "id": post_id, "uid": self.press.uid(), "thread_id": writing.thread_id,
                "author_id": writing.author_id, "kind": writing.kind,
                "parent_id": quoted[0] if quoted else None,
                "form_key": f"year-{post_id:08}", "sent_at": writing.at,
                "published_at": writing.at,
                "hidden_at": writing.at if writing.hidden else None,
                "withdrawn_at": writing.at if writing.withdrawn else None,
                "order_key": change_no, "change_no": change_no,
            }
        )  # fmt: skip

    def _revise(self, post_id: int, n: int, state: str, writing: Writing) -> int:
        revision_id = self.revision_id
        self.revision_id += 1
        words = next(self.press.words[writing.lang])
        self.revisions.append(
            {
                "id": revision_id, "post_id": post_id, "n": n, "source": words.source,
                "html": words.html, "rendered_by": markup.VERSION, "lang": writing.lang,
                "sha256": words.sha256, "state": state, "made_at": writing.at,
            }
        )  # fmt: skip
        if writing.also_in and state == PUBLISHED:
            self.renditions.append(rendition(self.press, revision_id, writing.also_in))
        if writing.picture and state == PUBLISHED:
            media_id = self.press.chance.choice(self.press.pictures())
            self.attachments.append(
                {
                    "revision_id": revision_id, "media_id": media_id, "n": 1,
                    "description": words.source[:60].replace("\n", " "),
                }
            )  # fmt: skip
        return revision_id

    def store(self) -> None:
        _insert(Post, self.posts)
        _insert(Revision, self.revisions)
        posts = _table(Post)
        db.session.execute(
            update(posts)
            .where(posts.c.id == bindparam("post"))
            .values(current_id=bindparam("current")),
            self.current,
        )
        _insert(Rendition, self.renditions)
        _insert(Attachment, self.attachments)
        _insert(Quote, self.quotes)


def rendition(press: Press, revision_id: int, lang: str) -> dict[str, Any]:
    """Make a row that says something else of that length in the other language."""
    words = next(press.words[lang])
    return {
        "revision_id": revision_id, "lang": lang, "source": words.source,
        "html": words.html, "pack": PACK[lang], "doubt": int(revision_id % 9 == 0),
    }  # fmt: skip


def put_renditions(rows: Sequence[dict[str, Any]]) -> None:
    _insert(Rendition, rows)


def read_until(person_id: int, space_ids: Sequence[int], change_no: int) -> None:
    """Let a person have read all she may open, up to this change; flushes.

    For who has no marks there yet. What she has written in she follows.
    """
    hers = select(ThreadReader.thread_id).where(ThreadReader.person_id == person_id)
    last = func.max(Post.change_no)
    own = func.max(case((Post.author_id == person_id, 1), else_=0))
    read = (
        select(Post.thread_id, last, own)
        .join(Thread, Thread.id == Post.thread_id)
        .where(
            Thread.space_id.in_(space_ids),
            Post.change_no <= change_no,
            Post.is_published(),
            Thread.forum_id.is_not(None) | Thread.id.in_(hers),
        )
        .group_by(Post.thread_id)
    )
    _insert(
        ReadMark,
        [
            {
                "person_id": person_id, "thread_id": thread_id, "change_no": number,
                "follows": bool(wrote),
            }
            for thread_id, number, wrote in db.session.execute(read)
        ],
    )  # fmt: skip
    db.session.execute(
        update(_table(Account))
        .where(Account.person_id == person_id)
        .values(seen_no=change_no)
    )


def _sum_up(first_post_id: int) -> None:
    """Say in each thread what `publishing` would: counts and the newest numbers."""
    touched = select(Post.thread_id).where(Post.id >= first_post_id)
    shown = Post.is_published()
    sums = select(
        Post.thread_id,
        func.count(case((shown, Post.id))),
        func.max(case((shown, Post.change_no))),
        func.max(case((shown, Post.order_key))),
        func.min(case((Post.published_at.is_not(None), Post.order_key))),
    ).where(Post.thread_id.in_(touched))
    table = _table(Thread)
    db.session.execute(
        update(table)
        .where(table.c.id == bindparam("thread"))
        .values(
            post_count=bindparam("count"),
            last_no=bindparam("no"),
            last_key=func.coalesce(bindparam("key"), table.c.last_key),
            begun_no=func.coalesce(table.c.begun_no, bindparam("begun")),
        ),
        [
            {"thread": thread, "count": count, "no": no, "key": key, "begun": begun}
            for thread, count, no, key, begun in db.session.execute(
                sums.group_by(Post.thread_id)
            )
        ],
    )
    db.session.expire_all()


def _pool(lang: str, chance: random.Random, count: int) -> list[Words]:
    letters = Letters(lang, chance.randrange(1_000_000))
    return [_text(letters, chance, n) for n in range(1, count + 1)]


def _text(letters: Letters, chance: random.Random, n: int) -> Words:
    long = n % LONG_EVERY == 0
    size = LONG_CHARACTERS if long else chance.randint(SHORTEST, LONGEST)
    source = letters.write(size)
    if n % MARKED_EVERY == 0:
        first, *others = source.split(" ")
        source = f"**{first}** {' '.join(others)}\n\n- {first}\n- {others[0]}"
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Words(source, str(markup.render(source)), digest)


def _next_id(model: type[Base]) -> int:
    return (db.session.scalar(select(func.max(model.id))) or 0) + 1  # type: ignore[attr-defined]  # each of these has one


def _insert(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    for n in range(0, len(rows), ROWS_AT_ONCE):
        db.session.execute(insert(_table(model)), rows[n : n + ROWS_AT_ONCE])


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
