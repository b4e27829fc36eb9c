"""Passwords: hashed with Argon2, a few at a time."""

import asyncio
from secrets import token_hex
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.http.errors import Problem

HASHES_AT_ONCE = 2
HASHES_WAITING_MAX = 32


class Passwords:
    """Each takes a tenth of a second and 64 MiB, so they take turns."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return str(await self._in_turn(self._hasher.hash, password))

    async def verify(self, password: str, hash: str) -> bool:
        """Whether the password fits. Takes as long without a hash as with one."""
        if not hash:
            # A name that nobody has must not be told by a quicker answer.
            if self._nobodys is None:
                self._nobodys = await self.hash(token_hex(16))
            await self._in_turn(self._hasher.verify, password, self._nobodys)
            return False
        return bool(await self._in_turn(self._hasher.verify, password, hash))

    async def _in_turn(self, work: Any, *arguments: str) -> Any:
        if self._waiting >= HASHES_WAITING_MAX:
            raise Problem(
                "too_many_requests",
                "Too many people are signing in. Try again in a moment.",
                headers=[(b"retry-after", b"2")],
            )
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1
