"""What is typed becomes words and phrases, and never a command."""

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
    assert bare("un* OR text_en:river~2 [a TO z] NOT (x)", "plain") == [
        ["un"],
        ["or"],
        ["text", "en", "river", "2"],
        ["a"],
        ["to"],
        ["z"],
        ["not"],
        ["x"],
    ]


def test_a_quote_left_open_is_a_word_like_any_other() -> None:
    assert bare('"my river', "plain") == [["my"], ["river"]]


def test_signs_alone_are_no_question() -> None:
    assert read("*** ??? \u200d \U0001f41f ' \" ()").clauses == []


def test_words_that_say_little_are_left_out_beside_others() -> None:
    assert bare("the river", "en") == [["river"]]
    assert bare("the river", "es") == [["the"], ["river"]]


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
