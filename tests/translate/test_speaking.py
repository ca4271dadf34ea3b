"""Steps of a way through two packs: what stays stays in both."""

from app.translate.interpreting import Asked
from app.translate.speaking import _step

SPANISH = Asked('Se dice "thank you" y recreo.', terms=(("recreo", "récré"),))


def test_words_quoted_in_the_language_between_stay() -> None:
    english = 'You say "thank you" and recreo.'

    first = _step(SPANISH, SPANISH.text, "es", is_first=True, is_last=False)
    second = _step(SPANISH, english, "es", is_first=False, is_last=True)

    assert dict(first.terms) == {"recreo": "recreo", "thank you": "thank you"}
    assert dict(second.terms) == {"recreo": "récré", "thank you": "thank you"}


def test_the_only_step_has_no_more_terms_than_its_class() -> None:
    only = _step(SPANISH, SPANISH.text, "es", is_first=True, is_last=True)

    assert only == SPANISH
