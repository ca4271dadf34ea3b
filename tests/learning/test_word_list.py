"""Words to learn from letters, and the question of what one of them means."""

import gzip
import random
import re
import string

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask_babel import gettext
from sqlalchemy import select

from app.accounts.models import Account
from app.db import db
from app.learning.views import WORDS_ON_A_PAGE, one_page
from app.learning.word_list import (
    COMMON_SHARE,
    LEAST_SENTENCES,
    MOST_CHARACTERS,
    Read,
    Taught,
    taught,
    words_in,
)
from app.moderation.hiding import hide
from app.posts.models import (
    BY_MACHINE,
    MENDED,
    STAYS,
    STUMBLED,
    Post,
    Quote,
    Rendition,
    Thread,
)
from app.web.langs import speaking
from tests.builders import (
    a_classroom,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)
from tests.clients import Client, fields_in

Said = tuple[str, str, str]


class Pair:
    """Letters between a Spanish and an English pupil, with their copies."""

    def __init__(self) -> None:
        spanish, english = a_classroom(lang="es"), a_classroom(lang="en")
        self.space = a_partnership(spanish, english)
        self.teacher, self.theirs = teacher_of(spanish), teacher_of(english)
        self.writer: Account = a_pupil(spanish, "Lucía Ramos")
        self.reader: Account = a_pupil(english, "Amina Kamau")
        self.letters: Thread = letters_between(
            self.space, self.teacher, self.writer, self.reader
        )

    def letter(
        self, *said: Said, author: Account | None = None, thread: Thread | None = None
    ) -> Post:
        """Send and release a letter with its copy in the other's language."""
        author = author or self.writer
        source = "\n\n".join(sentence for sentence, _target, _how in said)
        post = a_post(thread or self.letters, author, source)
        if post.waiting is not None:
            of_writer = author is self.writer
            released(post, self.teacher if of_writer else self.theirs)
        spanish = author.person.lang == "es"
        db.session.add(
            Rendition(
                revision_id=post.current_id, lang="en" if spanish else "es",
                source="x", html="x", pack="es-en 1.0",
                pairs=[[n, *one] for n, one in enumerate(said)],
            )
        )  # fmt: skip
        db.session.commit()
        return post


@pytest.fixture
def pair(app: Flask) -> Pair:
    return Pair()


def rows_of(page: str) -> dict[str, str]:
    """Read a word list: its sentences by the words beside them."""
    found = {}
    for line in BeautifulSoup(page, "html.parser").find_all("article"):
        assert line.h2 is not None
        words = line.h2.extract().get_text()
        found[words] = " ".join(part.get_text() for part in line.find_all(["div", "p"]))
    return found


def test_a_list_has_the_words_of_letters_with_both_sentences(
    app: Flask, pair: Pair
) -> None:
    pair.letter(("El río está helado.", "The river is frozen.", BY_MACHINE))
    pair.letter(
        ("My grandmother bakes bread.", "Mi abuela hornea pan.", BY_MACHINE),
        author=pair.reader,
    )

    page = Client(app, pair.reader).get("/words").text

    assert rows_of(page) == {
        "abuela · hornea · pan": "Mi abuela hornea pan. My grandmother bakes bread.",
        "río · helado": "El río está helado. The river is frozen.",
    }
    assert rows_of(Client(app, pair.writer).get("/words").text) == {
        "grandmother · bakes · bread": "My grandmother bakes bread. Mi abuela hornea pan.",
        "river · frozen": "The river is frozen. El río está helado.",
    }


def test_a_persons_sentences_come_first_then_the_newest_letters(
    app: Flask, pair: Pair
) -> None:
    pair.letter(
        ("Hay fogata.", "There is a bonfire.", MENDED),
        ("Veo ovejas.", "I see sheep.", BY_MACHINE),
    )
    pair.letter(("Llueve siempre.", "It always rains.", BY_MACHINE))

    page = Client(app, pair.reader).get("/words").text

    assert list(rows_of(page)) == ["fogata", "llueve · siempre", "veo · ovejas"]
    assert page.count("said by a person") == 1


def test_sentences_that_nobody_could_say_teach_nothing(app: Flask, pair: Pair) -> None:
    pair.letter(
        ("Guacamole ñoño.", "Guacamole ñoño.", STUMBLED),
        ("Bonjour monde.", "Bonjour monde.", STAYS),
    )

    assert rows_of(Client(app, pair.reader).get("/words").text) == {}


def test_a_list_has_nothing_that_she_may_not_read(app: Flask, pair: Pair) -> None:
    pair.letter(("Hay fogata.", "There is a bonfire.", MENDED))
    hidden = pair.letter(("Veo ovejas.", "I see sheep.", BY_MACHINE))
    hide(hidden, pair.teacher, "")
    other = a_pupil(a_classroom(lang="es"))
    a_partnership(other_class := a_classroom(lang="es"), a_classroom(lang="en"))
    stranger = a_pupil(other_class)
    waiting = a_post(pair.letters, pair.writer, "Canto mucho.")
    assert waiting.waiting is not None
    db.session.add(
        Rendition(
            revision_id=waiting.waiting.id, lang="en", source="x", html="x",
            pairs=[[0, "Canto mucho.", "I sing a lot.", BY_MACHINE]],
        )
    )  # fmt: skip
    db.session.commit()

    assert set(rows_of(Client(app, pair.reader).get("/words").text)) == {"fogata"}
    for account in (other, stranger, pair.teacher, pair.theirs):
        assert rows_of(Client(app, account).get("/words").text) == {}


def test_only_letters_of_her_own_teach_and_no_forum(app: Flask, pair: Pair) -> None:
    thread = a_thread(pair.space, pair.teacher)
    pair.letter(("Hay fogata.", "There is a bonfire.", MENDED), thread=thread)

    assert rows_of(Client(app, pair.reader).get("/words").text) == {}


def read(sentence: str, meaning: str = "", lang: str = "es") -> Read:
    return Read(lang, sentence, meaning, mended=False)


@pytest.mark.parametrize(
    ("lang", "sentence", "meaning", "words"),
    [
        ("es", "El perro y la vaca están aquí.", "", ["perro", "vaca"]),
        ("es", "Lucía nada con Pedro en Cartagena.", "", []),
        ("es", "Luna ladra.", "", ["ladra"]),
        ("es", "Tengo 12 gallinas y 3 patos.", "", ["gallinas", "patos"]),
        ("es", "¡MAÑANA GANAMOS!", "", ["mañana", "ganamos"]),
        ("es", "Visito Nairobi y el wifi falla.", "The wifi fails.", ["visito", "falla"]),
        ("fr", "J'aime l'eau froide.", "", ["aime", "eau", "froide"]),
        ("en", "I don't swim.", "", ["swim"]),
        ("en", "I don’t swim.", "", ["swim"]),
        ("de", "Der Hund bellt.", "", ["Der", "Hund", "bellt"]),
        ("ar", "الكتاب على الطاولة", "", ["الكتاب", "الطاولة"]),
        ("hi", "किताब", "", ["किताब"]),
        ("sw", "Mto ni mkubwa sana.", "", ["mto", "mkubwa"]),
        ("es", "El guardabosques saca-corchos.", "", ["guardabosques", "saca-corchos"]),
    ],
)  # fmt: skip
def test_words_to_learn(
    lang: str, sentence: str, meaning: str, words: list[str]
) -> None:
    lines = taught([read(sentence, meaning, lang)], {"Lucía", "Luna", "R"})

    assert [word for line in lines for word in line.words] == words


def test_no_word_stands_in_a_list_twice() -> None:
    lines = taught([read("Veo ovejas."), read("¡Ovejas! Veo nubes.")], ())

    assert [line.words for line in lines] == [["veo", "ovejas"], ["nubes"]]


def test_a_word_of_many_sentences_is_left_out_whatever_the_language() -> None:
    some = [
        read(f"tuta {word}{word}", lang="tr")
        for word in string.ascii_lowercase[:LEAST_SENTENCES]
    ]
    few = some[: LEAST_SENTENCES - 1]

    assert COMMON_SHARE * LEAST_SENTENCES > 1
    assert ["tuta"] in [line.words[:1] for line in taught(few, ())]
    assert "tuta" not in [word for line in taught(some, ()) for word in line.words]


def test_words_keep_what_belongs_to_them() -> None:
    assert words_in("«¿Qué?» d'un saca-corchos – 3º B2 किताब") == [
        "Qué", "d'un", "saca-corchos", "º", "B", "किताब",
    ]  # fmt: skip


def lines_of(count: int, letters: int = 12) -> list[Taught]:
    dice = random.Random(5)

    def word() -> str:
        return "".join(dice.choices(string.ascii_lowercase, k=letters))

    return [
        Taught(
            [word() for _n in range(3)],
            read(" ".join(word() for _n in range(15)), " ".join(word() for _n in range(15))),
        )
        for _n in range(count)
    ]  # fmt: skip


def test_a_page_holds_so_many_words_and_the_next_goes_on() -> None:
    lines = lines_of(12)

    first = one_page(lines, 0, 15)
    second = one_page(lines, first.later or 0, 15)

    assert len(first.lines) == 5
    assert [*first.lines, *second.lines] == lines[:10]
    assert one_page(lines, 10, 15) == (lines[10:], None)
    assert one_page(lines, 99, 15) == ([], None)


def test_a_page_of_words_fills_by_bytes_whatever_letters_hold(
    app: Flask, pair: Pair
) -> None:
    dice = random.Random(7)

    def noise() -> str:
        return "".join(dice.choices(string.ascii_letters, k=MOST_CHARACTERS - 20))

    for n in range(60):
        word = string.ascii_lowercase[n % 26] * 3 + string.ascii_lowercase[n // 26] * 3
        pair.letter((f"{word} {noise()}", noise(), BY_MACHINE))

    answer = Client(app, pair.reader).get(
        f"/words?n={WORDS_ON_A_PAGE[-1]}", headers={"Accept-Encoding": "gzip"}
    )

    assert len(answer.data) + 600 < 14_000
    page = gzip.decompress(answer.data).decode()
    assert "More words" in page
    assert len(rows_of(page)) > 25


def test_the_way_to_the_list_stands_on_letters(app: Flask, pair: Pair) -> None:
    assert 'href="/words"' in Client(app, pair.reader).get("/letters").text
    assert 'href="/words"' not in Client(app, pair.teacher).get("/letters").text


def test_asking_goes_by_sentence_and_word_to_a_question_in_the_writers_language(
    app: Flask, pair: Pair
) -> None:
    post = pair.letter(
        ("El río es grande.", "The river is big.", BY_MACHINE),
        ("Hay una fogata.", "There is a bonfire.", BY_MACHINE),
    )
    reader = Client(app, pair.reader)

    page = reader.get(f"/p/{post.id}/ask").text
    assert re.findall(r'href="([^"]*ask\?[^"]*)"', page) == [
        f"/p/{post.id}/ask?n=0", f"/p/{post.id}/ask?n=1",
    ]  # fmt: skip
    page = reader.get(f"/p/{post.id}/ask?n=1").text
    offered = BeautifulSoup(page, "html.parser").find_all("input", type="radio")
    assert [radio["value"] for radio in offered] == ["Hay", "una", "fogata"]
    page = reader.get(f"/p/{post.id}/ask?n=1&word=fogata").text

    action = f"/letters/{pair.letters.id}/posts"
    fields = fields_in(page, action)
    with app.test_request_context(), speaking("es"):
        asked = gettext("What does “%(word)s” mean?", word="fogata")
    assert fields["source"] == asked
    assert fields["lang"] == "es"
    assert (fields["parent"], fields["quote"]) == (str(post.id), "1")
    assert "It says: " in page
    assert "What does “fogata” mean?" in page

    answer = reader.post(action, fields)

    assert answer.status_code == 303
    db.session.rollback()
    sent = db.session.scalars(select(Post).order_by(-Post.id)).first()
    assert sent is not None
    assert (sent.parent_id, sent.current) == (post.id, None)
    assert sent.waiting is not None
    assert (sent.waiting.lang, sent.waiting.state) == ("es", "held")
    quote = db.session.get(Quote, sent.id)
    assert quote is not None
    assert quote.n == 1


def test_several_words_that_she_types_go_before_the_one_she_ticked(
    app: Flask, pair: Pair
) -> None:
    post = pair.letter(("Hay que hacer cola.", "You have to queue.", BY_MACHINE))

    page = Client(app, pair.reader).get(
        f"/p/{post.id}/ask?n=0&word=cola&typed=hacer+%3Cb%3Ecola"
    )

    assert "“hacer &lt;b&gt;cola”" in page.text


def test_a_writer_whose_language_pages_do_not_speak_is_asked_in_the_readers(
    app: Flask, pair: Pair
) -> None:
    pair.writer.person.lang = "it"
    post = pair.letter(("Hay fogata.", "There is a bonfire.", BY_MACHINE))

    page = Client(app, pair.reader).get(f"/p/{post.id}/ask?n=0&word=fogata").text

    fields = fields_in(page, f"/letters/{pair.letters.id}/posts")
    assert fields["source"] == "What does “fogata” mean?"
    assert fields["lang"] == "en"
    assert "It says: " not in page


def test_a_letter_that_no_pack_speaks_is_asked_about_by_its_passages(
    app: Flask, pair: Pair
) -> None:
    post = a_post(pair.letters, pair.writer, "Mto ni mkubwa.\n\n---\n\nKaribu.", "sw")
    released(post, pair.teacher)
    reader = Client(app, pair.reader)

    assert f"/p/{post.id}/ask" in reader.get(f"/p/{post.id}/translate").text
    page = reader.get(f"/p/{post.id}/ask").text
    assert re.findall(r'\?n=\d">([^<]*)</a></li>', page) == [
        "Mto ni mkubwa.", "---", "Karibu.",
    ]  # fmt: skip
    page = reader.get(f"/p/{post.id}/ask?n=2&word=Karibu").text

    assert fields_in(page, f"/letters/{pair.letters.id}/posts")["quote"] == "2"


def test_side_by_side_each_sentence_leads_to_asking(app: Flask, pair: Pair) -> None:
    post = pair.letter(
        ("El río es grande.", "The river is big.", BY_MACHINE),
        ("Hay una fogata.", "There is a bonfire.", BY_MACHINE),
    )

    def asked(account: Account) -> list[str]:
        page = Client(app, account).get(f"/p/{post.id}/sentences").text
        return re.findall(r'href="([^"]*/ask[^"]*)"', page)

    assert asked(pair.reader) == [f"/p/{post.id}/ask?n={n}" for n in (0, 1)]
    assert asked(pair.writer) == asked(pair.theirs) == []


def test_only_who_may_answer_may_ask_and_nobody_asks_herself(
    app: Flask, pair: Pair
) -> None:
    post = pair.letter(("Hay fogata.", "There is a bonfire.", BY_MACHINE))
    url = f"/p/{post.id}/ask"

    for account, status in (
        (pair.reader, 200), (pair.writer, 403), (pair.teacher, 403), (pair.theirs, 403),
    ):  # fmt: skip
        assert Client(app, account).get(url).status_code == status
    assert f'{url}"' not in Client(app, pair.theirs).get(f"/p/{post.id}/translate").text
    reader = Client(app, pair.reader)
    assert reader.get(f"{url}?n=1&word=x").status_code == 404
    hide(post, pair.teacher, "")
    db.session.commit()
    assert reader.get(url).status_code == 404
