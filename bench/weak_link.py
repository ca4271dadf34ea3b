"""A weak link on loopback: slow, late, and broken at the byte you name."""

import asyncio
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

RATE_BITS = 30_000
# One way; a round trip takes twice as long.
DELAY_SECONDS = 0.4
# What one packet carries, so that two directions and two lines take turns.
PIECE_BYTES = 1_460
RESET = struct.pack("ii", 1, 0)


class Way(Enum):
    """Where bytes go: from the browser to the server, or back."""

    UP = "up"
    DOWN = "down"


class How(Enum):
    """What both ends notice of it: an error, an early end, or nothing at all."""

    RESET = "reset"
    CLOSE = "close"
    SILENCE = "silence"


@dataclass(frozen=True)
class Fault:
    """Breaks a line once so many more bytes went that way; the next one is not sent.

    With 0 it breaks when the first byte comes: `Fault(Way.DOWN, 0)` is an answer
    that is lost whole after the server has done its work.
    """

    way: Way
    after_bytes: int
    how: How = How.RESET


@dataclass
class Line:
    """One connection of a browser, and the bytes that arrived at its other end."""

    arrived: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    fault: Fault | None = None
    # How many had arrived that way when the fault was set.
    counted_from: int = 0
    broken: bool = False

    def left(self, way: Way) -> int | None:
        """Say how many bytes may still arrive that way; None: all that come."""
        if self.fault is None or self.fault.way is not way:
            return None
        gone = self.arrived[way] - self.counted_from
        return max(self.fault.after_bytes - gone, 0)

    def set_fault(self, fault: Fault) -> None:
        self.fault, self.counted_from = fault, self.arrived[fault.way]


class _Broken(Exception):  # noqa: N818  # a fault that was asked for
    """The line reached the byte its fault names."""


class Path:
    """One direction of the link, shared by all lines: one packet after the other."""

    def __init__(self, bytes_a_second: float | None, delay_seconds: float) -> None:
        self.bytes_a_second = bytes_a_second
        self.delay_seconds = delay_seconds
        self.free_at = 0.0

    def due(self, size: int, now: float) -> float:
        """Take the path for so many bytes; gives when they are at the other end."""
        spent = size / self.bytes_a_second if self.bytes_a_second else 0.0
        self.free_at = max(self.free_at, now) + spent
        return self.free_at + self.delay_seconds


class WeakLink:
    """A proxy before a server on loopback; `port` is where the browser connects.

    `rate_bits` a second each way, None for no limit; `delay_seconds` one way.
    A new connection waits a round trip first, as a handshake does. `faster`
    shortens all waits by that factor. Nothing is ever sent twice.
    """

    def __init__(
        self,
        server_port: int,
        *,
        rate_bits: float | None = RATE_BITS,
        delay_seconds: float = DELAY_SECONDS,
        faster: float = 1,
    ) -> None:
        self.server_port = server_port
        rate = rate_bits / 8 * faster if rate_bits else None
        self.paths = {way: Path(rate, delay_seconds / faster) for way in Way}
        self.handshake_seconds = 2 * delay_seconds / faster
        self.lines: list[Line] = []
        self._faults: deque[Fault] = deque()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._door.settimeout(0)
        self.port = int(self._door.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def strike(self, fault: Fault) -> None:
        """Break the next request so; faults of several requests wait in turn."""
        self._faults.append(fault)

    def spare(self) -> None:
        """Forget the faults that still wait."""
        self._faults.clear()

    def arrived(self, way: Way) -> int:
        """Count the bytes of all lines that arrived that way."""
        return sum(line.arrived[way] for line in self.lines)

    def __enter__(self) -> Self:
        self._main = self._loop.create_task(self._accept())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.close()
            self._door.close()

    async def _accept(self) -> None:
        async with asyncio.TaskGroup() as lines:
            while True:
                browser, _address = await self._loop.sock_accept(self._door)
                lines.create_task(self._carry(browser))

    async def _carry(self, browser: socket.socket) -> None:
        """Carry one connection until it ends or breaks."""
        line = Line()
        self.lines.append(line)
        server = socket.socket()
        with browser, server:
            for end in (browser, server):
                end.settimeout(0)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                place = ("127.0.0.1", self.server_port)
                await self._loop.sock_connect(server, place)
                await self._both_ways(line, browser, server)
            except* _Broken:
                line.broken = True
                assert line.fault is not None
                if line.fault.how is How.SILENCE:
                    await self._say_nothing(browser, server)
                elif line.fault.how is How.RESET:
                    _reset(browser, server)
            except* OSError:  # one end broke by itself: the other notices too
                _reset(browser, server)

    async def _both_ways(
        self, line: Line, browser: socket.socket, server: socket.socket
    ) -> None:
        async with asyncio.TaskGroup() as ways:
            for way, source, target in (
                (Way.UP, browser, server),
                (Way.DOWN, server, browser),
            ):
                pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
                ways.create_task(self._take(line, way, source, pieces))
                ways.create_task(self._deliver(line, way, target, pieces))

    async def _take(
        self,
        line: Line,
        way: Way,
        source: socket.socket,
        pieces: "asyncio.Queue[tuple[float, bytes]]",
    ) -> None:
        path, piece, opens_at = self.paths[way], b"?", 0.0
        if way is Way.UP:
            opens_at = self._loop.time() + self.handshake_seconds
        while piece:
            piece = await self._loop.sock_recv(source, PIECE_BYTES)
            if way is Way.UP and piece and self._faults and line.fault is None:
                line.set_fault(self._faults.popleft())
            due = path.due(len(piece), max(self._loop.time(), opens_at))
            pieces.put_nowait((due, piece))
            # What the path cannot take yet stays with who sends.
            await self._wait_until(path.free_at)

    async def _deliver(
        self,
        line: Line,
        way: Way,
        target: socket.socket,
        pieces: "asyncio.Queue[tuple[float, bytes]]",
    ) -> None:
        while True:
            due, piece = await pieces.get()
            await self._wait_until(due)
            if not piece:
                target.shutdown(socket.SHUT_WR)
                return
            passing = piece[: line.left(way)]
            # Counted first: who has read it may ask at once how much it was.
            line.arrived[way] += len(passing)
            await self._loop.sock_sendall(target, passing)
            if line.left(way) == 0:
                raise _Broken

    async def _wait_until(self, moment: float) -> None:
        seconds = moment - self._loop.time()
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _say_nothing(self, *ends: socket.socket) -> None:
        """Keep both ends open until both have given up; nothing passes."""
        await asyncio.gather(*(self._swallow(end) for end in ends))

    async def _swallow(self, end: socket.socket) -> None:
        try:
            while await self._loop.sock_recv(end, 65_536):
                pass
        except OSError:
            pass


def _reset(*ends: socket.socket) -> None:
    """Let closing be noticed as an error, not as an end."""
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
