"""Making the index anew from all posts, beside the one that answers."""

import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete, func, select

from app.db import db, reading
from app.posts.models import Post
from app.search import generations, indexing
from app.search.generations import Seal
from app.search.models import IndexState

BATCH = 500
# Texts that are in memory before they are written: 150 MB at 100 words each.
SEGMENT_TEXTS = 40_000


class Busy(Exception):  # noqa: N818  # an answer, not a fault
    """Another process is making the index anew just now."""


def rebuild(progress: Callable[[int, int], None] | None = None) -> None:
    """Make the index anew from all published posts, and let it answer.

    `progress` hears how many posts of how many are in. Commits. A posted word
    is never missed: what changes meanwhile is noted by the job that indexes
    it, and taken in before the switch. Safe to kill at any moment; raises
    `Busy` while another process rebuilds. About 1 s of CPU for 1,000 texts of
    100 words.
    """
    from app.search import index

    home = generations.home()
    with index.rebuild_lock(home) as held:
        if not held:
            raise Busy
        generations.remove_others(home, generations.current(home))
        with _new_folder(home) as folder:
            _forget_others(generations.current(home))
            seal = _fill(folder, progress)
            # What came meanwhile, and then under the lock what came during that.
            seal, done = _take_in_late(folder, seal, 0)
            with index.write_lock(home):
                seal, _done = _take_in_late(folder, seal, done)
                # The database first: an index nobody knows would be rebuilt again.
                db.session.rollback()
                indexing.remember(folder.name, seal)
                db.session.commit()
                generations.point(home, "current", folder)
                (home / "building").unlink()
        generations.remove_others(home, folder)


@contextmanager
def _new_folder(home: Path) -> Iterator[Path]:
    """Point to a new folder while it is filled; a full disk gets its room back."""
    from app.search import index

    folder = home / secrets.token_hex(8)
    try:
        index.create(folder)
        generations.point(home, "building", folder)
        yield folder
    except BaseException:
        if generations.current(home) != folder:
            (home / "building").unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
        raise


def note_late(home: Path, post_ids: Iterable[int]) -> None:
    """Tell a rebuild under way to take these posts in once more before it ends."""
    folder = generations.building(home)
    if folder is not None:
        with (folder / "late").open("a", encoding="ascii") as file:
            file.writelines(f"{post_id}\n" for post_id in post_ids)


def sweep(home: Path, kept: Path) -> None:
    """Delete what a rebuild that died has left: words that were taken back since."""
    from app.search import index

    with index.rebuild_lock(home) as held:
        if held:
            (home / "building").unlink(missing_ok=True)
            generations.remove_others(home, kept)


def _fill(folder: Path, progress: Callable[[int, int], None] | None) -> Seal:
    from app.search import index

    with reading():
        total = db.session.scalar(select(func.count()).where(Post.is_published())) or 0
        change_no = indexing.indexed_up_to([])
    done, seal, all_ids = 0, None, _all_ids()
    while True:
        with index.writing(folder, change_no, seal) as writer:
            for ids in all_ids:
                with reading():
                    for document in indexing.documents(ids):
                        writer.put(document)
                done += len(ids)
                generations.note_progress(folder, done, max(done, total))
                if progress:
                    progress(done, max(done, total))
                if writer.docnum >= SEGMENT_TEXTS:
                    break
        if seal and not writer.docnum:
            return writer.seal
        seal = writer.seal


def _all_ids() -> Iterator[Sequence[int]]:
    last = 0
    while True:
        with reading():
            ids = db.session.scalars(
                select(Post.id)
                .where(Post.is_published(), Post.id > last)
                .order_by(Post.id)
                .limit(BATCH)
            ).all()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _take_in_late(folder: Path, seal: Seal, done: int) -> tuple[Seal, int]:
    """Take in what changed meanwhile, after so many notes of it; count them anew."""
    from app.search import index, merging

    notes = _late(folder)
    for ids in _batches(sorted(set(notes[done:]))):
        with reading():
            seal = index.update(folder, ids, indexing.documents(ids), seal.change_no)
            taken_back = indexing.taken_back(ids)
        while segments := merging.holding(folder, taken_back):
            if anew := merging.write_anew(folder, segments):
                seal = merging.put_in_place(folder, anew) or seal
            merging.clear(folder)
    return seal, len(notes)


def _late(folder: Path) -> list[int]:
    try:
        # The last may be half written.
        whole, _newline, _half = (folder / "late").read_text("ascii").rpartition("\n")
    except FileNotFoundError:
        return []
    return [int(line) for line in whole.split()]


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _forget_others(kept: Path | None) -> None:
    db.session.execute(
        delete(IndexState).where(IndexState.generation != (kept.name if kept else ""))
    )
    db.session.commit()
