"""`flask messages update | check`: the words of the pages in every language they speak."""

import io
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

SOURCE_LANG = "en"
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

commands = AppGroup("messages", help="The words of the pages, in every language.")


@commands.command("update")
@with_appcontext
def update_command() -> None:
    """Collect the words from code and templates, and compile what is translated."""
    template = collected()
    for lang in current_app.config["LANGUAGES"]:
        catalog = read_po(lang)
        # A copy, because a new message is taken over as it is, not its likeness.
        catalog.update(
            deepcopy(template), no_fuzzy_matching=True, update_creation_date=False
        )
        catalog.obsolete.clear()
        if lang == SOURCE_LANG:
            _speak_english(catalog)
        _write(lang, catalog)
        left = sum(1 for message in _messages(catalog) if _is_missing(message))
        click.echo(f"{lang}: {len(catalog)} messages, {left} to translate")


@commands.command("check")
@with_appcontext
def check_command() -> None:
    """Say what is missing, unused or broken in the translations; exit 1 if anything."""
    found = list(problems())
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("Every message is there in every language.")


def collected() -> "Catalog":
    """Read every message out of the code and the templates."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    catalog = Catalog()
    for name, line, message, _comments, context in extract_from_dir(
        current_app.root_path, SOURCES
    ):
        catalog.add(message, None, [(f"app/{name}", line)], context=context)
    return catalog


def problems() -> Iterator[str]:
    """Say, a line each, what stands between the pages and their words."""
    template = collected()
    for lang in current_app.config["LANGUAGES"]:
        catalog = read_po(lang)
        for message in _messages(template):
            translated = catalog.get(message.id, message.context)
            if translated is None or _is_missing(translated):
                yield f"{lang}: missing: {_shown(message)}"
        for message in _messages(catalog):
            if message.fuzzy:
                yield f"{lang}: fuzzy: {_shown(message)}"
            if template.get(message.id, message.context) is None:
                yield f"{lang}: unused: {_shown(message)}"
            if not _is_missing(message) and not _same_placeholders(message):
                yield f"{lang}: placeholders differ: {_shown(message)}"
        if _texts(catalog) != _texts(_read_mo(lang)):
            yield f"{lang}: messages.mo is not what messages.po says; run: flask messages update"


def read_po(lang: str) -> "Catalog":
    """Read one language's messages; a new language begins empty."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po as parse

    path = _folder(lang) / "messages.po"
    if not path.exists():
        return Catalog(
            lang,
            project="Paravion",
            version="1",
            msgid_bugs_address="-",
            last_translator="-",
            language_team="-",
            revision_date=datetime.now(UTC),
            header_comment="# The words of Paravion's pages.",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return parse(file, lang)


def _read_mo(lang: str) -> "Catalog":
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import read_mo

    path = _folder(lang) / "messages.mo"
    if not path.exists():
        return Catalog(lang)
    with path.open("rb") as file:
        return read_mo(file)


def _write(lang: str, catalog: "Catalog") -> None:
    """Write both files where they changed: lines without numbers keep diffs calm."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=88, include_lineno=False, ignore_obsolete=True)
    write_mo(mo, catalog)
    folder = _folder(lang)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("messages.po", po.getvalue()),
        ("messages.mo", mo.getvalue()),
    ):
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def _folder(lang: str) -> Path:
    root = Path(current_app.config["BABEL_TRANSLATION_DIRECTORIES"])
    return root / lang / "LC_MESSAGES"


def _speak_english(catalog: "Catalog") -> None:
    for message in _messages(catalog):
        message.string = message.id


def _messages(catalog: "Catalog") -> Iterator["Message"]:
    return (message for message in catalog if message.id)


def _is_missing(message: "Message") -> bool:
    return not all(_forms(message.string))


def _same_placeholders(message: "Message") -> bool:
    """A plural form may leave out its number, as in "one letter"; no other."""
    wanted = {name for form in _forms(message.id) for name in PLACEHOLDER.findall(form)}
    optional = {"num"} if message.pluralizable else set()
    return all(
        wanted - optional <= set(PLACEHOLDER.findall(form)) <= wanted
        for form in _forms(message.string)
    )


def _texts(catalog: "Catalog") -> dict[object, object]:
    # A .mo keeps the forms of a plural as a tuple or a list, as it comes.
    return {
        (message.context, _forms(message.id)[0]): _forms(message.string)
        for message in _messages(catalog)
        if not _is_missing(message)
    }


def _forms(words: object) -> list[str]:
    return list(words) if isinstance(words, list | tuple) else [str(words or "")]


def _shown(message: "Message") -> str:
    return _forms(message.id)[0]
