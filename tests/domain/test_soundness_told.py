"""The check of processes in which expressions over people ask for fields of the subject."""

from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from domain import soundness_directory
from domain.approval_process import Definition
from domain.change import Change
from domain.conditions import condition
from domain.desk.approvals import Asked
from domain.directory_selectors import Owners
from domain.ids import record_id
from domain.rules import Refused
from domain.soundness_report import Report
from domain.subjects import Value
from tests.domain.companies import stage
from tests.domain.desks import Company, open_desk
from tests.people import MONDAY

PARTS = (
    'subject.risk == "high"',
    "subject.is_emergency",
    "subject.priority <= 2",
    "subject.team in p.teams",
    'subject.team == "Nobody\'s"',
    '"approver" in p.roles',
    '"agent" in p.roles',
    "p.organisation == subject.organisation",
    "p.manager != subject.requester",
    "subject.submissions > 1",
)
WHENS = (
    "",
    'subject.organisation == "Customer"',
    'subject.organisation != "Customer"',
    'subject.organisation == "Nobody\'s"',
    'subject.requester != "ann"',
    'subject.requester == "cem" || subject.risk == "high"',
)
FIELDS: Mapping[str, tuple[Value, ...]] = {
    "type": ("normal", "emergency"),
    "risk": ("low", "moderate", "high", "very high"),
    "priority": (0, 1, 2, 3, 4, 5),
    "team": ("", "Service desk", "Nobody's"),
    "submissions": (0, 1, 2, 9),
}


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


def board(expression: str, *, whole: str = "", **more: Any) -> Definition:
    """A process of one stage, whose approvers an expression finds; `whole` is its condition."""
    asked = stage("Board", f"cel:people.filter(p, {expression})", **more)
    return Definition(subjects=("change",), when=whole, stages=(asked,))


def check(company: Company, expression: str, **more: Any) -> Report:
    definition = board(expression, **more)
    return soundness_directory.check(company.desk.directory, definition, start=MONDAY)


def told(report: Report, severity: str) -> list[str]:
    return [str(one) for one in report.findings if one.severity == severity]


async def test_people_who_are_found_for_every_value_are_proven(company: Company) -> None:
    report = check(
        company, '(subject.risk == "high" ? "approver" : "agent") in p.roles && p.is_active'
    )

    assert told(report, "error") == []
    assert not any(one.rule == "not proven" for one in report.findings)


@pytest.mark.parametrize(
    ("expression", "example"),
    [
        ('subject.risk == "high" && "approver" in p.roles', "change with risk low"),
        ('subject.is_emergency && "approver" in p.roles', "change with is_emergency no"),
        ('subject.priority > 0 && "approver" in p.roles', "change with priority 0"),
        ("subject.team in p.teams", "change with team empty"),
        ('subject.category == "x" && "agent" in p.roles', "change with category empty"),
    ],
)
async def test_a_value_for_which_nobody_is_found_refutes_it(
    company: Company, expression: str, example: str
) -> None:
    report = check(company, expression)

    [error] = told(report, "error")
    assert error.startswith("stages[0].approvers: Board: nobody is found to approve.")
    assert f"Example: {example}, requested by " in error


async def test_the_organisation_is_that_of_the_requester(company: Company) -> None:
    report = check(company, "p.organisation == subject.organisation")

    assert told(report, "error") == []
    assert not any(one.rule == "not proven" for one in report.findings)


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("subject.service in p.teams", "subject.service"),
        ("subject.team in p.teams || p.username == subject.category", "subject.category"),
        ('subject.details["deputy"] == p.username', "subject.details"),
        (
            "p.username in [subject.service, subject.category]",
            "subject.category and subject.service",
        ),
    ],
)
async def test_a_field_that_can_have_any_value_is_named(
    company: Company, expression: str, fields: str
) -> None:
    report = check(company, expression)

    [warning] = [one for one in told(report, "warning") if "submission only" in one]
    assert f"as not all values of {fields}" in warning
    assert told(report, "error") == []


async def test_a_condition_on_the_same_field_is_reckoned_with(company: Company) -> None:
    only = 'subject.risk == "high" && "approver" in p.roles'

    report = check(company, only, when='subject.risk == "high"')

    assert not any("nobody is found" in error for error in told(report, "error"))


async def test_a_condition_on_the_organisation_is_reckoned_with(company: Company) -> None:
    of_operator = 'p.organisation == subject.organisation && "approver" in p.roles'

    def checked(name: str) -> Report:
        whole = f'subject.organisation == "{name}"'
        return soundness_directory.check(
            company.desk.directory, board(of_operator, whole=whole), start=MONDAY
        )

    sound, unsound, unknown = checked("Operator"), checked("Customer"), checked("Oprator")

    assert told(sound, "error") == []
    assert not any(one.rule == "not proven" for one in sound.findings)
    [error] = told(unsound, "error")
    assert "Example: change with organisation Customer, requested by " in error
    [warning] = told(unknown, "warning")
    assert warning.startswith("when: Nobody can ask for what it governs")
    assert unknown.is_sound


async def test_a_stage_for_an_organisation_that_is_not_there_is_told(company: Company) -> None:
    report = check(company, "p.is_active", when='subject.organisation != "Customer"')
    definition = Definition(
        subjects=("change",),
        stages=(
            stage("Board", "role:approver"),
            stage("Other", "role:approver", when='subject.organisation == "Oprator"'),
        ),
        repeat_voters=True,
    )
    unreached = soundness_directory.check(company.desk.directory, definition, start=MONDAY)

    assert not any(one.rule == "stage is reached" for one in report.findings)
    [warning] = [one for one in unreached.findings if one.rule == "stage is reached"]
    assert (warning.place, warning.severity) == ("stages[1].when", "warning")


async def test_the_check_agrees_with_every_submission(company: Company) -> None:
    sound = refused = 0
    for seed in range(100):
        random = Random(seed)
        one, other = random.sample(PARTS, 2)
        expression = f"{one} {random.choice(('&&', '||'))} {other}"
        definition = board(expression, whole=random.choice(WHENS))
        report = soundness_directory.check(company.desk.directory, definition, start=MONDAY)
        assert not any(found.rule == "not proven" for found in report.findings), definition
        read = expression + definition.when
        fails = any(is_refused(company, definition, facts) for facts in subjects(read))
        assert report.is_sound is not fails, (definition, told(report, "error"))
        sound += not fails
        refused += fails
    assert min(sound, refused) > 10


def subjects(expression: str) -> Iterator[dict[str, Value]]:
    """Subjects with all values of the fields that an expression asks for."""
    fields = {name: values if name in expression else values[:1] for name, values in FIELDS.items()}
    if "is_emergency" in expression:
        fields["type"] = FIELDS["type"]
    for row in product(*fields.values()):
        facts = dict(zip(fields, row, strict=True))
        yield {**facts, "is_emergency": facts["type"] == "emergency"}


def is_refused(company: Company, definition: Definition, facts: dict[str, Value]) -> bool:
    """Whether the submission of somebody is refused."""
    directory = company.desk.directory
    for id in company.people.values():
        person = directory.person(id)
        assert person is not None
        organisation = directory.organisation(person.organisation)
        assert organisation is not None
        change = Change(record_id("CHG", 1))
        change.requester = id
        own = {"requester": person.username, "organisation": organisation.name}
        if not condition(definition.when, "change").holds({**facts, **own}):
            continue
        try:
            Asked(
                directory,
                change,
                definition,
                kind="change",
                facts={**facts, **own},
                owners=Owners(),
                barred=[str(id)],
            )
        except Refused:
            return True
    return False
