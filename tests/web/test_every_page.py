"""All pages of a busy school: no script, no inline style, and few queries each."""

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from app.accounts.models import Account
from app.classrooms.models import Classroom
from app.classrooms.partnering import propose
from app.db import db
from app.media.models import READY, Media
from app.moderation.hiding import hide, report
from app.moderation.review import return_to_author
from app.posts.models import (
    BY_MACHINE,
    MENDED,
    STAYS,
    STUMBLED,
    Attachment,
    Draft,
    Post,
    Rendition,
)
from app.translate.memory import digest
from app.translate.models import Mend, WrongReading
from app.web.paging import PAGE_BYTES
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_device,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_school,
    a_teacher,
    a_thread,
    an_adult,
    hashed,
    letters_between,
    own_space,
    released,
)
from tests.clients import Client

# Design section 7.
MOST_QUERIES = 6
MOST_BYTES = 14_000
CARD = "481526481526"
WHO = (
    "pupil", "teacher", "co_teacher", "admin", "lead", "keeper", "tablet", "nobody",
)  # fmt: skip
SCRIPT = re.compile(r'<script id="keep" src="([^"]+)" data-me="(\d+)" defer></script>')
# How sentences of a translation came to be said so.
HOW = (BY_MACHINE, MENDED, STUMBLED, STAYS, BY_MACHINE)
NEVER = ("script", "style", "iframe", "object", "embed", "base")


class School:
    """A class of twelve with partners, threads, letters, reports and things waiting."""

    def __init__(self) -> None:
        school = a_school("en")
        self.admin = a_teacher(school, admin=True)
        self.lead = an_adult(school, safeguarding=True)
        self.keeper = an_adult(school, keeper=True)
        self.teacher, third = a_teacher(school), a_teacher(lang="es")
        self.room, other = a_classroom(self.teacher), a_classroom(third)
        school.place, school.country, school.time_zone = "Pasto", "BR", "America/Bahia"
        other.school.place, other.school.time_zone = "Kisumu", "Africa/Nairobi"
        self.space = a_partnership(self.room, other)
        self.pupils = [a_pupil(self.room) for _n in range(12)]
        self.pupil = self.pupils[0]
        self.pupil.card, self.pupil.picture_secret = CARD, hashed("fish kite drum")
        self.device = a_device(self.room, pictures=True)
        self.co_teacher = a_co_teacher(self.room)
        friends = [a_pupil(other) for _n in range(12)]
        self.forum = a_forum(self.space)
        self._conversations(friends)
        self._partners(third)
        self._to_look_at(friends)
        db.session.commit()

    def _conversations(self, friends: list[Account]) -> None:
        threads = [a_thread(self.space, self.teacher, self.forum) for _n in range(8)]
        for thread in threads[1:]:
            a_post(thread, self.teacher)
        self.thread = threads[0]
        for n in range(18):
            author = friends[n % 12] if n % 2 else self.pupils[n % 12]
            post = released(a_post(self.thread, author, f"Post {n}."), self.teacher)
            _decorate(post)
        self.letters = [
            letters_between(self.space, self.teacher, one, other)
            for one, other in zip(self.pupils, friends, strict=True)
        ]
        for n, letters in enumerate(self.letters[:6]):
            released(a_post(letters, friends[n]), self.teacher)
        for other in friends[1:5]:
            letters = letters_between(self.space, self.teacher, self.pupil, other)
            released(a_post(letters, other), self.teacher)

    def _partners(self, third: Account) -> None:
        for _n in range(3):
            a_partnership(self.room, a_classroom(a_teacher()))
            propose(a_classroom(third), self.room.code, "Asked", third)
        a_classroom(self.teacher)

    def _to_look_at(self, friends: list[Account]) -> None:
        posts = db.session.scalars(
            select(Post).where(Post.thread_id == self.thread.id).order_by(Post.id)
        ).all()
        for n in range(6):
            _decorate(a_post(self.thread, self.pupils[n]))
            report(posts[n], friends[n], "Look.")
            hide(posts[n + 6], self.teacher, "")
        for post in posts:
            _read_wrong(post, friends)
        for _n in range(3):
            returned = a_post(self.thread, self.pupil)
            assert returned.waiting is not None
            return_to_author(returned.waiting, self.teacher, "More.")
        self.returned, self.shown, self.answer = returned, posts[0], posts[1]
        self.draft = Draft(
            person_id=self.pupil.person_id,
            form_key="a-draft-key",
            thread_id=self.letters[0].id,
            beside_id=returned.id,
            source="Words. " * 300,
            lang="en",
        )
        db.session.add(self.draft)

    def pages(self) -> dict[str, list[str]]:
        picture = db.session.scalars(select(Attachment.id).order_by(Attachment.id))
        shown = f"/p/{self.shown.uid}"
        hers = f"/sign-in/name/{self.pupil.id}"
        both = [
            "/", "/me", "/letters", f"/letters/{self.letters[0].id}", "/forums",
            f"/forums/{self.forum.id}", f"/threads/{self.thread.id}",
            f"/threads/{self.thread.id}?at=1", f"/threads/{self.thread.id}?new",
            f"/letters/{self.letters[0].id}?new", f"{shown}/whole", f"{shown}/original",
            f"{shown}/report", f"{shown}/reported", "/words",
            f"{shown}/pictures/{picture.first()}",
            f"{shown}/sentences", f"/p/{self.answer.uid}/sentences",
            "/search", "/search?q=post", "/nothing-here", "/search?q=no+such+post",
            "/search?q=pupil", "/search?who=number&order=newest", "/search?from=x",
        ]  # fmt: skip
        return {
            "pupil": [*both, f"{shown}/answer", f"/write/{self.thread.id}", f"/write/{self.letters[0].id}",
                f"{shown}/sentences/0", f"{shown}/sentences/2", f"{self._own()}/sent", f"/p/{self.returned.uid}/edit", f"/p/{self.returned.uid}/history", f"/drafts/{self.draft.id}", f"/drafts/{self.draft.id}/kept",
                *self._in_another_language()],
            "teacher": [
                *both, "/waiting", "/reports", f"{shown}/history", "/classrooms", "/languages",
                "/translations", f"{shown}/sentences/0",
                f"/threads/{self.thread.id}/arrange", f"/forums/{self.forum.id}/arrange",
                f"/classrooms/{self.room.id}",
                f"/classrooms/{self.room.id}/pupils/{self.pupil.id}",
                f"/classrooms/{self.room.id}/cards",
                f"/classrooms/{self.room.id}/poster",
                f"/classrooms/{self.room.id}/devices",
                f"/classrooms/{self.room.id}/glossary",
                f"/classrooms/{self.room.id}/signed-in", f"/letters/pair/{self.space.id}",
            ],
            "admin": [
                "/school", "/school?kept=1", "/health", "/languages", "/classrooms",
                "/school/people?done=1", f"/school/people/{self.teacher.id}",
            ],
            "lead": [*both, "/reports"],
            "keeper": ["/me", "/health", "/languages"],
            "co_teacher": ["/", f"/classrooms/{self.room.id}"],
            "tablet": ["/sign-in", "/sign-in?plain", hers, f"{hers}/pictures"],
            "nobody": [f"/sign-in/card/{CARD}", "/sign-in", "/sign-in/teacher", "/slip", "/nothing-here"],
        }  # fmt: skip

    def _in_another_language(self) -> list[str]:
        """What can be done about a letter to her that nobody has translated."""
        foreign = select(Post.id).where(
            Post.thread_id == self.letters[0].id, Post.author_id != self.pupil.person_id
        )
        letter = db.session.scalars(foreign).one()
        return [
            f"/p/{letter}/translate", f"/p/{letter}/ask", f"/p/{letter}/ask?n=0",
            f"/p/{letter}/ask?n=0&word=Hello",
        ]  # fmt: skip

    def _own(self) -> str:
        own = select(Post.uid).where(Post.author_id == self.pupil.person_id)
        return f"/p/{db.session.scalars(own.where(Post.hidden_at.is_(None))).first()}"

    def client(self, app: Flask, who: str) -> Client:
        device = self.device if who == "tablet" else ""
        return Client(app, getattr(self, who, None), device=device)


def _decorate(post: Post) -> None:
    """Give a post a picture and a translation."""
    revision = post.current or post.waiting
    assert revision is not None
    media = Media(
        sha256=f"{post.id:064}", state=READY, mime="image/jpeg", width=4, height=3,
        size_bytes=3, picture=b"\xff\xd8\xff",
    )  # fmt: skip
    db.session.add(media)
    db.session.flush()
    db.session.add(
        Attachment(revision_id=revision.id, media_id=media.id, n=1, description="Sea")
    )
    lang = "es" if revision.lang == "en" else "en"
    pairs = [[0, f"Post {n}.", f"Said {n}.", how] for n, how in enumerate(HOW * 6)]
    db.session.add(
        Rendition(
            revision_id=revision.id,
            lang=lang,
            source="Said.",
            html="<p>Said.</p>",
            pack=f"{revision.lang}-{lang} 1.0",
            pairs=pairs,
        )
    )


def _read_wrong(post: Post, readers: list[Account]) -> None:
    """Let readers say that a sentence reads wrong, and its author mend it."""
    revision = post.current
    assert revision is not None
    lang = "es" if revision.lang == "en" else "en"
    about = {"revision_id": revision.id, "lang": lang, "sha256": digest("Post 0.")}
    for reader in readers[:3]:
        db.session.add(WrongReading(**about, person_id=reader.person_id))
    words = {"source": "Post 0.", "target": "Said better."}
    db.session.add(Mend(**about, **words, person_id=post.author_id))


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect every statement that is sent to the database."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT")):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class Judge(HTMLParser):
    """Collects what a page may not have."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.form: list[str] | None = None
        self.feed(page)
        self.faults += [f"id {name} twice" for name, n in self.ids.items() if n > 1]
        self.faults += [f"{name} has no label" for name in self.fields - self.labelled]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        plain_meta = "charset" in given or given.get("name") == "viewport"
        if tag in NEVER or (tag == "meta" and not plain_meta):
            self.faults.append(f"<{tag}>")
        if tag == "link" and given.get("rel") == "icon":
            given["href"] = given["href"].replace("data:,", "")  # an empty picture
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"{name}={value}")
            if name in ("href", "src", "action") and re.match(r"(?!http)\w+:", value):
                self.faults.append(f"{name}={value}")
            if name in ("src", "action") and value.startswith(("http", "//")):
                self.faults.append(f"{name}={value}")
        self._look_at_form(tag, given)

    def _look_at_form(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "label":
            self.labelled.add(given.get("for", ""))
        if tag in ("input", "textarea", "select") and given.get("type") not in (
            "hidden", "checkbox", "radio",  # these two stand in their label
        ):  # fmt: skip
            self.fields.add(given.get("id", "nameless"))
        if tag == "img" and "alt" not in given:
            self.faults.append("a picture without words")
        if tag == "form":
            self.form = [] if given.get("method") == "post" else None
        elif tag in ("input", "button") and self.form is not None:
            self.form.append(given.get("name", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self.form is not None and "csrf_token" not in self.form:
                self.faults.append("a form without its token")
            self.form = None


@pytest.fixture
def school(app: Flask) -> School:
    return School()


def test_the_judge_sees_what_pages_may_not_have() -> None:
    for bad in (
        "<script>x</script>", '<p style="x">', "<p onclick=x>", '<a href="javascript:x">',
        "<style>", '<img src="http://strange.example/x.png" alt="">', '<img src="/x">',
        '<form method="post"><input id="a"></form><label for="a">',
        '<p id="a"><p id="a">', "<input>", '<meta http-equiv="refresh">',
    ):  # fmt: skip
        assert Judge(bad).faults, bad
    for good in (
        '<form method="post"><input type="hidden" name="csrf_token"></form>',
        '<form method="post"><button name="csrf_token">Go</button></form>',
    ):
        assert Judge(good).faults == []


def test_everybody_whose_pages_are_listed_is_asked(school: School) -> None:
    assert set(school.pages()) == set(WHO)


@pytest.mark.parametrize("who", WHO)
def test_no_page_has_a_script_an_inline_style_or_a_nameless_field(
    app: Flask, school: School, who: str
) -> None:
    pages = school.pages()[who]
    client = school.client(app, who)

    judged = {url: Judge(client.get(url).text).faults for url in pages}

    assert judged == {url: [] for url in pages}


@pytest.mark.parametrize("who", ["pupil", "teacher", "admin"])
def test_who_has_a_copy_kept_gets_one_script_and_nothing_else_of_the_kind(
    app: Flask, school: School, who: str
) -> None:
    pages, account = school.pages()[who], getattr(school, who)
    account.keeps_copy = True
    client = school.client(app, who)

    judged, scripts = {}, {}
    for url in pages:
        page = client.get(url).text
        judged[url], scripts[url] = Judge(page).faults, SCRIPT.findall(page)

    assert judged == {url: ["<script>"] for url in pages}
    assert scripts == {
        url: [(str(app.jinja_env.globals["keep_script"]), str(account.person_id))]
        for url in pages
    }


@pytest.mark.parametrize("who", WHO)
def test_no_page_costs_more_queries_or_bytes_than_the_design_allows(
    app: Flask, school: School, who: str
) -> None:
    pages = school.pages()[who]
    client = school.client(app, who)
    packed = {"Accept-Encoding": "gzip"}
    for url in pages:
        client.get(url)

    queries, sizes = {}, {}
    for url in pages:
        with counted() as said:
            answer = client.get(url, headers=packed)
        assert answer.status_code == (404 if url == "/nothing-here" else 200), url
        queries[url], sizes[url] = len(said), len(answer.data)

    assert {url: n for url, n in queries.items() if n > MOST_QUERIES} == {}
    assert {url: n for url, n in sizes.items() if n > MOST_BYTES} == {}


def test_who_is_signed_in_is_named_on_every_page_with_the_way_out(
    app: Flask, school: School
) -> None:
    for who in (who for who in WHO if who not in ("tablet", "nobody")):
        account: Account = getattr(school, who)
        client, name = school.client(app, who), account.person.shown_name
        for url in school.pages()[who]:
            page = client.get(url).text
            assert name in page.split("</header>")[0], url
            assert 'action="/done' in page, url


def test_a_forms_send_button_says_in_whose_name(app: Flask, school: School) -> None:
    page = school.client(app, "pupil").get(f"/threads/{school.thread.id}").text

    button = page.split('<button class="go">', 1)[1].split("</button>")[0]

    assert school.pupil.person.shown_name in button
    assert "<svg" in button


def test_no_page_grows_beyond_what_a_weak_link_carries(app: Flask) -> None:
    room: Classroom = a_classroom(lang="en")
    teacher = db.session.get_one(Account, 1)
    thread = a_thread(own_space(room), teacher)
    for n in range(12):
        a_post(thread, teacher, f"{n} " + "many different words indeed " * 500)

    answer = Client(app, teacher).get(
        f"/threads/{thread.id}", headers={"Accept-Encoding": "gzip"}
    )

    assert len(gzip.decompress(answer.data)) < 2 * PAGE_BYTES + 8_000
    assert "/whole" in gzip.decompress(answer.data).decode()
