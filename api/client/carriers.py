"""The clients: one that waits, and one for programs that do something else meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from api.client.acts import Acts
from api.client.talk import Give, Giving, Json, NextLine, Pause, Step, Steps, Talk
from api.http.routing import ROOT

TIMEOUT_SECONDS = 30.0

T = TypeVar("T")


def _settings(url: str, token: str) -> Json:
    return {
        "base_url": url.rstrip("/") + ROOT,
        "headers": {"authorization": f"Bearer {token}", "accept-encoding": "gzip"},
        "timeout": TIMEOUT_SECONDS,
    }


class Client(Acts):
    """A desk to talk to. Commands raise Problem where the desk says no."""

    def __init__(
        self, url: str, token: str, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._http = httpx2.Client(transport=transport, **_settings(url, token))
        self._talk = Talk()

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

    def carry(self, said: Callable[..., Steps[T]], /, *args: Any, **named: Any) -> T:
        steps, answer = said(self._talk, *args, **named), None
        with _Lines() as lines:
            while True:
                try:
                    step = steps.send(answer)
                except StopIteration as end:
                    result: T = end.value
                    return result
                answer = self._do(step, lines)

    def carry_many(
        self, said: Callable[..., Giving[T]], /, *args: Any, **named: Any
    ) -> Iterator[T]:
        steps, answer = said(self._talk, *args, **named), None
        with _Lines() as lines:
            while True:
                try:
                    step = steps.send(answer)
                except StopIteration:
                    return
                if isinstance(step, Give):
                    yield step.value
                    answer = None
                else:
                    answer = self._do(step, lines)

    def _do(self, step: Step, lines: "_Lines") -> Any:
        """What is sent back."""
        try:
            match step:
                case Pause(seconds):
                    return time.sleep(seconds)
                case NextLine(stream):
                    return next(lines.of(stream), None)
            request = self._http.build_request(
                step.method,
                step.path,
                params=step.query,
                content=step.body,
                headers=step.headers,
            )
            answer = self._http.send(request, stream=step.is_stream)
            if step.is_stream and answer.status_code >= 400:
                answer.read()
            return answer
        except httpx2.TransportError as error:
            return error


class _Lines:
    """The lines of the stream that is open, to be closed in the end."""

    def __init__(self) -> None:
        self._open: tuple[httpx2.Response, Iterator[str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._open is not None:
            self._open[0].close()

    def of(self, stream: httpx2.Response) -> Iterator[str]:
        if self._open is None or self._open[0] is not stream:
            self.__exit__()
            self._open = stream, stream.iter_lines()
        return self._open[1]


class AsyncClient(Acts):
    """The same for programs that do something else meanwhile."""

    def __init__(
        self, url: str, token: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx2.AsyncClient(transport=transport, **_settings(url, token))
        self._talk = Talk()

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

    async def carry(self, said: Callable[..., Steps[T]], /, *args: Any, **named: Any) -> T:
        steps, answer = said(self._talk, *args, **named), None
        async with _AsyncLines() as lines:
            while True:
                try:
                    step = steps.send(answer)
                except StopIteration as end:
                    result: T = end.value
                    return result
                answer = await self._do(step, lines)

    async def carry_many(
        self, said: Callable[..., Giving[T]], /, *args: Any, **named: Any
    ) -> AsyncIterator[T]:
        steps, answer = said(self._talk, *args, **named), None
        async with _AsyncLines() as lines:
            while True:
                try:
                    step = steps.send(answer)
                except StopIteration:
                    return
                if isinstance(step, Give):
                    yield step.value
                    answer = None
                else:
                    answer = await self._do(step, lines)

    async def _do(self, step: Step, lines: "_AsyncLines") -> Any:
        try:
            match step:
                case Pause(seconds):
                    return await asyncio.sleep(seconds)
                case NextLine(stream):
                    return await anext(await lines.of(stream), None)
            request = self._http.build_request(
                step.method,
                step.path,
                params=step.query,
                content=step.body,
                headers=step.headers,
            )
            answer = await self._http.send(request, stream=step.is_stream)
            if step.is_stream and answer.status_code >= 400:
                await answer.aread()
            return answer
        except httpx2.TransportError as error:
            return error


class _AsyncLines:
    def __init__(self) -> None:
        self._open: tuple[httpx2.Response, AsyncIterator[str]] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._open is not None:
            await self._open[0].aclose()

    async def of(self, stream: httpx2.Response) -> AsyncIterator[str]:
        if self._open is None or self._open[0] is not stream:
            await self.__aexit__()
            self._open = stream, stream.aiter_lines()
        return self._open[1]
