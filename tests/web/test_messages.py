"""The words of the pages stand in all six languages, whole."""

import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from app.factory import create_app
from app.web.langs import OWN_NAMES
from tests.builders import a_classroom, a_pupil, a_school, a_teacher
from tests.clients import Client


def checked(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["messages", "check"])
    return result.exit_code, result.output


@pytest.fixture
def copied(instance: Path, tmp_path: Path) -> tuple[Flask, Path]:
    """An app that reads its words from a copy, so that a test may spoil them."""
    folder = tmp_path / "messages"
    made = create_app(instance, TESTING=True)
    shutil.copytree(made.config["BABEL_TRANSLATION_DIRECTORIES"], folder)
    made.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    return made, folder


def spoil(folder: Path, lang: str, pattern: str, new: str) -> None:
    path = folder / lang / "LC_MESSAGES" / "messages.po"
    text, count = re.subn(pattern, new, path.read_text("utf-8"), count=1, flags=re.S)
    assert count == 1
    path.write_text(text, "utf-8")


def test_every_message_is_there_in_every_language(app: Flask) -> None:
    code, said = checked(app)

    assert code == 0, said


def test_a_copy_that_nobody_spoiled_passes(copied: tuple[Flask, Path]) -> None:
    app, _folder = copied

    assert checked(app)[0] == 0


@pytest.mark.parametrize(
    ("pattern", "new", "said"),
    [
        (r'msgid "Forums"\nmsgstr "[^"]+"\n', "", "sw: missing: Forums"),
        (r'(msgid "Forums"\nmsgstr )"[^"]+"', r'\1""', "sw: missing: Forums"),
        (r'(msgid "Forums"\n)', r"#, fuzzy\n\1", "sw: fuzzy: Forums"),
        (r'msgid "Forums"', 'msgid "Fora"', "sw: unused: Fora"),
        (
            r'(msgid "Send as %\(name\)s"\nmsgstr )"[^"]+"',
            r'\1"Tuma kama %(jina)s"',
            "sw: placeholders differ: Send as %(name)s",
        ),
        (
            r'(msgid "Forums"\nmsgstr )"[^"]+"',
            r'\1"Mabaraza"',
            "sw: messages.mo is not what messages.po says",
        ),
    ],
)
def test_what_is_spoiled_is_found(
    copied: tuple[Flask, Path], pattern: str, new: str, said: str
) -> None:
    app, folder = copied
    spoil(folder, "sw", pattern, new)

    code, found = checked(app)

    assert code == 1
    assert said in found


def test_an_update_mends_the_compiled_file_and_keeps_the_words(
    copied: tuple[Flask, Path],
) -> None:
    app, folder = copied
    spoil(folder, "sw", r'(msgid "Forums"\nmsgstr )"[^"]+"', r'\1"Mabaraza"')

    result = app.test_cli_runner().invoke(args=["messages", "update"])

    assert result.exit_code == 0, result.output
    assert checked(app)[0] == 0
    assert '"Mabaraza"' in (folder / "sw/LC_MESSAGES/messages.po").read_text("utf-8")


def test_an_update_without_news_changes_no_file(copied: tuple[Flask, Path]) -> None:
    app, folder = copied
    before = {path: path.read_bytes() for path in folder.rglob("messages.*")}
    assert len(before) == 12

    app.test_cli_runner().invoke(args=["messages", "update"])

    assert {path: path.read_bytes() for path in folder.rglob("messages.*")} == before


@pytest.mark.parametrize("count", [0, 1, 2, 3, 11, 100])
def test_arabic_counts_in_its_six_forms(app: Flask, count: int) -> None:
    forms = {0: "لا", 1: "واحدة", 2: "مشاركتان", 3: "3 مشاركات", 11: "11 مشاركة"}

    with app.test_request_context(), force_locale("ar"):
        said = ngettext("%(num)s post", "%(num)s posts", count)

    assert forms.get(count, "100 مشاركة") in said


def test_a_page_speaks_the_language_of_who_signed_in(app: Flask) -> None:
    teacher = a_teacher(a_school("sw"))
    pupil = a_pupil(a_classroom(teacher))

    page = Client(app, pupil).get("/").text

    assert '<html lang="sw">' in page
    assert "Posta yangu" in page


def test_who_reads_a_language_that_pages_do_not_speak_gets_english(app: Flask) -> None:
    assert "de" in OWN_NAMES
    teacher = a_teacher(a_school("de"))
    pupil = a_pupil(a_classroom(teacher))

    page = Client(app, pupil).get("/").text

    assert '<html lang="en">' in page
    assert "My post" in page


def test_before_sign_in_the_links_at_the_top_choose(app: Flask) -> None:
    a_teacher(a_school("en"))
    visitor = app.test_client()

    chosen = visitor.get("/sign-in?lang=ar").text
    later = visitor.get("/sign-in").text

    for page in (chosen, later):
        assert '<html lang="ar" dir="rtl">' in page
        assert "رمز صفك" in page


def test_commands_speak_english(app: Flask) -> None:
    assert gettext("Forums") == "Forums"
