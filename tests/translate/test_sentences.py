"""Cutting: what must not change stays out, and everything comes back."""

import pytest
from hypothesis import given
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
TEXTS = st.one_of(PIECES.map(" ".join), PIECES.map("".join), st.text())


@given(TEXTS)
def test_the_pieces_of_a_line_are_the_line(text: str) -> None:
    for block in markup.blocks(text):
        for line in block.lines:
            assert "".join(piece.text for piece in cut_line(line, "es")) == line


@given(TEXTS)
def test_a_text_nobody_translates_comes_back_as_it_was(text: str) -> None:
    whole = put_together(cut(text, "es"), {})

    assert markup.render(whole) == markup.render(text)


@given(TEXTS)
def test_what_goes_to_the_machine_is_clean_and_short(text: str) -> None:
    for sentence in cut(text, "es").sentences():
        assert sentence == " ".join(sentence.split())
        assert len(sentence) <= MAX_CHARACTERS
        assert any(char.isalpha() for char in sentence)
        assert "*" not in sentence


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


@pytest.mark.parametrize(
    "hostile",
    ["*" * 16_000, "a" * 16_000, "a_" * 8_000, "a.b+" * 4_000, "<3" * 8_000, "😀" * 4_000,
     '"' * 16_000, "www." * 4_000, "A " * 8_000, "https://" * 2_000, "**a** " * 2_600],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_a_hostile_text_is_cut_and_comes_back(hostile: str) -> None:
    text = cut(hostile, "en")

    assert markup.render(put_together(text, {})) == markup.render(hostile)
