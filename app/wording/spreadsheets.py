"""Terms and mended sentences as rows of a spreadsheet's file, out and in."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _

from app.accounts.names import fold
from app.classrooms.list_cells import TITLES_MAX, Unreadable, cells_of, lines_of
from app.classrooms.list_decoding import NO_TEXT
from app.classrooms.list_writing import as_csv
from app.web.errors import Refused
from app.web.langs import OWN_NAMES, lang_name, speaking

CODE, CLASS, TERM, SENTENCE, LANG, TO_LANG, SAID = (
    "code", "class", "term", "sentence", "lang", "to_lang", "said",
)  # fmt: skip
OF_TERMS = (TERM, LANG, TO_LANG, SAID)
OF_SENTENCES = (SENTENCE, LANG, TO_LANG, SAID)
OF_SERVER = (CODE, CLASS, TERM, SENTENCE, LANG, TO_LANG, SAID)


class Entry(NamedTuple):
    """A term or a sentence of a file; `row` counts as a spreadsheet does.

    An empty `to_lang` is all languages, or in a file without that column unsaid.
    """

    row: int
    term: str = ""
    sentence: str = ""
    lang: str = ""
    to_lang: str = ""
    said: str = ""
    # The code and the title of the class it is of, in a server's file.
    code: str = ""
    title: str = ""


def headings(kinds: Iterable[str]) -> list[str]:
    """Title columns in the language of the page."""
    titles = {
        CODE: _("Code of the class"),
        CLASS: _("Class"),
        TERM: _("Word or name"),
        SENTENCE: _("Sentence"),
        LANG: _("Language"),
        TO_LANG: _("In language"),
        SAID: _("How it is said"),
    }
    return [titles[kind] for kind in kinds]


def written(kinds: Sequence[str], entries: Iterable[Entry], lang: str) -> bytes:
    """Write these columns of entries, for who reads `lang`."""
    places = [_PLACES[kind] for kind in kinds]
    rows = (
        # Nothing of it can be seen, and no file with it is read again.
        [NO_TEXT.sub("", str(entry[place])) for place in places]
        for entry in entries
    )
    return as_csv(headings(kinds), rows, lang)


def entries_of(text: str, lang: str, to_lang: str, most: int) -> list[Entry]:
    """Read terms or sentences; Refused says of which row it is no such file.

    Rows without headings are a term and how it is said. `lang` and `to_lang` are
    those of rows that say none.
    """
    known = _known_headings()
    lines, separator = lines_of(text, known)
    entries: list[Entry] = []
    kinds: list[str] = []
    try:
        for n, (row, cells) in enumerate(cells_of(lines, separator)):
            if n == 0:
                kinds = _kinds(cells, known)
                if kinds:
                    continue
            entries.append(_entry(row, cells, kinds, lang, to_lang))
            if len(entries) > most:
                raise Refused(
                    _("More than %(most)s lines. Send them in parts.", most=most),
                    "file",
                )
    except Unreadable as fault:
        raise Refused(
            _("Row %(row)s is far too long.", row=fault.row)
            if fault.too_long
            else fault.unclosed(),
            "file",
        ) from None
    if not entries:
        raise Refused(
            _("Nothing is here. Write one word on each line, or choose a file."),
            "file",
        )
    return entries


_PLACES = dict(
    zip(
        (TERM, SENTENCE, LANG, TO_LANG, SAID, CODE, CLASS),
        range(1, len(Entry._fields)),
        strict=True,
    )
)


def _known_headings() -> dict[str, str]:
    """Map headings, folded, to what they title, in every language of the pages."""
    known: dict[str, str] = {}
    for lang in current_app.config["LANGUAGES"]:
        with speaking(lang):
            titles = zip(OF_SERVER, headings(OF_SERVER), strict=True)
            known |= {fold(title): kind for kind, title in titles}
    return known


def _kinds(cells: Sequence[str], known: dict[str, str]) -> list[str]:
    """Tell what the columns hold; nothing where the first row is no row of headings."""
    kinds = [known.get(fold(cell), "") for cell in cells[:TITLES_MAX]]
    if not {TERM, SENTENCE}.intersection(kinds):
        return []
    doubled = next((k for k in kinds if k and kinds.count(k) > 1), None)
    if doubled or SAID not in kinds:
        raise Refused(
            _(
                "Row 1 titles the columns otherwise than a glossary: one is “Word or "
                "name” or “Sentence”, and one “How it is said”, each once."
            ),
            "file",
        )
    return kinds


def _entry(
    row: int, cells: Sequence[str], kinds: Sequence[str], lang: str, to_lang: str
) -> Entry:
    if not kinds:
        if len(cells) > 2 and any(cells[2:]):
            raise wrong_row(
                row,
                _(
                    "it has more than two cells. Write a word and how it is said, or "
                    "titles above the columns."
                ),
            )
        term, said = [*cells, ""][:2]
        # What stays does so everywhere.
        return Entry(row, term, "", lang, to_lang if said else "", said)
    if len(cells) > len(kinds) and any(cells[len(kinds) :]):
        raise wrong_row(row, _("it has more cells than there are titles."))
    by_kind = {kind: cell for kind, cell in zip(kinds, cells, strict=False) if kind}
    term, sentence = by_kind.get(TERM, ""), by_kind.get(SENTENCE, "")
    if bool(term) == bool(sentence):
        raise wrong_row(row, _("it has neither a word nor a sentence, or both."))
    said = by_kind.get(SAID, "")
    to_code = _code_of(row, by_kind.get(TO_LANG, ""))
    if TO_LANG not in kinds:
        to_code = to_lang if said else ""
    return Entry(
        row,
        term,
        sentence,
        _code_of(row, by_kind.get(LANG, "")) or lang,
        to_code,
        said,
        by_kind.get(CODE, ""),
        by_kind.get(CLASS, ""),
    )


def wrong_row(row: int, said: str) -> Refused:
    return Refused(_("Row %(row)s: %(said)s", row=row, said=said), "file")


def _code_of(row: int, cell: str) -> str:
    """Read a language as its code, or by a name that people here call it by."""
    if cell.lower() in OWN_NAMES or not cell:
        return cell.lower()
    code = _named_by(current_app.config["LANGUAGES"]).get(fold(cell))
    if code is None:
        raise wrong_row(
            row, _("“%(cell)s” is no language that is known here.", cell=cell[:20])
        )
    return code


@cache
def _named_by(readers: tuple[str, ...]) -> dict[str, str]:
    """Map what languages are called, by themselves and by these readers, to codes."""
    named = {fold(own): code for code, own in OWN_NAMES.items()}
    for reader in readers:
        with speaking(reader):
            named |= {fold(lang_name(code)): code for code in OWN_NAMES}
    return named
