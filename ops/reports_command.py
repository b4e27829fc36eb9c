"""`ledgerdesk reports`: what is sent by mail time and again, to whom, and what came of it."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.options import Config, Data, Wrong, in_order, out, settings_of

if TYPE_CHECKING:
    from uuid import UUID

    from domain.provenance import Provenance
    from domain.report_schedule import ReportSchedule

app = typer.Typer(no_args_is_help=True, help="Reports that are sent by mail time and again.")

Number = Annotated[str, typer.Argument(help="A number such as RSC0000001.")]


@app.command()
def schedules(data: Data = None, config: Config = None) -> None:
    """List the schedules: when each is due next, and what came of it last."""

    async def run() -> None:
        from domain.report_schedule import ReportSchedule
        from ops.compose import open_desk
        from ops.reports_shown import line

        async with open_desk(settings_of(data, config)) as desk:
            now = datetime.now(UTC)
            for schedule, _ in desk.ledger.all_of(ReportSchedule):
                _print(line(desk, schedule, now))

    in_order(run())


@app.command()
def schedule(
    name: Annotated[str, typer.Argument(help="What the mails are called.")],
    owner: Annotated[str, typer.Option("--owner", help="The user name of whoever has it.")],
    to: Annotated[list[str], typer.Option("--to", help="A user name, or a team's number.")],
    every: Annotated[str, typer.Option("--every", help="day, week or month.")],
    report: Annotated[str, typer.Option("--report", help="A report such as backlog.")] = "",
    view: Annotated[str, typer.Option("--view", help="Or a saved view: VIE0000001.")] = "",
    by: Annotated[list[str] | None, typer.Option("--by", help="By what, such as team.")] = None,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="Of which tickets: kind=incident.")
    ] = None,
    period: Annotated[
        str, typer.Option("--period", help="The last whole day, week, month, quarter or year.")
    ] = "month",
    at: Annotated[str, typer.Option("--at", help="A time of the day.")] = "08:00",
    weekday: Annotated[str, typer.Option("--weekday", help="Of each week.")] = "MO",
    day: Annotated[int, typer.Option("--day", help="Of each month.")] = 1,
    zone: Annotated[str, typer.Option("--zone", help="An IANA time zone.")] = "UTC",
    calendar: Annotated[
        str, typer.Option("--calendar", help="Whose workdays it is sent on: CAL0000001.")
    ] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Send a report, or the rows of a saved view, by mail time and again."""
    said: dict[str, dict[str, Any]] = {
        "contents": {
            "report": report,
            "view": view,
            "by": by or [],
            "filters": dict(_pair(one) for one in filters or ()),
            "period": period,
        },
        "rhythm": {
            **{"every": every, "at": at, "weekday": weekday, "day": day},
            "calendar": calendar,
        },
    }

    async def run() -> None:
        from ops.reports_schedule import define

        settings = settings_of(data, config)
        number = await define(settings, name, owner, to, zone, said, _signed())
        _print(f"{number} is scheduled.")

    in_order(run())


@app.command()
def deliveries(number: Number, data: Data = None, config: Config = None) -> None:
    """List who was sent what, as of which position of the ledger."""

    async def run() -> None:
        from ops.compose import open_desk
        from ops.reports_shown import delivered

        async with open_desk(settings_of(data, config)) as desk:
            for said in delivered(desk, _id(number)):
                _print(said)

    in_order(run())


@app.command()
def pause(number: Number, data: Data = None, config: Config = None) -> None:
    """Send nothing until it is resumed."""
    _act(number, lambda one, by: one.pause(by=by), data, config)


@app.command()
def resume(number: Number, data: Data = None, config: Config = None) -> None:
    """Send it again from the next moment on."""
    _act(number, lambda one, by: one.resume(by=by), data, config)


@app.command()
def end(number: Number, data: Data = None, config: Config = None) -> None:
    """Send it no more."""
    _act(number, lambda one, by: one.end(by=by), data, config)


def _act(
    number: str,
    act: "Callable[[ReportSchedule, Provenance], None]",
    data: Data,
    config: Config,
) -> None:
    async def run() -> None:
        from domain.report_schedule import ReportSchedule
        from ops.compose import open_ledger

        async with open_ledger(settings_of(data, config)) as ledger:
            by, id = _signed(), _id(number)
            await ledger.edit(ReportSchedule, id, lambda one: act(one, by), by=by)
            found = await ledger.find(ReportSchedule, id)
            _print(f"{found.number} is {found.status}.")

    in_order(run())


def _id(number: str) -> "UUID":
    from domain.ids import parse_reference, prefix_of
    from domain.report_schedule import ReportSchedule

    id = parse_reference(number)
    if prefix_of(id) != ReportSchedule.prefix:
        raise Wrong(f"{number} is no number such as RSC0000001.")
    return id


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise Wrong(f"--filter: {text!r} is none such as kind=incident.")
    return name, value


def _signed() -> "Provenance":
    from domain.ids import ordered_id
    from domain.provenance import Provenance

    now = datetime.now(UTC)
    command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
    return Provenance(actor="reports-command", at=now, command=command, channel="cli")


def _print(line: str) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=True)
