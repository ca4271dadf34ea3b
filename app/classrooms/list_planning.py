"""What a class list would change: each row new, back, same, changed or refused."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.names import fold, shared_name, tidy
from app.accounts.people import checked_name
from app.accounts.shown_names import (
    checked_shown_name,
    free_name,
    shown_names,
    taken_by_another,
)
from app.classrooms.list_reading import ListRow
from app.classrooms.models import PUPIL, Classroom, Member
from app.db import db
from app.web.errors import Refused

NEW, BACK, SAME, CHANGED, REFUSED = "new", "back", "same", "changed", "refused"
# Whoever is called otherwise, but hardly like this, is another pupil.
LIKE_ENOUGH = 0.6


@dataclass(frozen=True)
class Change:
    """One name that becomes another; `what` is "full" or "shown"."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """What becomes of one row; `shown` is empty where a pen name will be drawn."""

    row: int
    state: str
    name: str
    shown: str = ""
    account_id: int | None = None
    changes: tuple[Change, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class Plan:
    """What saving a list would do, and who is in the class but not in the list."""

    lines: Sequence[Line]
    staying: Sequence[Account]
    # The class's accounts by id, for who saves.
    accounts: dict[int, Account] = field(default_factory=dict)

    def of(self, *states: str) -> list[Line]:
        return [line for line in self.lines if line.state in states]

    @property
    def refused(self) -> list[Line]:
        return self.of(REFUSED)

    @property
    def coming(self) -> list[Line]:
        """Who is new or comes back: each gets a PIN and a card."""
        return self.of(NEW, BACK)

    @property
    def changed(self) -> list[Line]:
        return self.of(CHANGED)

    @property
    def digest(self) -> str:
        """Tell two plans apart, so that what is saved is what was shown."""
        return hashlib.sha256(repr(list(self.lines)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class _Known:
    account: Account
    folded: str
    here: bool


def plan(classroom: Classroom, rows: Sequence[ListRow]) -> Plan:
    """Say what each row would change; reads, and changes nothing."""
    known = _pupils_ever(classroom)
    lines = _shown(classroom, _matched(rows, known), rows, known)
    named = {line.account_id for line in lines}
    staying = [one.account for one in known if one.here and one.account.id not in named]
    staying.sort(key=lambda account: account.full_name)
    return Plan(lines, staying, {one.account.id: one.account for one in known})


def _pupils_ever(classroom: Classroom) -> list[_Known]:
    rows = db.session.execute(
        select(Account, Member.name_folded, Member.left_at)
        .join(Member, Member.person_id == Account.person_id)
        .where(Member.classroom_id == classroom.id, Member.role == PUPIL)
        .order_by(Account.id)
    )
    return [
        _Known(account, folded, left_at is None) for account, folded, left_at in rows
    ]


def _matched(rows: Sequence[ListRow], known: Sequence[_Known]) -> list[Line]:
    """Find whom each row means: by name first, since lists count in their own ways."""
    by_name = {one.folded: one for one in known}
    folded = [fold(row.full_name) for row in rows]
    named = {by_name[name].account.id for name in folded if name in by_name}
    by_number = {
        str(one.account.person.number): one
        for one in known
        if one.here and one.account.id not in named
    }
    first_row: dict[str, int] = {}
    lines = []
    for row, name in zip(rows, folded, strict=True):
        try:
            full = _checked(row, name, first_row)
            one = by_name.get(name) or _numbered(row, full, by_number)
            lines.append(_met(row, full, one))
        except Refused as refusal:
            lines.append(_refused(row, refusal))
        first_row.setdefault(name, row.n)
    return lines


def _checked(row: ListRow, name: str, first_row: dict[str, int]) -> str:
    full = checked_name(row.full_name)
    if not any(ch.isalpha() for ch in full):
        raise Refused(_("A name is missing. Write it with letters."))
    if name in first_row:
        raise Refused(
            _(
                "this name is there twice, also in row %(row)s; add an initial",
                row=first_row[name],
            )
        )
    return full


def _numbered(row: ListRow, full: str, by_number: dict[str, _Known]) -> _Known | None:
    """Find whose name is mended; a number alone makes nobody another person."""
    one = by_number.pop(row.number.lstrip("0"), None)
    if one is None or _alike(one.account.full_name, full):
        return one
    raise Refused(
        _(
            "number %(number)s is %(name)s here; mend the name, or take the number out "
            "if this is somebody else",
            number=row.number,
            name=one.account.full_name,
        )
    )


def _met(row: ListRow, full: str, one: _Known | None) -> Line:
    if one is None:
        return Line(row.n, NEW, full)
    before = one.account.full_name
    # A list in capitals changes nothing; with a number she is meant to be mended.
    same = row.number.lstrip("0") != str(one.account.person.number)
    mended = () if same or before == full else (Change("full", before, full),)
    state = BACK if not one.here else CHANGED if mended else SAME
    return Line(row.n, state, full, "", one.account.id, mended)


def _alike(one: str, other: str) -> bool:
    one, other = fold(one), fold(other)
    return (
        bool(set(one.split()) & set(other.split()))
        or SequenceMatcher(None, one, other).ratio() >= LIKE_ENOUGH
    )


def _shown(
    classroom: Classroom,
    lines: list[Line],
    rows: Sequence[ListRow],
    known: Sequence[_Known],
) -> list[Line]:
    """Say by which name others will see each: what the list says goes before ours."""
    accounts = {one.account.id: one.account for one in known}
    taken: dict[str, int | None] = dict(shown_names(classroom.school_id))
    asked = {
        row.n: row.shown_name
        for line, row in zip(lines, rows, strict=True)
        if fold(row.shown_name)
        and tidy(row.shown_name) != _shown_before(line, accounts)
    }
    # Two may exchange their names: what is given up is free.
    given_up = {
        accounts[line.account_id].person_id
        for line in lines
        if line.account_id is not None and line.row in asked
    }
    taken = {name: who for name, who in taken.items() if who not in given_up}
    lines = [
        _asked(line, asked[line.row], taken, accounts)
        if line.row in asked and line.state != REFUSED
        else line
        for line in lines
    ]
    return [_own(line, classroom, taken, accounts) for line in lines]


def _shown_before(line: Line, accounts: dict[int, Account]) -> str:
    account = accounts.get(line.account_id or 0)
    return tidy(account.person.shown_name) if account else ""


def _asked(
    line: Line, typed: str, taken: dict[str, int | None], accounts: dict[int, Account]
) -> Line:
    """Give a row the shown name that the list asks for, if it may have it."""
    account = accounts.get(line.account_id or 0)
    try:
        shown = checked_shown_name(typed, line.name)
        if fold(shown) in taken:
            raise Refused(taken_by_another())
    except Refused as refusal:
        return replace(line, state=REFUSED, changes=(), said=str(refusal))
    taken[fold(shown)] = None
    if account is None:
        return replace(line, shown=shown)
    changes = (*line.changes, Change("shown", account.person.shown_name, shown))
    state = CHANGED if line.state == SAME else line.state
    return replace(line, state=state, shown=shown, changes=changes)


def _own(
    line: Line,
    classroom: Classroom,
    taken: dict[str, int | None],
    accounts: dict[int, Account],
) -> Line:
    if line.shown or line.state == REFUSED:
        return line
    if line.account_id is not None:
        return replace(line, shown=accounts[line.account_id].person.shown_name)
    if classroom.school.pen_names:
        return line
    shown = free_name(shared_name(line.name), taken)
    taken[fold(shown)] = None
    return replace(line, shown=shown)


def _refused(row: ListRow, refusal: Refused) -> Line:
    return Line(row.n, REFUSED, tidy(row.full_name)[:60], said=str(refusal))
