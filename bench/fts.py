"""A child process: SQLite's FTS5 on the same posts, asked the same for the same readers."""

import json
import sqlite3
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.search_asking import Answer, ask_all, memory_mb

if TYPE_CHECKING:
    from bench.search_questions import Asked

HITS = 200

# It keeps no copy of the posts, as ours keeps none.
_TABLES = """
    create table doc (id integer primary key, thread_id integer);
    create virtual table texts using fts5
        (words, content='', tokenize='unicode61 remove_diacritics 2');
"""
_POSTS = """
    select post.id, post.thread_id, revision.source from base.post
    join base.revision on revision.id = post.current_id order by post.id
"""
_ASK = """
    select doc.id from texts join doc on doc.id = texts.rowid
    where texts match ? and doc.thread_id in (select thread_id from readable where who = ?)
    order by rank limit ?
"""


def main() -> None:
    asked = json.load(sys.stdin)
    index = sqlite3.connect(asked["file"], isolation_level=None)
    built = _build(index, asked["database"])
    index.execute("create temp table readable (who, thread_id, primary key (who, thread_id))")  # fmt: skip
    for who, thread_ids in enumerate(asked["readable"]):
        rows = ((who, thread_id) for thread_id in thread_ids)
        index.executemany("insert into readable values (?, ?)", rows)
    askers = cycle(range(len(asked["readable"])))

    def ask(question: "Asked") -> Answer:
        began = time.process_time()
        found = index.execute(_ASK, (match_of(question["typed"]), next(askers), HITS))
        hits = len(found.fetchall())
        return (time.process_time() - began) * 1000, hits

    built["answers"] = ask_all(asked["sets"], ask)
    json.dump(built, sys.stdout)


def _build(index: sqlite3.Connection, database: str) -> dict[str, Any]:
    began = time.process_time()
    index.executescript(_TABLES)
    index.execute("attach ? as base", (database,))
    index.execute("begin")
    for post_id, thread_id, source in index.execute(_POSTS):
        index.execute("insert into doc values (?, ?)", (post_id, thread_id))
        index.execute("insert into texts (rowid, words) values (?, ?)", (post_id, source))  # fmt: skip
    index.execute("commit")
    spent = time.process_time() - began
    index.execute("detach base")
    (file,) = (row[2] for row in index.execute("pragma database_list") if row[1] == "main")  # fmt: skip
    return {
        "cpu_seconds": spent,
        "peak_mb": memory_mb("VmHWM"),
        "bytes": Path(file).stat().st_size,
    }


def match_of(typed: str) -> str:
    """Say in FTS5's language what was typed: words, one phrase or one beginning."""
    if typed.startswith('"'):
        return typed
    return " ".join(
        f'"{word[:-1]}"*' if word.endswith("*") else f'"{word}"'
        for word in typed.split()
    )


if __name__ == "__main__":
    main()
