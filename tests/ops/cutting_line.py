"""A line to a server that is cut now and then, after a question and before its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random


class CuttingLine:
    """One in so many answers is thrown away with its connection."""

    def __init__(self, host: str, port: int, one_in: int) -> None:
        self._server = (host, port)
        self._one_in = one_in
        self._chance = Random(1)
        self._lines: set[asyncio.Task[None]] = set()
        self.cuts = 0
        self.port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["CuttingLine"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for line in self._lines:
                line.cancel()
            await asyncio.gather(*self._lines, return_exceptions=True)

    def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._lines.add(asyncio.create_task(self._connect(client, to_client)))

    async def _connect(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(*self._server)
        asking = asyncio.create_task(pass_on(client, to_server))
        try:
            while answer := await server.read(65536):
                if self._chance.randrange(self._one_in) == 0:
                    self.cuts += 1
                    return
                to_client.write(answer)
        except ConnectionError:
            pass
        finally:
            asking.cancel()
            for end in (to_client, to_server):
                end.transport.abort()


async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    try:
        while sent := await source.read(65536):
            to.write(sent)
    except ConnectionError:
        pass
    to.close()
