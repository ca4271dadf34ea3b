"""Sentences through the real packs: readable, or as they were; never lost, never looped."""

from collections.abc import Sequence

import pytest

from app.translate.checks import names_in, problem
from app.translate.engine import Draft, Model
from app.translate.interpreting import Asked, Told, interpret
from app.translate.sentences import cut, put_together

NAMES = {"Lucía", "Luna", "Otieno", "Amina"}


class Parrot:
    """A model at its worst, as seen in the wild: says what it is told to say."""

    def __init__(
        self, first: str, careful: Sequence[str] = (), score: float = -0.1
    ) -> None:
        self.first, self.careful, self.score = first, careful, score
        self.asked: list[str] = []

    def translate(
        self, sentences: Sequence[str], *, careful: bool
    ) -> list[list[Draft]]:
        self.asked.extend(sentences)
        said = self.careful if careful else [self.first]
        return [[Draft(text, self.score) for text in said] for _sentence in sentences]

    def tokens_of(self, word: str) -> int:
        return 1


def asked(sentences: Sequence[str]) -> list[Asked]:
    return [Asked(one, frozenset(names_in(one, NAMES))) for one in sentences]


def into_english(text: str, model: Model) -> str:
    pieces = cut(text, "es")
    sentences = pieces.sentences()
    told = interpret(model, asked(sentences), "es", "en")
    return put_together(
        pieces, {s: t.text for s, t in zip(sentences, told, strict=True) if not t.doubt}
    )


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("El río es grande.", "The river is big."),
        ("MI MAMÁ COCINA MUY BIEN", "MY MOTHER COOKS VERY WELL"),
        ("Me gusta el fútbol ⚽ y el río 🌊.", "I like soccer ⚽ and the river 🌊."),
        ("**Vivo en España** 👩‍👩‍👧", "**I live in Spain** 👩‍👩‍👧"),
        ("- Me gusta leer\n- Me gusta nadar", "- I like reading\n- I like swimming"),
        ("Querida Amina:", "Dear Amina:"),
        ("Sí, pero el río es grande.", "Yes, but the river is big."),
        ("Tu amiga, Lucía", "Your friend, Lucía"),
        ("jajajaja", "jajajaja"),
        ("2 < 5", "2 < 5"),
        ("42", "42"),
        ("no no no no no no", "no no no no no no"),
        ("no, no, no!", "no, no, no!"),
    ],
)
def test_everyday_spanish_is_read_in_english(
    es_en: Model, spanish: str, english: str
) -> None:
    assert into_english(spanish, es_en) == english


def test_a_dog_called_luna_is_not_the_moon(es_en: Model) -> None:
    read = into_english("Mi perro se llama Luna.", es_en)

    assert "Luna" in read
    assert "moon" not in read


def test_a_place_no_model_has_met_keeps_its_name(es_en: Model) -> None:
    read = into_english("Vivo en Pasto, una ciudad cerca de un volcán.", es_en)

    assert read.startswith("I live in Pasto, a ")


@pytest.mark.parametrize(
    "hostile",
    [
        "no no no no", "NO NO NO", "aplauso aplauso aplauso aplauso aplauso", "clap clap clap",
        "Sí", "a", "ñ", "¿?", "¡¡¡!!!", "...", "🌊", "👩‍👩‍👧 hola", "1, 2, 3", "3,14", "10:30",
        "el 3 de mayo de 2024 a las 10:30", "MAYÚSCULAS SIN FIN", "- uno\n- dos\n- tres",
        "> cita", '"Hola"', "«Hola»", "Hola my friend, how are you?", "I love you", "<3 <3 <3",
        "snake_case_word", "https://a.org/b", "ana@x.org", "@ana", "Luna Luna Luna", "Luna",
        "en mi casa vivimos mi mamá, mi papá, mi abuela y yo", "\u200d", "مرحبا", "你好", "xd",
        "ja " * 60, "Tom Tom Mary Mary", "aaaa bbbb cccc", "****", "*hola", "**hola** *a* todos",
        "Otieno y Amina y Lucía y Luna", "E = mc2", "x" * 280, "palabra " * 40,
    ],
)  # fmt: skip
def test_hostile_sentences_lose_nothing_and_never_loop(
    es_en: Model, hostile: str
) -> None:
    pieces = cut(hostile, "es")
    sentences = pieces.sentences()

    told = interpret(es_en, asked(sentences), "es", "en")

    assert len(told) == len(sentences)
    for sentence, one in zip(sentences, told, strict=True):
        assert one.text == sentence if one.doubt else one.text.strip()
        assert len(one.text) <= 2.5 * len(sentence) + 12
        assert one.doubt or "name" not in (problem(sentence, one.text, NAMES) or "")
    read = put_together(
        pieces, {s: t.text for s, t in zip(sentences, told, strict=True) if not t.doubt}
    )
    for kept in (
        "🌊",
        "👩‍👩‍👧",
        "<3",
        "https://a.org/b",
        "ana@x.org",
        "@ana",
        "snake_case_word",
    ):
        assert (kept in hostile) == (kept in read)


def test_a_failed_sentence_is_tried_once_more() -> None:
    model = Parrot("wow wow wow wow", careful=["wow wow wow", "The river is big."])

    told = interpret(model, asked(["El río es grande."]), "es", "en")

    assert told == [Told("The river is big.")]


def test_a_sentence_that_fails_twice_stays_as_it_was() -> None:
    model = Parrot("wow wow wow wow", careful=["El río es grande.", "", "wow wow"])

    told = interpret(model, asked(["El río es grande."]), "es", "en")

    assert told == [Told("El río es grande.", doubt=True)]


def test_what_the_model_itself_doubts_stays_as_it_was() -> None:
    model = Parrot("The bread is green.", careful=["The bread is green."], score=-0.9)

    told = interpret(model, asked(["El río es grande."]), "es", "en")

    assert told == [Told("El río es grande.", doubt=True)]


def test_what_is_only_uneasy_is_not_tried_again() -> None:
    """A second try makes it no better; it is translated back when there is time."""
    model = Parrot("The bread is green.", careful=["The river is big."], score=-0.6)

    (told,) = interpret(model, asked(["El río es grande."]), "es", "en")

    assert told == Told("The bread is green.")
    assert told.uneasy
    assert len(model.asked) == 1


def test_a_sentence_far_below_the_bound_is_not_tried_again() -> None:
    model = Parrot("The bread is green.", score=-1.5)

    told = interpret(model, asked(["El río es grande."]), "es", "en")

    assert told == [Told("El río es grande.", doubt=True)]
    assert len(model.asked) == 1


def test_a_name_of_a_place_is_worth_a_second_try_at_any_score() -> None:
    model = Parrot("We eat in bread.", score=-1.5)

    interpret(model, asked(["Vivimos en Pasto."]), "es", "en")

    assert model.asked[1:] == ["Vivimos en Tom.", "Vivimos en Pasto."]


def test_a_sentence_said_with_ease_is_not_uneasy() -> None:
    model = Parrot("The river is big.", score=-0.3)

    (told,) = interpret(model, asked(["El río es grande."]), "es", "en")

    assert not told.uneasy


def test_a_word_the_model_makes_up_is_uneasy(es_en: Model) -> None:
    assert es_en.tokens_of("sombious") >= 4

    class Maker(Parrot):
        def tokens_of(self, word: str) -> int:
            return es_en.tokens_of(word)

    (told,) = interpret(Maker("It is sombious."), asked(["Es raro."]), "es", "en")
    (good,) = interpret(Maker("It is strange."), asked(["Es raro."]), "es", "en")

    assert told.uneasy
    assert not good.uneasy


def test_an_answer_in_the_old_language_is_none() -> None:
    source = "El río es grande y mi mamá me dice que no puedo nadar ahora."
    model = Parrot("Pero el río es grande y mi mamá me dice que no puedo.")

    told = interpret(model, asked([source]), "es", "en")

    assert told == [Told(source, doubt=True)]


def test_names_are_never_shown_to_the_model_first() -> None:
    model = Parrot("My dog is called Mary.")

    told = interpret(model, asked(["Mi perra se llama Luna."]), "es", "en")

    assert model.asked == ["Mi perra se llama Mary."]
    assert told == [Told("My dog is called Luna.")]


def test_marks_a_model_makes_up_are_no_marks() -> None:
    model = Parrot("- **The** river > is big.")

    told = interpret(model, asked(["El río es grande."]), "es", "en")

    assert told == [Told("The river > is big.")]


def test_the_same_sentence_twice_is_answered_twice(es_en: Model) -> None:
    told = interpret(es_en, asked(["El gato duerme.", "El gato duerme."]), "es", "en")

    assert len(told) == 2
    assert told[0] == told[1]


def test_english_is_read_in_spanish(en_es: Model) -> None:
    sentences = [
        "The river is big.",
        "Hello, my name is Otieno.",
        "But I like the river.",
    ]

    told = interpret(en_es, asked(sentences), "en", "es")

    assert [one.text for one in told] == [
        "El río es grande.", "Hola, mi nombre es Otieno.", "Pero me gusta el río.",
    ]  # fmt: skip
