"""A plain HTTP client that does what a person without scripts does: reads and sends forms."""

import gzip
import http.cookiejar
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag


@dataclass
class Page:
    """What came back: the address it ended at, the status and the parsed page."""

    url: str
    status: int
    html: str
    raw: bytes = b""
    soup: BeautifulSoup = field(init=False)

    def __post_init__(self) -> None:
        self.soup = BeautifulSoup(self.html, "html5lib")

    @property
    def words(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

    def form(self, holding: str) -> Tag:
        """Find the form with a field of this name, or whose address holds it."""
        for found in self.soup.find_all("form"):
            if found.select_one(f'[name="{holding}"]') or holding in str(
                found.get("action", "")
            ):
                return found
        raise AssertionError(f"no form with {holding!r} on {self.url}: {self.words}")

    def link(self, holding: str) -> str:
        """Find the address of a link by its words or by a piece of the address."""
        for found in self.soup.find_all("a", href=True):
            if holding in found.get_text(" ") or holding in str(found["href"]):
                return str(found["href"])
        raise AssertionError(f"no link {holding!r} on {self.url}: {self.words}")


@dataclass(frozen=True)
class File:
    """What a person picks with a file field."""

    name: str
    content: bytes


Typed = str | list[str] | File


class Client:
    """One person's browser: keeps cookies, follows links, sends forms as they stand."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def open(self, path: str) -> Page:
        return self._fetch(
            urllib.request.Request(urllib.parse.urljoin(self.base, path))
        )

    def send(self, page: Page, holding: str, press: str = "", **typed: Typed) -> Page:
        """Fill in a form and press its button (or the one with this value)."""
        url, body, content_type = self.filled(page, holding, press, **typed)
        request = urllib.request.Request(url, data=body, method="POST")
        request.add_header("Content-Type", content_type)
        request.add_header("Origin", self.base)
        return self._fetch(request)

    def filled(
        self, page: Page, holding: str, press: str = "", **typed: Typed
    ) -> tuple[str, bytes, str]:
        """Make the bytes a browser would send."""
        form = page.form(holding)
        values = [
            (name, one)
            for name, value in (_values(form) | typed).items()
            for one in (value if isinstance(value, list) else [value])
        ]
        if press:
            values.append(("do", press))
        url = urllib.parse.urljoin(page.url, str(form.get("action") or page.url))
        if form.get("enctype") != "multipart/form-data":
            body = urllib.parse.urlencode(
                [(name, str(value)) for name, value in values]
            ).encode()
            return url, body, "application/x-www-form-urlencoded"
        mark = secrets.token_hex(12)
        body = b"".join(_part(mark, name, value) for name, value in values)
        body += f"--{mark}--\r\n".encode()
        return url, body, f"multipart/form-data; boundary={mark}"

    def _fetch(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept-Encoding", "gzip")
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            raw = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
            text = raw.decode("utf-8", "replace")
            return Page(answer.geturl(), answer.status, text, raw)

    def until(self, path: str, words: str, seconds: float = 60) -> Page:
        """Open a page again and again until it says these words."""
        end = time.monotonic() + seconds
        while True:
            page = self.open(path)
            if words.casefold() in page.words.casefold():
                return page
            assert time.monotonic() < end, f"{words!r} never came: {page.words}"
            time.sleep(0.3)


def _part(mark: str, name: str, value: str | File) -> bytes:
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'
    if isinstance(value, File):
        head += f'; filename="{value.name}"\r\nContent-Type: application/octet-stream'
        return head.encode() + b"\r\n\r\n" + value.content + b"\r\n"
    return f"{head}\r\n\r\n{value}\r\n".encode()


def _values(form: Tag) -> dict[str, Typed]:
    values: dict[str, Typed] = {}
    for found in form.find_all("input"):
        kind = found.get("type", "text")
        if found.get("name") and kind not in ("checkbox", "file", "submit"):
            values[str(found["name"])] = str(found.get("value", ""))
    for found in form.find_all("textarea"):
        values[str(found["name"])] = found.get_text()
    for found in form.find_all("select"):
        chosen = found.find("option", selected=True) or found.find("option")
        if chosen is not None:
            values[str(found["name"])] = str(chosen.get("value", chosen.get_text()))
    return values
