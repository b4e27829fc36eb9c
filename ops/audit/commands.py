"""`ledgerdesk audit`: the key, checkpoints, proofs, bundles, and whether they hold."""

import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from ops.options import Config, Data, in_order, instant, out, settings_of

Reason = Literal["export", "past", "restricted"]

app = typer.Typer(no_args_is_help=True, help="The proof of history.")

Keys = Annotated[
    list[str] | None, typer.Option("--key", help="The public key of the log, or its file.")
]


@app.command()
def key(
    new: Annotated[
        bool, typer.Option("--new", help="Put the present key aside, and sign by another.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show the public key that verifies checkpoints; make the pair if there is none."""
    from ops.audit.auditing import show_key

    in_order(show_key(settings_of(data, config), out, new=new))


@app.command()
def checkpoint(data: Data = None, config: Config = None) -> None:
    """Log all that the ledger holds, sign it, and print the checkpoint."""
    from ops.audit.auditing import show_checkpoint

    in_order(show_checkpoint(settings_of(data, config), out))


@app.command()
def proof(
    what: Annotated[str, typer.Argument(help="A number, an id, or a position of the ledger.")],
    data: Data = None,
    config: Config = None,
) -> None:
    """Print the proof that an event, or each event of a record, is in the log."""
    from ops.audit.auditing import show_proofs

    in_order(show_proofs(settings_of(data, config), what, out))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where the bundle is written.")],
    first: Annotated[int | None, typer.Option("--from", help="The first position.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="The last position.")] = None,
    number: Annotated[
        list[str] | None, typer.Option("--number", help="Only this record; may be repeated.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Write a bundle that can be verified offline: all events, or a slice of them."""
    from ops.audit.auditing import write_bundle

    in_order(write_bundle(settings_of(data, config), file, first, last, number or [], out))


@app.command()
def verify(
    bundle: Annotated[
        Path | None, typer.Argument(help="A bundle, or proofs. Without one: the stores.")
    ] = None,
    key: Keys = None,
    witness: Annotated[
        list[Path] | None, typer.Option("--witness", help="A file of checkpoints of a witness.")
    ] = None,
    witness_key: Annotated[
        list[str] | None,
        typer.Option("--witness-key", help="The public key of a witness that cosigns."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Verify a bundle with the public key alone, or the desk's own ledger against its log.

    Two verdicts: integrity (nothing was altered) and completeness (nothing is missing). Exit code 1
    if one does not hold.
    """
    from ops.audit import auditing

    if bundle is not None:
        report = auditing.verify_bundle(bundle, key or [], witness or [], witness_key or [])
        auditing.tell(report, out, as_json=as_json)
        return
    in_order(
        auditing.verify_desk(
            settings_of(data, config), key or [], witness or [], out, as_json=as_json
        )
    )


@app.command()
def reads(
    who: Annotated[str | None, typer.Option(help="Only what a person read: their number.")] = None,
    record: Annotated[str | None, typer.Option(help="Only reads of a record.")] = None,
    why: Annotated[Reason | None, typer.Option(help="Only reads noted for a reason.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="From this moment on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Before this moment.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON each.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show who read what: exports, the past as auditors asked for it, restricted records."""
    from domain.ids import parse_reference
    from domain.read_log import Why
    from domain.read_log_search import Wanted
    from ops.read_notes import show

    wanted = Wanted(
        who=str(parse_reference(who)) if who else "",
        subject=parse_reference(record) if record else None,
        why=Why(why) if why else None,
        since=instant(since) if since else None,
        until=instant(until) if until else None,
    )
    in_order(show(settings_of(data, config), wanted, as_json=as_json))


@app.command()
def rebuild(data: Data = None, config: Config = None) -> None:
    """Make the hashes of the log again from the ledger, under the checkpoints that were signed."""
    from ops.audit.auditing import rebuild as run_rebuild

    began = time.monotonic()
    in_order(run_rebuild(settings_of(data, config), out, began))
