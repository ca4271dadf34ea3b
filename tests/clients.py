"""A plain HTTP client that keeps cookies and reads a form's token from the page."""

import re
from contextvars import Context
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask, g, has_app_context
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts import devices
from app.accounts.models import Account, SignInSession
from app.accounts.sessions import start_session
from app.db import db
from app.posts.form import sealed_key
from app.web.csrf import sent_token
from app.web.seals import SEAL_CHARACTERS

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')


class Client:
    """One device. Each request gets a context of its own, as on the real server."""

    def __init__(
        self, app: Flask, account: Account | None = None, *, device: str = ""
    ) -> None:
        self.app = app
        self.web = app.test_client()
        self.token = ""
        if device:
            self.web.set_cookie(devices.COOKIE, device, path=devices.PATH)
        if account is not None:
            self.become(account)

    def become(self, account: Account) -> None:
        """Sign in by the server's own door, without the cost of a hash."""
        account_id = account.id
        _end_transaction()

        def sign_in() -> str:
            with self.app.test_request_context():
                start_session(db.session.get_one(Account, account_id))
                db.session.commit()
                return str(g.session_token)

        token = Context().run(sign_in)
        self.web.set_cookie(self.app.config["SESSION_COOKIE_NAME"], token)
        self.token = ""

    def get(self, url: str, **more: Any) -> TestResponse:
        _end_transaction()
        return Context().run(self.web.get, url, buffered=True, **more)

    def post(
        self,
        url: str,
        form: dict[str, Any] | None = None,
        *,
        sealed: bool = True,
        **more: Any,
    ) -> TestResponse:
        """Send a form of ours, with the token a page would have given it.

        A test names the `key` of a form as it likes; it is sent as the page that
        gave the token would have sealed it for this address.
        """
        self.token = self.token or self.read_token()
        fields = {"csrf_token": self.token, **(form or {})}
        _end_transaction()
        if fields.get("key") and sealed:
            fields["key"] = Context().run(self._sealed, url, fields)
        return Context().run(
            self.web.post, url, data=fields, content_type="multipart/form-data", **more
        )

    def _sealed(self, url: str, fields: dict[str, Any]) -> str:
        address, key = url.partition("?")[0].partition("#")[0], str(fields["key"])
        token = {"csrf_token": fields["csrf_token"]}
        with self.app.test_request_context(address, method="POST", data=token):
            person_id = db.session.scalar(
                select(Account.person_id)
                .join(SignInSession, SignInSession.account_id == Account.id)
                .where(SignInSession.csrf_token == sent_token())
            )
            if person_id is None:
                return key
            known = sealed_key(key[:-SEAL_CHARACTERS], person_id, address) == key
            return key if known else sealed_key(key, person_id, address)

    def read_token(self) -> str:
        """Read the token from a page that has a form, signed in or not."""
        found = TOKEN.search(self.get("/sign-in?plain", follow_redirects=True).text)
        assert found, "the page gave no token"
        return found[1]

    @property
    def cookie(self) -> str:
        kept = self.web.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        return kept.value if kept else ""


def key_in(page: str) -> str:
    """Read the one-time key of the form on a page."""
    found = KEY.search(page)
    assert found, "no form with a key is on the page"
    return found[1]


def fields_in(page: str, action: str) -> dict[str, str]:
    """Read the fields of the form that a page sends to an address, as they stand."""
    found = [
        form
        for form in BeautifulSoup(page, "html.parser").find_all("form")
        if str(form.get("action", "")).partition("#")[0] == action
    ]
    assert len(found) == 1, f"{len(found)} forms are sent to {action}"
    fields = {
        str(field["name"]): str(field.get("value", ""))
        for field in found[0].find_all("input")
        if field.get("type") != "file"
    }
    for area in found[0].find_all("textarea"):
        fields[str(area["name"])] = area.text.removeprefix("\n")
    for box in found[0].find_all("select"):
        options = box.find_all("option", selected=True) or box.find_all("option")
        fields[str(box["name"])] = str(options[0]["value"])
    return fields


def _end_transaction() -> None:
    # The test's own session would hold the one writer's place.
    if has_app_context():
        db.session.commit()
