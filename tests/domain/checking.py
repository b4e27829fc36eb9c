"""Checks of processes against a small company, and what they find."""

from datetime import UTC, datetime
from typing import Any

from domain import soundness
from domain.approval_process import Definition
from domain.soundness_report import Counterexample, Finding, Report
from tests.domain.companies import Table

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
COMPANY = Table(
    "ann",
    "bea",
    "cem",
    "dan",
    teams={"CAB": ["ann", "bea", "cem"], "Network": ["bea", "cem"], "Empty": []},
    managers={"ann": "dan", "bea": "dan", "cem": "dan"},
)


def check(definition: Definition, company: Table = COMPANY, **more: Any) -> Report:
    return soundness.check(definition, company, start=MONDAY, **more)


def rules(report: Report, severity: str = "error") -> list[tuple[str, str]]:
    return [(one.place, one.rule) for one in report.findings if one.severity == severity]


def only(report: Report, severity: str = "error") -> Finding:
    (finding,) = (one for one in report.findings if one.severity == severity)
    return finding


def example(report: Report, severity: str = "error") -> Counterexample:
    found = only(report, severity).counterexample
    assert found is not None
    return found
