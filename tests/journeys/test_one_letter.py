"""One letter, all the way, by a plain HTTP client on a server whose network is cut."""

import re
from pathlib import Path

from tests.journeys.client import Client
from tests.journeys.scenes import (
    agree,
    class_of,
    first_teacher,
    pair,
    pupil_of,
    teacher_of_another_school,
    ticks,
)
from tests.journeys.site import a_site

LETTER = "Hola Amina. ¿Tienes hermanos? El agua del río está muy fría."


def test_a_letter_makes_the_whole_journey_without_network(tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = first_teacher(site, code)
        ben = teacher_of_another_school(site)
        class_es, cards_es = class_of(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        class_en, cards_en = class_of(ben, "Grade 6", "en", "Amina Kamau")
        agree(ana, class_es, ben, class_en)
        pair(ana, "Lucía R.", "Amina K.")
        lucia = pupil_of(site, cards_es, "Lucía Ramos")
        amina = pupil_of(site, cards_en, "Amina Kamau")

        page = lucia.open("/letters")
        letters = page.link("Amina K.")
        sent = lucia.send(lucia.open(letters), "source", source=LETTER)
        assert sent.url.endswith("/sent")

        assert "No letter yet" in amina.open(letters).words
        waiting = ana.open("/waiting")
        assert "¿Tienes hermanos?" in waiting.words
        (revision,) = re.findall(r'name="tick" value="(\d+)"', waiting.html)
        ana.send(waiting, "tick", press=f"release {revision}")

        read = amina.until(letters, "Translated by a machine, from Spanish")
        assert re.search(r"do you have (any )?(brothers|siblings)", read.words, re.I)
        assert "¿Tienes hermanos?" not in read.words
        original = amina.open(read.link("Original"))
        assert "¿Tienes hermanos?" in original.words

        hits = amina.until("/search?q=brothers", "Lucía R.")
        assert hits.soup.find("mark") is not None
        answered = amina.send(
            read, "source", source="Yes, I have a brother. His name is Otieno."
        )
        assert answered.url.endswith("/sent")
        assert "brother" in ben.open("/waiting").words


def test_nobody_else_reads_the_letter(tmp_path: Path) -> None:
    with a_site(tmp_path) as (site, code):
        ana = first_teacher(site, code)
        ben = teacher_of_another_school(site)
        class_es, cards_es = class_of(ana, "5A", "es", "Lucía Ramos\nJosé Peña")
        class_en, _cards = class_of(ben, "Grade 6", "en", "Amina Kamau")
        agree(ana, class_es, ben, class_en)
        pair(ana, "Lucía R.", "Amina K.")
        lucia = pupil_of(site, cards_es, "Lucía Ramos")
        jose = pupil_of(site, cards_es, "José Peña")
        letters = lucia.open("/letters").link("Amina K.")
        lucia.send(lucia.open(letters), "source", source=LETTER)
        waiting = ana.open("/waiting")
        ana.send(waiting, "tick", press="ticked", tick=ticks(waiting.html)[0])
        lucia.until("/search?q=hermanos", "Lucía R.")

        assert jose.open(letters).status == 404
        assert "Lucía R." not in jose.open("/search?q=hermanos").words
        assert Client(site.url).open(letters).url.startswith(site.url + "/sign-in")
