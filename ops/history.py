"""`ledgerdesk history`: a record's whole past, read from the ledger itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import orjson
from rich.console import Console
from rich.markup import escape

from domain.aggregate import KIND_OF_PREFIX, Entry
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
                out.out(orjson.dumps(as_plain(entry)).decode(), highlight=False)
            return
        names = Names(ledger)
        for entry in entries:
            await _print_entry(entry, names, out)
        kind = KIND_OF_PREFIX[prefix_of(id)]
        record = await ledger.at(kind, id, version=entries[-1].originator_version)
        out.print(f"\n{number_of(id)} " + (f"as of {as_of.isoformat()}" if as_of else "now"))
        state = {name: value for name, value in vars(record).items() if name not in NOT_STATE}
        await _print_facts(msgspec.to_builtins(state, str_keys=True), names, out)


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


class Names:
    """What people call the records that events refer to: a user name, or else the number."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, str] = {}

    async def of(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = await self._name(text)
        return self._known[text]

    async def _name(self, text: str) -> str:
        try:
            id = UUID(text)
        except ValueError:
            return text
        if prefix_of(id) not in KIND_OF_PREFIX:
            return text
        record = await self._ledger.peek(id)
        return record.username if isinstance(record, Person) else number_of(id)


async def _print_entry(entry: Entry, names: Names, out: Console) -> None:
    by = entry.event.by
    when = by.at.strftime("%Y-%m-%d %H:%M:%SZ")
    who = await names.of(by.actor)
    if by.on_behalf_of:
        who += f" for {await names.of(by.on_behalf_of)}"
    out.print(
        f"[dim]{entry.originator_version:>4}[/]  {when}  [bold]{entry.topic}[/]  {escape(who)}"
        f"  [dim]{escape(by.channel)}, position {entry.position}[/]",
        highlight=False,
        soft_wrap=True,
    )
    if by.effective:
        out.print(f"      effective          {by.effective.isoformat()}", highlight=False)
    if by.cause:
        cause = orjson.dumps(msgspec.to_builtins(by.cause)).decode()
        out.print(
            f"      because            {cause}", markup=False, highlight=False, soft_wrap=True
        )
    await _print_facts(as_plain(entry)["facts"], names, out)


async def _print_facts(facts: dict[str, Any], names: Names, out: Console) -> None:
    for name, value in facts.items():
        if value not in (None, "", [], (), {}, 0, False):
            shown = _text(await _named(value, names))
            label = f"{name.replace('_', ' '):<17}  "
            out.print(f"      {label}{shown}", markup=False, highlight=False, soft_wrap=True)


async def _named(value: Any, names: Names) -> Any:
    """A value with the names of the records in place of their ids."""
    if isinstance(value, str):
        return await names.of(value)
    if isinstance(value, (list, tuple)):
        return [await _named(item, names) for item in value]
    if isinstance(value, dict):
        return {name: await _named(item, names) for name, item in value.items()}
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
