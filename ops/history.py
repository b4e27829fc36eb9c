"""`ledgerdesk history`: a record's whole past, read from the ledger itself."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec
import orjson
from rich.console import Console
from rich.markup import escape

from api.history import until
from api.history_csv import COLUMNS, as_cell, as_row, csv_line
from domain.aggregate import KIND_OF_PREFIX, Entry
from domain.event_fields import fields_of
from domain.ids import number_of, parse_reference, prefix_of
from domain.ledger import Ledger
from domain.person import Person
from domain.read_log import Why
from domain.rules import NotFound
from ops.compose import open_ledger
from ops.history_diff import differences, state_after
from ops.history_points import asked, point
from ops.settings import Settings

WAIT_SECONDS = 60.0

Shown = Literal["page", "json", "csv"]


async def show(
    settings: Settings,
    number: str,
    out: Console,
    *,
    as_of: str | None = None,
    known_at: str | None = None,
    shown: Shown = "page",
    follow: bool = False,
) -> None:
    """Print the history up to a point, and the state that it adds up to. With `follow` go on, in
    place of the state, with what is recorded. Raises NotFound, and Wrong for what is no moment."""
    async with open_ledger(settings) as ledger:
        id = parse_reference(number)
        wanted = await asked(ledger, as_of, known_at)
        entries = until(ledger.history(id), wanted)
        if not entries:
            raise NotFound(f"There is no record {number}" + (" at that moment." if wanted else "."))
        if wanted is not None:
            await _note(ledger, id, {"as_of": as_of, "known_at": known_at})
        names = Names(ledger)
        if shown == "csv":
            _print(out, csv_line(COLUMNS))
        await _print_entries(entries, shown, names, out)
        if follow:
            await _follow(ledger, id, entries[-1], shown, names, out)
        elif shown == "page":
            told = [text for text in (as_of, known_at and f"known at {known_at}") if text]
            out.print(f"\n{number_of(id)} " + (f"as of {', '.join(told)}" if told else "now"))
            await _print_facts(state_after(id, entries), names, out)


async def show_differences(
    settings: Settings, number: str, before: str, after: str, out: Console, *, shown: Shown
) -> None:
    """Print what changed between two points: moments, positions such as @120, or versions.

    Raises NotFound if the record did not exist at the later one, and Wrong for what is no point.
    """
    old, new = point(before), point(after)
    async with open_ledger(settings) as ledger:
        id = parse_reference(number)
        entries = ledger.history(id)
        if not entries:
            raise NotFound(f"There is no record {number}.")
        was, now = old.before(entries), new.before(entries)
        if not now:
            raise NotFound(f"There is no record {number} at {after}.")
        await _note(ledger, id, {"from": before, "to": after})
        found = differences(state_after(id, was), state_after(id, now))
        names = Names(ledger)
        if shown == "csv":
            _print(out, csv_line(("field", "old", "new")))
        elif shown == "page":
            out.print(
                f"{number_of(id)} from version {len(was)} ({before}) to {len(now)} ({after})",
                markup=False,
                highlight=False,
            )
        for one in found:
            if shown == "json":
                _print(out, orjson.dumps(msgspec.to_builtins(one)).decode())
            elif shown == "csv":
                _print(out, csv_line((one.field, as_cell(one.old), as_cell(one.new))))
            else:
                old_text, new_text = [
                    _text(await _named(value, names)) for value in (one.old, one.new)
                ]
                _print(out, f"      {one.field:<24}  {old_text} → {new_text}")
        if shown == "page" and not found:
            _print(out, "      Nothing changed.")


async def _note(ledger: Ledger, id: UUID, asked: Mapping[str, str | None]) -> None:
    """Note that somebody asked how a record was."""
    from ops.read_notes import note

    await note(ledger, "history", Why.PAST, asked, id)


async def _follow(
    ledger: Ledger, id: UUID, last: Entry, shown: Shown, names: "Names", out: Console
) -> None:
    """Print what is recorded of a record, for ever."""
    version, seen = last.originator_version, last.position
    while True:
        head = await ledger.recorder.wait(seen, WAIT_SECONDS)
        if head > seen and await ledger.recorder.version(id) > version:
            fresh = ledger.history(id)[version:]
            await _print_entries(fresh, shown, names, out)
            out.file.flush()
            version = fresh[-1].originator_version
        seen = head


async def _print_entries(entries: list[Entry], shown: Shown, names: "Names", out: Console) -> None:
    for entry in entries:
        if shown == "page":
            await _print_entry(entry, names, out)
        elif shown == "csv":
            _print(out, csv_line(as_row(entry)))
        else:
            _print(out, orjson.dumps(as_plain(entry)).decode())


def as_plain(entry: Entry) -> dict[str, Any]:
    """An entry as JSON-ready facts: where it stands, who signed it, what it says."""
    event = msgspec.to_builtins(entry.event)
    return {
        "position": entry.position,
        "number": number_of(entry.originator_id),
        "version": entry.originator_version,
        "event": entry.topic,
        "by": event["by"],
        "facts": {name: event[name] for name in fields_of(type(entry.event)) if name in event},
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
            _print(out, f"      {name.replace('_', ' '):<17}  {shown}")


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


def _print(out: Console, line: str) -> None:
    out.out(line, highlight=False)
