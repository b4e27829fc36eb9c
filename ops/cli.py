"""The `ledgerdesk` command. Bad input ends with a sentence and exit code 2."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.rules import DomainError
from ops.assets import app as assets_app
from ops.audit.commands import app as audit_app
from ops.bulk_command import app as bulk_app
from ops.calendar import app as calendar_app
from ops.export.formats import Format
from ops.inventory.command import inventory
from ops.mail import app as mail_app
from ops.options import Config, Data, Port, Wrong, err, in_order, instant, out, settings_of
from ops.privacy import app as privacy_app
from ops.process import app as process_app
from ops.reports_command import app as reports_app
from ops.settings import BadSettings
from ops.sla_command import app as sla_app
from ops.views_command import app as views_app

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="An event-sourced workflow engine for IT service management.",
)
attachments_app = typer.Typer(no_args_is_help=True, help="The files of tickets.")
workflows_app = typer.Typer(no_args_is_help=True, help="What waits.")
app.add_typer(attachments_app, name="attachments")
app.add_typer(views_app, name="views")
app.add_typer(workflows_app, name="workflows")
app.add_typer(process_app, name="process")
app.add_typer(sla_app, name="sla")
app.add_typer(calendar_app, name="calendar")
app.add_typer(audit_app, name="audit")
app.add_typer(assets_app, name="assets")
app.add_typer(privacy_app, name="privacy")
app.add_typer(mail_app, name="mail")
app.add_typer(bulk_app, name="bulk")
app.add_typer(reports_app, name="reports")
app.command()(inventory)


@app.command()
def up(
    data: Data = None,
    config: Config = None,
    port: Port = None,
    demo: Annotated[bool, typer.Option("--demo", help="Begin with a demo company.")] = False,
) -> None:
    """Run the whole desk in one process tree, with Temporal, until Ctrl-C."""
    from ops.up import up as run_up

    run_up(settings_of(data, config, port=port), with_demo=demo, config=config)


@app.command()
def serve(
    data: Data = None,
    config: Config = None,
    port: Port = None,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Run workflows in this process too.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Begin with a demo company.")] = False,
) -> None:
    """Run the HTTP API."""
    from ops.processes import configure_logging, run
    from ops.serve import serve as run_serve

    settings = settings_of(data, config, port=port)
    configure_logging(settings.log_level, "serve")
    run(run_serve(settings, with_worker=with_worker, with_demo=demo))


@app.command()
def work(data: Data = None, config: Config = None) -> None:
    """Run the workflows and the reactor that tells them what happened."""
    from ops.processes import configure_logging, run
    from ops.work import work as run_work

    settings = settings_of(data, config)
    configure_logging(settings.log_level, "work")
    run(run_work(settings))


@app.command()
def project(data: Data = None, config: Config = None) -> None:
    """Run the projector that keeps the views."""
    from ops.processes import configure_logging, run
    from ops.project import project as run_project

    settings = settings_of(data, config)
    configure_logging(settings.log_level, "project")
    run(run_project(settings))


@app.command()
def history(
    number: Annotated[str, typer.Argument(help="A number such as INC0001042, or an id.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="When it was so: 2026-03-03T14:00Z, 5m ago, or @120."),
    ] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="What was recorded by then, in the same forms.")
    ] = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option("--diff", help="What changed between two moments, positions or versions."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is recorded, until Ctrl-C.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Lines of CSV, with a header.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show all that ever happened to a record, and what it came to."""
    from ops.history import Shown, show, show_differences

    if as_json and as_csv:
        raise Wrong("Either --json or --csv.")
    settings, is_past = settings_of(data, config), as_of is not None or known_at is not None
    shown: Shown = "json" if as_json else "csv" if as_csv else "page"
    if diff is not None:
        if is_past or follow:
            raise Wrong("--diff goes with neither --as-of, --known-at nor --follow.")
        in_order(show_differences(settings, number, *diff, out, shown=shown))
        return
    if follow and is_past:
        raise Wrong("--follow goes with neither --as-of nor --known-at.")
    in_order(
        show(settings, number, out, as_of=as_of, known_at=known_at, shown=shown, follow=follow)
    )


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words, or a number, or a name.")],
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only these kinds: incident,article.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many.")] = 20,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="When they had them: 2026-03-03T14:00Z, 5m ago, or @120."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Find tickets, articles, assets and people by their words, the best answers first."""
    from ops.search import show as run_search

    settings = settings_of(data, config)
    text = " ".join(words)
    in_order(run_search(settings, text, kind, limit, out, as_of=as_of, as_json=as_json))


@app.command()
def replay(
    number: Annotated[str, typer.Argument(help="A number such as CHG0000002, or an id.")],
    as_json: Annotated[bool, typer.Option("--json", help="The outcome as JSON.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make the recorded decisions of a record again: approvals, priorities and marks of clocks.

    Exit code 1 if one does not follow from the history; the first such is told.
    """
    from ops.replay import show as run_replay

    in_order(run_replay(settings_of(data, config), number, out, as_json=as_json))


@app.command()
def export(
    file: Annotated[str, typer.Argument(help="Where it is written; - for the standard output.")],
    format: Annotated[Format, typer.Option("--format", help="CloudEvents as NDJSON, XES or OCEL.")],
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only these kinds: incident,change.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="What took effect from this day, or @120.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="What took effect up to this day, or @500.")
    ] = None,
    with_personal: Annotated[
        bool, typer.Option("--with-personal", help="Also what people wrote, and their names.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Write the ledger, or a slice of it, for other tools."""
    from ops.export.command import export as run_export

    settings = settings_of(data, config)
    in_order(
        run_export(
            settings,
            file,
            format,
            kinds=kind,
            since=since,
            until=until,
            with_personal=with_personal,
        )
    )


@app.command()
def demo(
    seed: Annotated[str, typer.Option("--seed", help="The same seed makes the same.")] = "1",
    until: Annotated[
        str | None, typer.Option("--until", help="When it ends; today at midnight, UTC.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="How many days it tells.")] = 90,
    data: Data = None,
    config: Config = None,
) -> None:
    """Fill an empty ledger with a company and the days of its life, made up from a seed."""
    from ops.demo_life.command import run

    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = today if until is None else instant(until).astimezone(UTC)
    in_order(run(settings_of(data, config), seed, end, days, out))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file, possibly gzipped.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="What its columns mean (YAML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all, record nothing.")] = False,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="Compare the ledger with the file.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Import a foreign history by a mapping, as events with their original times."""
    from ops.importing.command import run_import

    settings = settings_of(data, config)
    in_order(run_import(settings, file, mapping, check_only=dry_run, compare=reconcile, out=out))


@attachments_app.command("clean")
def attachments_clean(data: Data = None, config: Config = None) -> None:
    """Remove the files that were sent more than a day ago and are attached to nothing."""
    from ops.attachments import clean

    in_order(clean(settings_of(data, config), out))


@workflows_app.command("rebuild")
def workflows_rebuild(data: Data = None, config: Config = None) -> None:
    """Throw the approval and escalation workflows away, and start them from the ledger."""
    from ops.workflows import rebuild

    in_order(rebuild(settings_of(data, config), out))


@app.command()
def conform(
    paths: Annotated[list[Path], typer.Argument(help="Case files, or folders of them.")],
) -> None:
    """Run conformance cases of other systems through the desk's own functions."""
    from ops.conform import run_files

    report = run_files(paths)
    out.print(report.text, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(report.exit_code)


@app.command()
def doctor(data: Data = None, config: Config = None, port: Port = None) -> None:
    """Check everything, and say what to do about what is wrong."""
    from ops.doctor import examine

    in_order(examine(settings_of(data, config, port=port), out))


@app.command("administrator")
def administrator(
    username: Annotated[str, typer.Argument(help="How the administrator signs in.")],
    name: Annotated[str, typer.Option("--name", help="The person's full name.")],
    email: Annotated[str, typer.Option("--email", help="The person's mail address.")],
    data: Data = None,
    config: Config = None,
) -> None:
    """Register the first administrator of a new desk, and print a token."""
    from ops.administrator import register

    in_order(register(settings_of(data, config), username, name, email, out))


@app.command()
def bench(
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            help="One of commands, http, views, api, workflows, approvals, clocks, proofs, "
            "streams, webhooks, desk.",
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", help="sqlite or postgres alone, in parts that measure each store."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Measure shortly, to see that it works.")
    ] = False,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Put the tables into this document, too.")
    ] = None,
) -> None:
    """Measure the desk, each figure beside its baseline from the same run."""
    from ops.bench.report import run_all

    run_all(only, as_json=as_json, out=out, quick=quick, into=markdown, store=store)


def guarded(command: Callable[[], None]) -> int:
    """Run a command and turn what the user can put right into a sentence and exit code 2."""
    from eventsourcing.persistence import PersistenceError

    from ops.problems import UserProblem
    from ops.stores.master_key import MasterKeyUnusable

    try:
        command()
    except (BadSettings, DomainError, MasterKeyUnusable, UserProblem, Wrong) as problem:
        err.print(f"ledgerdesk: {problem}", markup=False, highlight=False, soft_wrap=True)
        return 2
    except PersistenceError as problem:
        err.print(f"ledgerdesk: the ledger: {problem}", markup=False, highlight=False)
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        return 130
    return 0


def main() -> None:
    code = guarded(app)
    sys.stdout.flush()
    sys.stderr.flush()
    # Temporal's client may abort the interpreter while it winds down, after all work is done.
    os._exit(code)
