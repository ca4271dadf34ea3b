"""A post sentence under sentence: who may look, in which language, and what she may say."""

import json
from typing import Any

from flask import Flask

from app.accounts.models import Account
from app.db import db
from app.posts.models import (
    AGAIN,
    BY_MACHINE,
    LETTERS,
    MENDED,
    STAYS,
    STUMBLED,
    Post,
    Rendition,
)
from app.translate import memory
from app.translate.models import WrongReading
from app.wording.side_by_side import key_of
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_teacher,
    a_thread,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client

PACKED = {"Accept-Encoding": "gzip"}


class Two:
    """A Spanish and an English class, and a letter of the first as both read it."""

    def __init__(self, *pairs: tuple[str, str, str], lang: str = "en") -> None:
        self.room, self.other = a_classroom(lang="es"), a_classroom(lang=lang)
        self.space = a_partnership(self.room, self.other)
        self.author, self.reader = a_pupil(self.room), a_pupil(self.other)
        self.teacher, self.partner = teacher_of(self.room), teacher_of(self.other)
        # Pages in English for all, whatever their post is in.
        self.author.person.lang = self.teacher.person.lang = "en"
        self.lang = lang
        thread = a_thread(self.space, self.author)
        words = "\n\n".join(source for source, _target, _how in pairs)
        self.post = released(a_post(thread, self.author, words, "es"), self.teacher)
        self.url = f"/p/{self.post.id}/sentences"
        self.copy = a_copy(self.post, lang, pairs)

    def sentence(self, n: int) -> str:
        return str(self.copy.sentences[n].source)


def a_copy(post: Post, lang: str, pairs: Any) -> Rendition:
    """A copy as the worker writes it; the machine itself is not asked here."""
    made = Rendition(
        revision_id=post.current_id,
        lang=lang,
        source="\n\n".join(target for _source, target, _how in pairs),
        html="<p>…</p>",
        pack=f"es-{lang} 0.2",
        pairs=[[n, *pair] for n, pair in enumerate(pairs)],
        doubt=sum(how == STUMBLED for *_pair, how in pairs),
        mended=sum(how == MENDED for *_pair, how in pairs),
    )
    db.session.add(made)
    db.session.commit()
    return made


RIVER = ("El río es grande.", "The river is big.", BY_MACHINE)
HELLO = ("Hola.", "Hi there.", MENDED)
ODD = ("Qué padre.", "Qué padre.", STUMBLED)
SAME = ("See you.", "See you.", STAYS)


def test_each_sentence_stands_above_its_translation(app: Flask) -> None:
    two = Two(RIVER, HELLO, ODD, SAME)

    page = Client(app, two.reader).get(two.url).text

    places = [page.index(words) for words in ("El río", "The river", "Hola", "Hi th")]
    assert places == sorted(places)
    assert '<p lang="es" dir="ltr">El río es grande.</p>' in page
    assert '<blockquote lang="en" dir="ltr">The river is big.</blockquote>' in page


def test_marks_say_who_said_it_and_what_could_not_be_said(app: Flask) -> None:
    two = Two(RIVER, HELLO, ODD, SAME)

    page = Client(app, two.reader).get(two.url).text

    articles = page.split("<article")[1:]
    mended, stumbled = "said by a person", "could not be translated well"
    assert [mended in article for article in articles] == [False, True, False, False]
    assert [stumbled in article for article in articles] == [False, False, True, False]
    assert [article.count("Qué padre.") for article in articles] == [0, 0, 1, 0]
    assert [article.count("See you.") for article in articles] == [0, 0, 0, 1]


def test_a_persons_words_show_before_the_worker_has_written_them(app: Flask) -> None:
    two = Two(RIVER)
    memory.say("es-en", RIVER[0], "The river is wide.", None)

    page = Client(app, two.reader).get(two.url).text

    assert "The river is wide." in page
    assert "The river is big." not in page
    assert "said by a person" in page


def test_what_was_taken_back_is_said_to_be_on_its_way(app: Flask) -> None:
    two = Two(HELLO)
    two.copy.pack = AGAIN

    page = Client(app, two.reader).get(two.url).text

    assert "Hi there." not in page
    assert "The machine is saying it again" in page


def test_who_may_not_read_the_post_finds_nothing(app: Flask) -> None:
    two = Two(RIVER)
    stranger, far = a_teacher(), a_pupil(a_classroom())

    for who in (stranger, far):
        client = Client(app, who)
        assert client.get(two.url).status_code == 404
        assert client.get(f"{two.url}/0").status_code == 404
        assert _wrong(client, two, 0) == 404
    assert db.session.query(WrongReading).count() == 0


def test_a_letter_is_for_the_two_and_their_teachers(app: Flask) -> None:
    two = Two(RIVER)
    letters = letters_between(two.space, two.teacher, two.author, two.reader)
    letter = released(a_post(letters, two.author, RIVER[0]), two.teacher)
    assert letter.kind == LETTERS
    a_copy(letter, "en", [RIVER])
    url = f"/p/{letter.id}/sentences"

    def sees(who: Account) -> bool:
        return Client(app, who).get(url).status_code == 200

    assert all(sees(who) for who in (two.author, two.reader, two.teacher, two.partner))
    assert not sees(a_pupil(two.room))
    assert not sees(a_pupil(two.other))


def test_its_author_and_her_teacher_find_the_way_to_it(app: Flask) -> None:
    two = Two(RIVER)
    held = a_post(two.post.thread, two.author, "Otro río.")

    hers = Client(app, two.author).get(f"/p/{two.post.id}/edit").text
    waiting = Client(app, two.author).get(f"/p/{held.id}/edit").text
    teachers = Client(app, two.teacher).get(f"/p/{two.post.id}/report").text

    assert two.url in hers
    assert two.url in teachers
    assert "/sentences" not in waiting


def test_an_author_sees_first_how_her_partners_read_it(app: Flask) -> None:
    two = Two(RIVER)
    two.author.person.lang = "es"
    a_copy(two.post, "ar", [("El río es grande.", "Nahr.", BY_MACHINE)])

    page = Client(app, two.author).get(two.url).text

    assert "The river is big." in page
    assert "lang=ar" in page


def test_what_nobody_has_said_is_not_to_be_said_better(app: Flask) -> None:
    two = Two(RIVER, ODD)

    said, unsaid = (
        Client(app, two.teacher).get(f"{two.url}/{n}?lang=en").text for n in (0, 1)
    )

    assert "<h1>Say it better</h1>" in said
    assert "<h1>Say it</h1>" in unsaid


def test_who_asks_about_no_word_is_asked_again(app: Flask) -> None:
    two = Two(RIVER)
    reader, url = Client(app, two.reader), f"/p/{two.post.id}/ask?n=0"

    assert 'role="alert"' not in reader.get(url).text
    assert 'role="alert"' in reader.get(f"{url}&typed=").text


def test_what_waits_or_is_hidden_has_no_such_page(app: Flask) -> None:
    two = Two(RIVER)
    held = a_post(two.post.thread, two.author, "Otro río.")

    assert Client(app, two.author).get(f"/p/{held.id}/sentences").status_code == 404
    two.post.hidden_at = two.post.sent_at
    assert Client(app, two.author).get(two.url).status_code == 404
    assert Client(app, two.teacher).get(two.url).status_code == 404


def test_the_author_and_adults_choose_among_languages_and_pupils_read_their_own(
    app: Flask,
) -> None:
    two = Two(RIVER)
    a_copy(two.post, "pt", [(RIVER[0], "O rio é grande.", BY_MACHINE)])

    def portuguese(who: Account) -> bool:
        return "O rio é grande." in Client(app, who).get(f"{two.url}?lang=pt").text

    assert portuguese(two.author)
    assert portuguese(two.teacher)
    assert portuguese(two.partner)
    assert not portuguese(two.reader)


def test_who_wrote_it_sees_at_once_how_others_read_it(app: Flask) -> None:
    two = Two(RIVER)
    two.author.person.lang = "es"

    assert "The river is big." in Client(app, two.author).get(two.url).text
    mate = Client(app, a_pupil(two.room)).get(two.url)
    assert mate.status_code == 200
    assert "The river is big." not in mate.text


def test_where_there_is_no_copy_the_page_says_why(app: Flask) -> None:
    two = Two(RIVER)
    client = Client(app, two.reader)
    two.copy.pairs = None
    assert "is being made anew" in client.get(two.url).text

    db.session.delete(db.session.get_one(Rendition, two.copy.id))
    assert "A translation is being made" in client.get(two.url).text


def test_where_no_pack_speaks_persons_say_it(app: Flask) -> None:
    two = Two(ODD, ODD, lang="sw")
    two.copy.source = two.copy.html = two.copy.pack = None
    two.partner.person.lang = "en"

    page = Client(app, two.reader).get(two.url).text
    assert page.count("Qué padre.") == 2
    assert f"{two.url}/0" not in page
    assert "/glossary" in page
    page = Client(app, two.partner).get(f"{two.url}?lang=sw").text
    assert "No language pack on this server translates" in page
    assert "could not be translated well" not in page
    assert f"{two.url}/0" in page


def test_pupils_ask_about_what_others_wrote(app: Flask) -> None:
    two = Two(RIVER, SAME)
    link = f"/p/{two.post.id}/ask?n="

    page = Client(app, two.reader).get(two.url).text
    assert f"{link}0" in page
    assert f"{link}1" not in page  # it is in her own language
    assert link not in Client(app, two.author).get(two.url).text
    assert link not in Client(app, two.partner).get(two.url).text

    two.post.thread.locked_at = two.post.sent_at
    assert link not in Client(app, two.reader).get(two.url).text


def test_a_tap_says_thank_you_and_twice_is_once(app: Flask) -> None:
    two = Two(HELLO, RIVER)
    client = Client(app, two.reader)
    form = f"{two.url}/1/wrong?lang=en&amp;said={key_of(two.sentence(1))}"
    assert form in client.get(two.url).text

    first = client.post(f"{two.url}/1/wrong?lang=en&said={key_of(two.sentence(1))}")
    assert _wrong(client, two, 1) == 303

    page = client.get(first.location).text
    assert first.location.endswith("#s1")
    assert "Thank you." in page.split('id="s1"')[1]
    assert "Thank you." not in page.split('id="s1"')[0]
    assert form not in page
    (row,) = db.session.query(WrongReading)
    assert (row.person_id, row.sha256) == (
        two.reader.person_id,
        memory.digest(RIVER[0]),
    )


def test_a_tap_meant_for_a_sentence_finds_it_in_its_new_place(app: Flask) -> None:
    two = Two(HELLO, RIVER)
    client = Client(app, two.reader)

    moved = client.post(f"{two.url}/0/wrong?lang=en&said={key_of(RIVER[0])}")
    gone = client.post(f"{two.url}/0/wrong?lang=en&said={key_of('Adiós.')}")

    assert moved.location.endswith("#s1")
    assert gone.status_code == 409
    (row,) = db.session.query(WrongReading)
    assert row.sha256 == memory.digest(RIVER[0])


def test_what_is_settled_can_be_said_again(app: Flask) -> None:
    two = Two(RIVER)
    client = Client(app, two.reader)
    _wrong(client, two, 0)
    (row,) = db.session.query(WrongReading)
    row.settled_at = row.made_at

    _wrong(client, two, 0)

    (row,) = db.session.query(WrongReading)
    assert row.settled_at is None


def test_a_long_post_fills_pages_that_a_weak_link_carries(app: Flask) -> None:
    many = [
        (f"{_words('ñ', n)}.", f"{_words('y', n + 500)}.", BY_MACHINE)
        for n in range(220)
    ]
    two = Two(*many)
    assert len(two.post.current.source.encode()) > 14_000  # type: ignore[union-attr]
    client, url, seen = Client(app, two.reader), two.url, []

    while True:
        assert len(client.get(url, headers=PACKED).data) < 13_000
        page = client.get(url).text
        seen += [n for n in range(220) if f'id="s{n}"' in page]
        if "More sentences" not in page:
            break
        later = page.split("More sentences")[0].rsplit('href="', 1)[1].split('"')[0]
        url = later.replace("&amp;", "&")

    assert seen == list(range(220))
    assert "Earlier sentences" in page


def test_sentences_are_no_markup(app: Flask) -> None:
    two = Two(("Un <b>río</b>.", "<script>x</script>", BY_MACHINE))

    page = Client(app, two.reader).get(two.url).text

    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert "Un &lt;b&gt;río" in page


def _words(letter: str, n: int) -> str:
    """Make words that nothing packs."""
    digits = memory.digest(f"{letter}{n}")
    return f"{letter}{json.dumps(digits[:60]).strip(chr(34))}"


def _wrong(client: Client, two: Two, n: int) -> int:
    said = key_of(two.sentence(n))
    return client.post(f"{two.url}/{n}/wrong?lang={two.lang}&said={said}").status_code
