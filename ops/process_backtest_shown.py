"""What `ledgerdesk process backtest` shows: tables, and a line of CSV for each subject."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from rich.console import Console

from domain.backtest import Found
from domain.backtest_report import Lead, Report
from domain.ids import number_of
from ops.process_backtest import Names
from ops.report_tables import length, line, plain, table_of

SHOWN_MAX = 15

COLUMNS = (
    "number",
    "start",
    "known by",
    "governed by",
    "decided then",
    "outcome",
    "is certain",
    "reason",
    "asked",
    "skipped",
    "asked then",
    "lead time then (s)",
    "lead time (s)",
    "added (s)",
)


def row(found: Found, names: Names) -> Sequence[Any]:
    """A subject as a row of COLUMNS. Times are in seconds of the hours that patience counts on."""
    past = found.past
    asked: dict[str, dict[str, None]] = {}
    for one in found.played.asked if found.played else ():
        asked.setdefault(one.stage, {}).update(dict.fromkeys(map(names.of, one.people)))
    return (
        number_of(past.subject.id),
        past.start.isoformat(),
        past.known_by,
        found.by or found.governed,
        past.decision,
        found.outcome,
        ("yes" if found.is_certain else "no") if past.decision and found.played else "",
        found.reason,
        "; ".join(f"{stage}: {' '.join(people)}" for stage, people in asked.items()),
        "; ".join(found.skipped),
        " ".join(map(names.of, past.asked)),
        _seconds(found.took_then),
        _seconds(found.took),
        _seconds(found.added),
    )


def print_report(report: Report, out: Console) -> None:
    until = report.until - timedelta(microseconds=1)
    line(
        out,
        f"{report.process}: {report.subjects:,} {_what(report)} from {report.since:%Y-%m-%d} to "
        f"{until:%Y-%m-%d}",
        "bold",
    )
    _print_subjects(report, out)
    _print_lead_times(report, out)
    _print_stages(report, out)
    _print_load(report, out)
    if report.silent:
        table = table_of("Rules that never fire", "place", "rule")
        for one in report.silent:
            table.add_row(plain(one.place), plain(one.says))
        out.print(table)
    for note in report.notes:
        line(out, f"- {note}", "dim")


def _print_subjects(report: Report, out: Console) -> None:
    table = table_of("Subjects", "", ">number")
    for governed, number in sorted(report.governed.items()):
        table.add_row(GOVERNED[governed], f"{number:,}")
    for other, number in report.others.items():
        table.add_row(plain(f"  {other}"), f"{number:,}")
    table.add_row("not decided, left out", f"{report.undecided:,}")
    if report.known_by_incident:
        said = "known only by the incident that names them, with its fields"
        table.add_row(said, f"{report.known_by_incident:,}")
    for field, number in report.unknown.items():
        table.add_row(plain(f"subject.{field} is not known"), f"{number:,}")
    out.print(table)
    table = table_of("Outcomes", "", ">number")
    for outcome, number in sorted(report.outcomes.items()):
        table.add_row(f"would have been {outcome}", f"{number:,}")
    for reason, number in list(report.reasons.items())[:SHOWN_MAX]:
        table.add_row(plain(f"  {reason}"), f"{number:,}")
    table.add_row("decision then known", f"{report.compared:,}")
    if report.compared:
        table.add_row("  the same", f"{report.same:,}")
        table.add_row("  another", f"{report.differing:,}")
        table.add_row("  hangs on people who did not vote then", f"{report.uncertain:,}")
    out.print(table)
    if report.examples:
        table = table_of("Outcomes that differ", "number", "then", "draft", "certain", "why")
        for one in report.examples[:SHOWN_MAX]:
            certain = "yes" if one.is_certain else "no"
            table.add_row(one.number, one.then, one.draft, certain, plain(one.reason))
        out.print(table)


def _print_lead_times(report: Report, out: Console) -> None:
    times = report.lead_times
    table = table_of("Lead time", "", ">subjects", ">median", ">90 %", ">longest")
    rows: Iterable[tuple[str, Lead]] = (
        ("with the draft", times.draft),
        ("then", times.then),
        ("added, or saved (-)", times.added),
        ("opened to resolved or done", times.handling),
    )
    for name, lead in rows:
        if lead.count:
            values = (length(lead.median), length(lead.p90), length(lead.longest))
            table.add_row(name, f"{lead.count:,}", *values)
    if times.draft.count:
        if times.added.count:
            table.add_row("longer than then", f"{times.slower:,}")
            table.add_row("shorter than then", f"{times.faster:,}")
        if times.unknown:
            table.add_row("then not known", f"{times.unknown:,}")
        out.print(table)


def _print_stages(report: Report, out: Console) -> None:
    table = table_of(
        "Stages",
        "stage",
        ">applies",
        ">skipped",
        ">opened",
        ">rejects",
        ">timed out",
        ">fallback",
        ">median",
        ">90 %",
    )
    for stage in report.stages:
        counts = (stage.applied, stage.skipped, stage.opened, stage.rejected, stage.timed_out)
        table.add_row(
            plain(stage.name),
            *(f"{count:,}" for count in (*counts, stage.fallback_asked)),
            length(stage.open.median),
            length(stage.open.p90),
        )
    out.print(table)


def _print_load(report: Report, out: Console) -> None:
    if not report.approvers:
        return
    columns = ["approver", ">asked", ">a week", ">busiest week", ">answers after"]
    table = table_of(
        f"Load of {len(report.approvers):,} approvers",
        *columns,
        *([">asked then"] if report.compared else []),
    )
    for one in report.approvers[:SHOWN_MAX]:
        busiest = f"{one.busiest:,} ({one.week})" if one.busiest else ""
        table.add_row(
            plain(one.username),
            f"{one.asked:,}",
            f"{one.per_week:,}",
            busiest,
            length(one.answers_within),
            *([f"{one.asked_then:,}"] if report.compared else []),
        )
    out.print(table)


GOVERNED = {
    "draft": "governed by it",
    "another process": "taken by another process first",
    "nothing": "governed by nothing",
    "pre-authorised": "pre-authorised, so that nobody is asked",
}


def _what(report: Report) -> str:
    names = {"all": "changes and incidents", "records": "definitions and acts on assets"}
    return names.get(report.kind, report.kind)


def _seconds(time: timedelta | None) -> int | str:
    return "" if time is None else int(time.total_seconds())
