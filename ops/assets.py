"""`ledgerdesk assets`: what the register takes from other sources."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.options import Config, Data, in_order, out, settings_of

app = typer.Typer(no_args_is_help=True, help="The asset register and its sources.")

SHOWN_MAX = 100


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or NDJSON, possibly gzipped.")],
    source: Annotated[str, typer.Option("--source", help="What the source is called.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="What its columns mean (YAML).")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be done, record nothing.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Reconcile the register with what a source knows: create, change, and leave with a reason."""

    async def run() -> None:
        from domain.desk import Desk
        from domain.directory import Directory
        from ops.asset_import import Outcome, import_assets, load
        from ops.compose import open_ledger
        from ops.importing.errors import BadInput
        from ops.problems import UserProblem
        from ops.processes import prepare_folder

        settings = settings_of(data, config)
        shown = 0

        def tell(outcome: Outcome) -> None:
            nonlocal shown
            if outcome.action != "rejected" and not dry_run:
                return
            shown += 1
            if shown <= SHOWN_MAX:
                line = f"line {outcome.line}: {outcome.action} {outcome.asset} {outcome.why}"
                out.print(line, markup=False, highlight=False, soft_wrap=True)

        try:
            read, text = load(mapping)
            async with open_ledger(settings) as ledger:
                report = await import_assets(
                    Desk(ledger, Directory.load(ledger)),
                    file,
                    read,
                    text,
                    source=source,
                    folder=prepare_folder(settings) / "imports",
                    at=datetime.now(UTC),
                    is_dry=dry_run,
                    tell=tell,
                )
        except BadInput as problem:
            raise UserProblem(str(problem)) from None
        if shown > SHOWN_MAX:
            out.print(f"and {shown - SHOWN_MAX:,} more rows", highlight=False)
        done, would = report.totals, "would be " if dry_run else ""
        out.print(
            f"{report.rows:,} rows in {report.seconds:.1f} s: {done.created:,} {would}created, "
            f"{done.changed:,} {would}changed, {done.left:,} left, {done.rejected:,} rejected, "
            f"{done.drifts:,} findings",
            highlight=False,
            soft_wrap=True,
        )
        if report.rejects:
            out.print(f"see {report.rejects}", highlight=False, soft_wrap=True)

    in_order(run())
