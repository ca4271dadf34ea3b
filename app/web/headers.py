"""Strict headers, trusted hosts, and gzip: what goes on the wire around a page."""

import base64
import hashlib
import ipaddress
import re
import socket
import zlib

from flask import Flask, Response, abort, g, request
from flask_babel import gettext as _

# No script and no inline style, so that hostile words stay words. A page with a
# picture, or with a script of ours, allows that too. What else could be said here,
# and why it is not: docs/decisions/0013.
CONTENT_SECURITY_POLICY = (
    "default-src 'none';style-src 'self';form-action 'self';base-uri 'none'"
)
PICTURES, SCRIPTS = ";img-src 'self'", ";script-src 'self'"
# A page that says so itself needs no header for it, and stays right when saved.
OWN_CHARSET = b'<meta charset="utf-8">'
HEAD_BYTES = 1024  # as far as browsers look for it
# No cache keeps these by itself; a permanent one it would.
GOES_ON = (302, 303)
GZIP_LEVEL = 6
# What zlib keeps free of its window; and to `wbits`, what makes it write gzip.
LOOKAHEAD_BYTES, GZIP_FORMAT = 262, 16
# Under this gzip's own head costs more than it saves.
GZIP_FROM_BYTES = 200
FOREVER = "public, max-age=31536000, immutable"
# Differ each time a page is made; a form's older ones are as good.
EACH_TIME_NEW = re.compile(rb'name="(?:csrf_token|key)" value="[^"]*"')
# Told apart are one browser's own copies of one page: 72 bits are plenty.
ETAG_BYTES = 9
# What a 304 says; the rest stands with the page that the browser has kept.
OF_KEPT_PAGE = ("ETag", "Cache-Control", "Vary")


def register(app: Flask) -> None:
    names = own_names() | app.config["HOSTS"]

    @app.before_request
    def refuse_strange_hosts() -> None:
        """A page of another site that renames itself to our address is not us."""
        name = host_name()
        if name.lower() not in names and not _is_address(name):
            abort(400, _("This server does not answer to that name."))

    @app.before_request
    def refuse_strange_origins() -> None:
        """Old browsers send no Origin; the form's token guards those alone."""
        origin = request.headers.get("Origin")
        # Behind a proxy that speaks https the scheme here is still http.
        own = {f"{scheme}://{request.host}" for scheme in (request.scheme, "https")}
        if request.method == "POST" and origin is not None and origin not in own:
            abort(403, _("This form came from another site."))

    app.after_request(_finish)


def host_name() -> str:
    """Read the name or address this request came to, without its port."""
    host = request.host
    return host[1 : host.index("]")] if "]" in host else host.rsplit(":", 1)[0]


def _finish(response: Response) -> Response:
    headers = response.headers
    if response.status_code in GOES_ON:
        return _without_words(response)
    if response.mimetype == "text/html":
        _guard(response)
    else:
        headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint == "static" and response.status_code in (200, 304):
        headers["Cache-Control"] = FOREVER
        response.vary.add("Accept-Encoding")  # nothing else is kept in any cache
    else:
        # Back on a shared device must show nothing of hers.
        headers["Cache-Control"] = "no-store"
    # A file of ours is known by the hash in its address; these say nothing more.
    for name in ("Accept-Ranges", "ETag"):
        headers.pop(name, None)
    # What a view gives to be saved has a name; all else is shown.
    if not headers.get("Content-Disposition", "").startswith("attachment"):
        headers.pop("Content-Disposition", None)
    if _may_be_kept(response):
        return _kept_by_browser(response)
    return _compress(response)


def _without_words(response: Response) -> Response:
    """Nobody reads the page that would stand there: browsers go on at once."""
    response.set_data(b"")
    del response.headers["Content-Type"]
    return response


def _guard(response: Response) -> None:
    """Allow a page what it has, and no more."""
    headers, page = response.headers, response.get_data()
    policy = CONTENT_SECURITY_POLICY
    if b"<img" in page:
        policy += PICTURES
    if "has_script" in g:
        policy += SCRIPTS
    headers["Content-Security-Policy"] = policy
    # Not as `frame-ancestors`: this one is as short, and older browsers know it too.
    headers["X-Frame-Options"] = "DENY"
    if OWN_CHARSET in page[:HEAD_BYTES]:
        headers["Content-Type"] = "text/html"


def _may_be_kept(response: Response) -> bool:
    """On somebody's own device the browser keeps pages and pictures, no files.

    The room that knows whose device it is sets `keeps_pages` to a mark that is
    another with each sign-in and after each sending.
    """
    kind = (response.mimetype or "").partition("/")
    return (
        "keeps_pages" in g
        and request.method == "GET"
        and response.status_code == 200
        and request.endpoint != "static"
        and (kind[0] == "image" or response.mimetype == "text/html")
    )


def _kept_by_browser(response: Response) -> Response:
    """Let the browser keep it and ask each time; what it has is answered 304."""
    page = EACH_TIME_NEW.sub(b"", response.get_data())
    whole = hashlib.sha256(g.keeps_pages.encode() + b"\n" + page).digest()
    digest = base64.urlsafe_b64encode(whole[:ETAG_BYTES]).decode()
    response.set_etag(digest, weak=True)  # the same page, packed or not
    response.headers["Cache-Control"] = "private, no-cache"
    # With another cookie it is asked for anew, by *Back* too.
    response.vary.update(("Accept-Encoding", "Cookie"))
    if not request.if_none_match.contains_weak(digest):
        return _compress(response)
    response.set_data(b"")
    response.status_code = 304
    for name in set(response.headers.keys()) - set(OF_KEPT_PAGE):
        del response.headers[name]
    return response


def _compress(response: Response) -> Response:
    if (
        (response.mimetype or "").startswith(("text/", "application/javascript"))
        and response.status_code not in (204, 206, 304)
        and request.accept_encodings["gzip"] > 0
    ):
        response.direct_passthrough = False
        plain = response.get_data()
        if len(plain) >= GZIP_FROM_BYTES:
            response.set_data(_packed(plain))
            response.headers["Content-Encoding"] = "gzip"
    return response


def _packed(plain: bytes) -> bytes:
    """Pack as gzip, looking back no further than the page is long.

    The same bytes as with the whole 32 kB, and a small page costs a quarter of the
    time: zlib clears all that it might need.
    """
    back = min(15, (len(plain) + LOOKAHEAD_BYTES).bit_length())
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_FORMAT + back)
    return packer.compress(plain) + packer.flush()


def own_names() -> set[str]:
    """Tell by which names this machine is called in its own network."""
    name = socket.gethostname().lower()
    bare = name.split(".", 1)[0]
    return {"localhost", name, bare, f"{bare}.local", f"{bare}.lan"}


def _is_address(name: str) -> bool:
    # An address in figures cannot be renamed to point at us.
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
