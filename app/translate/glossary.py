"""Terms of the classes in a space, as they must come out of a translation."""

import re
from collections.abc import Mapping

from sqlalchemy import or_, select

from app.classrooms.models import SpaceClassroom
from app.db import db
from app.translate.models import GlossaryTerm


def terms_of(space_id: int, from_lang: str, to_lang: str) -> dict[str, str]:
    """Collect how terms are said from one language to another in a space.

    Each class of the space has its own; where two differ the younger one counts.
    """
    found = db.session.scalars(
        select(GlossaryTerm)
        .join(SpaceClassroom, SpaceClassroom.classroom_id == GlossaryTerm.classroom_id)
        .where(
            SpaceClassroom.space_id == space_id,
            SpaceClassroom.joined_at.is_not(None),
            GlossaryTerm.lang == from_lang,
            or_(GlossaryTerm.to_lang == "", GlossaryTerm.to_lang == to_lang),
        )
        # One for this very language goes before one for all.
        .order_by(GlossaryTerm.to_lang, GlossaryTerm.id)
    )
    return {row.term: row.said or row.term for row in found}


def terms_in(sentence: str, terms: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """List the terms that stand in a sentence as whole words, the longest first."""
    return tuple(
        (found[0], terms[term])
        for term in sorted(terms, key=lambda term: (-len(term), term))
        if (found := re.search(rf"(?<!\w){re.escape(term)}(?!\w)", sentence, re.I))
    )
