"""Running conformance cases: facts about clocks and quorums that other systems' suites state.

A file is JSON with a `schema` (`sla-case/1` or `approval-case/1`) and `cases`. Cases of a kind
that is not offered here are skipped with the kind named.

Some suites count whole seconds. Where a case has a fraction of a second in it, an exact answer that
lies less than a second from the expected one agrees, and is counted as rounded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from ops import conform_approval, conform_sla
from ops.conform_answers import Answer, NotOffered, agrees

Json = dict[str, Any]
Status = Literal["agree", "differ", "skipped"]

_SCHEMAS: dict[str, Callable[[Json], Iterator[Answer]]] = {
    "sla-case/1": conform_sla.answers,
    "approval-case/1": conform_approval.answers,
}

REASONS = {
    "convention:boundary": "Time used up at closing time ends at the closing instant, and adding "
    "no time leaves a moment where it is; the suite goes on to the next opening.",
    "convention:closing-instant": "The closing instant is closed.",
    "convention:reversed-span": "Swapped ends give a negative span; the suite gives none.",
    "peer:add-days-rolls-to-a-business-moment-first": "Days are counted from the given day at its "
    "time; the suite first goes on to open time.",
    "peer:add-days-rolls-to-a-workday-first": "Days are counted from the given day; the suite "
    "first goes on to a workday.",
    "peer:clock-change-day-counts-24h": "A day that the clocks make longer has 25 hours; the suite "
    "counts 24.",
    "peer:days-unit": "A day is a date on the calendar; the suite's is as much open time as a day "
    "has.",
    "peer:rounded-percentages": "Fractions are exact; the suite rounds shares to whole percents.",
    "peer:rounds-up-to-the-minute": "Nothing is rounded; the suite rounds due moments up to the "
    "minute.",
    "peer:sub-second": "The last microsecond of an open day is open; the suite has no instants "
    "below a second.",
    "peer:window-inside-dst-gap": "A window that the clock jumps into begins at the jump; the "
    "suite drops it.",
}
"""Why we differ, by the class of a case."""


class Result(msgspec.Struct, frozen=True):
    """How one case went. `kind` is its `op` or `kind`, `grade` its class."""

    id: str
    kind: str
    grade: str
    status: Status
    rounded: bool = False
    expected: str = ""
    got: str = ""


class Report(msgspec.Struct, frozen=True):
    """The results of all cases, and the files that are not case files."""

    results: tuple[Result, ...]
    not_cases: tuple[str, ...] = ()

    def of(self, status: Status) -> list[Result]:
        """The results with that status."""
        return [result for result in self.results if result.status == status]

    @property
    def exit_code(self) -> int:
        """1 when a universal case differs or there was no case at all, otherwise 0."""
        failed = any(result.grade == "universal" for result in self.of("differ"))
        return int(failed or not self.results)

    @property
    def text(self) -> str:
        """The report for a terminal."""
        agreed, differing, skipped = self.of("agree"), self.of("differ"), self.of("skipped")
        lines = []
        for result in differing:
            lines.append(f"{result.id}  {result.kind}  {result.grade}")
            lines.append(f"    expected {result.expected}")
            lines.append(f"    got      {result.got}")
            if result.grade in REASONS:
                lines.append(f"    because  {REASONS[result.grade]}")
        for kind, number in sorted(Counter(result.kind for result in skipped).items()):
            lines.append(f"skipped {number} of kind {kind}")
        lines.extend(f"{path}: not a case file" for path in self.not_cases)
        rounded = sum(result.rounded for result in agreed)
        if rounded:
            lines.append(f"{rounded} agree once rounded to whole seconds")
        lines.append(f"agree {len(agreed)}, differ {len(differing)}, skipped {len(skipped)}")
        return "\n".join(lines)


def run_files(paths: Iterable[Path]) -> Report:
    """Run the cases of these files, and of the JSON files in these directories."""
    results: list[Result] = []
    not_cases: list[str] = []
    for path in _files(paths):
        try:
            document = msgspec.json.decode(path.read_bytes())
            run, cases = _SCHEMAS[document["schema"]], document["cases"]
        except (OSError, msgspec.DecodeError, KeyError, TypeError):
            not_cases.append(str(path))
            continue
        results.extend(_result(case, run) for case in cases)
    return Report(tuple(results), tuple(not_cases))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.json"))
        else:
            yield path


def _result(case: Json, run: Callable[[Json], Iterator[Answer]]) -> Result:
    kind = case.get("op") or case.get("kind") or "none"
    about = (case.get("id", "?"), kind, case.get("class", "none"))
    rounded = False
    try:
        for answer in run(case):
            match agrees(case, answer):
                case "no":
                    expected, got = answer.shown(answer.expected), answer.shown(answer.got)
                    return Result(*about, "differ", expected=expected, got=got)
                case "rounded":
                    rounded = True
    except NotOffered:
        return Result(*about, "skipped")
    except Exception as error:  # A case that breaks a function differs; the others still run.
        return Result(
            *about,
            "differ",
            expected=str(case.get("expected")),
            got=f"{type(error).__name__}: {error}",
        )
    return Result(*about, "agree", rounded=rounded)
