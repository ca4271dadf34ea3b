"""The weak link itself: what arrives, what is counted, and how it breaks."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from bench.weak_link import Fault, How, Path, Way, WeakLink

PATIENCE_SECONDS = 10
QUIET_SECONDS = 0.3


class Echo:
    """A server that answers each line of bytes in capitals, and remembers what came."""

    def __init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.came: list[bytes] = []
        # How each connection ended; "open" while it has not.
        self.ends: list[str] = []
        self.ended = threading.Condition()

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = self.door.accept()
                number = len(self.came)
                self.came.append(b"")
                self.ends.append("open")
                threading.Thread(target=self.serve, args=(line, number)).start()

    def serve(self, line: socket.socket, number: int) -> None:
        end = "closed"
        with line:
            try:
                while more := line.recv(4096):
                    self.came[number] += more
                    if self.came[number].endswith(b"\n"):
                        line.sendall(self.came[number].upper())
            except ConnectionError:
                end = "reset"
        with self.ended:
            self.ends[number] = end
            self.ended.notify_all()

    def end_of(self, number: int) -> str:
        def has_ended() -> bool:
            return len(self.ends) > number and self.ends[number] != "open"

        with self.ended:
            self.ended.wait_for(has_ended, PATIENCE_SECONDS)
            return self.ends[number]


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    # Closing alone does not wake who waits in `accept`.
    made.door.shutdown(socket.SHUT_RDWR)
    made.door.close()
    thread.join()


@pytest.fixture
def link(echo: Echo) -> Iterator[WeakLink]:
    with WeakLink(echo.port, rate_bits=None, delay_seconds=0) as made:
        yield made


Connect = Callable[[], socket.socket]


@pytest.fixture
def connect(link: WeakLink) -> Iterator[Connect]:
    with contextlib.ExitStack() as opened:
        yield lambda: opened.enter_context(
            socket.create_connection(("127.0.0.1", link.port), PATIENCE_SECONDS)
        )


def all_of(line: socket.socket) -> tuple[bytes, str]:
    """Read to the end; gives what came and how it ended."""
    got = b""
    try:
        while more := line.recv(4096):
            got += more
    except ConnectionError:
        return got, "reset"
    except TimeoutError:
        return got, "silence"
    return got, "closed"


def test_a_whole_talk_passes_and_is_counted_both_ways(
    echo: Echo, link: WeakLink, connect: Connect
) -> None:
    line, words = connect(), b"a" * 100_000 + b"\n"

    line.sendall(words)
    line.shutdown(socket.SHUT_WR)

    assert all_of(line) == (words.upper(), "closed")
    assert echo.end_of(0) == "closed"
    assert link.arrived(Way.UP) == link.arrived(Way.DOWN) == len(words)


@pytest.mark.parametrize("count", [0, 1, 7, 11])
@pytest.mark.parametrize("how", How)
def test_a_request_breaks_after_just_so_many_bytes(
    echo: Echo, link: WeakLink, connect: Connect, count: int, how: How
) -> None:
    line = connect()
    line.settimeout(QUIET_SECONDS if how is How.SILENCE else PATIENCE_SECONDS)
    link.strike(Fault(Way.UP, count, how))

    line.sendall(b"half a line, no more\n")
    seen = all_of(line)
    line.close()

    ends = {How.RESET: "reset", How.CLOSE: "closed", How.SILENCE: "silence"}
    # Closing with bytes that nobody has read resets the connection by itself.
    assert seen == (b"", ends[how]) or (how is How.CLOSE and seen == (b"", "reset"))
    assert link.lines[0].arrived == {Way.UP: count, Way.DOWN: 0}
    assert link.lines[0].broken
    if how is How.SILENCE:
        assert echo.ends[0] == "open"
    else:
        assert echo.end_of(0) == ends[how]
    if how is not How.RESET:
        assert echo.came[0] == b"half a line, no more\n"[:count]


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("how", How)
def test_an_answer_breaks_after_just_so_many_bytes(
    echo: Echo, link: WeakLink, connect: Connect, count: int, how: How
) -> None:
    line = connect()
    line.settimeout(QUIET_SECONDS if how is How.SILENCE else PATIENCE_SECONDS)
    link.strike(Fault(Way.DOWN, count, how))

    line.sendall(b"kept whole\n")
    words, _end = all_of(line)

    assert echo.came[0] == b"kept whole\n"
    assert link.lines[0].arrived == {Way.UP: 11, Way.DOWN: count}
    # What a reset overtakes is lost for the reader.
    assert words == b"KEP"[:count] or (how is How.RESET and words == b"")


def test_a_fault_breaks_one_request_and_spares_the_next(
    echo: Echo, link: WeakLink, connect: Connect
) -> None:
    first = connect()
    first.sendall(b"one\n")
    assert first.recv(100) == b"ONE\n"
    link.strike(Fault(Way.DOWN, 0))
    first.sendall(b"two\n")
    lost = all_of(first)

    second = connect()
    second.sendall(b"two\n")

    assert lost == (b"", "reset")
    assert echo.came[0] == b"one\ntwo\n"
    assert second.recv(100) == b"TWO\n"


def test_who_connects_to_no_server_is_reset() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = int(unused.getsockname()[1])
        with (
            WeakLink(port, rate_bits=None, delay_seconds=0) as link,
            socket.create_connection(("127.0.0.1", link.port), 5) as line,
        ):
            assert all_of(line) == (b"", "reset")


def test_two_packets_share_the_path_and_each_comes_late() -> None:
    path = Path(bytes_a_second=3750, delay_seconds=0.4)

    dues = [path.due(1500, now=10), path.due(1500, now=10), path.due(1500, now=20)]

    assert dues == pytest.approx([10.8, 11.2, 20.8])


def test_a_path_without_a_rate_only_comes_late() -> None:
    path = Path(bytes_a_second=None, delay_seconds=0.4)

    assert [path.due(9000, now=1), path.due(9000, now=1)] == pytest.approx([1.4, 1.4])


def test_a_slow_link_carries_every_byte(echo: Echo) -> None:
    words = b"b" * 5000 + b"\n"
    with (
        WeakLink(echo.port, faster=100) as slow,
        socket.create_connection(("127.0.0.1", slow.port), PATIENCE_SECONDS) as line,
    ):
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)

        assert all_of(line) == (words.upper(), "closed")
