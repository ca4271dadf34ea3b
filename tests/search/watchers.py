"""A web process's part of search: asks the same again and again until it is told to end.

Reads from the standard input; told to end, it says in JSON what it saw: see
test_watching.py.
"""

import json
import sys
import threading
from pathlib import Path

from app.accounts.models import Account
from app.db import db, set_reading
from app.factory import create_app
from app.search.asking import Question
from app.search.searching import search


def watch(instance: Path, account_id: int, word: str) -> None:
    app = create_app(instance, TESTING=True)
    over = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    totals, problems = set(), set()
    searches = 0
    with app.app_context():
        set_reading(value=True)
        while not over.is_set():
            results = search(db.session.get_one(Account, account_id), Question(word))
            totals.add(results.total)
            problems.add(results.problem)
            db.session.remove()
            searches += 1
            if searches == 1:
                print("ready", flush=True)
    seen = {"searches": searches, "totals": sorted(totals), "problems": [*problems]}
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    watch(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
