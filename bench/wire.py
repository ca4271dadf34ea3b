"""A client that counts: raw sockets, kept alive, every received byte of every answer."""

import gzip
import re
import socket
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT_SECONDS = 60
# What a browser of today sends to a plain-http address.
BROWSER = (
    "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
    "Accept-Language: en\r\nAccept-Encoding: gzip, deflate\r\n"
)
FORM_TYPE = "application/x-www-form-urlencoded"
MARK = "----WebKitFormBoundaryAbCdEf0123456789"


@dataclass(frozen=True)
class Answer:
    """What came back; `received` counts status line, headers and body."""

    status: int
    headers: dict[str, str]
    text: str
    received: int


class Wire:
    """One browser with one connection; keeps cookies and its connection."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port = port
        self.cookie = cookie
        self.line: socket.socket | None = None
        self.waiting = b""

    def get(self, path: str) -> Answer:
        return self._ask(f"GET {path} HTTP/1.1\r\n", b"")

    def send(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form as its page would."""
        return self._post(path, urlencode(fields).encode(), FORM_TYPE)

    def send_parts(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form in parts, as all forms with a letter are sent."""
        parts = "".join(
            f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            f"{value}\r\n"
            for name, value in fields.items()
        )
        body = f"{parts}--{MARK}--\r\n".encode()
        return self._post(path, body, f"multipart/form-data; boundary={MARK}")

    def _post(self, path: str, body: bytes, form_type: str) -> Answer:
        own = f"http://127.0.0.1:{self.port}"
        head = (
            f"POST {path} HTTP/1.1\r\nOrigin: {own}\r\nContent-Type: {form_type}\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        return self._ask(head, body)

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line, self.waiting = None, b""

    def _ask(self, head: str, body: bytes) -> Answer:
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        whole = f"{head}Host: 127.0.0.1:{self.port}\r\n{BROWSER}{cookie}\r\n"
        if self.line is None:
            place = ("127.0.0.1", self.port)
            self.line = socket.create_connection(place, TIMEOUT_SECONDS)
        self.line.sendall(whole.encode("ascii") + body)
        return self._answer()

    def _answer(self) -> Answer:
        head = self._take_until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        status = int(first.split(" ", 2)[1])
        headers = {
            name.lower(): value.strip()
            for name, _colon, value in (line.partition(":") for line in lines)
        }
        body = self._take(int(headers.get("content-length", 0)))
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        if headers.get("connection", "").lower() == "close":
            self.close()
        plain = (
            gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        )
        return Answer(
            status, headers, plain.decode("utf-8", "replace"), len(head) + len(body)
        )

    def _take_until(self, mark: bytes) -> bytes:
        while mark not in self.waiting:
            self._receive()
        return self._take(self.waiting.index(mark) + len(mark))

    def _take(self, count: int) -> bytes:
        while len(self.waiting) < count:
            self._receive()
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def _receive(self) -> None:
        assert self.line is not None
        more = self.line.recv(65_536)
        if not more:
            raise ConnectionError("the server closed the connection in an answer")
        self.waiting += more


class _Parts(HTMLParser):
    """Collects what a browser fetches by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.icon = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "link":
            kinds = (said.get("rel") or "").split()
            self.icon = self.icon or "icon" in kinds
            address = said.get("href") if {"stylesheet", "icon"} & {*kinds} else None
        else:
            address = said.get("src") if tag in ("img", "script", "iframe") else None
        if address and not address.startswith("data:"):
            self.found.append(address)


def fetched_with(page: str, path: str) -> list[str]:
    """List what a browser with an empty cache fetches to show the page.

    Without a word about an icon it asks for `/favicon.ico`.
    """
    parts = _Parts()
    parts.feed(page)
    icon = [] if parts.icon else ["/favicon.ico"]
    paths = [urlsplit(urljoin(path, address)) for address in [*parts.found, *icon]]
    return list(
        dict.fromkeys(way._replace(scheme="", netloc="").geturl() for way in paths)
    )


def field(page: str, name: str) -> str:
    """Read the value of a form's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    if found is None:
        raise LookupError(f"the page has no field {name}")
    return found[1]
