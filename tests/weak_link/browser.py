"""A browser byte by byte, and the hand that presses *Reload* until a whole page comes."""

import gzip
import html
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

FORM = re.compile(r"<form[^>]*?action=\"([^\"]*)\"[^>]*>(.*?)</form>", re.DOTALL)
INPUT = re.compile(r"<input[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
SELECTED = re.compile(r'<option value="([^"]*)" selected')
HEADERS = (
    "User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
    "Accept-Language: en\r\nAccept-Encoding: gzip, deflate\r\n"
)
MARK = "----WebKitFormBoundaryAbCdEf0123456789"
# Nobody reloads more often; a server that is well has answered long before.
MOST_RELOADS = 20


class Lost(Exception):  # noqa: N818  # what a browser shows as a page of its own
    """The answer did not come whole."""


@dataclass(frozen=True)
class Form:
    """A form as a browser sends it, always in the same bytes."""

    path: str
    fields: tuple[tuple[str, str], ...]
    has_picture: bool = False

    def filled(self, **typed: str) -> "Form":
        kept = tuple(pair for pair in self.fields if pair[0] not in typed)
        # Lines end so in every form that a browser sends.
        said = ((name, value.replace("\n", "\r\n")) for name, value in typed.items())
        return replace(self, fields=(*kept, *said))

    def body(self) -> bytes:
        parts = [_part(f'name="{name}"', value) for name, value in self.fields]
        if self.has_picture:
            none = (
                'name="picture"; filename=""\r\nContent-Type: application/octet-stream'
            )
            parts.append(_part(none, ""))
        return "".join([*parts, f"--{MARK}--\r\n"]).encode()


def _part(head: str, value: str) -> str:
    return f"--{MARK}\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n"


@dataclass(frozen=True)
class Page:
    """What is shown in the end, and where."""

    path: str
    status: int
    text: str

    @property
    def plain(self) -> str:
        """The page as text in which typed words can be found again."""
        return html.unescape(self.text).replace("\r\n", "\n")

    def forms(self) -> Iterator[Form]:
        for action, inside in FORM.findall(self.text):
            fields = []
            for found in INPUT.findall(inside):
                said = dict(ATTRIBUTE.findall(found))
                if said.get("type") == "hidden":
                    fields.append((said["name"], html.unescape(said.get("value", ""))))
            if chosen := SELECTED.search(inside):
                fields.append(("lang", chosen[1]))
            path, _fragment = urldefrag(html.unescape(action))
            yield Form(path, tuple(fields), 'name="picture"' in inside)

    def form(self, holding: str) -> Form:
        """Find the first form whose address ends so."""
        for found in self.forms():
            if re.search(holding + r"\Z", found.path):
                return found
        raise AssertionError(f"no form to {holding} on {self.path}: {self.plain}")


@dataclass(frozen=True)
class Reply:
    """One answer; `body` is None where it broke off after whole headers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    head_bytes: int

    def header(self, name: str) -> str:
        return next((value for one, value in self.headers if one == name), "")


Asked = str | Form


class Browser:
    """One browser with one kept connection and its cookies."""

    def __init__(self, port: int, cookie: str, *, patience_seconds: float) -> None:
        self.port = port
        self.patience_seconds = self.patient_seconds = patience_seconds
        self.cookies = {"s": cookie}
        self.line: socket.socket | None = None
        self.waiting = b""
        # Of the last redirect, so that a fault can name its bytes.
        self.redirect_head_bytes, self.redirect_bytes = 300, 500

    def again(self) -> "Browser":
        """The same browser on a connection of its own, as a second tap uses it."""
        other = Browser(self.port, "", patience_seconds=self.patient_seconds)
        other.cookies = dict(self.cookies)
        return other

    def open(self, asked: Asked) -> Page:
        """Follow a link or send a form; press *Reload* until a whole page has come."""
        for n in range(MOST_RELOADS):
            try:
                asked, reply = self._step(asked)
            except Lost:
                self.close()
                # She learns to wait; else a slow machine would only get more to do.
                self.patience_seconds = self.patient_seconds * 2 ** min(n, 5)
                continue
            self.patience_seconds = self.patient_seconds
            if reply is not None:
                assert isinstance(asked, Form) or reply.status < 500
                return self._page(asked, reply)
        raise AssertionError(f"never answered: {asked}")

    def open_once(self, asked: Asked) -> Page:
        """As `open`, but raises `Lost` where she would have to reload."""
        try:
            while True:
                asked, reply = self._step(asked)
                if reply is not None:
                    return self._page(asked, reply)
        except Lost:
            self.close()
            raise

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
        self.line, self.waiting = None, b""

    def bytes_of(self, asked: Asked) -> bytes:
        """Write the request; the cookies are those of this moment."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        own = f"127.0.0.1:{self.port}"
        head = f"Host: {own}\r\n{HEADERS}Cookie: {cookies}\r\n"
        if isinstance(asked, str):
            return f"GET {asked} HTTP/1.1\r\n{head}\r\n".encode()
        body = asked.body()
        return (
            f"POST {asked.path} HTTP/1.1\r\n{head}Origin: http://{own}\r\n"
            f"Content-Type: multipart/form-data; boundary={MARK}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def _step(self, asked: Asked) -> tuple[Asked, Reply | None]:
        """Ask once; a redirect gives where to go on instead of an answer."""
        try:
            reply = self._ask(self.bytes_of(asked))
        except OSError as error:
            raise Lost from error
        for name, value in reply.headers:
            if name == "set-cookie":
                self._keep(value)
        if reply.status in (302, 303):
            # The browser is on its way as soon as it has read where to.
            if reply.body is None:
                self.close()
            return reply.header("location").partition("#")[0], None
        if reply.body is None:
            raise Lost
        return asked, reply

    def _ask(self, request: bytes) -> Reply:
        if self.line is None:
            place = ("127.0.0.1", self.port)
            self.line = socket.create_connection(place)
        self.line.settimeout(self.patience_seconds)
        self.line.sendall(request)
        while b"\r\n\r\n" not in self.waiting:
            self._receive()
        head, _mark, self.waiting = self.waiting.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = tuple(
            (name.lower(), value.strip())
            for name, _colon, value in (line.partition(":") for line in lines)
        )
        reply = Reply(int(first.split(" ")[1]), headers, None, len(head) + 4)
        length = int(reply.header("content-length"))
        if reply.status == 303:
            self.redirect_head_bytes = reply.head_bytes
            self.redirect_bytes = reply.head_bytes + length
        try:
            while len(self.waiting) < length:
                self._receive()
        except OSError:
            return reply
        body, self.waiting = self.waiting[:length], self.waiting[length:]
        if reply.header("connection").lower() == "close":
            self.close()
        return replace(reply, body=body)

    def _receive(self) -> None:
        assert self.line is not None
        more = self.line.recv(65_536)
        if not more:
            raise ConnectionError("the answer ended early")
        self.waiting += more

    def _keep(self, cookie: str) -> None:
        pair, *more = cookie.split(";")
        name, _sign, value = pair.partition("=")
        if any(one.strip().lower() == "max-age=0" for one in more):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def _page(self, asked: Asked, reply: Reply) -> Page:
        assert reply.body is not None
        packed = reply.header("content-encoding") == "gzip"
        text = (gzip.decompress(reply.body) if packed else reply.body).decode()
        path = asked if isinstance(asked, str) else asked.path
        return Page(path, reply.status, text)
