"""Whether an approval process is sound: proven, or refuted with a counterexample, before its use.

It is checked against the people there are today. An error means that some subject could not be
submitted, or would be rejected though nobody rejects it; a warning, that something is worth
knowing. What neither is proven nor refuted is said to be so.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.approval_process import Definition, mistakes
from domain.business_time import BusinessHours
from domain.soundness_best import shortest
from domain.soundness_cases import Cases
from domain.soundness_company import Company
from domain.soundness_people import People
from domain.soundness_report import Finding, Report
from domain.soundness_search import Budget
from domain.soundness_subjects import classes, shadow, stage_findings
from domain.soundness_time import longest

PLAYS_MAX = 1_000
"""So many votes are played at most where bounds do not tell."""


def check(
    definition: Definition,
    company: Company,
    *,
    start: datetime,
    hours: BusinessHours | None = None,
    before: Sequence[tuple[str, Definition]] = (),
    plays_max: int = PLAYS_MAX,
) -> Report:
    """Check a definition. `before` are the published ones that are asked first, with their names.

    start: the moment from which the longest duration is counted, on the hours of its calendar.
    """
    wrong = tuple(
        Finding(place=one.place, severity="error", rule="well formed", says=one.rule)
        for one in mistakes(definition)
    )
    if wrong:
        return Report(findings=wrong)
    found = [classes(definition, kind) for kind in definition.subjects]
    people = People(Cases(definition, company), Budget(plays_max))
    findings = (
        *(finding for one in found for finding in one.findings),
        *stage_findings(definition, found),
        *_shadows(definition, before),
        *_unknown(definition, company),
        *people.findings(found),
    )
    return Report(
        findings=tuple(sorted(findings, key=_order)),
        longest=longest(definition, found, start, hours),
        shortest=shortest(definition, people.fewest),
    )


def _shadows(definition: Definition, before: Sequence[tuple[str, Definition]]) -> Iterator[Finding]:
    for kind in definition.subjects:
        if finding := shadow(definition, before, kind):
            yield finding


def _unknown(definition: Definition, company: Company) -> Iterator[Finding]:
    """Selectors that name what does not exist."""
    named = [("fallback", definition.fallback), ("exclude", definition.exclude)]
    for index, stage in enumerate(definition.stages):
        named += [
            (f"stages[{index}].approvers", stage.approvers),
            (f"stages[{index}].escalate_to", stage.escalate_to),
            (f"stages[{index}].exclude", stage.exclude),
        ]
    for place, selectors in named:
        for number, selector in enumerate(selectors):
            if not company.knows(selector):
                yield Finding(
                    place=f"{place}[{number}]",
                    severity="error",
                    rule="names somebody",
                    says=f"{selector!r} names nobody.",
                )


def _order(finding: Finding) -> tuple[str, bool, int]:
    """Errors first; the process before its stages, and these in order."""
    number = re.match(r"stages\[(\d+)\]", finding.place)
    return finding.severity, number is not None, int(number[1]) if number else 0
