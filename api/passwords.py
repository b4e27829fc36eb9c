"""Passwords: hashed with Argon2, a few at a time, and not tried out without end."""

import asyncio
from secrets import token_hex
from time import monotonic
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.http.errors import Problem
from api.http.limits import Buckets
from domain.person import Person, name_digest

PASSWORD_MAX = 200
QUARTER_HOUR = 900.0
HASHES_AT_ONCE = 2
HASHES_WAITING_MAX = 32


class Passwords:
    """Each takes a tenth of a second and 64 MiB, so they take turns."""

    def __init__(self, failures_per_quarter_hour: int = 20) -> None:
        """So many failures of one user name; from one address it may be ten times as many."""
        self._failures = Buckets(failures_per_quarter_hour, QUARTER_HOUR)
        self._addresses = Buckets(failures_per_quarter_hour * 10, QUARTER_HOUR)
        self._hasher = PasswordHash((Argon2Hasher(),))
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return str(await self._in_turn(self._hasher.hash, password))

    async def proves(
        self, password: str, username: str, person: Person | None, address: str
    ) -> bool:
        """Whether the password is that of an active person, whom somebody at an address claims to
        be by this user name. Raises Problem after too many failures."""
        name = name_digest(username)
        self._require_patience(name, address)
        hash = person.password if person is not None and person.is_active else ""
        if await self.verify(password, hash):
            return True
        now = monotonic()
        self._failures.take(name, now)
        self._addresses.take(address, now)
        return False

    def _require_patience(self, name: str, address: str) -> None:
        now = monotonic()
        for buckets, key in ((self._failures, name), (self._addresses, address)):
            left = buckets.level(key, now)
            if left < 1:
                wait = int(buckets.seconds_until_one(left - 1)) + 1
                raise Problem(
                    "too_many_requests",
                    f"Too many attempts failed. Try again in {wait} s.",
                    headers=[(b"retry-after", b"%d" % wait)],
                )

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
