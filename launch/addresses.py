"""Where the server listens, and what to type into a browser to reach it."""

import errno
import http.client
import socket
import sys
from http import HTTPStatus

from launch.words import Stop

EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104  # compared with, not bound to
PING_SECONDS = 2.0


def port_free(host: str, port: int) -> None:
    """Raise `Stop` with the sentence to print where nobody can listen there."""
    if _answers(loopback(host), port):
        raise Stop(busy_sentence(port))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform == "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # As the server does: the last server's closed lines are no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(_why_not(error, host, port)) from error


def busy_sentence(port: int) -> str:
    other = port + 1 if port < 65535 else 8000
    return (
        f"Port {port} is taken by another program, perhaps by Paravion in another "
        f"window: end that one, or start with another port: "
        f"python3 run.py --port {other}"
    )


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return busy_sentence(port)
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"This system does not let us listen on port {port}: start with another "
            "one: python3 run.py --port 8000"
        )
    return (
        f"This machine cannot listen on the address {host} ({error.strerror}): give "
        "one of its own with --host, or leave --host out."
    )


def loopback(host: str) -> str:
    """Name the address by which this machine reaches its own server."""
    if host in EVERYWHERE:
        return "::1" if host == "::" else "127.0.0.1"
    return host


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=PING_SECONDS):
            return True
    except OSError:
        return False


def serves(host: str, port: int) -> bool:
    """Whether our web process answers: `GET /ping` gives 204."""
    line = http.client.HTTPConnection(loopback(host), port, timeout=PING_SECONDS)
    try:
        line.request("GET", "/ping")
        return line.getresponse().status == HTTPStatus.NO_CONTENT
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def own_address(host: str, port: int) -> str:
    if host in EVERYWHERE or host in ("127.0.0.1", "::1", "localhost"):
        return f"http://localhost:{port}"
    return _url(host, port)


def school_address(host: str, port: int) -> str | None:
    """Find the address on the school's network, or None where there is none.

    A UDP socket that is connected sends nothing; the system only chooses the
    way it would take. The address asked for is one kept for documentation.
    """
    if host not in EVERYWHERE:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
            found = str(asked.getsockname()[0])
        except OSError:
            return None
    return None if found.startswith(("127.", "0.")) else _url(found, port)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
