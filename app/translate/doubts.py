"""How often each pack stumbles, and how often people found or mended its words."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from app.db import db
from app.posts.models import AGAIN, Rendition, Revision
from app.translate.models import WrongReading


@dataclass(frozen=True)
class Doubt:
    """What readers meet in one direction, by our codes, from one pack.

    `pack` is the label of a pack, or those of two joined by "+" on a way between.
    """

    from_lang: str
    to_lang: str
    pack: str
    sentences: int
    # Left in the original, because a check was not passed.
    stumbled: int
    # Sentences that readers said read wrong, settled or not.
    wrong: int
    # Sentences that persons have said instead.
    mended: int

    @property
    def pair(self) -> str:
        return f"{self.from_lang}-{self.to_lang}"

    @property
    def stumbled_share(self) -> float:
        return self.stumbled / self.sentences if self.sentences else 0.0


def figures() -> list[Doubt]:
    """Count over all copies that readers have, by pair and pack; two queries.

    A sentence counts as often as it stands in letters, as readers meet it.
    """
    way = (Revision.lang, Rendition.lang, Rendition.pack)
    copies = (
        select(*way)
        .join(Revision, Rendition.revision_id == Revision.id)
        .where(Rendition.pack.is_not(None), Rendition.pack != AGAIN)
    )
    # Ten readers of one sentence are one wrong sentence.
    told = (
        copies.join(
            WrongReading,
            and_(
                WrongReading.revision_id == Rendition.revision_id,
                WrongReading.lang == Rendition.lang,
            ),
        )
        .add_columns(WrongReading.revision_id, WrongReading.sha256)
        .distinct()
    )
    wrong = Counter(tuple(row[:3]) for row in db.session.execute(told))
    counted = copies.add_columns(
        func.sum(func.json_array_length(Rendition.pairs)),
        func.sum(Rendition.doubt),
        func.sum(Rendition.mended),
    )
    return [
        Doubt(
            from_lang,
            to_lang,
            pack,
            sentences=sentences or 0,
            stumbled=stumbled,
            wrong=wrong[from_lang, to_lang, pack],
            mended=mended,
        )
        for from_lang, to_lang, pack, sentences, stumbled, mended in db.session.execute(
            counted.group_by(*way).order_by(*way)
        )
    ]
