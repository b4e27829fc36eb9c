"""`ledgerdesk replay`: makes the recorded decisions of a record again, and compares."""

from collections.abc import Iterable, Sequence
from itertools import chain
from uuid import UUID

import msgspec
import typer
from msgspec import Struct
from rich.console import Console

from domain.aggregate import Entry
from domain.approval_round import ApprovalRounds
from domain.definition import digest
from domain.ids import number_of, parse_reference
from domain.ledger import Ledger
from domain.priority import DEFAULT, Matrix
from domain.promises import Promises
from domain.read_log import Why
from domain.replay import Check, approvals, marks, priorities
from domain.rules import NotFound
from domain.ticket import Ticket
from domain.ticket_type import TicketType
from domain.versioned import Versioned
from ops.compose import open_ledger
from ops.read_notes import note
from ops.settings import Settings
from workflows.clocks import hours_for


class Replayed(Struct, frozen=True):
    """How many decisions were made again, and the first that is not what it should be."""

    count: int
    first: Check | None


async def show(settings: Settings, number: str, out: Console, *, as_json: bool) -> None:
    """Print whether a record's decisions follow from its history. Ends with code 1 if one does
    not. Raises NotFound."""
    async with open_ledger(settings) as ledger:
        id = parse_reference(number)
        entries = ledger.history(id)
        if not entries:
            raise NotFound(f"There is no record {number}.")
        await note(ledger, "replay", Why.PAST, {}, id)
        found = await replayed(ledger, entries)
    out.out(_json(found) if as_json else _text(number_of(id), found), highlight=False)
    if found.first is not None:
        raise typer.Exit(1)


async def replayed(ledger: Ledger, entries: Sequence[Entry]) -> Replayed:
    """Make every decision of a history again, by the recorded versions of definitions."""
    matrices: dict[tuple[UUID | None, int], Matrix] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Ticket.Prioritised) and event.type is not None:
            version = event.type_version or 0
            type = await ledger.find(TicketType, event.type)
            matrices[event.type, version] = type.definition_of(version).matrix
    checks = list(
        chain(
            _definitions(ledger, entries),
            approvals(entries),
            priorities(entries, lambda type, version: matrices.get((type, version), DEFAULT)),
            marks(entries, await hours_for(ledger, entries))
            if any(isinstance(entry.event, Promises.MarkReached) for entry in entries)
            else (),
        )
    )
    wrong = [check for check in checks if not check.agrees]
    first = min(wrong, key=lambda check: check.entry.originator_version, default=None)
    return Replayed(len(checks), first)


def _definitions(ledger: Ledger, entries: Sequence[Entry]) -> Iterable[Check]:
    """Whether each round names the digest under which its process was published."""
    for entry in entries:
        event = entry.event
        if not isinstance(event, ApprovalRounds.Submitted) or event.process is None:
            continue
        if not event.digest:
            continue
        # The digest of what was published in an older form is that of its present form, too.
        known = [
            known
            for one in ledger.history(event.process)
            if isinstance(one.event, Versioned.VersionPublished)
            and one.event.number == event.process_version
            for known in (one.event.digest, digest(one.event.definition))
        ]
        expected = event.digest if event.digest in known else next(iter(known), None)
        yield Check(entry, {"definition": expected}, {"definition": event.digest})


def _text(number: str, found: Replayed) -> str:
    if found.first is None:
        return f"{number}: {found.count} decisions made again, all as recorded"
    check = found.first
    return (
        f"{number}: differs first at version {check.entry.originator_version}, position "
        f"{check.entry.position}, {check.entry.topic}\n"
        f"  expected  {_facts(check.expected)}\n"
        f"  recorded  {_facts(check.recorded)}"
    )


def _facts(facts: object) -> str:
    return "nothing" if facts is None else msgspec.json.encode(facts).decode()


def _json(found: Replayed) -> str:
    check = found.first
    first = check and {
        "version": check.entry.originator_version,
        "position": check.entry.position,
        "event": check.entry.topic,
        "expected": check.expected,
        "recorded": check.recorded,
    }
    return msgspec.json.encode({"decisions": found.count, "first_difference": first}).decode()
