"""The command line of `ledgerdesk process migrate`: running approvals to another version."""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ops.options import Config, Data, Wrong, in_order, out, settings_of

if TYPE_CHECKING:
    from domain.desk.migrations import Preview
    from domain.provenance import Provenance


def migrate(
    number: Annotated[str, typer.Argument(help="The number of a process, such as APR0000001.")],
    to: Annotated[int, typer.Option("--to", min=1, help="The version to move to.")],
    record: Annotated[
        list[str] | None,
        typer.Option(
            "--record",
            "--change",
            help="A change or another record; without, all on older versions.",
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="An old stage and its counterpart: 'Board=Advisory board'."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, record nothing.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Move running approvals to another version of their process.

    The exit code is 0 if all are moved, 1 if some stay on their version, 2 for a mistake.
    """
    pairs = dict(_pair(text) for text in mapping or ())
    stayed: list[str] = []

    async def run() -> None:
        from domain.desk.rounds import kind_of
        from domain.ids import parse_reference
        from domain.rules import Refused
        from ops.compose import open_desk

        async with open_desk(settings_of(data, config)) as desk:
            process = _record("APR", number)
            if record:
                ids = [parse_reference(one) for one in record]
                records = [await desk.ledger.find(kind_of(id), id) for id in ids]
            else:
                records = list(await desk.running_approvals(process, to))
            for one in records:
                if one.standing.process != process:
                    raise Wrong(f"{one.number} is not approved by {number}.")
            for one in records:
                try:
                    by = _signed()
                    preview = await desk.preview_migration(one.id, to, mapping=pairs, by=by)
                    if not dry_run:
                        await desk.migrate_approval(one.id, to, mapping=pairs, by=by)
                except Refused as refused:
                    stayed.append(one.number)
                    _print(f"{one.number}: stays on its version: {refused}")
                    continue
                _show(one.number, preview, is_done=not dry_run)
            moved = len(records) - len(stayed)
            would = "would be moved" if dry_run else "moved"
            _print(f"{moved} {would} to version {to}, {len(stayed)} not.")

    in_order(run())
    raise typer.Exit(1 if stayed else 0)


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old.strip() and equals and new.strip()):
        raise Wrong(f"--map: {text!r} names no two stages: write 'Old stage=New stage'.")
    return old.strip(), new.strip()


def _record(prefix: str, text: str) -> UUID:
    from domain.ids import parse_reference, prefix_of

    id = parse_reference(text)
    if prefix_of(id) != prefix:
        raise Wrong(f"{text} is no number such as {prefix}0000001.")
    return id


def _signed() -> "Provenance":
    from domain.ids import ordered_id
    from domain.provenance import Provenance

    now = datetime.now(UTC)
    command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
    return Provenance(actor="process-migrate", at=now, command=command, channel="cli")


def _show(number: str, preview: "Preview", *, is_done: bool) -> None:
    plan = preview.plan
    does = "moved" if is_done else "would be moved"
    _print(f"{number}: {does} from version {plan.from_version} to version {plan.to_version}.")
    told = {
        "stay passed": plan.passed,
        "go on": plan.going_on,
        "wait again": plan.again,
        "open now": plan.opening,
        "come later": plan.waiting,
        "are skipped": plan.skipped,
    }
    for what, names in told.items():
        if names:
            _print(f"  {what}: {', '.join(names)}")
    for stage, voters in plan.dropped.items():
        _print(f"  votes that fall in {stage}: {_people(voters)}")
    if preview.outcome != "pending":
        _print(f"  {preview.outcome} at once")


def _people(ids: "tuple[str, ...]") -> str:
    from domain.ids import number_of

    return ", ".join(number_of(UUID(id)) for id in ids)


def _print(line: str) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=True)
