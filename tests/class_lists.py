"""Adding pupils as a teacher does: looking at what a list would change, then saving."""

import re
from html import unescape

from werkzeug.test import TestResponse

from app.classrooms.models import Classroom
from tests.clients import Client

PLAN = re.compile(r'name="plan" value="([^"]+)"><input type="hidden" name="names"')
NAMES = re.compile(r'name="plan".*?name="names" value="([^"]*)"', re.DOTALL)


def looked_at(teacher: Client, room: Classroom, names: str) -> TestResponse:
    return teacher.post(f"/classrooms/{room.id}/pupils", {"names": names})


def saving(looked: TestResponse) -> dict[str, str]:
    """Read what the button *Save* of a plan would send."""
    plan, names = PLAN.search(looked.text), NAMES.search(looked.text)
    assert plan, f"the plan cannot be saved: {looked.text}"
    assert names
    return {"plan": plan[1], "names": unescape(names[1])}


def saved(teacher: Client, room: Classroom, names: str) -> TestResponse:
    """Look at a list, and save it: the cards of who is new come back."""
    form = saving(looked_at(teacher, room, names))
    return teacher.post(f"/classrooms/{room.id}/pupils/save", form)
