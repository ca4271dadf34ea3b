"""Passphrases: long, not among the commonest, not soon guessed; the words say which."""

import subprocess
import sys

import pytest
from flask import Flask

from app.accounts import passphrases
from app.accounts.passphrases import CHILD, check_passphrase, hashed_passphrase
from app.accounts.secrets import secret_matches
from app.web.errors import Refused
from launch.places import ROOT
from tests.builders import PASSPHRASE

# Of the 3,000 commonest in zxcvbn's list, those that have 12 characters and more.
COMMONEST = """
from zxcvbn.matching import RANKED_DICTIONARIES
ranks = RANKED_DICTIONARIES["passwords"]
print("\\n".join(word for word in ranks if ranks[word] <= 3000 and len(word) >= 12))
"""


def refused(passphrase: str, again: str | None = None, *known: str) -> Refused:
    with pytest.raises(Refused) as refusal:
        check_passphrase(passphrase, passphrase if again is None else again, known)
    return refusal.value


@pytest.mark.parametrize(
    "passphrase",
    [PASSPHRASE, "el río pasa despacio", "كلمات قليلة لي وحدي", "maji moto ya chai", "x7Kq-pw2M!zt"],
)  # fmt: skip
def test_a_passphrase_of_words_that_are_her_own_will_do(
    app: Flask, passphrase: str
) -> None:
    check_passphrase(passphrase, passphrase)


def test_what_is_wrong_is_said_beside_its_field(app: Flask) -> None:
    short, long = refused("eleven of 11"[:11]), refused("many words " * 20)
    other = refused(PASSPHRASE, PASSPHRASE + "!")

    assert (short.field, "at least 12 characters" in str(short)) == ("secret", True)
    assert (long.field, "at most 200" in str(long)) == ("secret", True)
    assert (other.field, "differ" in str(other)) == ("again", True)


@pytest.mark.parametrize(
    "passphrase",
    ["aaaaaaaaaaaa", "abcabcabcabc", "passwordpassword", "Password1234", "qwertyuiop12",
     "123456789012", "iloveyouforever", "liverpoolfc2014"],
)  # fmt: skip
def test_one_that_is_guessed_soon_is_refused(app: Flask, passphrase: str) -> None:
    refusal = refused(passphrase)

    assert refusal.field == "secret"
    assert "one of the first" in str(refusal)


def test_none_of_the_3000_commonest_is_taken(app: Flask) -> None:
    listed = subprocess.run(
        [sys.executable, "-c", COMMONEST], capture_output=True, text=True, check=True
    ).stdout.split()

    assert len(listed) >= 10
    for passphrase in listed:
        assert "one of the first" in str(refused(passphrase)), passphrase


def test_her_own_name_and_her_schools_are_guessed_soon(app: Flask) -> None:
    name, school = "Lucía Ramos Pérez", "Colegio San José"

    for passphrase in (name, "lucia ramos perez", school):
        assert refused(passphrase, None, name, school).field == "secret"
    check_passphrase("lucia ramos perez", "lucia ramos perez")


def test_where_the_lists_cannot_be_asked_the_other_rules_stand(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    check_passphrase("passwordpassword", "passwordpassword")

    assert "FileNotFoundError" in caplog.text
    assert "passwordpassword" not in caplog.text
    assert "at least 12" in str(refused("password123"))
    assert "one of the first" in str(refused("abcabcabcabc"))


@pytest.mark.parametrize(
    "child", ["import time; time.sleep(60)", "raise SystemExit(3)", "print('?')"]
)
def test_a_child_that_hangs_fails_or_babbles_keeps_nobody_waiting(
    app: Flask, monkeypatch: pytest.MonkeyPatch, child: str
) -> None:
    monkeypatch.setattr(passphrases, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(passphrases, "CHILD", child)

    check_passphrase(PASSPHRASE, PASSPHRASE)


def test_the_web_process_never_holds_the_lists(app: Flask) -> None:
    asked = (
        "from app.accounts.passphrases import check_passphrase as check\n"
        f"import sys; check({PASSPHRASE!r}, {PASSPHRASE!r})\n"
        "print('zxcvbn' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip

    assert done.stdout.strip() == "False"
    assert "zxcvbn" in CHILD


def test_a_checked_passphrase_comes_as_a_hash(app: Flask) -> None:
    hashed = hashed_passphrase(PASSPHRASE, PASSPHRASE)

    assert secret_matches(hashed, PASSPHRASE)
    with pytest.raises(Refused):
        hashed_passphrase("passwordpassword", "passwordpassword")
