"""One process of HTTP load: `python -m ops.bench.requests`, told by a line of JSON what to send.

It says `ready`, waits for a line, keeps so many connections busy with one request after the other,
or sends at a pace, for so long or until another line comes, and says as JSON what came back. It
speaks just enough HTTP for that, to leave the machine to the server.
"""

import asyncio
import sys
import time
from functools import partial
from itertools import count, cycle
from math import inf
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from ops.bench.figures import percentiles

HOST = "127.0.0.1"
WARM_SECONDS = 0.3
STRIDE = 37
"""How far apart in the paths connections begin."""
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Load(Struct, frozen=True, kw_only=True):
    """What to send, over how many connections, for how long."""

    port: int
    connections: int
    seconds: float
    """0: until it is told to stop."""
    per_second: float = 0.0
    """The pace of all connections together; 0: as fast as answers come."""
    method: str
    path: str
    tokens: list[str] = []
    """Whose requests they are, in turns; nobody's without any."""
    more_paths: list[str] = []
    """Asked in turns with the first."""
    body: str = ""
    key: str = ""
    """The beginning of the idempotency keys; none are sent without one."""


class Answered(Struct, frozen=True, kw_only=True):
    requests: int
    """Those sent after the first moments."""
    sent: int
    """All of them."""
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    """Answers that were neither 2xx nor any other success."""
    cpu_us: float
    """Processor time of this process for each request."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class Connection(asyncio.Protocol):
    def __init__(self, work: "Work", number: int) -> None:
        self.work = work
        load = work.load
        lines = ["host: 127.0.0.1"]
        if load.tokens:
            lines.append(f"authorization: Bearer {load.tokens[number % len(load.tokens)]}")
        if load.body:
            lines += ["content-type: application/json", f"content-length: {len(load.body)}"]
        self.start = "\r\n".join(lines).encode()
        self.heads = cycle(
            f"{load.method} {path} HTTP/1.1\r\n".encode() for path in (load.path, *load.more_paths)
        )
        for _ in range(number * STRIDE % (1 + len(load.more_paths))):
            next(self.heads)
        self.end = _HEAD_END + load.body.encode()
        self.buffer = b""
        self.sent = 0.0
        self.due = 0.0
        self.pace = load.connections / load.per_second if load.per_second else 0.0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def begin(self, at: float) -> None:
        self.due = at
        self.send(at)

    def send(self, since: float | None = None) -> None:
        key = self.work.load.key
        own = b"\r\nidempotency-key: %s%d" % (key.encode(), next(self.work.keys)) if key else b""
        self.sent = time.perf_counter() if since is None else since
        self.transport.write(next(self.heads) + self.start + own + self.end)

    def go_on(self, now: float) -> None:
        """Send the next: at once, or at the pace. What is late then counts from when it was due."""
        self.due += self.pace
        if not self.pace:
            self.send()
        elif self.due <= now:
            self.send(self.due)
        else:
            asyncio.get_running_loop().call_later(self.due - now, self.send)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(_HEAD_END)
        if head < 0:
            return
        place = self.buffer.find(_LENGTH, 0, head)
        if place >= 0:
            length = int(self.buffer[place + len(_LENGTH) : head + 2].split(b"\r", 1)[0])
            if len(self.buffer) < head + 4 + length:
                return
        now = time.perf_counter()
        is_success = self.buffer[9:10] == b"2"
        self.buffer = b""
        if self.work.take(self.sent, now, is_success=is_success):
            self.go_on(now)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)
        self.work.lost += exc is not None


class Work:
    """What all connections share: the keys, the clock and the answers."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.keys = count()
        self.waits: list[float] = []
        self.sent = 0
        self.refused = 0
        self.lost = 0
        self.begin = self.end = 0.0

    def take(self, sent: float, now: float, *, is_success: bool) -> bool:
        """Count an answer; return whether to go on."""
        self.sent += 1
        if sent >= self.begin:
            self.waits.append(now - sent)
            self.refused += not is_success
        return now < self.end

    async def run(self) -> Answered:
        loop = asyncio.get_running_loop()
        made = [
            await loop.create_connection(partial(Connection, self, number), HOST, self.load.port)
            for number in range(self.load.connections)
        ]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        now = time.perf_counter()
        self.begin = now + WARM_SECONDS
        self.end = self.begin + (self.load.seconds or inf)
        cpu = time.process_time()
        for _, connection in made:
            connection.begin(now)
        if not self.load.seconds:
            await loop.run_in_executor(None, sys.stdin.readline)
            self.end = time.perf_counter()
        await asyncio.gather(*(connection.closed for _, connection in made))
        seconds = time.perf_counter() - self.begin
        p50, p99 = percentiles(self.waits)
        return Answered(
            requests=len(self.waits),
            sent=self.sent,
            seconds=seconds,
            p50_ms=p50 * 1000,
            p99_ms=p99 * 1000,
            refused=self.refused + self.lost,
            cpu_us=(time.process_time() - cpu) / len(self.waits) * 1e6,
        )


def main() -> None:
    load = msgspec.json.decode(sys.stdin.readline(), type=Load)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answered = runner.run(Work(load).run())
    sys.stdout.write(msgspec.json.encode(answered).decode() + "\n")


if __name__ == "__main__":
    main()
