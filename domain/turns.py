"""Taking turns: one at a time for each record, in the order of arrival."""

import asyncio
from collections import deque
from uuid import UUID


class Turns:
    """What asyncio.Lock does, for any number of records, of which few are asked for at a time."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}

    def take(self, id: UUID) -> bool:
        """Take the turn if nobody has it."""
        if id in self._waiting:
            return False
        self._waiting[id] = deque()
        return True

    async def wait(self, id: UUID) -> None:
        """Take the turn after all who came before."""
        if self.take(id):
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[id].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.give(id)
            raise

    def give(self, id: UUID) -> None:
        """Give the turn to whoever is next."""
        waiting = self._waiting[id]
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[id]

    def __len__(self) -> int:
        """Of how many records somebody has the turn."""
        return len(self._waiting)
