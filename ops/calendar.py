"""`ledgerdesk calendar`: calendars shown, tried, renewed, and as iCalendar files."""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ops.options import Config, Data, Wrong, in_order, out, settings_of

if TYPE_CHECKING:
    from domain.calendar import Calendar
    from domain.ledger import Ledger
    from domain.provenance import Provenance

YEARS_AHEAD = 5

app = typer.Typer(no_args_is_help=True, help="Calendars: hours, public holidays, files.")

Number = Annotated[str, typer.Argument(help="The number of a calendar, such as CAL0000001.")]
Version = Annotated[int | None, typer.Option("--version", help="A version; else the latest.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="As it was: 2026-03-03T14:00Z, 5m ago, or @120.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show it, record nothing.")]
Since = Annotated[str | None, typer.Option("--from", help="A date, such as 2026-12-01.")]
Until = Annotated[str | None, typer.Option("--to", help="A date, which is counted too.")]


@app.command()
def show(
    number: Number,
    version: Version = None,
    as_of: AsOfOption = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print the hours of a calendar, its holidays with their names, and where they come from."""

    async def run() -> None:
        from ops.calendar_shown import held
        from ops.compose import open_ledger

        async with open_ledger(settings_of(data, config)) as ledger:
            calendar = await _calendar(ledger, number, as_of, "show")
            for line in held(calendar, version or calendar.hours_version):
                _print(line)

    in_order(run())


@app.command()
def preview(
    number: Number,
    since: Since = None,
    until: Until = None,
    version: Version = None,
    as_of: AsOfOption = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print when a calendar is open, day by day; the next 14 days without dates."""

    async def run() -> None:
        from ops.calendar_shown import windows
        from ops.compose import open_ledger

        async with open_ledger(settings_of(data, config)) as ledger:
            calendar = await _calendar(ledger, number, as_of, "preview")
            hours = calendar.hours_of(version or calendar.hours_version)
            zone = ZoneInfo(hours.zone)
            first = _date("--from", since) or datetime.now(zone).date()
            last = _date("--to", until) or first + timedelta(days=13)
            if not first <= last <= first + timedelta(days=366):
                raise Wrong("--to: not before --from, and at most 366 days after it.")
            begin = datetime.combine(first, time(), zone)
            end = datetime.combine(last + timedelta(days=1), time(), zone)
            for line in windows(hours, begin, end):
                _print(line)

    in_order(run())


@app.command()
def holidays(
    country: Annotated[str, typer.Argument(help="ISO 3166-1, such as DE.")],
    subdivision: Annotated[str, typer.Option("--subdivision", help="Such as BY.")] = "",
    years: Annotated[
        str | None, typer.Option("--years", help="Such as 2026 or 2026-2030; this year without.")
    ] = None,
) -> None:
    """Print the public holidays that a calendar would get."""
    from api.public_holidays import looked_up
    from domain.calendar_holidays import Wanted

    first, last = _years(years)
    wanted = Wanted(country=country, subdivision=subdivision, first_year=first, last_year=last)
    found = looked_up(wanted)
    for day, name in found.days.items():
        _print(f"{day}  {name}")
    _print(f"{len(found.days)} of {found.place}, known from {found.source}")


@app.command()
def renew(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Calendars; all with public holidays without.")
    ] = None,
    until: Annotated[
        int | None, typer.Option("--until", help="The last year; in five years without.")
    ] = None,
    dry_run: DryRun = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Look public holidays to come up again, and of further years; days gone by stay."""

    async def run() -> None:
        from api.public_holidays import looked_up
        from domain.calendar import Calendar
        from domain.calendar_holidays import of_later_years
        from ops.compose import open_desk

        async with open_desk(settings_of(data, config)) as desk:
            if numbers:
                chosen = [await _calendar(desk.ledger, number) for number in numbers]
            else:
                every = desk.directory.calendars()
                chosen = [one for one in every if one.public_holidays and not one.is_retired]
            by = _signed()
            last_year = by.at.year + YEARS_AHEAD if until is None else until
            for calendar in chosen:
                known = tuple(
                    looked_up(of_later_years(one, by.at.year, last_year))
                    for one in calendar.public_holidays
                )
                tried = calendar.fork()
                tried.renew_holidays(known, by=by)
                _tell(calendar, tried)
                if not dry_run and tried.pending:
                    await desk.ledger.edit(Calendar, calendar.id, _renewal(known, by), by=by)

    in_order(run())


@app.command("import")
def import_(
    number: Number,
    file: Annotated[Path, typer.Argument(help="An iCalendar file (.ics).")],
    since: Since = None,
    until: Until = None,
    instead: Annotated[
        bool, typer.Option("--instead", help="In the place of the dates there are.")
    ] = False,
    dry_run: DryRun = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Take holidays and breaks from a file: whole days close the desk, times are breaks.

    Without dates, those of this year and of the two that follow are read.
    """
    from domain.ics_lines import TEXT_MAX

    try:
        if file.stat().st_size > 4 * TEXT_MAX:
            raise Wrong(f"{file} is too large.")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise Wrong(f"{file} cannot be read: {problem}") from None

    async def run() -> None:
        from domain.calendar import Calendar
        from domain.calendar_import import default_days, imported
        from ops.compose import open_desk

        async with open_desk(settings_of(data, config)) as desk:
            calendar = await _calendar(desk.ledger, number)
            by = _signed()
            first, last = default_days(by.at.date())
            first, last = _date("--from", since) or first, _date("--to", until) or last
            given = imported(calendar, text, first, last, instead=instead)
            tried = calendar.fork()
            tried.import_file(**given, by=by)
            for note in given["imported"].ignored:
                _print(note)
            _tell(calendar, tried)
            if not dry_run and tried.pending:
                await desk.ledger.edit(
                    Calendar, calendar.id, lambda one: one.import_file(**given, by=by), by=by
                )

    in_order(run())


@app.command()
def export(
    number: Number,
    with_windows: Annotated[
        bool, typer.Option("--windows", help="With the windows of the week.")
    ] = False,
    version: Version = None,
    as_of: AsOfOption = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a calendar as an iCalendar file."""

    async def run() -> None:
        from domain.calendar import Calendar
        from domain.calendar_feed import feed
        from ops.compose import open_ledger

        async with open_ledger(settings_of(data, config)) as ledger:
            calendar = await _calendar(ledger, number, as_of, "export")
            chosen = version or calendar.hours_version
            hours, given = calendar.hours_of(chosen), calendar.given_of(chosen)
            made = [
                entry.event.by.at
                for entry in ledger.history(calendar.id)
                if isinstance(entry.event, Calendar.Defined | Calendar.Revised)
            ]
            text = feed(
                calendar.number,
                calendar.name,
                hours,
                given.all_names,
                made[chosen - 1],
                with_windows=with_windows,
            )
            # As the file has it: its lines end with two characters.
            typer.get_binary_stream("stdout").write(text.encode())

    in_order(run())


async def _calendar(
    ledger: "Ledger", number: str, as_of: str | None = None, command: str = ""
) -> "Calendar":
    """A calendar as it is, or as it was, which is noted."""
    from domain.calendar import Calendar
    from domain.ids import parse_reference, prefix_of
    from domain.past_ledger import PastLedger
    from domain.read_log import Why
    from ops.history_points import asked
    from ops.read_notes import note

    id = parse_reference(number)
    if prefix_of(id) != Calendar.prefix:
        raise Wrong(f"{number} is no number such as CAL0000001.")
    then = await asked(ledger, as_of, None)
    if then is None:
        return await ledger.find(Calendar, id)
    calendar = await PastLedger(ledger, then).find(Calendar, id)
    await note(ledger, f"calendar {command}", Why.PAST, {"as_of": as_of}, id)
    return calendar


def _renewal(known: Any, by: "Provenance") -> Any:
    return lambda one: one.renew_holidays(known, by=by)


def _tell(before: "Calendar", after: "Calendar") -> None:
    from ops.calendar_shown import differences

    lines = list(differences(before, after))
    for line in lines:
        _print(f"{before.number}: {line}")
    if not lines:
        _print(f"{before.number}: nothing changes")


def _signed() -> "Provenance":
    from domain.ids import ordered_id
    from domain.provenance import Provenance

    now = datetime.now(UTC)
    command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
    return Provenance(actor="calendar-command", at=now, command=command, channel="cli")


def _date(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Wrong(f"{option}: {text!r} is not a date such as 2026-12-24.") from None


def _years(text: str | None) -> tuple[int, int]:
    this_year = datetime.now(UTC).year
    first, _, last = (text or str(this_year)).partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise Wrong(f"--years: {text!r} is no span of years such as 2026-2030.")
    return int(first), int(last or first)


def _print(line: str) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=True)
