"""Segments written anew beside the index, which answers and takes in posts meanwhile."""

import shutil
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.search import generations, index
from app.search.codec import read_column
from app.search.generations import Damaged, Seal
from app.search.writing import Absorbed

FOLDER = "merging"
# No segment grows beyond these texts: writing one anew takes 6 s of CPU.
LARGEST_SEGMENT = 40_000
# Of all the texts in a segment, when it is written anew without them.
DELETED_SHARE = 0.2
SWITCH_SECONDS, USUAL_SECONDS = 0.0002, sys.getswitchinterval()


@dataclass(frozen=True)
class Anew:
    """What is to stand in the place of some segments; no segment if they are empty."""

    absorbed: list[Absorbed]
    segment: Any
    files: dict[str, tuple[int, int]]


def write_anew(folder: Path, segments: Collection[Any]) -> Anew | None:
    """Write one segment with what these hold, without what is deleted in them.

    In a folder beside: 20 us of CPU a term, while others write to the index; None
    where one of them goes meanwhile. Raises `Damaged` where what it reads is not as
    it was written. One at a time: see `merge_lock`; a rebuild has a folder of its own.
    """
    commit_no = generations.newest_commit(folder)
    # A commit in the worker's other thread touches the disk some hundred times, and
    # each time would wait the usual 5 ms until this one lets it go on.
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return _write_anew(folder, segments)
    except (Damaged, FileNotFoundError):
        if generations.newest_commit(folder) == commit_no:
            raise
        return None
    finally:
        sys.setswitchinterval(USUAL_SECONDS)


def _write_anew(folder: Path, segments: Collection[Any]) -> Anew:
    # What it writes gets a seal of its own, so it must not pass on a flipped bit.
    names = {segment.segment_id() for segment in segments}
    sealed = generations.check(folder).files
    generations.check_files(
        folder, {file: at for file, at in sealed.items() if file.split(".")[0] in names}
    )
    clear(folder)
    index.create(folder / FOLDER)
    source = index.ClosingStorage(folder)
    try:
        with index.writing(folder / FOLDER, 0, None) as writer:
            for segment in segments:
                writer.absorb(segment, source)
    finally:
        source.close_files()
    held = writer.newsegment if writer.docnum else None
    name = held.segment_id() if held else None
    files = {
        file: at for file, at in writer.seal.files.items() if file.split(".")[0] == name
    }
    return Anew(writer.absorbed, held, files)


def put_in_place(folder: Path, anew: Anew) -> Seal | None:
    """Let a segment written anew take the place of those it was made from.

    In a commit of its own, of some 10 ms; None where one of them is gone already.
    Raises `Damaged`; the caller holds the write lock.
    """
    seal = generations.check(folder)
    there = {segment.segment_id() for segment in segments_in(folder, seal)}
    if not there.issuperset(one.old.name for one in anew.absorbed):
        return None
    with index.writing(folder, seal.change_no, seal) as writer:
        by_name = {segment.segment_id(): segment for segment in writer.segments}
        for one in anew.absorbed:
            # What was deleted while it was written.
            for n in set(by_name[one.old.name].deleted_docs()) - one.old.deleted:
                anew.segment.delete_document(one.number_of[n])
        for name in anew.files:
            (folder / FOLDER / name).replace(folder / name)
        writer.sealed = writer.sealed | anew.files
        old = {one.old.name for one in anew.absorbed}
        # Where the newest of them stood, for searches begin with what is new.
        at = max(n for n, s in enumerate(writer.segments) if s.segment_id() in old)
        if anew.segment:
            writer.segments.insert(at + 1, anew.segment)
        writer.segments[:] = [s for s in writer.segments if s.segment_id() not in old]
    return writer.seal


def clear(folder: Path) -> None:
    """Delete what a merge that died has left."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def segments_in(folder: Path, seal: Seal) -> list[Any]:
    storage = index.ClosingStorage(folder)
    try:
        return index.segments_of(storage, seal)
    finally:
        storage.close_files()


def posts_in(folder: Path, seal: Seal) -> set[int]:
    """Read which posts the index holds."""
    storage = index.ClosingStorage(folder)
    held: set[int] = set()
    try:
        for segment in index.segments_of(storage, seal):
            posts = read_column(storage, segment, "post")
            gone = set(segment.deleted_docs())
            held.update(post for n, post in enumerate(posts) if n not in gone)
    finally:
        storage.close_files()
    return held


def holding(folder: Path, post_ids: Iterable[int]) -> list[Any]:
    """Find a segment in which a deleted text of these posts still stands, or none."""
    wanted = set(post_ids)
    segments = segments_in(folder, generations.check(folder))
    storage = index.ClosingStorage(folder)
    try:
        for segment in segments:
            if segment.has_deletions():
                posts = read_column(storage, segment, "post")
                if any(posts[n] in wanted for n in segment.deleted_docs()):
                    return [segment]
    finally:
        storage.close_files()
    return []


def untidy(folder: Path) -> list[Any]:
    """Choose segments that belong together: each at most twice as large as those before.

    So that a text is written anew a few times in its life, not with every merge; one
    that is small beside the next waits for more of its size. One alone where too
    much of it is deleted; none where all is tidy.
    """
    segments = segments_in(folder, generations.check(folder))
    by_size = sorted(segments, key=lambda segment: segment.doc_count())
    chosen: list[Any] = []
    texts = 0
    for segment in by_size:
        count = segment.doc_count()
        too_large = texts + count > LARGEST_SEGMENT or count > 2 * texts
        if len(chosen) > 1 and too_large:
            break
        if too_large:
            chosen, texts = [], 0
        chosen.append(segment)
        texts += count
    if len(chosen) > 1:
        return chosen
    for segment in by_size:
        if segment.deleted_count() > DELETED_SHARE * segment.doc_count_all():
            return [segment]
    return []
