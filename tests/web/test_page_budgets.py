"""What every page costs on the wire, for everybody who may open it, after a year of posts."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.db import db
from app.packs.installing import install_starters
from app.posts.models import Attachment, Post, Rendition, Revision
from app.search.rebuilding import rebuild
from app.translate.translating import translate_posts
from bench.wire import Answer, Wire, fetched_with
from bench.year import Year
from tests.serving import serving
from tests.web.test_every_page import counted
from tests.year import YearHere, copied

# Design section 7, for any page of a class of thirty.
MOST_BYTES, MOST_REQUESTS, MOST_QUERIES = 14_000, 3, 6
WHO = (
    "pupil", "mate", "late", "up_to_date", "friend", "teacher", "friend_teacher",
    "co_teacher", "admin", "keeper", "lead", "tablet", "nobody",
)  # fmt: skip
# At most once a minute a page notes that its reader is still there.
NOTED = "UPDATE session SET seen_at"
# Other pages of the same list, or of the same thread.
PAGING = re.compile(r'href="(/[^"?#]*\?(?:before|at|after|new|page|n)\b[^"#]*)')
MOST_FOLLOWED = 4


@dataclass(frozen=True)
class Row:
    """A page of a route, and what it may cost where that is not what all may."""

    endpoint: str
    path: str
    said: str = ""
    most_bytes: int = MOST_BYTES
    most_requests: int = MOST_REQUESTS

    def __str__(self) -> str:
        return f"{self.path} {self.said}".strip()


# fmt: off
ROWS = [
    Row("accounts.me", "/me"),
    Row("accounts.sign_in_teacher", "/sign-in/teacher"),
    Row("accounts.slip", "/slip"),
    Row("answering.form", "/write/{longest}"),
    Row("answering.form", "/write/{letters}", "in letters"),
    Row("answering.page", "/p/{reported}/answer"),
    Row("answering.page", "/p/{letter}/answer", "of a letter"),
    Row("arranging.forum", "/forums/{forum}/arrange"),
    Row("arranging.page", "/threads/{longest}/arrange"),
    Row("asking.page", "/p/{published}/translate"),
    # Two stylesheets, and the script of a teacher who has a copy kept: only to print.
    Row("cards.all_cards", "/classrooms/{room}/cards", most_requests=4),
    Row("cards.poster", "/classrooms/{room}/poster", most_requests=4),
    Row("classrooms.classroom", "/classrooms/{room}"),
    Row("classrooms.export", "/classrooms/{room}/pupils.csv"),
    Row("classrooms.my_classrooms", "/classrooms"),
    Row("devices.page", "/classrooms/{room}/devices"),
    Row("drafts.kept", "/drafts/{draft}/kept"),
    *(Row("drafts.page", f"/drafts/{{draft{n}}}", f"draft {n}") for n in (0, 1, 3, 4, 5)),
    Row("editing.history", "/p/{edited}/history"),
    Row("editing.history", "/p/{withdrawn}/history", "of what was taken back"),
    Row("editing.page", "/p/{published}/edit", "of what is out"),
    Row("editing.page", "/p/{edit_waits}/edit", "of a change that waits"),
    Row("editing.page", "/p/{returned}/edit?draft={draft2}", "with a draft"),
    Row("editing.page", "/p/{held_long}/edit", "of a long one"),
    Row("forums.forum", "/forums/{forum}"),
    Row("forums.forum", "/forums/{homework}", "of the class alone"),
    Row("forums.forums", "/forums"),
    Row("forums.thread", "/threads/{longest}", "with many held posts"),
    Row("forums.thread", "/threads/{longest}?at=1", "from its first post"),
    Row("forums.thread", "/threads/{longest}?new", "only what is new"),
    Row("forums.thread", "/threads/{pinned}", "pinned"),
    Row("forums.thread", "/threads/{locked}", "locked"),
    Row("forums.thread", "/threads/{announcement}", "announced"),
    Row("forums.thread", "/threads/{waiting}", "not out yet"),
    Row("glossary.download", "/classrooms/{room}/glossary.csv"),
    Row("glossary.page", "/classrooms/{room}/glossary"),
    Row("home.my_post", "/"),
    Row("home.saved", "/my-post.html"),
    Row("languages.page", "/languages"),
    Row("learning.ask", "/p/{reported}/ask"),
    Row("learning.ask", "/p/{reported}/ask?n=0", "of a sentence"),
    Row("learning.ask", "/p/{reported}/ask?n=0&word=la", "with the question"),
    Row("learning.words", "/words"),
    Row("learning.words", "/words?n=60", "many of them"),
    Row("mending.page", "/translations"),
    Row("moderation.report", "/p/{reported}/report"),
    Row("moderation.reported", "/p/{reported}/reported"),
    Row("moderation.reports", "/reports"),
    Row("moderation.waiting", "/waiting"),
    Row("operations.health_page", "/health"),
    Row("penpals.all_letters", "/letters"),
    Row("penpals.letters", "/letters/{letters}"),
    Row("penpals.letters", "/letters/{letters}?at=1", "from the first"),
    Row("penpals.letters", "/letters/{letters}?new", "only what is new"),
    Row("penpals.pairing", "/letters/pair/{space}"),
    Row("posts.original", "/p/{reported}/original"),
    Row("posts.whole", "/p/{held_long}/whole", "of a long one"),
    Row("posts.whole", "/p/{letter}/whole", "of a letter"),
    # The picture that was asked for, and the script of who has a copy kept.
    Row("posts.picture", "/p/{picture}/pictures/{attachment}", most_requests=4),
    Row("posts.picture_file", "/p/{picture}/pictures/{attachment}/file"),
    Row("posts.receipt", "/p/{published}/sent", "of what is out"),
    *(Row("posts.receipt", f"/p/{{{stands}}}/sent", stands) for stands in ("returned", "refused", "edit_waits", "withdrawn")),
    Row("pupils.page", "/classrooms/{room}/pupils/{pupil}"),
    Row("school.adult", "/school/people/{teacher}"),
    Row("school.page", "/school"),
    Row("school.people", "/school/people"),
    Row("search.search_page", "/search"),
    Row("search.search_page", "/search?q=la", "a word in nearly all"),
    Row("search.search_page", "/search?q=the+river", "two words"),
    Row("search.search_page", "/search?q=nothingness", "no post"),
    Row("search.search_page", "/search?where={forum}", "a forum's newest"),
    Row("search.search_page", "/search?q=la&who=a&from=2000-01-01&order=newest", "with limits"),
    Row("search.search_page", "/search?q=la&from=yesterday", "with a wrong day"),
    Row("sentences.one", "/p/{reported}/sentences/0"),
    Row("sentences.page", "/p/{reported}/sentences"),
    Row("sharing.index", "/packs.json"),
    Row("sign_in.card", "/sign-in/card/{card}"),
    Row("sign_in.name", "/sign-in/name/{pupil}"),
    Row("sign_in.pictures", "/sign-in/name/{pupil}/pictures"),
    Row("sign_in.pupil", "/sign-in"),
    Row("sign_in.pupil", "/sign-in?plain", "the form"),
    Row("signed_in.page", "/classrooms/{room}/signed-in"),
    Row("static", "/static/site.css"),
    Row("static", "/static/paper.css"),
    Row("static", "/static/keep.js"),
]
# fmt: on
NO_PAGE = {
    "ping": "a sign of life of 204, with no page",
    "posts.permalink": "a redirect to the thread's page, which is measured",
    "sharing.file": "a file of a pack, for another server",
    "school.first_run": "404 once there is a school; before that nobody is here",
}


@pytest.fixture(scope="module")
def everywhere(
    built_year: tuple[Path, Year], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[YearHere, int]]:
    """The year behind a server, with its index; pages are read, and nothing is changed."""
    with copied(*built_year, tmp_path_factory.mktemp("everywhere") / "year") as here:
        rebuild()
        install_starters()
        translate_posts([here.year.posts["reported"]])
        lacks = db.session.get_one(Post, here.year.posts["published"])
        db.session.execute(
            delete(Rendition).where(Rendition.revision_id == lacks.current_id)
        )
        # Their pages have a script too: decision 0014.
        for who in ("mate", "teacher"):
            here.account(who).keeps_copy = True
        db.session.commit()
        with serving(here.app) as port:
            yield here, port


def places(here: YearHere) -> dict[str, object]:
    """Say what the names in the paths stand for."""
    year = here.year
    picture = (
        select(Attachment.id)
        .join(Revision, Revision.id == Attachment.revision_id)
        .where(Revision.post_id == year.posts["picture"])
    )
    return {
        **year.ids, **year.threads, **year.posts, **year.accounts,
        **{f"draft{n}": draft for n, draft in enumerate(year.drafts)},
        "draft": year.drafts[0], "card": year.card,
        "attachment": db.session.scalars(picture).first(),
    }  # fmt: skip


class Walk:
    """All rows by one person: what was opened, and what cost too much."""

    def __init__(self, here: YearHere, port: int, who: str) -> None:
        client = here.client(who)
        cookies = [
            f"{kept.key}={kept.value}"
            for name, path in (("s", "/"), ("d", "/sign-in"))
            if (kept := client.web.get_cookie(name, path=path))
        ]
        db.session.commit()
        self.cookie, self.port = "; ".join(cookies), port
        self.opened: dict[str, int] = {}
        self.faults: list[str] = []

    def open(self, path: str, row: Row) -> Answer | None:
        """Measure a page that she may open; gives none where she may not."""
        wire = Wire(self.port, self.cookie)
        try:
            if wire.get(path).status != 200:
                return None
            with counted() as said:
                answer = wire.get(path)
        finally:
            wire.close()
        queries = [one for one in said if not one.startswith(NOTED)]
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        requests = 1 + len(fetched_with(answer.text, path)) if is_page else 1
        self.opened[path] = answer.received if is_page else 0
        for found, most, unit in (
            (answer.received, row.most_bytes, "bytes"),
            (requests, row.most_requests, "requests"),
            (len(queries), MOST_QUERIES, "queries"),
        ):
            if found > most:
                self.faults.append(f"{row}: {path}: {found} {unit}")
        return answer

    def read_on(self, answer: Answer, row: Row) -> None:
        """Go through the further pages of a list, a few of them."""
        waiting, known = [answer], set(self.opened)
        for _n in range(MOST_FOLLOWED):
            links = [
                html.unescape(link)
                for one in waiting
                for link in PAGING.findall(one.text)
                if html.unescape(link) not in known
            ]
            if not links:
                return
            known.add(links[0])
            further = self.open(links[0], row)
            if further is not None:
                waiting.insert(0, further)


@pytest.mark.slow
@pytest.mark.parametrize("who", WHO)
def test_no_page_of_hers_costs_more_than_the_design_allows(
    everywhere: tuple[YearHere, int], who: str
) -> None:
    here, port = everywhere
    walk, named = Walk(here, port, who), places(here)
    for row in ROWS:
        answer = walk.open(row.path.format(**named), row)
        if answer is not None:
            walk.read_on(answer, row)

    worst = max(walk.opened, key=lambda path: walk.opened[path])
    print(f"{who}: {len(walk.opened)} pages, worst {worst} {walk.opened[worst]} bytes")
    assert walk.faults == []
    assert len(walk.opened) >= (8 if who in ("tablet", "nobody", "keeper") else 15)


@pytest.mark.slow
def test_every_row_is_a_page_that_somebody_opens(
    everywhere: tuple[YearHere, int],
) -> None:
    here, port = everywhere
    named = places(here)
    walks = [Walk(here, port, who) for who in WHO]

    unseen = []
    for row in ROWS:
        path = row.path.format(**named)
        if not any(_opens(walk, path) for walk in walks):
            unseen.append(str(row))

    assert unseen == []


def _opens(walk: Walk, path: str) -> bool:
    wire = Wire(walk.port, walk.cookie)
    try:
        return wire.get(path).status == 200
    finally:
        wire.close()


def test_every_route_that_answers_get_has_a_row_or_a_reason(here: YearHere) -> None:
    routes = {
        rule.endpoint
        for rule in here.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }

    assert {row.endpoint for row in ROWS} | set(NO_PAGE) == routes
    assert not {row.endpoint for row in ROWS} & set(NO_PAGE)


def test_a_row_asks_the_route_it_names(here: YearHere) -> None:
    named, adapter = places(here), here.app.url_map.bind("localhost")

    found = [
        adapter.match(row.path.format(**named).partition("?")[0], "GET")[0]
        for row in ROWS
    ]

    assert found == [row.endpoint for row in ROWS]


def test_a_walk_tells_what_costs_too_much(
    everywhere: tuple[YearHere, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, port = everywhere
    monkeypatch.setattr(f"{__name__}.MOST_QUERIES", 1)
    walk = Walk(here, port, "pupil")

    walk.open("/forums", Row("forums.forums", "/forums", "", 100, 1))

    assert [fault.split()[-1] for fault in walk.faults] == ["bytes", "requests", "queries"]  # fmt: skip
