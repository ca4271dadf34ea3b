"""New letters for one pupil: five pen pals of the partner class have written to her."""

from collections.abc import Sequence

from app import markup
from app.accounts.models import Account
from app.classrooms.models import Space
from app.db import db
from app.moderation.review import release
from app.penpals.pairing import pair
from app.posts.models import Rendition, Thread
from app.posts.publishing import publish
from bench.bulk import PACK
from bench.texts import Letters
from bench.world import POST_CHARACTERS

NEW_LETTERS = 5


def new_letters(
    space: Space, teacher: Account, reader: Account, pals: Sequence[Account]
) -> None:
    """Pair a pupil with each of them, and let each one's letter come; flushes.

    The teacher is hers. Letters come through the doors, and are there in her language.
    """
    for n, pal in enumerate(pals):
        thread = pair(space, teacher, reader.person_id, pal.person_id)
        _letter(thread, pal, teacher, reader.person.lang, reader.person_id * 100 + n)
    db.session.flush()


def _letter(
    thread: Thread, author: Account, teacher: Account, also_in: str, seed: int
) -> None:
    lang = author.person.lang
    words = Letters(lang, seed).write(POST_CHARACTERS)
    post = publish(thread, author, words, form_key=f"new-letter-{seed}", lang=lang)
    assert post.waiting is not None
    release(post.waiting, teacher)
    said = Letters(also_in, seed).write(POST_CHARACTERS)
    db.session.add(
        Rendition(
            revision_id=post.current_id,
            lang=also_in,
            source=said,
            html=str(markup.render(said)),
            pack=PACK[also_in],
        )
    )
