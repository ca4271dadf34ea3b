"""Cutting: what must not change stays out, and everything comes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import markup
from app.translate.sentences import MAX_CHARACTERS, cut, cut_line, put_together

# Letters, and all that a pupil's telephone has beside them.
SEEN = """
Hola Me gusta. ¿Qué? no no 42 3.5 10:30 * ** *** - > 1. a) <3 :-) ^^ … « » " ' ( )
https://a.org/b_c?d=e&f=(g) www.x.org, ana@x.org @ana #río snake_case 🌊 👩‍👩‍👧 ⚽️ 1️⃣
jajaja goooool MAYÚSCULAS مرحبا 你好。 2<5 = | ~ `x` [y] {z}
"""
PIECES = st.lists(st.sampled_from([*SEEN.split(), " ", "\t", "\n", "\n\n"]))
unhurried = settings(deadline=None)  # a busy machine is no fault of the text
TEXTS = st.one_of(PIECES.map(" ".join), PIECES.map("".join), st.text())


@unhurried
@given(TEXTS)
def test_the_pieces_of_a_line_are_the_line(text: str) -> None:
    for block in markup.blocks(text):
        for line in block.lines:
            assert "".join(piece.text for piece in cut_line(line, "es")) == line


@unhurried
@given(TEXTS)
def test_a_text_nobody_translates_comes_back_as_it_was(text: str) -> None:
    whole = put_together(cut(text, "es"), {})

    assert markup.render(whole) == markup.render(text)


@unhurried
@given(TEXTS)
def test_what_goes_to_the_machine_is_clean_and_short(text: str) -> None:
    for sentence in cut(text, "es").sentences():
        assert sentence == " ".join(sentence.split())
        assert len(sentence) <= MAX_CHARACTERS
        assert any(char.isalpha() for char in sentence)
        assert "*" not in sentence


# What no sentence holds: the machine never sees it.
CUT_OUT = ["🌊", "👩‍👩‍👧", "⚽️", "1️⃣", "<3", ":-)", "https://a.org/b_c?d=e", "www.x.org", "jajaja",
           "`x = 3`", "E = mc2", "\u200f", "\u200e", "\u061c"]  # fmt: skip
LINES = st.lists(
    st.sampled_from(
        [*CUT_OUT, "Hola.", "me gusta", "¿Qué?", "río,", "MAYÚSCULAS", "(y)"]
    )
).map(" ".join)


@unhurried
@given(st.lists(LINES, min_size=1), st.text(alphabet="abc .,¿?\n*", min_size=1))
def test_what_is_cut_out_stays_in_order_whatever_the_machine_says(
    lines: list[str], said: str
) -> None:
    """Each line by itself, so that nothing goes over into another."""
    said = " ".join(said.replace("*", "").split()) or "x"
    for line in lines:
        text = cut(line, "es")
        read = put_together(text, dict.fromkeys(text.sentences(), said))
        stays = [one for one in line.split(" ") if one in CUT_OUT]
        at = 0
        for one in stays:
            at = read.index(one, at) + len(one)


@unhurried
@given(st.lists(LINES, min_size=1), st.sampled_from(["- ", "> ", "> - ", ""]))
def test_lines_and_their_marks_stay_whatever_the_machine_says(
    lines: list[str], mark: str
) -> None:
    source = "\n".join(mark + line for line in lines)
    text = cut(source, "es")

    read = put_together(text, dict.fromkeys(text.sentences(), "said"))

    assert [(block.mark, len(block.lines)) for block in markup.blocks(read)] == [
        (block.mark, len(block.lines)) for block in markup.blocks(source)
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hola. ¿Cómo estás?", ["Hola.", "¿Cómo estás?"]),
        ("Me gusta el río 🌊.", ["Me gusta el río"]),
        ("⚽ Me gusta jugar", ["Me gusta jugar"]),
        ("👩‍👩‍👧", []),
        ("42", []),
        ("1, 2, 3", []),
        ("2 < 5", []),
        ("I <3 you", ["I", "you"]),
        ("Mira https://x.org/a_b?c=d, amigo", ["Mira", "amigo"]),
        ("Escribe a ana@x.org ya", ["Escribe a ana@x.org ya"]),
        ("Hola @otieno", ["Hola @otieno"]),
        ("@otieno", []),
        ("ana@x.org, #amigos", []),
        ("La variable mi_perro no", ["La variable mi_perro no"]),
        (
            "Estoy en 2.º grado. Abre notas.txt. Bien.",
            ["Estoy en 2.º grado.", "Abre notas.txt.", "Bien."],
        ),
        ("Nació el 12.03.2012 aquí", ["Nació el 12.03.2012 aquí"]),
        ("Usa `x = 3` aquí", ["Usa", "aquí"]),
        ("E = mc2 es famosa", ["es famosa"]),
        ("Hola\u200f, amigo", ["Hola", "amigo"]),
        ('Se dice "butterfly".', ['Se dice "butterfly".']),
        ('Se dice "butterfly"', ['Se dice "butterfly"']),
        ('"Hola", dijo Ana', ['"Hola", dijo Ana']),
        ("jajajaja qué bonito", ["qué bonito"]),
        ("goooool", []),
        ("- Me gusta leer\n- Me gusta nadar", ["Me gusta leer", "Me gusta nadar"]),
        ("> Hola", ["Hola"]),
        ("1. Uno más", ["Uno más"]),
        ("«Hola», dijo.", ["«Hola», dijo."]),
        ('"Hola."', ["Hola."]),
        ("**Hola**", ["Hola"]),
        ("Tu amiga,", ["Tu amiga"]),
        ("Querida Ana:", ["Querida Ana"]),
        ("2 * 3 manzanas", ["3 manzanas"]),
        ("你好。我是学生。", ["你好。", "我是学生。"]),
        ("banana Mississippi", ["banana Mississippi"]),
    ],
)
def test_only_sentences_go_to_the_machine(text: str, sentences: list[str]) -> None:
    assert cut(text, "zh" if "你" in text else "es").sentences() == sentences


@pytest.mark.parametrize(
    ("text", "translated", "read"),
    [
        (
            "Me gusta el río 🌊.",
            {"Me gusta el río": "I like the river"},
            "I like the river 🌊.",
        ),
        ("- Hola\n- Sí", {"Hola": "Hello", "Sí": "Yes"}, "- Hello\n- Yes"),
        ("Hola\nSí", {"Hola": "Hello", "Sí": "Yes"}, "Hello\nYes"),
        ("> Hola\n\nSí", {"Hola": "Hello", "Sí": "Yes"}, "> Hello\n\nYes"),
        ("**Hola** 👩‍👩‍👧", {"Hola": "Hello"}, "**Hello** 👩‍👩‍👧"),
        (
            "Me gusta **mucho** el *río*",
            {"Me gusta mucho el río": "I like the river much", "río": "river"},
            "I like the *river* much",
        ),
        (
            "Me gusta **mucho** hoy",
            {"Me gusta mucho hoy": "I like it a lot today", "mucho": "A lot."},
            "I like it **a lot** today",
        ),
        ("(Hola), «sí»", {"Hola), «sí»": "Hello), «yes»"}, "(Hello), «yes»"),
        ("Hola. No.", {"Hola.": "Hello."}, "Hello. No."),
    ],
)
def test_everything_kept_out_is_put_back(
    text: str, translated: dict[str, str], read: str
) -> None:
    assert put_together(cut(text, "es"), translated) == read


def test_a_text_without_stops_is_cut_where_it_joins() -> None:
    text = (
        "hoy fuimos al río con mi familia y comimos pescado con arroz pero mi hermana "
        "no quiso nadar porque el agua estaba fría entonces jugamos en la arena"
    )

    sentences = cut(text, "es").sentences()

    assert " ".join(sentences) == text
    assert len(sentences) == 2
    assert sentences[1].split()[0] in {"pero", "porque", "entonces"}


def test_two_thousand_words_without_a_stop_lose_none() -> None:
    words = [f"palabra{'abcdefgh'[n % 8]}" for n in range(2_000)]

    sentences = [one for _n, one in cut(" ".join(words), "es").placed_sentences()]

    assert " ".join(sentences).split() == words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hola Ana ¿cómo estás?", ["Hola Ana", "¿cómo estás?"]),
        ("I love you my friend, me gusta mucho", ["I love you my friend", "me gusta mucho"]),
        ("Me gusta leer, me gusta nadar", ["Me gusta leer, me gusta nadar"]),
    ],
)  # fmt: skip
def test_a_sentence_is_parted_where_another_begins(
    text: str, sentences: list[str]
) -> None:
    assert cut(text, "es").sentences() == sentences


@pytest.mark.parametrize(
    "hostile",
    ["*" * 16_000, "a" * 16_000, "a_" * 8_000, "a.b+" * 4_000, "<3" * 8_000, "😀" * 4_000,
     '"' * 16_000, "www." * 4_000, "A " * 8_000, "https://" * 2_000, "**a** " * 2_600,
     "1+1" * 5_000, "a, " * 5_000, "a(1" * 5_000, "@a." * 5_000, "`a" * 8_000, "¿a " * 5_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_a_hostile_text_is_cut_and_comes_back(hostile: str) -> None:
    text = cut(hostile, "en")

    assert markup.render(put_together(text, {})) == markup.render(hostile)
