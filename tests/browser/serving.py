"""A test's application on a real server on loopback, and browsers that look at it."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from app.accounts.models import Account
from app.db import db
from tests.web.test_every_page import School

PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Served:
    """A busy school that answers on loopback."""

    app: Flask
    school: School
    url: str

    def account(self, who: str) -> Account | None:
        """Fetch whom the school's pages call so; nobody has no account."""
        found: Account | None = getattr(self.school, who, None)
        return found

    def speak(self, lang: str) -> None:
        """Let everybody, and who looks at the class's tablet, read in this language."""
        self.school.room.lang = lang
        for who in self.school.pages():
            account = self.account(who)
            if account is not None:
                account.person.lang = lang
        db.session.commit()

    def browser_of(
        self, chromium: Browser, who: str, lang: str = "en", **more: Any
    ) -> BrowserContext:
        """Open a browser in which this person is signed in already."""
        context = chromium.new_context(base_url=self.url, locale=lang, **more)
        context.set_default_timeout(PATIENCE_MS)
        client = self.school.client(self.app, who)
        db.session.commit()
        # Who is signed in, and which device this is.
        for name, path in (("s", "/"), ("d", "/sign-in")):
            kept = client.web.get_cookie(name, path=path)
            if kept is not None:
                cookie = {"name": name, "value": kept.value, "path": path}
                context.add_cookies([{**cookie, "domain": "127.0.0.1"}])  # type: ignore[typeddict-item]  # as its docs have it
        return context
