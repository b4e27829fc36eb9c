"""What is said to the desk, whoever carries it: requests, and what is made of the answers."""

import random
from collections.abc import Generator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import uuid4

import httpx2
import msgspec
from msgspec import Struct

TRIES_MAX = 5
PAUSE_SECONDS = 0.2
"""Before the second try; twice as long before each that follows, more or less."""
PAUSE_SECONDS_MAX = 30.0
PASSING = frozenset({429, 502, 503, 504})
"""The answers after which something is tried again."""

Json = dict[str, Any]
T = TypeVar("T")


class Made(Struct, frozen=True):
    """What a command did: to which record, in which version it is, and where that is recorded."""

    id: str
    number: str
    version: int
    position: int


class Problem(Exception):
    """The desk says no. `code` is stable, and `detail` is the rule; `errors` name the places."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.code: str = document.get("code", "unknown")
        self.detail: str = document.get("detail", "")
        self.errors: list[Json] = list(document.get("errors", ()))
        super().__init__(f"{status} {self.code}: {self.detail}")


# Steps -------------------------------------------------------------------------------------


class Request(NamedTuple):
    """To be sent; its answer is sent back, or why there is none."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: bytes | None = None
    headers: Mapping[str, str] = {}
    is_stream: bool = False
    """Whether only the head of the answer is waited for: its lines are asked for one by one."""


class NextLine(NamedTuple):
    """The next line of a stream is sent back: None at its end, or why there is none."""

    stream: httpx2.Response


class Pause(NamedTuple):
    seconds: float


class Give(NamedTuple, Generic[T]):
    """One of many results."""

    value: T


Step = Request | NextLine | Pause
Steps = Generator[Step, Any, T]
"""In the end the result."""
Giving = Generator[Step | Give[T], Any, None]


class Talk:
    """One conversation with a desk."""

    def __init__(self) -> None:
        self._position = 0

    def command(
        self,
        path: str,
        body: bytes,
        *,
        query: Mapping[str, str] = {},
        media_type: str = "application/json",
        version: str | None = None,
        key: str | None = None,
    ) -> Steps[Made]:
        headers = {"content-type": media_type, "idempotency-key": key or str(uuid4())}
        if version is not None:
            headers["if-match"] = version
        answer = yield from self.told(Request("POST", path, query, body, headers))
        made = msgspec.json.decode(answer.content, type=Made)
        self._position = max(self._position, made.position)
        return made

    def question(self, path: str, asked: Mapping[str, Any]) -> Steps[Any]:
        query = written(asked)
        if self._position and not {"as_of", "known_at"} & query.keys():
            query.setdefault("min_position", str(self._position))
        answer = yield from self.told(Request("GET", path, query))
        return msgspec.json.decode(answer.content)

    def told(self, request: Request) -> Steps[httpx2.Response]:
        """The answer to a request, tried again while it fails for a while."""
        for tried in range(1, TRIES_MAX + 1):
            answer = yield request
            is_last = tried == TRIES_MAX
            if isinstance(answer, httpx2.TransportError):
                if is_last:
                    raise answer
                yield pause(tried)
                continue
            if answer.status_code in PASSING and not is_last:
                yield pause(tried, answer.headers.get("retry-after"))
            elif answer.status_code >= 400:
                raise Problem(answer.status_code, _document(answer))
            else:
                return answer  # type: ignore[no-any-return]  # what a request is answered with
        raise AssertionError("The last try returns or raises.")


def pause(tried: int, retry_after: str | None = None) -> Pause:
    """How long to wait after so many tries."""
    if retry_after is not None and retry_after.isdecimal():
        return Pause(min(float(retry_after), PAUSE_SECONDS_MAX))
    longest = min(PAUSE_SECONDS * 2.0 ** (tried - 1), PAUSE_SECONDS_MAX)
    # Many clients that met the same failure do not come back at the same moment.
    return Pause(longest * random.uniform(0.5, 1.0))


def _document(answer: httpx2.Response) -> Json:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"detail": answer.text[:500]}


def written(asked: Mapping[str, Any]) -> dict[str, str]:
    """What is asked as a query; None says nothing."""
    return {name: _written(value) for name, value in asked.items() if value is not None}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
