"""The command line of `ledgerdesk sla what-if`: what a draft would do to the open tickets."""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import Config, Data, Wrong, in_order, settings_of

if TYPE_CHECKING:
    from domain.provenance import Provenance
    from domain.what_if import ClockChange

ACTOR = "sla-what-if"


def what_if(
    number: Annotated[str, typer.Argument(help="The number of a policy, such as SLP0000001.")],
    data: Data = None,
    config: Config = None,
) -> None:
    """Tell which clocks of open tickets would be others if the draft were for them now.

    Nothing changes but that it is recorded on the policy that somebody has asked, and the numbers.
    """

    async def run() -> None:
        from domain.ids import parse_reference, prefix_of
        from domain.service_level_policy import ServiceLevelPolicy
        from ops.compose import open_desk

        id = parse_reference(number)
        if prefix_of(id) != ServiceLevelPolicy.prefix:
            raise Wrong(f"{number} is no number such as SLP0000001.")
        async with open_desk(settings_of(data, config)) as desk:
            _, found = await desk.what_if(id, by=_signed())
        for change in found.changes:
            typer.echo(_line(change))
        numbers = found.effects
        more = "" if found.is_whole else " There are more open tickets, which were not looked at."
        typer.echo(
            f"{numbers.tickets} open tickets: {numbers.earlier} clocks due earlier, "
            f"{numbers.later} later, {numbers.begun} begun, {numbers.dropped} dropped, "
            f"{numbers.breached} breached at once.{more}"
        )

    in_order(run())


def _line(change: "ClockChange") -> str:
    from domain.ids import number_of

    before = f"{change.budget_before or 'nothing'}, due {_when(change.due_before)}"
    after = f"{change.budget_after or 'nothing'}, due {_when(change.due_after)}"
    is_new = change.breached_after is not None and change.breached_before is None
    breached = ", breached at once" if is_new else ""
    return f"{number_of(change.ticket)}  {change.clock}: {before} -> {after}{breached}"


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if at else "never"


def _signed() -> "Provenance":
    from domain.ids import ordered_id
    from domain.provenance import Provenance

    now = datetime.now(UTC)
    command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
    return Provenance(actor=ACTOR, at=now, command=command, channel="cli")
