"""The page of languages: who can read whom, what is missing, what packs take."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.accounts.models import Account
from app.db import db
from app.packs import engine, inventory, packs
from tests.builders import (
    a_classroom,
    a_partnership,
    a_pupil,
    a_school,
    a_teacher,
    an_adult,
    teacher_of,
)
from tests.clients import Client
from tests.translate.test_translating import Two, work


def page_for(app: Flask, account: Account) -> str:
    answer = Client(app, account).get("/languages")
    assert answer.status_code == 200
    soup = BeautifulSoup(answer.text, "html.parser")
    (shown,) = soup.find_all("main")
    return re.sub(r"\s+", " ", shown.get_text(" "))


def rows(app: Flask, account: Account) -> dict[str, str]:
    """Read the first table: from each language, what it can be read in."""
    soup = BeautifulSoup(Client(app, account).get("/languages").text, "html.parser")
    table = soup.find_all("table")[0]
    return {
        head.text: re.sub(r"\s+", " ", cell.get_text(" ")).strip()
        for head, cell in zip(
            table.select("th[scope=row]"), table.find_all("td"), strict=True
        )
    }


def with_reader(two: Two, lang: str) -> None:
    a_pupil(two.english).person.lang = lang
    db.session.commit()


def test_a_direct_way_is_just_a_language(with_packs: Flask) -> None:
    two = Two()

    assert rows(with_packs, teacher_of(two.english)) == {
        "English": "Spanish",
        "Spanish": "English",
    }


def test_a_way_through_another_language_says_so(with_packs: Flask) -> None:
    two = Two()
    with_reader(two, "fr")
    home = packs.packs_folder()
    told = (home / "en_es" / "metadata.json").read_text()
    (home / "en_es" / "metadata.json").unlink()
    (home / "en_es" / "metadata.json").write_text(told.replace('"es"', '"fr"'))
    (home / "en_es").rename(home / "en_fr")

    shown = rows(with_packs, an_adult(two.english.school, keeper=True))

    assert shown["English"] == "Spanish not yet French"
    assert shown["Spanish"] == "English French by way of English"
    assert shown["French"] == "English not yet Spanish not yet"


def test_missing_pairs_are_named_and_the_keeper_learns_what_to_type(
    app: Flask,
) -> None:
    two = Two()

    keeper = page_for(app, an_adult(two.english.school, keeper=True))
    teacher = page_for(app, teacher_of(two.english))

    assert "could read each other: en-es, es-en" in keeper
    assert "python3 run.py flask packs install en-es" in keeper
    assert "python3 run.py flask packs install en-es --from http://" in keeper
    assert "en-es, es-en" in teacher
    assert "Show this page to who looks after the server" in teacher
    assert "run.py" not in teacher


def test_only_the_missing_half_of_a_way_is_asked_for(with_packs: Flask) -> None:
    two = Two()
    with_reader(two, "fr")

    shown = page_for(with_packs, teacher_of(two.english))

    assert "could read each other: en-fr, fr-en What" not in shown
    assert "could read each other: en-fr, fr-en" in shown


def test_swahili_gets_people_in_place_of_a_machine(with_packs: Flask) -> None:
    two = Two()
    with_reader(two, "sw")
    teacher = teacher_of(two.english)

    shown = rows(with_packs, teacher)
    page = Client(with_packs, teacher).get("/languages").text

    assert shown["Spanish"] == "English Swahili not by a machine"
    assert "Argos, whose language packs this server uses, has none for it" in page
    assert f'href="/classrooms/{two.english.id}/glossary"' in page
    assert "Side by side" in page
    # Nothing is to be installed for it.
    assert "could read each other" not in page


def test_a_pack_for_swahili_from_elsewhere_is_a_pack_like_others(
    with_packs: Flask,
) -> None:
    two = Two()
    with_reader(two, "sw")
    home = packs.packs_folder()
    told = (home / "en_es" / "metadata.json").read_text()
    (home / "en_es" / "metadata.json").unlink()
    (home / "en_es" / "metadata.json").write_text(told.replace('"es"', '"sw"'))
    (home / "en_es").rename(home / "en_sw")

    assert rows(with_packs, teacher_of(two.english))["English"] == (
        "Spanish not yet Swahili"
    )


def test_people_who_share_nothing_need_not_read_each_other(with_packs: Flask) -> None:
    french, spanish = a_classroom(lang="fr"), a_classroom(lang="es")
    a_pupil(french), a_pupil(spanish)
    reader = a_teacher(lang="en")

    before = page_for(with_packs, reader)
    a_partnership(french, spanish)
    after = page_for(with_packs, reader)

    assert "nothing needs to be translated" in before
    assert "French Spanish not yet" in after


def test_each_pack_says_what_it_takes(with_packs: Flask) -> None:
    inventory.take(packs.packs_folder() / "es_en", 42_000_000)

    shown = page_for(with_packs, a_teacher(lang="en"))

    assert "Spanish – English es-en 0.2 9 MB of disk, about 42 MB of memory" in shown
    assert "English – Spanish en-es 0.2 9 MB of disk, about 31 MB of memory" in shown


def test_damaged_packs_are_named_with_what_to_do(with_packs: Flask) -> None:
    packs.set_aside(packs.packs_folder() / "es_en", "It was tired.")
    school = a_school("en")

    teacher, keeper = (
        page_for(with_packs, account)
        for account in (a_teacher(school), an_adult(school, keeper=True))
    )

    assert "es_en cannot be used It was tired." in teacher
    assert "Install it again: python3 run.py" not in teacher
    assert "It was tired. Install it again: python3 run.py flask packs" in keeper


def test_the_figure_of_doubt_stands_beside_its_way(with_packs: Flask) -> None:
    two = Two()
    two.letter("El río es grande. Zzyx qwrt plok vvv 12 13 14 15.")
    work()

    shown = rows(with_packs, teacher_of(two.english))

    assert re.fullmatch(
        r"English \d of 2 sentences not translated well", shown["Spanish"]
    )
    assert shown["English"] == "Spanish"


def test_a_machine_that_cannot_translate_says_so(
    with_packs: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PARTS", ("no_such_library",))

    shown = page_for(with_packs, teacher_of(Two().english))

    assert "no_such_library is not available" in shown
    assert "English not yet" in shown


@pytest.mark.parametrize("where", ["/health", "/classrooms"])
def test_the_page_is_linked(app: Flask, where: str) -> None:
    account = a_teacher(admin=True)

    assert 'href="/languages"' in Client(app, account).get(where).text


def test_the_page_loads_no_engine(with_packs: Flask) -> None:
    """In a process of its own: here other tests have loaded all of them."""
    two = Two()
    keeper_id = an_adult(two.english.school, keeper=True).id
    db.session.commit()
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.apps import an_app\n"
        "from tests.clients import Client\n"
        "from app.accounts.models import Account\n"
        "from app.db import db, set_reading\n"
        f"app = an_app(Path({str(with_packs.config['INSTANCE'])!r}))\n"
        "with app.app_context():\n"
        "    set_reading(value=False)\n"
        f"    client = Client(app, db.session.get_one(Account, {keeper_id}))\n"
        "    assert client.get('/languages').status_code == 200\n"
        "    assert client.get('/packs.json').status_code == 200\n"
        "heavy = {'ctranslate2', 'argostranslate', 'sentencepiece', 'sentencex', 'numpy'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
