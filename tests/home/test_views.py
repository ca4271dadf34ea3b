"""My post as a page and as a file: what is read, answered, kept and printed."""

import re

import pytest
from flask import Flask

from app.db import db
from app.home.filling import QUIET_LISTED
from app.home.news import THREADS_LISTED
from app.posts.models import Post
from tests.builders import a_post, released
from tests.clients import Client
from tests.home.pals import Pals, proof_on
from tests.web.test_every_page import MOST_BYTES, Judge


def test_a_page_that_never_arrived_leaves_all_new(pals: Pals) -> None:
    pals.letter("Hello.")
    pals.thread()

    first, second = pals.page(), pals.page()

    assert "Hello." in first
    assert "Hello." in second
    assert proof_on(first) == proof_on(second)


def test_following_the_pages_own_link_reads_it(pals: Pals) -> None:
    pals.letter("Hello.")

    assert "Hello." not in pals.read_all()


def test_another_link_of_the_page_leaves_it_new(app: Flask, pals: Pals) -> None:
    pals.letter("Hello.")
    client = Client(app, pals.ana)
    client.get("/")
    client.get("/letters")

    assert "Hello." in client.get("/").text


def test_the_button_reads_all_that_the_page_shows(app: Flask, pals: Pals) -> None:
    pals.letter("Hello.")
    thread = pals.thread()
    client = Client(app, pals.ana)
    page = client.get("/").text
    pals.letter("Came meanwhile.")
    form = page.split('action="/read"')[1].split("</form>")[0]
    proof = re.search(r'name="read" value="([^"]+)"', form)
    assert proof is not None

    answer = client.post("/read", {"read": proof[1]})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    after = client.get("/").text
    assert "Hello." not in after
    assert f'href="/threads/{thread.id}"' not in after
    assert "Came meanwhile." in after


@pytest.mark.parametrize("proof", ["", "nonsense", "1.99~AAAAAA"])
def test_the_button_with_a_damaged_proof_reads_nothing(
    app: Flask, pals: Pals, proof: str
) -> None:
    pals.letter("Hello.")
    client = Client(app, pals.ana)

    assert client.post("/read", {"read": proof}).status_code == 303
    assert "Hello." in client.get("/").text


def test_reload_and_back_after_reading_show_the_rest(app: Flask, pals: Pals) -> None:
    for n in range(60):
        pals.letter(f"Letter {n}.")
    client = Client(app, pals.ana)
    link = f"/?r={proof_on(client.get('/').text)}"

    pages = [client.get(url).text for url in (link, link, "/", link)]

    for page in pages:
        assert "Letter 39." not in page
        assert "Letter 40." in page
        assert "Letter 59." in page


def test_im_done_brings_the_proof_of_the_page(app: Flask, pals: Pals) -> None:
    pals.letter("Hello.")
    client = Client(app, pals.ana)
    page = client.get("/").text
    done = re.search(r'action="(/done[^"]*)"', page)
    assert done is not None

    client.post(done[1])

    assert "Hello." not in pals.page()


def forms_on(page: str) -> list[dict[str, str]]:
    """The forms for letters on a page: where each is sent, and what it holds."""
    found = re.findall(
        r'<form method="post" action="(/letters/[^"]+)"(.*?)</form>', page, re.S
    )
    return [
        {"to": to.partition("#")[0]}
        | dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inside))
        for to, inside in found
    ]


def test_each_letter_is_answered_on_the_page_and_only_it_is_read(
    app: Flask, pals: Pals
) -> None:
    friend, second = pals.pen_pal("Brian Kamau")
    pals.letter("From Amina.")
    released(a_post(second, friend, "From Brian."), pals.third)
    client = Client(app, pals.ana)
    page = client.get("/").text
    assert Judge(page).faults == []
    first, other = forms_on(page)
    assert first["to"] == f"/letters/{second.id}/posts"
    assert first["key"] != other["key"]
    to = first.pop("to")

    answer = client.post(to, first | {"source": "Dear Brian."})

    assert answer.status_code == 303
    sent = db.session.get_one(Post, 3)
    assert (sent.thread_id, sent.author_id) == (second.id, pals.ana.person_id)
    after = client.get("/").text
    assert "From Brian." not in after
    assert "From Amina." in after
    assert "With your teacher" in after


def test_one_button_is_filled_and_it_belongs_to_the_newest_letter(pals: Pals) -> None:
    friend, second = pals.pen_pal("Brian Kamau")
    pals.letter("From Amina.")
    released(a_post(second, friend, "From Brian."), pals.third)

    page = pals.page()

    assert page.count('class="go"') == 1
    assert page.index('class="go"') < page.index("From Amina.")


def test_a_locked_thread_is_read_and_has_no_form(pals: Pals) -> None:
    pals.letter("Hello.")
    thread = pals.thread(pals.ana)
    pals.reply(thread, "A reply.")
    page = pals.page()
    assert f"/letters/{pals.letters.id}/posts" in page
    assert f'href="/write/{thread.id}?r=' in page

    pals.letters.locked_at = thread.locked_at = pals.letters.made_at
    db.session.commit()

    page = pals.page()
    assert "Hello." in page
    assert "A reply." in page
    assert f"/letters/{pals.letters.id}/posts" not in page
    assert f'href="/write/{thread.id}' not in page


def test_the_link_to_answer_a_reply_reads_that_thread_alone(
    app: Flask, pals: Pals
) -> None:
    one, other = pals.thread(pals.ana), pals.thread(pals.ana)
    pals.reply(one, "The first reply.")
    pals.reply(other, "The second reply.")
    client = Client(app, pals.ana)
    link = re.search(rf'href="(/write/{one.id}\?r=[^"]+)"', client.get("/").text)
    assert link is not None

    assert client.get(link[1]).status_code == 200

    page = client.get("/").text
    assert "The first reply." not in page
    assert "The second reply." in page


def test_only_new_is_offered_where_a_thread_did_not_fit(app: Flask, pals: Pals) -> None:
    short, long = pals.thread(pals.ana), pals.thread(pals.ana)
    for n in range(45):
        pals.reply(long, f"Reply {n}.")
    client = Client(app, pals.ana)
    page = client.get("/").text
    link = re.search(rf'href="(/threads/{long.id}\?new&amp;r=[^"]+)"', page)
    assert link is not None
    assert f"/threads/{short.id}?new" not in page

    rest = client.get(link[1].replace("&amp;", "&")).text

    assert "Reply 39." not in rest
    assert "Reply 40." in rest
    assert "Reply 44." in rest


def test_letters_without_news_are_a_line_each_and_not_many(pals: Pals) -> None:
    page = pals.page()
    assert page.count('href="/letters/') == 1
    assert "All letters" not in page

    for n in range(QUIET_LISTED):
        pals.pen_pal(f"Friend Number{n}")

    page = pals.page()
    assert page.count('href="/letters/') == QUIET_LISTED
    assert "All letters" in page


def test_who_has_no_pen_pal_is_told_so(pals: Pals) -> None:
    assert "You have no pen pal yet." in pals.page(pals.ben)
    assert "You have no pen pal yet." not in pals.page()


def test_who_has_one_is_not_told_so_beside_many_new_threads(pals: Pals) -> None:
    for _n in range(THREADS_LISTED + 1):
        pals.thread()

    page = pals.page()

    assert "New threads" in page
    assert "You have no pen pal yet." not in page


def test_the_file_holds_the_same_and_needs_nothing(app: Flask, pals: Pals) -> None:
    letter = pals.letter("Hello **Ana**.\n\nhttps://example.org/x")
    thread = pals.thread()
    a_post(pals.letters, pals.ana, "Held.")
    client = Client(app, pals.ana)
    assert 'href="/my-post.html"' in client.get("/").text

    answer = client.get("/my-post.html")

    page = answer.text
    assert re.fullmatch(
        r'attachment; filename="my-post-\d{4}-\d\d-\d\d\.html"',
        answer.headers["Content-Disposition"],
    )
    for words in (
        "Hello <strong>Ana</strong>.",
        "Amina",
        thread.title,
        "With your teacher",
    ):
        assert words in page
    assert f"p{letter.id}" not in page
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert set(links) == {"http://localhost/", "https://example.org/x"}
    for never in ("<form", "<button", "<nav", "<input", "style", "<script", "csrf"):
        assert never not in page
    assert Judge(page).faults == []


def test_saving_reads_nothing(app: Flask, pals: Pals) -> None:
    pals.letter("Hello.")
    client = Client(app, pals.ana)
    client.get("/my-post.html")

    assert "Hello." in client.get("/").text


def test_the_file_is_as_small_as_a_page(app: Flask, pals: Pals) -> None:
    for n in range(30):
        pals.letter(f"{n} " + "many different words indeed " * 100)

    answer = Client(app, pals.ana).get(
        "/my-post.html", headers={"Accept-Encoding": "gzip"}
    )

    assert len(answer.data) + 700 <= MOST_BYTES
    assert answer.headers["Content-Encoding"] == "gzip"


def test_adults_have_no_post_to_save(app: Flask, pals: Pals) -> None:
    assert Client(app, pals.teacher).get("/my-post.html").status_code == 404
    assert Client(app).get("/my-post.html").status_code == 302
