"""The command line of `ledgerdesk process check`: whether a process is sound, before its use."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from ops import options
from ops.options import Config, Data, Wrong, in_order, out, settings_of

if TYPE_CHECKING:
    from domain.soundness_report import Finding, Report
    from ops.process_sources import Source

At = Annotated[
    str | None, typer.Option("--at", help="When it begins, such as 2026-03-03T09:00Z; else now.")
]
STYLES = {"error": "red", "warning": "yellow"}


def check(
    file: Annotated[
        str, typer.Argument(help="A YAML file, or a number: APR0000001, APR0000001@draft.")
    ],
    at: At = None,
    revises: Annotated[
        str | None, typer.Option("--revises", help="The number of the process whose draft it is.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Prove or refute that a process is sound with the people there are today.

    The exit code is 0 if it is sound, 1 if it has errors, 2 if it cannot be read.
    """
    import json

    found: list[tuple[Source, Report]] = []

    async def run() -> None:
        from domain import soundness_directory
        from domain.directory import Directory
        from ops.compose import open_ledger
        from ops.process_sources import Sources

        async with open_ledger(settings_of(data, config)) as ledger:
            source = await Sources(ledger).find(file)
            report = soundness_directory.check(
                Directory.load(ledger),
                source.definition,
                start=instant(at),
                process=process_of(revises or file),
            )
            found.append((source, report))

    in_order(run())
    source, report = found[0]
    if as_json:
        typer.echo(json.dumps(_plain(source, report), indent=2, ensure_ascii=False))
    else:
        _show(source, report)
    raise typer.Exit(0 if report.is_sound else 1)


def instant(text: str | None) -> datetime:
    """A moment that somebody wrote, or now. Raises Wrong."""
    if text is None:
        return datetime.now(UTC)
    try:
        return options.instant(text).astimezone(UTC)
    except Wrong as wrong:
        raise Wrong(f"--at: {wrong}") from None


def process_of(text: str) -> UUID | None:
    """The process that a number names; None for a file."""
    from domain.ids import parse_reference
    from ops.process_sources import names_record

    return parse_reference(text.partition("@")[0]) if names_record([text]) else None


def _show(source: "Source", report: "Report") -> None:
    for finding in report.findings:
        where = ":".join([source.title, *map(str, _position(source, finding) or ())])
        style = STYLES[finding.severity]
        out.print(f"{where}: ", end="", markup=False, highlight=False, soft_wrap=True)
        out.print(finding.severity, end="", style=style)
        out.print(f": {finding} ({finding.rule})", markup=False, highlight=False, soft_wrap=True)
    for line in _conclusion(report):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _conclusion(report: "Report") -> list[str]:
    errors, all_ = len(report.errors), len(report.findings)
    lines = [
        f"It is {'sound' if report.is_sound else 'not sound'}: "
        f"{_number(errors, 'error')}, {_number(all_ - errors, 'warning')}."
    ]
    if report.shortest and report.longest:
        shortest, longest = report.shortest, report.longest
        lines += [
            f"Best case: at once, with {_number(shortest.votes, 'vote')} "
            f"in {_number(shortest.steps, 'step')}.",
            f"Worst case: {longest}, through {', '.join(longest.stages)}: "
            f"from {longest.start:%Y-%m-%d %H:%M}Z until {longest.ends:%Y-%m-%d %H:%M}Z.",
        ]
    return lines


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _position(source: "Source", finding: "Finding") -> tuple[int, int] | None:
    return source.located.position(finding.place) if source.located else None


def _plain(source: "Source", report: "Report") -> dict[str, Any]:
    import msgspec

    findings = []
    for finding in report.findings:
        line, column = _position(source, finding) or (None, None)
        findings.append(
            {"line": line, "column": column, "sentence": str(finding)}
            | msgspec.to_builtins(finding)
        )
    return {
        "is_sound": report.is_sound,
        "findings": findings,
        "longest": msgspec.to_builtins(report.longest),
        "shortest": msgspec.to_builtins(report.shortest),
    }
