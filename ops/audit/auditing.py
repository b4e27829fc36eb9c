"""What the commands of the auditor do."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import typer
from msgspec import Struct
from rich.console import Console

from domain.ids import parse_reference
from domain.ledger import Ledger
from domain.proof.findings import Report
from domain.proof.note import Verifier, verifier_text
from domain.proof.verify import Unusable, keys, verify_file, witnessed
from domain.recorder import LedgerRecorder
from domain.rules import NotFound
from domain.transparency.follower import Follower, LogBroken
from domain.transparency.proofs import Proofs
from domain.transparency.store import Kept, LogStore
from ops.audit.check import verify_stores
from ops.audit.export import Slice, export
from ops.audit.follow import follower_of
from ops.audit.signing import can_sign, key_file, make_key, open_signer, read_key, replace_key
from ops.compose import open_log, open_recorder
from ops.problems import UserProblem
from ops.read_notes import NoKeys, note_export
from ops.settings import Settings


class Opened(Struct, frozen=True):
    recorder: LedgerRecorder
    log: LogStore


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """The ledger and its log. The keys of people are not needed: all is proven as it is sealed."""
    recorder = open_recorder(settings)
    log = open_log(settings)
    try:
        yield Opened(recorder, log)
    finally:
        log.close()
        await recorder.aclose()


async def show_key(settings: Settings, out: Console, *, new: bool) -> None:
    async with opened(settings) as desk:
        desk.log.adopt(desk.recorder.identity())
        if new and settings.audit_signer_command:
            raise UserProblem(
                "The key is with LEDGERDESK_AUDIT_SIGNER_COMMAND. Make the new one there, and put "
                "its public key into LEDGERDESK_AUDIT_SIGNER_PUBLIC."
            )
        if new:
            path = key_file(settings)
            name = read_key(path).name if path.exists() else settings.audit_origin
            aside = replace_key(path)
            make_key(path, name or f"ledgerdesk/{desk.recorder.identity()}")
            if aside is not None:
                out.print(f"The key before is in {aside}.", markup=False, soft_wrap=True)
        signer = open_signer(settings, desk.log.state())
        _print(out, verifier_text(signer.name, signer.public))


async def show_checkpoint(settings: Settings, out: Console) -> None:
    async with opened(settings) as desk:
        newest = _signed(settings, desk)
        if newest is None:
            raise NotFound("The ledger is empty.")
        _print(out, newest.note + desk.log.cosignatures(newest.size), end="")


async def show_proofs(settings: Settings, what: str, out: Console) -> None:
    async with opened(settings) as desk:
        positions = [int(what)] if what.isascii() and what.isdigit() else None
        if positions is None:
            id = parse_reference(what)
            positions = [row.id for row in desk.recorder.select_history(id)]
            if not positions:
                raise NotFound(f"There is no record {what}.")
        newest = desk.log.newest()
        if newest is None or newest.size < max(positions):
            _signed(settings, desk)
        proofs = Proofs(desk.recorder, desk.log)
        for position in positions:
            _print(out, proofs.inclusion(position).text, end="")


async def write_bundle(
    settings: Settings,
    file: Path,
    first: int | None,
    last: int | None,
    numbers: Sequence[str],
    out: Console,
) -> None:
    async with opened(settings) as desk:
        # Where the key is elsewhere, what is signed already has to do.
        if can_sign(settings, desk.log.state()):
            _signed(settings, desk)
        streams = tuple(parse_reference(number) for number in numbers)
        wanted = Slice(first=first, last=last, streams=streams)
        asked = {"from": first, "to": last, "number": " ".join(numbers)}
        await note_export(Ledger(desk.recorder, NoKeys()), "audit export", asked)
        shown = export(desk.recorder, desk.log, file, wanted)
        newest = Proofs(desk.recorder, desk.log).newest()
        size = file.stat().st_size
        out.print(
            f"{file}: {shown} of {newest.size} events, {size / 1e6:.1f} MB\n"
            f"verify it by: ledgerdesk audit verify {file} --key {desk.log.state().key}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def verify_bundle(
    path: Path, key: Sequence[str], witness: Sequence[Path], witness_key: Sequence[str]
) -> Report:
    """Raises UserProblem for what cannot be used, as without a key."""
    if not key:
        raise UserProblem("A bundle is verified by a key that is known from elsewhere: --key KEY")
    try:
        verifiers = keys(key)
        return verify_file(path, verifiers, witnessed(witness, verifiers), keys(witness_key))
    except Unusable as problem:
        raise UserProblem(str(problem)) from None


async def verify_desk(
    settings: Settings,
    key: Sequence[str],
    witness: Sequence[Path],
    out: Console,
    *,
    as_json: bool,
) -> None:
    async with opened(settings) as desk:
        try:
            verifiers = keys(key) or [Verifier.of(desk.log.state().key)]
            seen = witnessed(witness, verifiers)
        except Unusable as problem:
            raise UserProblem(str(problem)) from None
        except ValueError:
            raise UserProblem(
                "Nothing was signed yet. Start `ledgerdesk up` or `project`."
            ) from None
        report = verify_stores(desk.recorder, desk.log, verifiers, seen)
        if not key:
            told = "by the key that the log itself names; --key takes one known from elsewhere"
            report = report._replace(remarks=(*report.remarks, told))
        tell(report, out, as_json=as_json)


def tell(report: Report, out: Console, *, as_json: bool) -> None:
    """Print a report. Ends the command with code 1 if a verdict does not hold."""
    _print(out, json.dumps(report.as_document()) if as_json else report.as_text())
    if not report.holds:
        raise typer.Exit(1)


async def rebuild(settings: Settings, out: Console, began: float) -> None:
    async with opened(settings) as desk:
        desk.log.clear()
        _signed(settings, desk)
        seconds = time.monotonic() - began
        _print(out, f"{desk.log.state().size} events logged again in {seconds:.1f} s")


def _signed(settings: Settings, desk: Opened) -> Kept | None:
    """The newest checkpoint, once all is logged and signed. Raises UserProblem."""
    follower: Follower = follower_of(settings, desk.recorder, desk.log)
    try:
        return follower.catch_up()
    except LogBroken as error:
        raise UserProblem(f"{error} Look closer: ledgerdesk audit verify") from None


def _print(out: Console, text: str, end: str = "\n") -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True, end=end)
