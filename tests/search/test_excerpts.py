"""Excerpts show what was looked for, marked, and hostile words stay words."""

from hypothesis import given
from hypothesis import strategies as st

from app.search.excerpts import EXCERPT_CHARACTERS, excerpt, found_in, marked
from tests.search.counting import calls_of


def test_words_are_marked_in_whatever_form_they_stand() -> None:
    text = "Rivers here run fast."

    assert marked(text, found_in(text, "en", {"river", "run"})) == (
        "<mark>Rivers</mark> here <mark>run</mark> fast."
    )


def test_markup_in_a_text_is_shown_not_obeyed() -> None:
    text = "<b>river</b> & <script>river</script>"

    assert excerpt(text, found_in(text, "en", {"river"})) == (
        "&lt;b&gt;<mark>river</mark>&lt;/b&gt; &amp; "
        "&lt;script&gt;<mark>river</mark>&lt;/script&gt;"
    )


def test_a_long_text_is_cut_where_the_words_stand() -> None:
    text = "word " * 200 + "the river is near " + "word " * 200

    found = excerpt(text, found_in(text, "en", {"river"}))

    assert "<mark>river</mark>" in found
    assert found.startswith("…\N{NO-BREAK SPACE}word")
    assert found.endswith("word\N{NO-BREAK SPACE}…")
    assert len(found.striptags()) <= EXCERPT_CHARACTERS + 4


def test_without_the_words_the_beginning_is_shown() -> None:
    text = "Beginning of it all. " + "word " * 200

    assert excerpt(text, []).startswith("Beginning of it all.")


def test_neighbouring_pairs_become_one_mark() -> None:
    text = "私は東京都に"

    assert marked(text, found_in(text, "ja", {"東京", "京都"})) == (
        "私は<mark>東京都</mark>に"
    )


def test_words_that_begin_so_are_marked() -> None:
    text = "Rivers and riverbanks, RÍVERAS, l'riverain; a drive."

    assert marked(text, found_in(text, "fr", set(), ("river",))) == (
        "<mark>Rivers</mark> and <mark>riverbanks</mark>, <mark>RÍVERAS</mark>, "
        "<mark>l&#39;riverain</mark>; a drive."
    )


def test_where_different_words_stand_together_comes_first() -> None:
    text = "river " * 3 + "word " * 100 + "a big river " + "word " * 100

    found = excerpt(text, found_in(text, "en", {"river", "big"}, enough=2))

    assert "<mark>big</mark> <mark>river</mark>" in found


def test_no_more_is_read_than_is_shown() -> None:
    text = "word " * 20 + "river " + "word " * 20_000 + "river"

    spans = found_in(text, "en", {"river"}, enough=1)

    assert [span.start for span in spans] == [100]
    assert calls_of(lambda: found_in(text, "en", {"river"}, enough=1)) < 500
    assert len(found_in(text, "en", {"river"})) == 2


def test_all_is_read_where_a_word_stands_alone() -> None:
    text = "river " + "word " * 1_000 + "boat " + "word " * 1_000

    spans = found_in(text, "en", {"river", "boat"}, enough=2)

    assert [span.term for span in spans] == ["river", "boat"]


def test_the_work_grows_no_faster_than_the_text() -> None:
    def work(times: int) -> int:
        text = "我他" * 200 * times
        return calls_of(lambda: excerpt(text, found_in(text, "zh", {"我"})))

    assert work(4) < 4.5 * work(1)


@given(st.text(max_size=800), st.integers(0, 30))
def test_an_excerpt_is_words_of_the_text_and_marks_alone(text: str, seed: int) -> None:
    every = [term for word in _words(text) for term in word]
    wanted = {every[seed % len(every)]} if every else set()

    found = str(excerpt(text, found_in(text, "en", wanted)))

    bare = found.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert ">" not in bare
    assert not wanted or "<mark>" in found


def _words(text: str) -> list[tuple[str, ...]]:
    from app.search.analysis import words

    return [word.terms for word in words(text, "en")]
