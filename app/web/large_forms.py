"""The words of a form whose picture is too large to be read: they stand before it."""

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.multipart import Data, Epilogue, Field, MultipartDecoder, NeedData

# The longest post in any script, its title and all other fields, several times.
BEGINNING_BYTES = 200_000


def fields_before_the_picture() -> list[tuple[str, str]]:
    """Read the whole text fields with which this request's form begins.

    Call it once, when the form as a whole was refused for its length.
    """
    boundary = request.mimetype_params.get("boundary")
    if request.mimetype != "multipart/form-data" or not boundary:
        return []
    decoder = MultipartDecoder(boundary.encode(), max_form_memory_size=BEGINNING_BYTES)
    try:
        decoder.receive_data(request.environ["wsgi.input"].read(BEGINNING_BYTES))
        return _fields(decoder)
    except (HTTPException, OSError, ValueError):
        return []


def _fields(decoder: MultipartDecoder) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    name, parts = None, b""
    while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
        if isinstance(event, Data) and name is not None:
            parts += event.data
            if not event.more_data:
                found.append((name, parts.decode(errors="replace")))
        elif not isinstance(event, Data):
            name, parts = event.name if isinstance(event, Field) else None, b""
    return found
