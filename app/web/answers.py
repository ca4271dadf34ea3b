"""What a view may answer with."""

from werkzeug.wrappers import Response

Answer = str | Response | tuple[str, int]
