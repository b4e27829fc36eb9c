"""A client of the API for programs, waiting or asynchronous: `pip install ledgerdesk[client]`.

    with Client("http://127.0.0.1:8000", token) as desk:
        made = desk.create("incidents", title="No mail")
        desk.act("incidents", made, "assign", team="TEA0000001")
        for ticket in desk.list("incidents", filter='status == "assigned"'):
            print(ticket["number"], ticket["title"])

What fails for a while is tried again: commands under the idempotency key of the first time, so that
nothing is done twice. Reads wait until they show what this client has commanded before.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from uuid import uuid4

import httpx2
import msgspec
from msgspec import Struct

from api.http.routing import ROOT

TRIES_MAX = 5
PAUSE_SECONDS = 0.2
"""Before the second try; twice as long before each that follows, more or less."""
PAUSE_SECONDS_MAX = 30.0
PASSING = frozenset({429, 502, 503, 504})
"""The answers after which something is tried again."""
PAGE = 250
TIMEOUT_SECONDS = 30.0

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


class _Request(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str] = {}
    body: bytes | None = None
    headers: Mapping[str, str] = {}


_Answer = httpx2.Response | httpx2.TransportError
_Steps = Generator[_Request | float, _Answer | None, T]
"""Requests to send, whose answers are sent back, and seconds to wait; in the end the result."""


class _Conversation:
    """What is said to the desk, whoever carries it."""

    def __init__(self) -> None:
        self._position = 0

    def command(self, path: str, body: Json, version: str | None, key: str | None) -> _Steps[Made]:
        headers = {"content-type": "application/json", "idempotency-key": key or str(uuid4())}
        if version is not None:
            headers["if-match"] = version
        sent = _Request("POST", path, body=msgspec.json.encode(body), headers=headers)
        answer = yield from self._told(sent)
        made = msgspec.json.decode(answer.content, type=Made)
        self._position = max(self._position, made.position)
        return made

    def question(self, path: str, asked: Mapping[str, Any]) -> _Steps[Any]:
        query = {name: _written(value) for name, value in asked.items() if value is not None}
        if self._position and not {"as_of", "known_at"} & query.keys():
            query.setdefault("min_position", str(self._position))
        answer = yield from self._told(_Request("GET", path, query))
        return msgspec.json.decode(answer.content)

    def _told(self, request: _Request) -> _Steps[httpx2.Response]:
        for tried in range(1, TRIES_MAX + 1):
            answer = yield request
            is_last = tried == TRIES_MAX
            if isinstance(answer, httpx2.TransportError):
                if is_last:
                    raise answer
                yield _pause(tried, None)
                continue
            assert answer is not None
            if answer.status_code in PASSING and not is_last:
                yield _pause(tried, answer.headers.get("retry-after"))
            elif answer.status_code >= 400:
                raise Problem(answer.status_code, _document(answer))
            else:
                return answer
        raise AssertionError("The last try returns or raises.")


def _pause(tried: int, retry_after: str | None) -> float:
    if retry_after is not None and retry_after.isdecimal():
        return min(float(retry_after), PAUSE_SECONDS_MAX)
    longest = min(PAUSE_SECONDS * 2.0 ** (tried - 1), PAUSE_SECONDS_MAX)
    # Many clients that met the same failure do not come back at the same moment.
    return longest * random.uniform(0.5, 1.0)


def _document(answer: httpx2.Response) -> Json:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"detail": answer.text[:500]}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _path(collection: str, record: Made | str, act: str) -> str:
    which = record.number if isinstance(record, Made) else record
    return f"/{collection}/{which}/{act}"


def _version(record: Made | str, version: int | None) -> str:
    """What was seen of a record; of one that is named alone, whatever it is now."""
    if version is None:
        version = record.version if isinstance(record, Made) else None
    return "*" if version is None else f'"{version}"'


def _settings(url: str, token: str) -> Json:
    return {
        "base_url": url.rstrip("/") + ROOT,
        "headers": {"authorization": f"Bearer {token}", "accept-encoding": "gzip"},
        "timeout": TIMEOUT_SECONDS,
    }


class Client:
    """A desk to talk to. Commands raise Problem where the desk says no."""

    def __init__(
        self, url: str, token: str, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._http = httpx2.Client(transport=transport, **_settings(url, token))
        self._said = _Conversation()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def create(self, collection: str, *, key: str | None = None, **body: Any) -> Made:
        """A new record of a collection such as `incidents`. The same key makes it once."""
        return self._run(self._said.command(f"/{collection}", body, None, key))

    def act(
        self,
        collection: str,
        record: Made | str,
        act: str,
        *,
        version: int | None = None,
        key: str | None = None,
        **body: Any,
    ) -> Made:
        """Command a record, as it was seen: in the version that is given, or that it was made in;
        a number alone means whatever version it is in."""
        path, seen = _path(collection, record, act), _version(record, version)
        return self._run(self._said.command(path, body, seen, key))

    def get(self, path: str, **asked: Any) -> Any:
        """Anything that can be read, such as `/incidents/INC0000001/history`."""
        return self._run(self._said.question(path, asked))

    def list(self, path: str, **asked: Any) -> Iterator[Json]:
        """The rows of a list, page after page."""
        asked = {"limit": PAGE} | asked
        while True:
            page = self.get("/" + path.lstrip("/"), **asked)
            yield from page["data"]
            if not page["has_more"]:
                return
            asked["cursor"] = page["next_cursor"]

    def _run(self, steps: _Steps[T]) -> T:
        answer: _Answer | None = None
        try:
            while True:
                step = steps.send(answer)
                if isinstance(step, float):
                    time.sleep(step)
                    answer = None
                    continue
                try:
                    answer = self._http.request(
                        step.method,
                        step.path,
                        params=step.query,
                        content=step.body,
                        headers=step.headers,
                    )
                except httpx2.TransportError as error:
                    answer = error
        except StopIteration as end:
            result: T = end.value
            return result


class AsyncClient:
    """The same for programs that do something else meanwhile."""

    def __init__(
        self, url: str, token: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx2.AsyncClient(transport=transport, **_settings(url, token))
        self._said = _Conversation()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def create(self, collection: str, *, key: str | None = None, **body: Any) -> Made:
        return await self._run(self._said.command(f"/{collection}", body, None, key))

    async def act(
        self,
        collection: str,
        record: Made | str,
        act: str,
        *,
        version: int | None = None,
        key: str | None = None,
        **body: Any,
    ) -> Made:
        path, seen = _path(collection, record, act), _version(record, version)
        return await self._run(self._said.command(path, body, seen, key))

    async def get(self, path: str, **asked: Any) -> Any:
        return await self._run(self._said.question(path, asked))

    async def list(self, path: str, **asked: Any) -> AsyncIterator[Json]:
        asked = {"limit": PAGE} | asked
        while True:
            page = await self.get("/" + path.lstrip("/"), **asked)
            for row in page["data"]:
                yield row
            if not page["has_more"]:
                return
            asked["cursor"] = page["next_cursor"]

    async def _run(self, steps: _Steps[T]) -> T:
        answer: _Answer | None = None
        try:
            while True:
                step = steps.send(answer)
                if isinstance(step, float):
                    await asyncio.sleep(step)
                    answer = None
                    continue
                try:
                    answer = await self._http.request(
                        step.method,
                        step.path,
                        params=step.query,
                        content=step.body,
                        headers=step.headers,
                    )
                except httpx2.TransportError as error:
                    answer = error
        except StopIteration as end:
            result: T = end.value
            return result
