"""The check asks the people whom a submission would ask, and decides over publications."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from domain import soundness_directory
from domain.approval import OpenStage, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import Terms
from domain.change import Change
from domain.desk.approvals import Asked
from domain.directory_selectors import Owners
from domain.quorum_rules import Any as AnyOne
from domain.quorum_rules import Count, Mandatory
from domain.rules import Refused
from domain.soundness_cases import Cases, is_known_later
from domain.soundness_company import Subject
from tests.domain.companies import stage
from tests.domain.desks import CAB, Company, open_desk, system
from tests.people import MONDAY

SELECTORS = (
    "person:ann",
    "person:bea",
    "person:max",
    "team:Service desk",
    "role:approver",
    "role:change manager",
    "manager-of:requester",
    "manager-of:approver",
    'cel:people.filter(p, "agent" in p.roles)',
    "cel:people.filter(p, p.manager == subject.requester)",
)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def published(company: Company, *stages: Stage, **more: Any) -> UUID:
    return await company.publish_process(*stages, **more)


def random_definition(random: Random) -> Definition:
    def some(most: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(random.choices(SELECTORS, k=random.randint(1, most))))

    def plain(most: int) -> tuple[str, ...]:
        return tuple(one for one in some(most) if one != "manager-of:approver")

    stages = []
    for index in range(random.randint(1, 3)):
        timeout = random.choice(("reject", "escalate"))
        stages.append(
            stage(
                f"S{index}",
                *some(2),
                quorum=random.choice(
                    (AnyOne(), Count(approvals=2), Mandatory(voters=plain(1), of=AnyOne()))
                ),
                on_timeout=timeout,
                escalate_to=plain(2) or ("person:bea",) if timeout == "escalate" else (),
                exclude=plain(1) if random.random() < 0.2 else (),
                when='subject.risk == "low"' if random.random() < 0.3 else "",
            )
        )
    return Definition(
        subjects=("change",),
        stages=tuple(stages),
        fallback=plain(2) if random.random() < 0.5 else (),
        exclude=plain(1) if random.random() < 0.2 else (),
        repeat_voters=random.random() < 0.5,
    )


def as_the_desk_asks(
    company: Company, definition: Definition, requester: UUID, risk: str
) -> tuple[tuple[OpenStage, ...], Terms] | None:
    person = company.desk.directory.person(requester)
    assert person is not None
    change = Change(UUID(int=0))
    change.requester, change.organisation = requester, person.organisation
    try:
        asked = Asked(
            company.desk.directory,
            change,
            definition,
            kind="change",
            facts={"risk": risk, "requester": person.username},
            owners=Owners(),
            barred=[str(requester)],
        )
    except Refused:
        return None
    return asked.stages, asked.terms


async def test_the_check_asks_whom_a_submission_asks(company: Company) -> None:
    people = soundness_directory.DirectoryCompany(company.desk.directory, MONDAY)
    compared = refused = 0
    for seed in range(300):
        definition = random_definition(Random(seed))
        cases = Cases(definition, people)
        for requester in company.people.values():
            case = cases.case(Subject(kind="change", requester=str(requester)))
            for risk in ("low", "high"):
                applied = [
                    index
                    for index, one in enumerate(definition.stages)
                    if not one.when or risk == "low"
                ]
                if not applied:
                    continue
                real = as_the_desk_asks(company, definition, requester, risk)
                if real is None:
                    refused += 1
                    assert case.is_refused(applied), seed
                    continue
                compared += 1
                stages, terms = case.rounds(applied)
                assert not case.is_refused(applied), seed
                assert stages == real[0], seed
                assert (terms.fallback, terms.exclude) == (real[1].fallback, real[1].exclude)
                assert real[1].managers.items() <= {**terms.managers}.items(), seed
    assert min(compared, refused) > 200


def test_who_is_asked_by_a_field_of_the_subject_is_known_later() -> None:
    later = ("owner-of:assets", "field:budget owner", "manager-of:assignee")
    by_service = "cel:people.filter(p, subject.service in p.teams)"

    assert all(is_known_later(selector, "change") for selector in (*later, by_service))
    assert not any(is_known_later(selector, "change") for selector in SELECTORS)


async def test_a_process_that_is_not_sound_is_not_published_and_all_is_said(
    company: Company,
) -> None:
    board = structs.replace(CAB, name="Board", approvers=("manager-of:requester",))
    with pytest.raises(Refused) as refused:
        await published(company, structs.replace(CAB, quorum=Count(approvals=2)), board)

    sentence = str(refused.value)
    assert sentence.startswith("The process is not sound. ")
    assert "stages[0].quorum: CAB: 2 approvals are needed of 1 person." in sentence
    assert "stages[1].approvers: Board: nobody is found to approve." in sentence
    assert "Example: change, requested by bea." in sentence
    processes = company.desk.directory._all(ApprovalProcess)
    assert not any(process.published for process in processes)


async def test_warnings_publish(company: Company) -> None:
    id = await published(company, structs.replace(CAB, approvers=("person:bea", "person:cem")))

    definition = company.desk.directory.approval_process(id)
    assert definition
    assert definition.published
    report = soundness_directory.check(
        company.desk.directory, definition.published, start=MONDAY, process=id
    )
    assert {one.severity for one in report.findings} == {"warning"}


async def test_publishing_again_what_is_published_is_not_checked(company: Company) -> None:
    id = await published(company, structs.replace(CAB, approvers=("person:bea", "person:cem")))
    await company.leave("cem")

    await company.desk.publish_process(id, by=system())

    process = company.desk.directory.approval_process(id)
    assert process
    assert process.published_version == 1


async def test_the_order_and_then_the_number_say_who_comes_before(company: Company) -> None:
    first = await published(company, CAB)
    second = await published(company, CAB)

    def shadows(process: UUID | None, order: int) -> list[str]:
        report = soundness_directory.check(
            company.desk.directory,
            Definition(subjects=("change",), stages=(CAB,), order=order),
            start=MONDAY,
            process=process,
        )
        return [one.place for one in report.findings if one.rule == "not shadowed"]

    assert shadows(first, 100) == []
    assert shadows(second, 100) == ["order"]
    assert shadows(None, 100) == ["order"]
    assert shadows(None, 99) == []


async def test_others_are_served_while_a_large_process_is_checked_before_it_is_published(
    company: Company,
) -> None:
    names = [f"q{number:03}" for number in range(100)]
    for name in names:
        await company.hire(name, company.operator)
    stages = [
        stage(
            f"S{each}",
            *(f"person:{name}" for name in (names * 2)[each * 5 : each * 5 + 80]),
            quorum=Count(approvals=10),
            after=(),
        )
        for each in range(20)
    ]
    definition = Definition(subjects=("change",), stages=tuple(stages))
    id = await company.add(ApprovalProcess, "draft", name="Large", definition=definition)
    publishing = asyncio.create_task(company.desk.publish_process(id, by=system()))
    longest = 0.0
    while not publishing.done():
        began = monotonic()
        await asyncio.sleep(0)
        longest = max(longest, monotonic() - began)

    with pytest.raises(Refused, match=r"^The process is not sound\. .*S0: too few are left"):
        await publishing
    assert longest < 0.5


async def test_a_draft_is_published_as_it_was_checked(company: Company) -> None:
    definition = Definition(subjects=("change",), stages=(CAB,))
    id = await company.add(ApprovalProcess, "draft", name="Normal", definition=definition)
    other = structs.replace(definition, order=7)

    publishing = asyncio.create_task(company.desk.publish_process(id, expected=1, by=system()))
    await asyncio.sleep(0)
    by = system()
    await company.desk.ledger.edit(
        ApprovalProcess, id, lambda process: process.revise(other, by=by), by=by
    )

    await publishing

    process = await company.desk.ledger.find(ApprovalProcess, id)
    assert (process.published, process.draft_definition) == (definition, other)
