"""What pages of a class with a year of posts weigh: My post, only new, and the worst."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from app.accounts import devices
from app.accounts.models import Account
from app.db import db, set_reading
from app.moderation.review import release
from app.posts.models import Post, Thread
from app.posts.publishing import publish
from app.search.rebuilding import rebuild
from bench.browsing import page, signed_in
from bench.figures import NotMeasured, Values, tell
from bench.processes import Started
from bench.texts import Letters
from bench.wire import Answer, Wire
from bench.words import packed_bytes, words_of_page
from bench.world import PASSPHRASE, PIN, POST_CHARACTERS, SignIn
from bench.year import Year, a_year

# Of the class's thirty, one who has nothing with her teacher.
NEVER_WAITS = 20
PROOF = re.compile(r"[?&]r=([\w.~-]+)")
LINK = re.compile(r'<a\b[^>]*? href="([^"#]*)')
MOST_PROOFS = 100
ROLES = (
    "pupil", "late", "friend", "teacher", "co_teacher", "admin", "lead", "keeper",
    "tablet", "nobody",
)  # fmt: skip


class YearHere(NamedTuple):
    """A year behind a web process, and how everybody in it signs in."""

    app: Flask
    year: Year
    sign_ins: dict[str, SignIn]
    # Has read all there is, and nothing of hers waits.
    reader: SignIn


def fill_year(app: Flask, *, searched: bool) -> YearHere:
    """Make the year; commits. What is `searched` has an index, which takes ten seconds."""
    with app.app_context():
        set_reading(value=False)
        year = a_year()
        if searched:
            rebuild(lambda _done, _total: None)
        reader = db.session.get_one(Account, year.pupils[NEVER_WAITS])
        sign_ins = dict(year.sign_ins)
        for who, account_id in year.accounts.items():
            name = db.session.get_one(Account, account_id).full_name
            sign_ins.setdefault(who, SignIn(name, PASSPHRASE))
        code = year.sign_ins["pupil"].code
        return YearHere(app, year, sign_ins, SignIn(reader.full_name, PIN, code))


def my_post(web: Started, here: YearHere) -> Values:
    """Who was away since week 10: her page is full. She reads none of it here."""
    browser = signed_in(web.port, here.sign_ins["late"])
    answer = page(browser, "/")
    browser.close()
    if PROOF.search(answer.text) is None:
        raise NotMeasured("My post of who was away shows nothing new")
    letters = answer.text.count("<article")
    tell(f"My post of who was away: {letters} posts in full, {_beside_words(answer)}")
    return {"my_post": answer.received}


def nothing_new(web: Started, here: YearHere) -> Values:
    """My post once all that it shows, page after page, has been read."""
    browser = signed_in(web.port, here.reader)
    shown = _read_all(browser, "/")
    answer = page(browser, "/")
    browser.close()
    tell(f"My post after {shown} pages with something new: {_beside_words(answer)}")
    return {"my_post_nothing_new": answer.received}


def only_new_one(web: Started, here: YearHere) -> Values:
    """One post of 600 characters, new in the year's longest thread."""
    thread_id = here.year.threads["longest"]
    browser = signed_in(web.port, here.reader)
    path = f"/threads/{thread_id}?new"
    shown = _read_all(browser, path)
    _publish(here, thread_id)
    answer = page(browser, path)
    browser.close()
    if answer.text.count("<article") != 1:
        raise NotMeasured(
            f"{path} shows {answer.text.count('<article')} posts, not one"
        )
    tell(f"only new, after {shown} pages of the thread: {_beside_words(answer)}")
    return {"only_new_one": answer.received}


def _read_all(browser: Wire, path: str) -> int:
    """Send back the proof of each page until one shows nothing new; say how many did."""
    shown, answer = 0, page(browser, path)
    while found := PROOF.search(answer.text):
        if shown == MOST_PROOFS:
            raise NotMeasured(f"{path} still has something new after {shown} pages")
        joined = "&" if "?" in path else "?"
        answer = page(browser, f"{path}{joined}r={found[1]}")
        shown += 1
    return shown


def _publish(here: YearHere, thread_id: int) -> None:
    """Let a classmate's post of 600 characters come."""
    with here.app.app_context():
        set_reading(value=False)
        author = db.session.get_one(Account, here.year.accounts["mate"])
        teacher = db.session.get_one(Account, here.year.accounts["teacher"])
        lang = author.person.lang
        words = Letters(lang, seed=99).write(POST_CHARACTERS)
        thread = db.session.get_one(Thread, thread_id)
        post = publish(thread, author, words, form_key="year-only-new", lang=lang)
        assert post.waiting is not None
        release(post.waiting, teacher)
        db.session.commit()


def _beside_words(answer: Answer) -> str:
    alone = packed_bytes(words_of_page(answer.text))
    return f"{answer.received} bytes, its words alone {alone}"


class Seen(NamedTuple):
    """A page as one role got it."""

    received: int
    who: str
    path: str
    endpoint: str
    words_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.received} bytes, its words alone {self.words_bytes}: "
            f"{self.path} for {self.who}"
        )


def worst_page(web: Started, here: YearHere, *, quick: bool) -> Values:
    """Every role goes from its first page to all others, so many of each kind."""
    routes = here.app.url_map.bind("127.0.0.1")
    seen = [
        one
        for who in ROLES
        for one in _walk(web, here, who, routes, most=2 if quick else 12)
    ]
    largest: dict[str, Seen] = {}
    for one in sorted(seen):
        largest[one.endpoint] = one
    tell(f"the largest of each kind among {len(seen)} pages:")
    for one in sorted(largest.values(), reverse=True):
        tell(f"  {one.endpoint}: {one}")
    tell(f"never come to: {' '.join(_pages_of(here.app) - set(largest)) or 'none'}")
    tell(f"worst page: {max(seen)}")
    return {"worst_page_bytes": max(seen).received}


def _walk(
    web: Started, here: YearHere, who: str, routes: MapAdapter, most: int
) -> Iterator[Seen]:
    """Follow all links; a proof in one is left out, so that nothing becomes read."""
    browser = _browser_of(web, here, who)
    cookie = browser.cookie
    waiting, known = _first_pages(here, who), set[str]()
    kinds: Counter[str] = Counter()
    while waiting:
        path = waiting.pop(0)
        endpoint = _endpoint(routes, path)
        if path in known or not endpoint or kinds[endpoint] == most:
            continue
        known.add(path)
        browser.cookie = cookie  # a page may set another one beside it
        answer = browser.get(path)
        if answer.status == 303:
            waiting.insert(0, answer.headers["location"])
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if not is_page or answer.status != 200:
            continue
        kinds[endpoint] += 1
        alone = packed_bytes(words_of_page(answer.text))
        yield Seen(answer.received, who, path, endpoint, alone)
        waiting += _links(answer.text, path)
    browser.close()


def _browser_of(web: Started, here: YearHere, who: str) -> Wire:
    if who in here.sign_ins:
        return signed_in(web.port, here.sign_ins[who])
    device = f"{devices.COOKIE}={here.year.device}" if who == "tablet" else ""
    return Wire(web.port, device)


def _first_pages(here: YearHere, who: str) -> list[str]:
    """Name what is known to be heavy, or has no link to it, before all others."""
    year = here.year
    if who in ("tablet", "nobody"):
        card = f"/sign-in/card/{year.card}"
        return ["/sign-in", *([card] if who == "nobody" else [])]
    with here.app.app_context():
        chosen = select(Post.id, Post.uid).where(Post.id.in_(year.posts.values()))
        uids = list(db.session.scalars(chosen.with_only_columns(Post.uid)))
    return [
        "/", "/my-post.html", "/school", "/health",
        *(f"/threads/{one}" for one in year.threads.values()),
        *(f"/letters/{one}" for one in year.threads.values()),
        *(f"/threads/{one}?new" for one in year.threads.values()),
        "/search?q=r%C3%ADo", "/search?q=river",
        *(f"/drafts/{one}{kept}" for one in year.drafts for kept in ("", "/kept")),
        *(f"/p/{uid}/{page}".rstrip("/") for uid in uids for page in ("", "sent", "edit", "history", "reported")),
    ]  # fmt: skip


def _links(text: str, path: str) -> list[str]:
    here = path.partition("?")[0]
    found = dict.fromkeys(html.unescape(link) for link in LINK.findall(text))
    return [
        PROOF.sub("", here + link if link.startswith("?") else link)
        for link in found
        if link.startswith(("/", "?")) and not link.startswith("//")
    ]


def _endpoint(routes: MapAdapter, path: str) -> str:
    try:
        endpoint, _arguments = routes.match(path.partition("?")[0], method="GET")
    except HTTPException:
        return ""
    return str(endpoint)


def _pages_of(app: Flask) -> set[str]:
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }
