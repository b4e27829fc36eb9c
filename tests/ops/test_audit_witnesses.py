"""Witnesses: who gets what, who is tried again, and who is not asked at all."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from domain.proof.checkpoint import open_checkpoint, split
from domain.proof.note import SeedSigner, Verifier, parse, signed
from domain.proof.tree import EMPTY_ROOT, verify_consistency
from domain.proof.verify import verify_file
from domain.recorder import LedgerRecorder
from domain.transparency.follower import Follower, LogBroken
from domain.transparency.proofs import Proofs
from domain.transparency.store import LogStore
from ops.audit import witnesses as module
from ops.audit.export import Slice, export
from ops.audit.witnesses import (
    FileWitness,
    HttpWitness,
    Unwilling,
    Witnesses,
    post,
    witnesses_of,
)
from ops.problems import UserProblem
from ops.stores.sqlite import SqliteRecorder
from ops.stores.sqlite_log import SqliteLog
from tests.logs import NOON, SIGNER, VERIFIER, Clock, record

WITNESS = SeedSigner("w.example/1", b"a seed of somebody quite different"[:32])


class Desk:
    def __init__(self, recorder: LedgerRecorder, log: LogStore) -> None:
        self.recorder = recorder
        self.log = log
        self.proofs = Proofs(recorder, log)

    def grow(self, events: int = 10) -> int:
        """Record and sign; the size of the log."""
        record(self.recorder, events)
        Follower(self.recorder, self.log, SIGNER, Clock()).catch_up()
        return self.log.state().size


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    recorder, log = SqliteRecorder(tmp_path / "ledger.db"), SqliteLog(tmp_path / "log.db")
    yield Desk(recorder, log)
    log.close()
    await recorder.aclose()


def cosignature(note: str) -> str:
    """What a witness answers: the last line of the note, signed by it at a time."""
    return signed(parse(note).text, WITNESS, NOON).splitlines(keepends=True)[-1]


class Remote:
    """A witness that checks what it gets, as C2SP tlog-witness says."""

    def __init__(self) -> None:
        self.size = 0
        self.root = EMPTY_ROOT
        self.requests = 0
        self.refuses = 0
        """So many requests are answered by 503 first."""

    def answer(self, request: str) -> tuple[int, str]:
        self.requests += 1
        if self.requests <= self.refuses:
            return 503, "busy"
        head, _, note = request.partition("\n\n")
        old, *path = head.splitlines()
        opened = open_checkpoint(note, [VERIFIER]).checkpoint
        if old != f"old {self.size}":
            return 409, f"{self.size}\n"
        steps = [b64decode(step) for step in path]
        verify_consistency(self.size, opened.size, steps, self.root, opened.root)
        self.size, self.root = opened.size, opened.root
        return 200, cosignature(note)


@asynccontextmanager
async def serving(answer: Callable[[str], tuple[int, str]]) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        status, text = answer(body.decode())
        try:
            if status:
                writer.write(f"HTTP/1.1 {status} x\r\nConnection: close\r\n\r\n{text}".encode())
                await writer.drain()
            else:
                await reader.read()  # until the other side gives up
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/log/add-checkpoint"
    finally:
        server.close()


# Files ------------------------------------------------------------------------------------------


async def test_a_file_gets_every_checkpoint_once(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "witness"
    witnesses = Witnesses([FileWitness(str(path))])
    await witnesses.tell(desk.proofs)
    assert not path.exists() or path.read_text() == ""
    desk.grow()
    desk.grow()

    await witnesses.tell(desk.proofs)
    await witnesses.tell(desk.proofs)
    desk.grow()
    await Witnesses([FileWitness(str(path))]).tell(desk.proofs)

    notes = list(split(path.read_text()))
    assert [open_checkpoint(note, [VERIFIER]).checkpoint.size for note in notes] == [10, 20, 30]


async def test_a_file_of_another_history_stops_the_log(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "witness"
    desk.grow()
    await Witnesses([FileWitness(str(path))]).tell(desk.proofs)
    other = Desk(SqliteRecorder(tmp_path / "other.db"), SqliteLog(tmp_path / "other.log"))
    record(other.recorder, 10, "eve")

    with pytest.raises(LogBroken, match="over 10 events of another history"):
        await Witnesses([FileWitness(str(path))]).tell(other.proofs)  # before anything is signed
    other.grow(0)
    with pytest.raises(LogBroken, match="over 10 events of another history"):
        await Witnesses([FileWitness(str(path))]).tell(other.proofs)

    other.log.close()
    await other.recorder.aclose()


async def test_a_file_that_cannot_be_written_is_tried_again(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    clock = Clock()
    witnesses = Witnesses([FileWitness(str(folder / "witness"))], clock)
    desk.grow()
    await witnesses.tell(desk.proofs)
    folder.mkdir()

    await witnesses.tell(desk.proofs)
    assert not (folder / "witness").exists()
    clock.seconds += module.RETRY_SECONDS
    await witnesses.tell(desk.proofs)

    assert (folder / "witness").exists()


# Addresses --------------------------------------------------------------------------------------


async def test_a_witness_gets_the_newest_checkpoint_with_proof_and_cosigns(desk: Desk) -> None:
    remote = Remote()
    async with serving(remote.answer) as url:
        witnesses = Witnesses([HttpWitness(url, allow_private=True)])
        for size in (10, 300, 310):
            desk.grow(size - desk.log.state().size)
            await witnesses.tell(desk.proofs)
            assert remote.size == size
        await witnesses.tell(desk.proofs)

    assert remote.requests == 3
    assert desk.log.delivered(url) == 310
    assert desk.log.cosignatures(310) == cosignature(desk.proofs.newest().note)


async def test_cosignatures_are_verified_in_a_bundle(desk: Desk, tmp_path: Path) -> None:
    remote = Remote()
    async with serving(remote.answer) as url:
        desk.grow()
        await Witnesses([HttpWitness(url, allow_private=True)]).tell(desk.proofs)
    desk.grow()
    path = tmp_path / "bundle"
    export(desk.recorder, desk.log, path, Slice())
    witness = Verifier(WITNESS.name, WITNESS.public)
    stranger = Verifier("w.example/2", WITNESS.public)

    report = verify_file(path, [VERIFIER], cosigners=[witness, stranger])

    assert report.holds
    assert report.remarks == (
        "w.example/1 cosigned up to position 10 at 2026-09-21T14:00:00Z",
        "w.example/2 cosigned nothing of it",
    )
    desk.log.deliver(
        "forged", 20, cosignature("x\n\n" + desk.proofs.newest().note.split("\n\n")[1])
    )
    export(desk.recorder, desk.log, path, Slice())
    assert not verify_file(path, [VERIFIER], cosigners=[witness]).integrity
    assert verify_file(path, [VERIFIER]).holds


async def test_a_witness_cannot_sign_in_the_name_of_the_log(desk: Desk) -> None:
    desk.grow()
    own = desk.proofs.newest().note.splitlines(keepends=True)[-1]
    forged = own[:-10] + "AAAAAAA=\n"

    async with serving(lambda _: (200, f"hello\n{forged}{own}")) as url:
        await Witnesses([HttpWitness(url, allow_private=True)]).tell(desk.proofs)

    assert desk.log.delivered(url) == 10
    assert desk.log.cosignatures(10) == ""


async def test_a_witness_that_knows_more_than_is_remembered_says_so(desk: Desk) -> None:
    remote = Remote()
    async with serving(remote.answer) as url:
        desk.grow()
        await Witnesses([HttpWitness(url, allow_private=True)]).tell(desk.proofs)
        desk.grow()
        renamed = f"{url}?again"  # So nothing is remembered of it.

        await Witnesses([HttpWitness(renamed, allow_private=True)]).tell(desk.proofs)

    assert (remote.size, remote.requests) == (20, 3)


async def test_a_witness_of_a_longer_history_stops_the_log(desk: Desk) -> None:
    async with serving(lambda _: (409, "4000\n")) as url:
        desk.grow()

        with pytest.raises(LogBroken, match="has a checkpoint over 4000 events"):
            await Witnesses([HttpWitness(url, allow_private=True)]).tell(desk.proofs)


async def test_a_witness_that_refuses_the_proof_stops_the_log(desk: Desk) -> None:
    async with serving(lambda _: (422, "no")) as url:
        desk.grow()

        with pytest.raises(LogBroken, match="knows another history"):
            await Witnesses([HttpWitness(url, allow_private=True)]).tell(desk.proofs)


async def test_a_busy_witness_is_tried_again_later_each_time(desk: Desk) -> None:
    remote, clock = Remote(), Clock()
    remote.refuses = 2
    async with serving(remote.answer) as url:
        witnesses = Witnesses([HttpWitness(url, allow_private=True)], clock)
        desk.grow()
        seen = []
        for _ in range(20):
            await witnesses.tell(desk.proofs)
            seen.append(remote.requests)
            clock.seconds += 1

    assert (seen[0], seen[4], seen[5], seen[14], seen[15]) == (1, 1, 2, 2, 3)
    assert remote.size == 10


async def test_a_private_address_is_not_asked(desk: Desk) -> None:
    remote = Remote()
    async with serving(remote.answer) as url:
        desk.grow()

        with pytest.raises(Unwilling, match=r"127\.0\.0\.1 is not a public address"):
            await post(url, b"", allow_private=False)
        with pytest.raises(Unwilling, match="is not a public address"):
            await post(url.replace("127.0.0.1", "localhost"), b"", allow_private=False)
        await Witnesses([HttpWitness(url, allow_private=False)]).tell(desk.proofs)

    assert remote.requests == 0


async def test_a_silent_witness_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.1)
    async with serving(lambda _: (0, "")) as url:
        desk.grow()

        with pytest.raises(Unwilling, match=r"no answer within 0\.1 s"):
            await HttpWitness(url, allow_private=True).tell(desk.proofs, desk.proofs.newest())


async def test_an_endless_answer_is_cut(desk: Desk) -> None:
    async with serving(lambda _: (200, "x" * 10_000_000)) as url:
        status, text = await post(url, b"", allow_private=True)

    assert status == 200
    assert len(text) < 2 * module.ANSWER_BYTES_MAX


def test_witnesses_are_named_in_one_setting() -> None:
    found = witnesses_of(" /worm/checkpoints https://w.example/add ", allow_private=False)

    assert [type(witness) for witness in found] == [FileWitness, HttpWitness]
    with pytest.raises(UserProblem, match=r"ftp://w\.example is no witness"):
        witnesses_of("ftp://w.example", allow_private=False)
