"""`ledgerdesk import`: what the command line shows of an import."""

from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from ops.compose import open_ledger
from ops.importing.digest import content_digest
from ops.importing.errors import BadInput
from ops.importing.job import Progress, Report, Tell, dry_run, import_file
from ops.importing.mapping_file import load_mapping
from ops.importing.reconcile import Reconciliation, reconcile
from ops.problems import UserProblem
from ops.processes import prepare_folder
from ops.settings import Settings

DIFFERENCES_SHOWN = 50


async def run_import(
    settings: Settings,
    file: Path,
    mapping: Path,
    *,
    check_only: bool,
    compare: bool,
    out: Console,
) -> None:
    """Import, try or reconcile a file. Raises UserProblem; exits with 1 where they differ."""
    folder = prepare_folder(settings) / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        read = load_mapping(mapping)
        with _bar(out) as bar:
            tell = _teller(bar)
            if check_only:
                report = await dry_run(file, read, folder=folder, progress=tell)
                bar.stop()
                _print_report(report, "would be recorded", out)
                return
            async with open_ledger(settings) as ledger:
                if compare:
                    found = await reconcile(ledger, file, read, folder=folder, progress=tell)
                    bar.stop()
                    _print_differences(found, out)
                    return
                report = await import_file(ledger, file, read, folder=folder, progress=tell)
                bar.stop()
                _print_report(report, "recorded", out)
                _print(f"ledger content sha256 {content_digest(ledger)}", out)
    except BadInput as problem:
        raise UserProblem(str(problem)) from None


def _bar(out: Console) -> Bar:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Bar(
        *columns, TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal
    )


def _teller(bar: Bar) -> Tell:
    """Shows one line for each phase of the work."""
    lines = {}

    def tell(progress: Progress) -> None:
        if progress.phase not in lines:
            lines[progress.phase] = bar.add_task(progress.phase, total=progress.total)
        bar.update(lines[progress.phase], completed=progress.done, total=progress.total)

    return tell


def _print_report(report: Report, what: str, out: Console) -> None:
    rate = report.rows / report.seconds if report.seconds else 0.0
    _print(
        f"{report.rows:,} rows read in {report.seconds:.1f} s ({rate:,.0f} rows/s): "
        f"{report.records:,} {report.record}s, {report.events:,} events {what}, {report.related:,} "
        f"of them for related records; {report.repeats:,} rows were recorded before",
        out,
    )
    if report.rejects:
        _print(f"{report.rejected:,} rows rejected: see {report.rejects}", out)


def _print_differences(found: Reconciliation, out: Console) -> None:
    for difference in found.differences[:DIFFERENCES_SHOWN]:
        _print(str(difference), out)
    _print(
        f"{found.rows:,} rows of {found.records:,} records, {found.values:,} values compared: "
        f"{found.count:,} differences",
        out,
    )
    if found.count:
        raise typer.Exit(1)


def _print(line: str, out: Console) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=True)
