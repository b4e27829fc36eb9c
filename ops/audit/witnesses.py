"""Hands checkpoints to witnesses, who keep them where the desk cannot change them.

A witness is a file, to which checkpoints are appended, or an address that speaks C2SP tlog-witness:
it gets each newest checkpoint with the proof that it continues the one that it had before, and may
answer with a cosignature. Who cannot be reached is tried again, later each time.
"""

import asyncio
import ipaddress
import os
import socket
import ssl
import time
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from domain.proof.checkpoint import read, split
from domain.proof.note import BadNote, parse
from domain.transparency.follower import LogBroken
from domain.transparency.proofs import Proofs
from domain.transparency.store import Kept
from ops.problems import UserProblem

log = structlog.get_logger()

ANSWER_SECONDS = 10.0
ANSWER_BYTES_MAX = 65_536
RETRY_SECONDS = 5.0
RETRY_SECONDS_MAX = 600.0
PAGE = 1_000
COSIGNATURES_MAX = 16


class Unwilling(Exception):
    """A witness did not take a checkpoint. The message says why."""


class Witness(ABC):
    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    async def tell(self, proofs: Proofs, newest: Kept | None) -> str:
        """Hand over what the witness does not have yet; the signature lines that it answers.

        Raises Unwilling, and LogBroken if it knows another history, also before anything is signed.
        """


class FileWitness(Witness):
    """A file, best where the desk can only append."""

    async def tell(self, proofs: Proofs, newest: Kept | None) -> str:
        try:
            await asyncio.to_thread(self._append, proofs, newest.size if newest else 0)
        except (OSError, UnicodeDecodeError, BadNote) as error:
            raise Unwilling(str(error)) from None
        return ""

    def _append(self, proofs: Proofs, size: int) -> None:
        path = Path(self.name)
        known = 0
        if path.exists():
            known = self._require_same(proofs, list(split(path.read_text(encoding="utf-8"))))
        if known >= size:
            return
        with path.open("a", encoding="utf-8") as file:
            while page := proofs.store.checkpoints(known, PAGE):
                file.writelines(kept.note for kept in page)
                known = page[-1].size
            file.flush()
            os.fsync(file.fileno())

    def _require_same(self, proofs: Proofs, notes: Sequence[str]) -> int:
        """The size of the newest checkpoint in the file, which is to be of this log."""
        if not notes:
            return 0
        seen = read(parse(notes[-1]))
        try:
            is_same = proofs.root(seen.size) == seen.root
        except ValueError:
            is_same = False
        if not is_same:
            raise LogBroken(
                f"The witness {self.name} has a checkpoint over {seen.size} events of another "
                "history: the ledger, or the log, was put back to an older state."
            )
        return seen.size


class HttpWitness(Witness):
    def __init__(self, url: str, *, allow_private: bool) -> None:
        super().__init__(url)
        self._allow_private = allow_private

    async def tell(self, proofs: Proofs, newest: Kept | None) -> str:
        if newest is None:
            return ""
        old = proofs.store.delivered(self.name)
        for _ in range(2):
            body = await asyncio.to_thread(_submission, proofs, old, newest)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    status, answer = await post(self.name, body, allow_private=self._allow_private)
            except TimeoutError:
                raise Unwilling(f"no answer within {ANSWER_SECONDS:g} s") from None
            if status == 409 and answer.strip().isdigit() and len(answer) < 20:
                old = int(answer)
                if old > newest.size:
                    raise LogBroken(
                        f"The witness {self.name} has a checkpoint over {old} events, and the log "
                        f"one over {newest.size}: it was put back to an older state."
                    )
                continue
            break
        if status == 422:
            raise LogBroken(f"The witness {self.name} knows another history: {answer[:200]!r}")
        if status != 200:
            raise Unwilling(f"status {status}: {answer[:200]!r}")
        return _cosignatures(answer, newest)


class Witnesses:
    """All witnesses, each with its own patience."""

    def __init__(
        self, witnesses: Sequence[Witness], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.witnesses = witnesses
        self._clock = clock
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._asked: set[str] = set()
        """Each is asked once in any case: the desk may have been put back to an older state."""

    async def tell(self, proofs: Proofs) -> None:
        """Hand the newest checkpoint to all who do not have it. Raises LogBroken."""
        if not self.witnesses:
            return
        newest = await asyncio.to_thread(proofs.store.newest)
        size = newest.size if newest else 0
        for witness in self.witnesses:
            name = witness.name
            if self._due.get(name, 0.0) > self._clock():
                continue
            delivered = await asyncio.to_thread(proofs.store.delivered, name)
            if name in self._asked and delivered >= size:
                continue
            try:
                lines = await witness.tell(proofs, newest)
            except Unwilling as error:
                pause = min(self._pauses.get(name, RETRY_SECONDS / 2) * 2, RETRY_SECONDS_MAX)
                self._pauses[name] = pause
                self._due[name] = self._clock() + pause
                log.warning("witness not reached", witness=name, why=str(error), again_in=pause)
            else:
                self._pauses.pop(name, None)
                self._asked.add(name)
                await asyncio.to_thread(proofs.store.deliver, name, size, lines)


def witnesses_of(text: str, *, allow_private: bool) -> list[Witness]:
    """The witnesses that a setting names: files and addresses. Raises UserProblem."""
    found: list[Witness] = []
    for name in text.split():
        if "://" not in name:
            found.append(FileWitness(name))
        elif urlsplit(name).scheme in ("http", "https") and urlsplit(name).hostname:
            found.append(HttpWitness(name, allow_private=allow_private))
        else:
            raise UserProblem(f"{name} is no witness: it is a file, or an address by HTTP.")
    return found


def _cosignatures(answer: str, newest: Kept) -> str:
    """The signature lines of an answer, but none in the name of the log itself: a wrong one under
    its key would make the whole checkpoint worthless."""
    taken = ""
    for line in answer.splitlines()[:COSIGNATURES_MAX]:
        try:
            (*_, signature) = parse(f"{newest.note}{line}\n").signatures
        except BadNote:
            continue
        if signature.name != newest.note.partition("\n")[0]:
            taken += f"{line}\n"
    return taken


def _submission(proofs: Proofs, old: int, newest: Kept) -> bytes:
    path = proofs.consistency(old, newest.size).path
    lines = [f"old {old}", *(b64encode(hash).decode() for hash in path), "", newest.note]
    return "\n".join(lines).encode()


async def post(url: str, body: bytes, *, allow_private: bool) -> tuple[int, str]:
    """Post to an address; the status and the text of the answer. Raises Unwilling.

    The address that was looked at is the one that is connected to, redirections are not followed,
    and an answer is read up to a bound. The caller bounds the time.
    """
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
    context = ssl.create_default_context() if is_secure else None
    try:
        address = await _address_of(host, port, allow_private=allow_private)
        reader, writer = await asyncio.open_connection(
            address, port, ssl=context, server_hostname=host if is_secure else None
        )
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            # HTTP/1.0, so that the answer comes in one piece and ends with the connection.
            writer.write(
                f"POST {target} HTTP/1.0\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n"
                "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
            answer = b""
            while len(answer) < ANSWER_BYTES_MAX and (more := await reader.read(16_384)):
                answer += more
        finally:
            writer.close()
    except OSError as error:
        raise Unwilling(str(error)) from None
    head, _, content = answer.partition(b"\r\n\r\n")
    words = head.split(b"\r\n")[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise Unwilling("its answer is not HTTP")
    return int(words[1]), content.decode("utf-8", "replace")


async def _address_of(host: str, port: int, *, allow_private: bool) -> str:
    """The address of a host, which is to be a public one unless others are allowed."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    if not allow_private and not ipaddress.ip_address(address.partition("%")[0]).is_global:
        raise Unwilling(
            f"{address} is not a public address; LEDGERDESK_AUDIT_WITNESS_PRIVATE allows it"
        )
    return address
