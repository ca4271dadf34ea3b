"""Cuts the network in a process that has this folder on its path: loopback alone answers."""

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


def _check(address: Any) -> None:
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise OSError(f"the test cut the network: {address[0]}")


def _is_loopback(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def connect(self: socket.socket, address: Any) -> None:
    _check(address)
    _connect(self, address)


def connect_ex(self: socket.socket, address: Any) -> int:
    _check(address)
    return _connect_ex(self, address)


def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
    _check((host or "",))
    return _getaddrinfo(host, *rest, **named)


# The test's own stand-in for a pulled cable.
socket.socket.connect = connect  # type: ignore[method-assign, assignment]
socket.socket.connect_ex = connect_ex  # type: ignore[method-assign, assignment]
socket.getaddrinfo = getaddrinfo
