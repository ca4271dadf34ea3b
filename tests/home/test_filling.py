"""My post fills one page: its bytes, what it proves, and that nothing is skipped."""

import gzip
import re
from collections.abc import Callable
from random import Random
from string import ascii_letters, digits

import pytest
from flask import Flask

from app.accounts.models import KeptForm
from app.db import db, next_change_no
from app.home.filling import fill
from app.home.news import POSTS_IN_FULL
from app.posts import marks
from app.posts.models import Draft, Post, Thread
from tests.builders import a_post, a_thread, released
from tests.clients import Client
from tests.home.pals import Pals, proof_on, title_of
from tests.web.test_every_page import MOST_BYTES, MOST_QUERIES, Judge, counted

PACKED = {"Accept-Encoding": "gzip"}
CHANCE = Random(7)


def of_letters(first: int, last: int) -> Callable[[int], str]:
    """Words of letters taken by chance: no language is packed as badly."""

    def made(size_bytes: int) -> str:
        words = ""
        while len(words.encode()) < size_bytes - 40:
            letters = [
                chr(CHANCE.randint(first, last)) for _n in range(CHANCE.randint(2, 9))
            ]
            words += "".join(letters) + " "
        return words

    return made


ENGLISH = of_letters(ord("a"), ord("z"))
ARABIC, CHINESE = of_letters(0x0627, 0x064A), of_letters(0x4E00, 0x9FA5)
SCRIPTS = {"English": ENGLISH, "Arabic": ARABIC, "Chinese": CHINESE}


def size_of(pals: Pals, url: str = "/") -> tuple[int, str]:
    """The bytes of Ana's page on the wire, headers and all, and its words."""
    answer = Client(pals.app, pals.ana).get(url, headers=PACKED)
    assert answer.status_code == 200
    head = f"HTTP/1.1 {answer.status}\r\n{answer.headers}\r\n"
    return len(head) + len(answer.data), gzip.decompress(answer.data).decode()


def pages(pals: Pals) -> list[str]:
    """Follow the link to what did not fit until there is none."""
    found, url = [], "/"
    while url:
        total, page = size_of(pals, url)
        assert total <= MOST_BYTES
        assert Judge(page).faults == []
        found.append(page)
        more = re.search(r'<p class="part"><a[^>]* href="(/\?r=[^"]+)"', page)
        url = more[1] if more else ""
        assert len(found) < 60
    return found


def articles(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'<article id="p(\d+)"', page)]


@pytest.mark.parametrize(
    ("script", "count", "size_bytes"),
    [
        ("English", 45, 100),
        ("Arabic", 14, 2_000),
        *((name, 3, 16_000) for name in SCRIPTS),
    ],
)
def test_every_letter_is_shown_once_and_whole_however_many(
    pals: Pals, script: str, count: int, size_bytes: int
) -> None:
    words = [SCRIPTS[script](size_bytes) for _n in range(count)]
    letters = [pals.letter(said) for said in words]

    found = pages(pals)

    shown = [number for page in found for number in articles(page)]
    assert shown == [letter.id for letter in letters]
    for said, letter in zip(words, letters, strict=True):
        (page,) = [page for page in found if letter.id in articles(page)]
        assert said.split()[0] in page
        assert said.split()[-1] in page or f"/p/{letter.id}/whole" in page
    assert "I have read this" in found[-1]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_page_is_full_before_there_is_a_second_one(pals: Pals, script: str) -> None:
    for _n in range(30):
        pals.letter(SCRIPTS[script](1_000))

    total, page = size_of(pals)

    assert "Show what did not fit" in page
    assert MOST_BYTES - 2_000 < total <= MOST_BYTES


def test_a_letter_that_no_page_holds_is_shown_as_far_as_one_does(pals: Pals) -> None:
    noise = "".join(CHANCE.choice(ascii_letters + digits) for _n in range(16_300))
    letter = pals.letter(noise)
    pals.letter("Short.")

    first, *rest = pages(pals)

    assert noise[:12_000] in first
    assert noise not in first
    assert f"/p/{letter.id}/whole" in first
    assert "Short." in "".join([first, *rest])


def test_what_is_new_in_many_places_comes_page_by_page(pals: Pals) -> None:
    letters = [pals.letter(ENGLISH(1_500)) for _n in range(5)]
    friend, second = pals.pen_pal("Brian Kamau")
    letters += [
        released(a_post(second, friend, ENGLISH(1_500)), pals.third) for _n in range(5)
    ]
    hers = pals.thread(pals.ana)
    letters += [pals.reply(hers, ENGLISH(1_500)) for _n in range(5)]
    begun = [pals.thread() for _n in range(30)]

    found = pages(pals)

    shown = [number for page in found for number in articles(page)]
    assert sorted(shown) == sorted(letter.id for letter in letters)
    for thread in begun:
        assert sum(f'href="/threads/{thread.id}"' in page for page in found) == 1
    assert sum("Published on" in page for page in found) == 1


def test_seventy_new_threads_with_long_titles_are_each_told_once(pals: Pals) -> None:
    threads = []
    for _n in range(70):
        thread = pals.thread()
        thread.title = "".join(chr(CHANCE.randint(0x4E00, 0x9FA5)) for _n in range(120))
        threads.append(thread)
    db.session.commit()

    found = pages(pals)

    told = [
        int(n) for page in found for n in re.findall(r'href="/threads/(\d+)"', page)
    ]
    assert told == [thread.id for thread in threads]


def test_forty_threads_and_more_with_replies_are_each_shown(pals: Pals) -> None:
    threads = [pals.thread(pals.ana) for _n in range(43)]
    replies = [pals.reply(thread, "A reply.") for thread in threads]

    found = pages(pals)

    shown = [number for page in found for number in articles(page)]
    assert sorted(shown) == [reply.id for reply in replies]


def test_the_proof_names_threads_and_how_far_titles_were_told(pals: Pals) -> None:
    letter = pals.letter("Hello.")
    reply = pals.reply(pals.thread(pals.ana), "A reply.")
    thread = pals.thread()
    own = released(a_post(pals.letters, pals.ana), pals.teacher)
    db.session.commit()

    with pals.app.test_request_context():
        found = fill(pals.ana).found

    assert found == {
        letter.thread_id: letter.change_no,
        reply.thread_id: reply.change_no,
        marks.EVERYTHING: own.change_no,
    }
    assert own.change_no > (thread.begun_no or 0)


def test_a_proof_never_jumps_over_a_title_that_did_not_fit(
    pals: Pals, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pals.thread(), pals.thread()
    own = released(a_post(pals.letters, pals.ana), pals.teacher)
    db.session.commit()
    assert (first.begun_no or 0) < (second.begun_no or 0) < own.change_no

    # Room for two lines: her own post and the first title.
    monkeypatch.setattr("app.home.filling.LETTER_BYTES", 0)
    monkeypatch.setattr("app.home.filling.NEWS_BYTES", 110)
    with pals.app.test_request_context():
        post = fill(pals.ana)

    assert [thread.id for thread in post.begun] == [first.id]
    assert len(post.own) == 1
    assert post.more
    assert post.found == {marks.EVERYTHING: first.begun_no}


def test_of_an_announcement_its_replies_are_left_to_who_follows_it(pals: Pals) -> None:
    thread = pals.thread(pals.teacher, "No school on Friday.")
    thread.announcement = True
    pals.reply(thread, "Oh no.", pals.ana)
    pals.reply(thread, "Why?")
    db.session.commit()
    marks.follow(thread.id, pals.ana.person_id, follows=False)

    page = pals.page()

    assert "No school on Friday." in page
    assert "Why?" not in page
    marks.follow(thread.id, pals.ana.person_id)
    assert "Why?" in pals.page()


def test_many_replies_to_an_announcement_leave_the_letters_their_place(
    pals: Pals,
) -> None:
    thread = pals.thread(pals.teacher, "No school on Friday.")
    thread.announcement = True
    for _n in range(POSTS_IN_FULL + 1):
        pals.reply(thread, "Why?")
    pals.letter("Hello Ana.")

    page = pals.page()

    assert len(articles(page)) == 2
    assert "Hello Ana." in page
    assert "Show what did not fit" not in page


def test_a_changed_announcement_brings_along_what_it_would_call_read(
    pals: Pals,
) -> None:
    thread = pals.thread(pals.teacher, "No school on Friday.")
    thread.announcement = True
    pals.reply(thread, "Why?")
    first = db.session.get_one(Post, 1)
    first.change_no = next_change_no()
    db.session.commit()

    page = pals.page()

    assert page.index("Why?") < page.index("No school on Friday.")


@pytest.mark.parametrize("filled", [False, True])
def test_a_page_takes_six_queries_however_much_is_new(pals: Pals, filled: bool) -> None:
    if filled:
        for n in range(25):
            pals.letter(f"Letter {n}.")
            answer = pals.reply(pals.thread(pals.ana), "A reply.")
            answer.parent_id = 1
            pals.thread()
            a_post(pals.letters, pals.ana)
        a_draft(pals)
    client = Client(pals.app, pals.ana)
    client.get("/")

    with counted() as said:
        client.get("/")

    assert len(said) <= (MOST_QUERIES if filled else 3)


def a_draft(
    pals: Pals, words: str = "Dear Amina, I", thread: Thread | None = None
) -> Draft:
    draft = Draft(
        person_id=pals.ana.person_id,
        form_key=f"draft-{words[:20]}",
        thread_id=(thread or pals.letters).id,
        source=words,
        lang="en",
    )
    db.session.add(draft)
    db.session.commit()
    return draft


def test_the_worst_of_everything_at_once_still_fits(pals: Pals) -> None:
    pals.ana.person.lang = "ar"
    pals.ana.text_size = 2
    for n in range(10):
        a_draft(pals, f"{n} {CHINESE(180)}")
        waits = a_post(a_thread(pals.own_space, pals.ana, pals.forum), pals.ana)
        waits.thread.title = CHINESE(300)[:120]
        assert waits.waiting is not None
        waits.waiting.state, waits.waiting.note = "returned", CHINESE(2_400)
        out = pals.thread(pals.ana)
        out.title = CHINESE(300)[:120]
        pals.reply(out, CHINESE(900))
        pals.thread().title = CHINESE(300)[:120]
        friend, letters = pals.pen_pal(f"{ARABIC(30)}")
        released(a_post(letters, friend, ARABIC(900)), pals.third)
    db.session.commit()

    total, page = size_of(pals)

    assert total <= MOST_BYTES
    assert Judge(page).faults == []
    assert len(pages(pals)) > 1


def test_words_that_came_too_late_leave_room_for_a_letter(pals: Pals) -> None:
    for n in range(3):
        db.session.add(
            KeptForm(
                account_id=pals.ana.id, path="/", content_type="", body=b"",
                words=f"{n} {CHINESE(3_000)}",
            )
        )  # fmt: skip
    letter = pals.letter(ENGLISH(3_000))
    db.session.commit()

    total, page = size_of(pals)

    assert total <= MOST_BYTES
    assert articles(page) == [letter.id]


def test_the_title_says_what_there_is(pals: Pals) -> None:
    assert title_of(pals.page()) == "My post"

    pals.letter("One.")
    assert title_of(pals.page()) == "1 letter – My post"

    pals.letter("Two.")
    pals.reply(pals.thread(pals.ana), "A reply.")
    a_draft(pals)
    assert title_of(pals.page()) == "2 letters, 1 reply, 1 draft – My post"


def test_the_title_counts_replies_to_an_announcement_apart(pals: Pals) -> None:
    thread = pals.thread(pals.teacher, "No school on Friday.")
    thread.announcement = True
    pals.reply(thread, "Why?")
    marks.follow(thread.id, pals.ana.person_id)
    db.session.commit()

    assert title_of(pals.page()) == "1 announcement, 1 reply – My post"


@pytest.mark.parametrize("lang", ["es", "fr", "pt", "ar", "sw"])
def test_the_title_parts_what_there_is_in_every_language(pals: Pals, lang: str) -> None:
    pals.ana.person.lang = lang
    pals.letter("One.")
    pals.reply(pals.thread(pals.ana), "A reply.")
    a_draft(pals)

    title = title_of(pals.page())

    assert len(re.split("، " if lang == "ar" else ", ", title)) == 3


def test_when_nothing_is_new_hardly_anything_is_said(app: Flask, pals: Pals) -> None:
    pals.letter("Hello.")
    pals.read_all()

    total, page = size_of(pals)

    assert f'href="/letters/{pals.letters.id}"' in page
    assert "I have read this" not in page
    assert proof_on(page) == ""
    assert "Save it as a file" not in page
    assert total <= 900, total
