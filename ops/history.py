"""`ledgerdesk history`: a record's whole past, read from the ledger itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import orjson
from rich.console import Console
from rich.table import Table

from domain.aggregate import Entry
from domain.ids import number_of, parse_reference, prefix_of
from domain.ledger import Ledger
from domain.person import Person
from domain.rules import NotFound
from ops.compose import open_ledger
from ops.settings import Settings

NOT_STATE = {"id", "version", "pending"}


async def show(
    settings: Settings, number: str, as_of: datetime | None, *, as_json: bool, out: Console
) -> None:
    """Print the history up to a moment, and the state that it adds up to. Raises NotFound."""
    async with open_ledger(settings) as ledger:
        id = parse_reference(number)
        entries = [
            entry for entry in ledger.history(id) if as_of is None or entry.event.by.at <= as_of
        ]
        if not entries:
            raise NotFound(f"There is no record {number}" + (" at that moment." if as_of else "."))
        if as_json:
            for entry in entries:
                line = orjson.dumps(as_plain(entry)).decode()
                out.print(line, markup=False, highlight=False, soft_wrap=True)
            return
        out.print(await _table(ledger, entries))
        record = await ledger.at(
            type(await _record(ledger, id)), id, version=entries[-1].originator_version
        )
        state = {name: value for name, value in vars(record).items() if name not in NOT_STATE}
        shown = Table("now" if as_of is None else f"as of {as_of.isoformat()}", "", box=None)
        for name, value in state.items():
            if value not in (None, "", (), {}, 0, False):
                shown.add_row(name.replace("_", " "), _text(msgspec.to_builtins(value)))
        out.print(shown)


def as_plain(entry: Entry) -> dict[str, Any]:
    """An entry as JSON-ready facts: where it stands, who signed it, what it says."""
    event = msgspec.to_builtins(entry.event)
    return {
        "position": entry.position,
        "number": number_of(entry.originator_id),
        "version": entry.originator_version,
        "event": entry.topic,
        "by": event.pop("by"),
        "facts": event,
    }


async def _record(ledger: Ledger, id: UUID) -> Any:
    record = await ledger.peek(id)
    if record is None:
        raise NotFound(f"There is no record {number_of(id)}.")
    return record


async def _table(ledger: Ledger, entries: list[Entry]) -> Table:
    table = Table("#", "position", "recorded at", "who", "what", "facts", title=None)
    names: dict[str, str] = {}
    for entry in entries:
        plain = as_plain(entry)
        by = entry.event.by
        facts = ", ".join(f"{name}={_text(value)}" for name, value in plain["facts"].items())
        if by.effective:
            facts = f"[effective {by.effective.isoformat()}] {facts}"
        table.add_row(
            str(entry.originator_version),
            str(entry.position),
            by.at.strftime("%Y-%m-%d %H:%M:%S.%fZ"),
            await _name(ledger, by.actor, names),
            entry.topic,
            facts.replace("[", r"\["),
        )
    return table


async def _name(ledger: Ledger, actor: str, names: dict[str, str]) -> str:
    if actor not in names:
        names[actor] = actor
        try:
            id = UUID(actor)
        except ValueError:
            return actor
        if prefix_of(id) == Person.prefix:
            names[actor] = (await ledger.find(Person, id)).username
    return names[actor]


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
