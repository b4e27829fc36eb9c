"""What `ledgerdesk sla backtest` shows: tables, and a line of CSV for each promise."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console

from domain.attainment import Consumed, Figure
from domain.ids import number_of
from domain.sla_backtest import Found, Pair
from domain.sla_backtest_agreement import Beside, Group
from domain.sla_backtest_report import Differences, Dimension, Line
from ops.report_tables import length, line, plain, table_of
from ops.sla_backtest import Names, Result

SHOWN_MAX = 15
COLUMNS = (
    "number",
    "opened",
    "governed by",
    "target",
    "round",
    "policy",
    "priority",
    "team",
    "organisation",
    "budget",
    "started",
    "due",
    "ended",
    "verdict",
    "in force",
    "due in force",
    "recorded",
    "largest consumer",
    "consumed (s, of which it ran)",
)

TITLES: dict[Dimension, str] = {
    "policy": "Attainment by policy",
    "target": "Attainment by target",
    "priority": "Attainment by priority",
    "team": "Attainment by team",
    "organisation": "Attainment by customer organisation",
    "month": "Attainment by month",
}
GOVERNED = {
    "draft": "governed by it",
    "another policy": "taken by another policy first",
    "nothing": "nothing is promised for them",
}


def rows(found: Found, names: Names) -> Iterator[Sequence[Any]]:
    """A ticket as rows of COLUMNS: one for each promise of the draft, or one that there is none."""
    start = (number_of(found.ticket), found.opened.isoformat(), found.governed)
    if not found.pairs:
        empty = len(COLUMNS) - len(start)
        yield (*start, *([""] * empty))
    for pair in found.pairs:
        yield (*start, *_cells(found, pair, names))


def _cells(found: Found, pair: Pair, names: Names) -> Iterator[Any]:
    draft, known = pair.draft, pair.in_force
    yield draft.target
    yield draft.round
    yield names.of(draft.policy)
    yield draft.priority or ""
    yield names.of(draft.team) if draft.team else ""
    yield names.of(draft.organisation) if draft.organisation else ""
    yield draft.budget
    yield draft.started_at.isoformat()
    yield draft.due_at.isoformat()
    yield _when(draft.ended_at)
    yield draft.verdict
    yield known.verdict if known else ""
    yield known.due_at.isoformat() if known else ""
    said = found.recorded
    yield "" if said is None else "kept" if said.kept else "lost"
    yield names.party(draft.largest)
    yield "; ".join(
        f"{names.party(party)}: {_seconds(used.elapsed)}, {_seconds(used.ran)}"
        for party, used in draft.consumed.items()
        if used != Consumed()
    )


def print_result(result: Result, out: Console) -> None:
    report = result.report
    until = report.until - timedelta(microseconds=1)
    line(
        out,
        f"{report.policy}: {report.tickets:,} tickets from {report.since:%Y-%m-%d} to "
        f"{until:%Y-%m-%d}",
        "bold",
    )
    table = table_of("Tickets", "", ">number")
    for governed, number in report.governed.items():
        table.add_row(GOVERNED[governed], f"{number:,}")
    for other, number in report.others.items():
        table.add_row(plain(f"  {other}"), f"{number:,}")
    out.print(table)
    for dimension, title in TITLES.items():
        _print_lines(title, dimension, report.by[dimension], out)
    if report.breaches:
        table = table_of("Breaches by their largest consumer", "party", ">breaches", ">it ran")
        for one in report.breaches[:SHOWN_MAX]:
            table.add_row(plain(one.party), f"{one.number:,}", length(one.ran))
        out.print(table)
    _print_differences(report.differences, out)
    if result.beside is not None:
        _print_beside(result.beside, out)
    for note in report.notes:
        line(out, f"- {note}", "dim")


def _print_lines(title: str, dimension: str, lines: Sequence[Line], out: Console) -> None:
    if not lines:
        return
    table = table_of(
        title, dimension, ">promises", ">met", ">breached", ">open", ">attained", ">in force"
    )
    most = sorted(lines, key=lambda one: -one.draft.promised)[:SHOWN_MAX]
    shown = [one for one in lines if one in most]
    for one in shown:
        draft = one.draft
        counts = (draft.promised, draft.met, draft.breached, draft.running)
        numbers = [f"{count:,}" for count in counts]
        table.add_row(plain(one.group), *numbers, _share(draft), _share(one.in_force))
    out.print(table)
    if len(shown) < len(lines):
        line(out, f"{len(lines) - len(shown)} more are in --json.", "dim")


def _print_differences(found: Differences, out: Console) -> None:
    table = table_of("Beside the policies in force", "", ">promises")
    for name, number in (
        ("the same verdict", found.same),
        ("met, and breached with the draft", found.met_to_breached),
        ("breached, and met with the draft", found.breached_to_met),
        ("one of them has no verdict", found.other),
        ("not promised without the draft", found.new),
    ):
        table.add_row(name, f"{number:,}")
    out.print(table)
    if found.examples:
        table = table_of(
            "Verdicts that differ", "number", "target", "in force", "draft", "due", "with the draft"
        )
        for one in found.examples[:SHOWN_MAX]:
            dues = (_when(one.in_force_due), _when(one.draft_due))
            table.add_row(one.number, plain(one.target), one.in_force, one.draft, *dues)
        out.print(table)


def _print_beside(found: Beside, out: Console) -> None:
    title = f"Beside what is recorded in {found.detail!r}"
    kept_there, kept_here = ">kept there only", ">kept here only"
    columns = (">tickets", ">agree", ">share", kept_there, kept_here)
    table = table_of(title, "", *columns)
    _add_group("all", found.total, table)
    for by, groups in found.groups.items():
        for one in groups:
            _add_group(f"{by}: {one.group}", one, table)
    out.print(table)
    table = table_of("What disagrees", "", ">tickets")
    for status, number in found.lost_in.items():
        table.add_row(plain(f"lost there, said first when {status}"), f"{number:,}")
    for distance, number in found.distances.items():
        if number:
            table.add_row(f"disagrees, ended {distance} from the due moment", f"{number:,}")
    table.add_row("nothing is recorded", f"{found.unknown:,}")
    table.add_row("no verdict here", f"{found.undecided:,}")
    out.print(table)


def _add_group(name: str, one: Group, table: Any) -> None:
    share = f"{one.agree / one.compared:.2%}" if one.compared else ""
    numbers = (one.kept_there_only, one.kept_here_only)
    table.add_row(
        plain(name),
        f"{one.compared:,}",
        f"{one.agree:,}",
        share,
        *(f"{number:,}" for number in numbers),
    )


def _share(figure: Figure) -> str:
    return "" if figure.attainment is None else f"{figure.attainment:.1%}"


def _when(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def _seconds(microseconds: int) -> int:
    return microseconds // 1_000_000
