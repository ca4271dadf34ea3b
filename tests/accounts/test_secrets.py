"""Secrets: PINs that nobody tries first, hashes, and codes on slips."""

from datetime import date

import pytest
from flask import Flask

from app.accounts.people import fresh_pins
from app.accounts.secrets import (
    SLIP_ALPHABET,
    hash_secret,
    is_weak_pin,
    new_pin,
    new_slip,
    secret_matches,
    slip_digest,
)


@pytest.mark.parametrize(
    "pin",
    ["123456", "987654", "890123", "210987", "712348", "543286", "135791"],
)
def test_no_pin_has_a_run(pin: str) -> None:
    assert is_weak_pin(pin)


@pytest.mark.parametrize(
    "pin", ["000000", "112233", "121212", "111222", "777352", "453331", "483483"]
)
def test_no_pin_repeats_itself(pin: str) -> None:
    assert is_weak_pin(pin)


@pytest.mark.parametrize(
    "pin",
    [
        "311284", "123184", "841231", "290200", "022996", "000229", "050974",
        "201446", "462014", "198467", "671984", "120150",
    ],
)  # fmt: skip
def test_no_pin_is_a_birthday(pin: str) -> None:
    assert is_weak_pin(pin)


@pytest.mark.parametrize("pin", ["481526", "640372", "320684", "290293", "003784"])
def test_a_pin_that_is_none_of_these_is_taken(pin: str) -> None:
    # 32 June is no day, and 1993 had no 29 February.
    assert not is_weak_pin(pin)


def test_every_day_of_a_hundred_years_is_a_birthday_in_three_orders() -> None:
    first = date(1926, 1, 1).toordinal()
    days = [date.fromordinal(first + n) for n in range(36_525)]

    written = {day.strftime(order) for day in days for order in ("%d%m%y", "%m%d%y", "%y%m%d")}  # fmt: skip

    assert [pin for pin in written if not is_weak_pin(pin)] == []


def test_enough_pins_remain_and_only_they_are_drawn() -> None:
    fine = sum(not is_weak_pin(f"{n:06}") for n in range(0, 10**6, 7)) * 7
    drawn = {new_pin() for _n in range(300)}

    assert 750_000 < fine < 850_000
    assert not any(map(is_weak_pin, drawn))
    assert all(len(pin) == 6 and pin.isdecimal() for pin in drawn)
    assert len(drawn) > 290


def test_a_pin_is_kept_only_as_a_hash(app: Flask) -> None:
    (fresh,) = fresh_pins(1)

    assert fresh.pin not in fresh.hashed
    assert secret_matches(fresh.hashed, fresh.pin)
    assert not secret_matches(fresh.hashed, new_pin())


def test_hashes_cost_what_owasp_asks() -> None:
    assert hash_secret("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobodys_secret_never_fits() -> None:
    assert not secret_matches(None, "")
    assert not secret_matches(None, "01234567890abcdef")
    assert not secret_matches("damaged", "x")


def test_a_passphrase_fits_however_the_keyboard_writes_accents() -> None:
    composed, parted = "el niño bebe caf\u00e9", "el nin\u0303o bebe cafe\u0301"

    assert secret_matches(hash_secret(composed), parted)
    assert secret_matches(hash_secret(parted), composed)
    assert not secret_matches(hash_secret(composed), "el nino bebe cafe")


def test_slips_are_easily_typed_and_never_alike() -> None:
    slip = new_slip()

    assert slip_digest(slip) == slip_digest(slip.lower().replace("-", " "))
    assert slip_digest(slip) != slip_digest(new_slip())
    assert set(slip) <= set(SLIP_ALPHABET) | {"-"}
    assert not set("0O1IL") & set(SLIP_ALPHABET)
