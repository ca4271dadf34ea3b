"""What the index is to hold of posts and their translations, and how far it has come."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Row, exists, func, literal, select, true
from sqlalchemy.orm import Session

from app import markup
from app.db import Counter, db, last_number
from app.jobs import Job
from app.posts.models import (
    LETTERS,
    SUPERSEDED,
    Attachment,
    Post,
    Rendition,
    Revision,
    Thread,
)
from app.search import generations
from app.search.models import IndexState

if TYPE_CHECKING:
    from app.search.writing import Document

KIND = "search.index_posts"


class Known(NamedTuple):
    """What the database knows: commits by generation, and what is still to do."""

    commits: dict[str, int]
    newest_change: int
    waiting: int


def known() -> Known:
    """Read it in one query."""
    return _read_known(db.session())


def _read_known(through: Connection | Session) -> Known:
    newest = select(Counter.value).where(Counter.name == "change_no").scalar_subquery()
    waiting = (
        select(func.count())
        .select_from(Job)
        .where(Job.kind == KIND, Job.open())
        .scalar_subquery()
    )
    one = select(literal(1).label("one")).subquery()
    rows = through.execute(
        select(newest, waiting, IndexState.generation, IndexState.commit_no)
        .select_from(one)
        .outerjoin(IndexState, true())
    ).all()
    commits = {row.generation: row.commit_no for row in rows if row.generation}
    return Known(commits, rows[0][0] or 0, rows[0][1])


def behind(generation: str, seal: generations.Seal, known: Known) -> str | None:
    """Say why this index is not that of this database; None if it is."""
    return _older(generation, seal, known) or _later(generation, seal, known)


def seems_behind(generation: str, seal: generations.Seal, known: Known) -> str | None:
    """Say so on a page, which looked at the database before it looked at the index.

    What was committed between the two is no fault: then it looks once more.
    """
    if older := _older(generation, seal, known):
        return older
    if not _later(generation, seal, known):
        return None
    with db.engine.connect() as connection:
        return _later(generation, seal, _read_known(connection))


def _older(generation: str, seal: generations.Seal, known: Known) -> str | None:
    commit_no = known.commits.get(generation, 0)
    if seal.commit_no < commit_no:
        return f"it is at commit {seal.commit_no} and should be at {commit_no}"
    return None


def _later(generation: str, seal: generations.Seal, known: Known) -> str | None:
    commit_no = known.commits.get(generation)
    if commit_no is None:
        return f"the database does not know generation {generation}"
    if seal.change_no > known.newest_change or seal.known_no > commit_no:
        return "it comes from a later database"
    return None


def remember(generation: str, seal: generations.Seal) -> None:
    """Write down how far a generation has come; flushes."""
    state = db.session.get(IndexState, generation)
    if state is None:
        state = IndexState(generation=generation)
        db.session.add(state)
    state.change_no, state.commit_no = seal.change_no, seal.commit_no
    db.session.flush()


def indexed_up_to(post_ids: Iterable[int]) -> int:
    """Find the change number up to which all is indexed once these posts are.

    What is not among them and still waits holds it back.
    """
    waiting = (
        select(func.min(Post.change_no))
        .join(Job, Job.key == Post.id)
        .where(Job.kind == KIND, Job.open(), Post.id.not_in(list(post_ids)))
    )
    lowest = db.session.scalar(waiting)
    newest = last_number("change_no")
    return newest if lowest is None else min(newest, lowest - 1)


def taken_back(post_ids: Sequence[int]) -> list[int]:
    """Choose those of whose words some may not stay anywhere, not even deleted.

    What is hidden, withdrawn or erased, and what a later version took the place of.
    """
    changed = (
        exists()
        .where(Revision.post_id == Post.id, Revision.state == SUPERSEDED)
        .where(Revision.published_at.is_not(None))
    )
    whole = select(Post.id).where(Post.id.in_(post_ids), Post.is_there(), ~changed)
    return sorted(set(post_ids).difference(db.session.scalars(whole)))


def documents(post_ids: Sequence[int]) -> Iterator["Document"]:
    """Read what the index holds of these posts; what is not published is left out.

    Three queries, however many posts.
    """
    from app.search.writing import Document

    rows = _published(post_ids)
    revision_ids = [row.revision_id for row in rows]
    described = _descriptions(revision_ids)
    translated = _translations(revision_ids)
    for row in rows:
        audience = audience_of(row.kind, row.thread_id, row.space_id)
        original = [(row.lang, markup.plain(row.source))]
        original += [(row.lang, words) for words in described[row.revision_id]]
        spoken = {row.lang: original}
        for lang, source, words in translated[row.revision_id]:
            if lang not in spoken:
                spoken[lang] = [(lang, markup.plain(source))]
                # Each is a text, so that none stands beside another in a phrase.
                spoken[lang] += [(lang, word) for word in (words or "").split()]
        for nth, texts in enumerate(spoken.values()):
            yield Document(
                post_id=row.post_id,
                nth=nth,
                audience=audience,
                author_id=row.author_id,
                forum_id=row.forum_id or 0,
                written_in=row.lang,
                published=max(0, int(row.published_at.timestamp())),
                texts=texts,
                titles=[(row.title_lang, row.title)] if row.opens and not nth else [],
            )


def audience_of(kind: str, thread_id: int, space_id: int) -> int:
    """Number who may read a thread: a pair's letters are no matter of its space."""
    return -thread_id if kind == LETTERS else space_id


def _published(post_ids: Sequence[int]) -> Sequence[Row[Any]]:
    opening = (
        select(func.min(Post.id))
        .where(Post.thread_id == Thread.id)
        .correlate(Thread)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            Post.id.label("post_id"),
            Post.author_id,
            Post.published_at,
            Thread.id.label("thread_id"),
            Thread.kind,
            Thread.space_id,
            Thread.forum_id,
            Thread.title,
            Thread.lang.label("title_lang"),
            (Post.id == opening).label("opens"),
            Revision.id.label("revision_id"),
            Revision.lang,
            Revision.source,
        )
        .join(Thread, Post.thread_id == Thread.id)
        .join(Revision, Post.current_id == Revision.id)
        .where(Post.is_published(), Post.id.in_(post_ids))
        .order_by(Post.id)
    ).all()


def _descriptions(revision_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for revision_id, words in db.session.execute(
        select(Attachment.revision_id, Attachment.description)
        .where(Attachment.revision_id.in_(revision_ids))
        .order_by(Attachment.n)
    ):
        found[revision_id].append(words)
    return found


def _translations(
    revision_ids: Sequence[int],
) -> dict[int, list[tuple[str, str, str | None]]]:
    found: dict[int, list[tuple[str, str, str | None]]] = defaultdict(list)
    for revision_id, lang, source, words in db.session.execute(
        select(Rendition.revision_id, Rendition.lang, Rendition.source, Rendition.words)
        .where(Rendition.revision_id.in_(revision_ids), Rendition.source.is_not(None))
        .order_by(Rendition.lang)
    ):
        found[revision_id].append((lang, source, words))
    return found
