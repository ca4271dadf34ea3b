"""What the form of a post holds, read from the request."""

from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage

from app.accounts.names import tidy
from app.posts.publishing import DESCRIPTION_MAX, tidied
from app.web.langs import chosen_lang
from app.web.numbers import row_number


@dataclass(frozen=True)
class Written:
    """All that somebody typed or chose in one form; none of it is checked."""

    title: str
    source: str
    description: str
    lang: str
    # The post it answers, and the block of it that it quotes.
    parent: str = ""
    quote: int | None = None
    # The version that a change of a post began from.
    base: int | None = None
    # The mark of the draft that the form was filled in with.
    began_from: str = ""

    @property
    def words(self) -> tuple[str, str, str]:
        return self.title, self.source, self.description


def written() -> Written:
    """Read this request's form."""
    form = request.form
    return Written(
        title=tidy(form.get("title", "")),
        source=tidied(form.get("source", "")),
        description=" ".join(form.get("description", "").split())[:DESCRIPTION_MAX],
        lang=chosen_lang(),
        parent=form.get("parent", ""),
        quote=form.get("quote", type=row_number),
        base=form.get("base", type=row_number),
        began_from=form.get("draft", ""),
    )


def sent_picture() -> FileStorage | None:
    picture = request.files.get("picture")
    return picture if picture and picture.filename else None
