"""The address on the cards, and whether the server still answers to it."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from flask import current_app

from app.accounts.models import Account
from app.classrooms.models import School
from app.db import db
from app.web.headers import own_names
from app.web.pages import school_address

# What the column holds; addresses that work beside the cards' own follow it.
MOST = 200
PORTS = {"http": 80, "https": 443}


def remember(school: School) -> None:
    """Note where the first cards send pupils; later ones change nothing by themselves.

    One new card does not make the thirty old ones carry the new address.
    """
    school.cards_address = school.cards_address or school_address()


def all_printed_anew(school: School) -> None:
    """Believe a teacher that all cards and posters carry today's address."""
    school.cards_address = school_address()


def both_work(school: School) -> None:
    """Believe a teacher that the cards' address works as well as the one she uses."""
    printed, *known = school.cards_address.split() or [school_address()]
    known = [address for address in known if address != school_address()]
    kept = [printed, school_address(), *known]
    while len(" ".join(kept)) > MOST and len(kept) > 1:
        kept.pop()
    school.cards_address = " ".join(kept)


def only_here() -> bool:
    """Whether today's address opens on the machine itself alone."""
    return _is_loopback(urlsplit(school_address()))


def moved(viewer: Account) -> tuple[str, str] | None:
    """Tell the cards' address and today's when the cards' own leads nowhere any more.

    Silent where that is not known: at the machine itself while it has no network,
    and where a teacher comes by another name of the same machine.
    """
    school = db.session.get_one(School, viewer.person.school_id)
    known, here = school.cards_address.split(), school_address()
    if not known or here in known or _is_loopback(urlsplit(here)):
        return None
    if _still_ours(urlsplit(known[0]), urlsplit(here)):
        return None
    return known[0], here


def _still_ours(printed: SplitResult, here: SplitResult) -> bool:
    """Whether the cards' address is this machine's, with today's way of asking."""
    way = here.scheme, here.port or PORTS.get(here.scheme)
    if (printed.scheme, printed.port or PORTS.get(printed.scheme)) != way:
        return False
    host = printed.hostname or ""
    if _is_loopback(printed):
        return False
    try:
        return _machine_has(ipaddress.ip_address(host))
    except ValueError:
        return host in own_names() | current_app.config["HOSTS"]


def _machine_has(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Ask the system for a socket there; nothing is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _is_loopback(address: SplitResult) -> bool:
    host = address.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
