"""What is typed becomes words and phrases, and never a command."""

import pytest

from app.search.asking import MAX_WORDS, Clause, looked_for, read


def bare(typed: str, field: str) -> list[list[str]]:
    return [[word.bare for word in clause] for clause in looked_for(read(typed), field)]


def test_words_and_phrases_are_told_apart() -> None:
    asked = read('fish "my old river" «gran río»')

    assert asked.clauses == [
        Clause("fish", quoted=False),
        Clause("my old river", quoted=True),
        Clause("gran río", quoted=True),
    ]
    assert not asked.cut


def test_signs_are_no_commands() -> None:
    typed = "un* OR text_en:river~2 [a TO z] NOT (x)"

    texts = [clause.text for clause in read(typed).clauses]

    assert texts == ["un*", "OR", "text_en:river~2", "[a", "TO", "z]", "NOT", "(x)"]
    assert bare("text_en:river~2", "plain") == [["text", "en", "river", "2"]]


def test_a_quote_left_open_is_a_word_like_any_other() -> None:
    assert [clause.text for clause in read('"my river').clauses] == ["my", "river"]


def test_a_star_asks_for_how_a_word_begins() -> None:
    (clause,) = read("Tortú*").clauses

    assert clause == Clause("Tortú*", beginning=True)
    assert {way.terms for way in clause.ways if way.beginning} == {("tortu",)}
    # The word itself may be shorter in the index than what was typed of it.
    assert ("run",) in {way.terms for way in read("running*").clauses[0].ways}


@pytest.mark.parametrize("typed", ["tor*", "t*", "ñañ*"])
def test_a_short_beginning_is_a_word_and_said(typed: str) -> None:
    asked = read(typed)

    assert asked.short
    assert [clause.beginning for clause in asked.clauses] == [False]


@pytest.mark.parametrize("typed", ['"tortuga*"', "*tortuga", "tor*tuga", "tortuga"])
def test_a_star_elsewhere_means_nothing(typed: str) -> None:
    asked = read(typed)

    assert not asked.short
    assert not any(clause.beginning for clause in asked.clauses)


def test_signs_alone_are_no_question() -> None:
    assert read("*** ??? \u200d \U0001f41f ' \" ()").clauses == []


def test_words_that_say_little_are_welcome_beside_others() -> None:
    asked = read("the river la tortuga")

    assert [clause.text for clause in asked.required] == ["river", "tortuga"]
    assert [clause.text for clause in asked.welcome] == ["the", "la"]


def test_words_that_say_little_are_looked_for_when_alone() -> None:
    assert bare("to be", "en") == [["to"], ["be"]]
    assert bare('"to be" river', "en") == [["to", "be"], ["river"]]


def test_what_is_over_the_limit_is_left_out_and_said() -> None:
    many = read(" ".join(f"w{n}" for n in range(MAX_WORDS + 1)))
    long = read("a" * 201)

    assert len(many.clauses) == MAX_WORDS
    assert many.cut
    assert long.cut


def test_a_long_run_without_spaces_counts_its_words() -> None:
    asked = read("東京" * 30)

    assert asked.cut
    assert len({word.place for word in looked_for(asked, "plain")[0]}) <= MAX_WORDS


def test_a_query_that_just_fits_is_whole() -> None:
    asked = read(" ".join(f"w{n}" for n in range(MAX_WORDS)))

    assert len(asked.clauses) == MAX_WORDS
    assert not asked.cut
