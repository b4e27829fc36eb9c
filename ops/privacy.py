"""`ledgerdesk privacy`: what is known of a person, and its erasure."""

import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.options import Config, Data, Wrong, in_order, out, settings_of

if TYPE_CHECKING:
    from domain.desk import Desk
    from domain.files import Files
    from domain.person import Person
    from domain.provenance import Provenance
    from ops.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Personal data: export, legal holds, erasure.")

Of = Annotated[
    str, typer.Argument(metavar="PERSON", help="A number such as PER0000042, or a name.")
]
As = Annotated[str, typer.Option("--as", help="Who does it: a number or a user name.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@app.command("export")
def export_person(
    person: Of,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A new folder: for the export, and what the person attached."),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print all that is known of a person as JSON, or put it into a folder with their files."""
    settings = settings_of(data, config)

    async def run() -> None:
        import msgspec

        from domain.personal_export import export
        from ops.compose import open_desk, open_files
        from ops.read_notes import note_export

        async with open_desk(settings) as desk:
            who = _person(desk, person).id
            await note_export(desk.ledger, "privacy export", {}, subject=who)
            found = export(desk.ledger, who)
            text = msgspec.json.format(msgspec.json.encode(found), indent=2)
            if to is None:
                sys.stdout.write(text.decode() + "\n")
                return
            try:
                to.mkdir(mode=0o700, parents=True)
            except OSError as error:
                raise Wrong(f"--to: {to} cannot be made: {error.strerror}.") from None
            (to / "person.json").write_bytes(text)
            written = _write_files(found, open_files(settings, desk.ledger.mapper.keys), to)
            out.print(f"{to}: person.json and {written} files", markup=False, highlight=False)

    in_order(run())


@app.command()
def hold(person: Of, by: As, reason: Reason, data: Data = None, config: Config = None) -> None:
    """Place a person under a legal hold: nobody erases them."""
    _act(settings_of(data, config), person, by, "place_legal_hold", reason=reason)


@app.command()
def lift(person: Of, by: As, reason: Reason, data: Data = None, config: Config = None) -> None:
    """Lift the legal hold of a person."""
    _act(settings_of(data, config), person, by, "lift_legal_hold", reason=reason)


@app.command()
def request(person: Of, by: As, reason: Reason, data: Data = None, config: Config = None) -> None:
    """Ask for the erasure of a person. Another administrator confirms it by `privacy erase`."""
    _act(settings_of(data, config), person, by, "request_erasure", reason=reason)


@app.command()
def withdraw(person: Of, by: As, data: Data = None, config: Config = None) -> None:
    """Withdraw an erasure that was asked for."""
    _act(settings_of(data, config), person, by, "withdraw_erasure")


@app.command()
def erase(person: Of, by: As, data: Data = None, config: Config = None) -> None:
    """Confirm the erasure of a person, by another than who asked for it. It cannot be undone."""
    _act(settings_of(data, config), person, by, "erase")


@app.command()
def status(data: Data = None, config: Config = None) -> None:
    """Print whose erasure waits or is held, who was erased, and whether views still show them."""
    settings = settings_of(data, config)

    async def run() -> None:
        from domain import erasure
        from domain.person import Person
        from ops.compose import open_ledger, open_view_store

        async with open_ledger(settings) as ledger:
            last = erasure.carry_out(ledger)
            for person, _ in ledger.all_of(Person):
                for told in _told(person):
                    out.print(f"{person.number} {told}", markup=False, highlight=False)
        store = open_view_store(settings)
        renewed = store.renewed() >= last
        store.close()
        out.print(
            "The views show nobody who was erased."
            if renewed
            else "The views are made anew by the projector, as soon as it runs."
        )

    in_order(run())


@app.command()
def left(person: Of, data: Data = None, config: Config = None) -> None:
    """Print which events name a person in the clear: what an erasure would leave, so before it."""
    settings = settings_of(data, config)

    async def run() -> None:
        from domain.ids import number_of
        from domain.personal_export import left_plain
        from ops.compose import open_desk

        count = 0
        async with open_desk(settings) as desk:
            for entry in left_plain(desk.ledger, _person(desk, person)):
                count += 1
                line = f"@{entry.position} {number_of(entry.originator_id)} {entry.topic}"
                out.print(line, markup=False, highlight=False)
        out.print(f"{count} in all")

    in_order(run())


@app.command()
def retention(
    within: Annotated[
        int, typer.Option("--within", min=0, max=36_500, help="So many days from now.")
    ] = 0,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="As it was: 2026-03-03T14:00Z, 5m ago, or @120.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print whose erasure will be asked for, and what records say that will be removed."""
    settings = settings_of(data, config)

    async def run() -> None:
        from domain.desk import Desk
        from domain.ids import number_of
        from domain.past_desk import PastDesk, moment_of
        from domain.read_log import Why
        from ops.compose import open_desk
        from ops.history_points import asked
        from ops.read_notes import note

        at = datetime.now(UTC)
        async with open_desk(settings) as present:
            desk: Desk = present
            if then := await asked(present.ledger, as_of, None):
                at = moment_of(present.ledger, then, at)
                desk = PastDesk(present.ledger, present.directory.frozen(), then)
                await note(present.ledger, "privacy retention", Why.PAST, {"as_of": as_of})
            at += timedelta(days=within)
            people, words = desk.kept_too_long(at), desk.words_kept_too_long(at)
        for until, person in people:
            out.print(
                f"{person.number} is kept until {until.date()}", markup=False, highlight=False
            )
        for due in words:
            held = f", but is held by {due.held_by}" if due.held_by else ""
            line = f"{number_of(due.record)} {due.part} kept until {due.until.date()}{held}"
            out.print(line, markup=False, highlight=False)
        held_back = sum(due.held_by != "" for due in words)
        out.print(f"{len(people)} people, {len(words)} of records, of which {held_back} are held")

    in_order(run())


def _told(person: "Person") -> list[str]:
    told = {
        "was erased": person.is_erased,
        "is under a legal hold": person.is_held,
        "is to be erased, once that is confirmed": person.erasure_asked_by != "",
    }
    return [what for what, is_so in told.items() if is_so]


def _act(settings: "Settings", person: str, by: str, act: str, **said: str) -> None:
    async def run() -> None:
        from domain.person import Person
        from domain.policy import about, allow
        from ops.compose import open_desk

        async with open_desk(settings) as desk:
            whose, who = _person(desk, person), _person(desk, by)
            allow(desk.directory.actor(who), f"person.{act}", about(whose))
            signed = _signed(who)
            if act == "erase":
                receipt = await desk.erase_person(whose.id, by=signed)
            else:
                command: Callable[..., Any] = getattr(Person, act)
                receipt = await desk.ledger.edit(
                    Person, whose.id, lambda found: command(found, **said, by=signed), by=signed
                )
        done = "recorded" if receipt.position else "nothing to do"
        out.print(f"{whose.number}: {done}", markup=False, highlight=False)

    in_order(run())


def _person(desk: "Desk", given: str) -> "Person":
    """By number, id or user name. Raises Wrong."""
    from domain.ids import parse_reference
    from domain.rules import NotFound

    found = desk.directory.person_by_username(given)
    if found is None:
        try:
            found = desk.directory.person(parse_reference(given))
        except NotFound:
            found = None
    if found is None:
        raise Wrong(f"There is no person {given!r}.")
    return found


def _signed(who: "Person") -> "Provenance":
    from domain.ids import ordered_id
    from domain.provenance import Provenance

    now = datetime.now(UTC)
    command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
    return Provenance(actor=str(who.id), at=now, command=command, channel="cli")


def _write_files(found: dict[str, Any], files: "Files", to: Path) -> int:
    """Write what a person attached, under its digest. Returns how many files there are."""
    from domain.ids import parse_reference

    folder = to / "attachments"
    folder.mkdir(mode=0o700)
    for one in found["attachments"]:
        digest = one["sha256"]
        file = files.open(digest, found["id"], parse_reference(one["record"]))
        if file is not None:
            with (folder / digest).open("wb") as written:
                for part in file.parts():
                    written.write(part)
    return sum(1 for _ in folder.iterdir())
