"""Definitions that a process governs: submitted, voted on, and published by their approval."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval_process import ApprovalProcess
from domain.approval_round import ApprovalRounds
from domain.calendar import Calendar
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.definition import digest
from domain.person import Role
from domain.quorum import Count
from domain.risk_model import RiskModel
from domain.rules import Refused
from domain.service_level_policy import (
    Agreement,
    AppliesTo,
    ServiceLevelPolicy,
    TargetPromise,
)
from domain.team import Team
from tests.domain.desks import CAB, Company, open_desk, system
from tests.domain.examples import BY_TEST, FREEZE, RESTART
from tests.domain.governed import GOVERNING, ON_CHANGES, OWNERS, drafted, found, governed, revise


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Ola, Pia and Rob are process owners, and Sue is the administrator."""
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        for name in ("ola", "pia", "rob"):
            await company.hire(name, company.operator, Role.PROCESS_OWNER)
        await company.hire("sue", company.operator, Role.ADMINISTRATOR)
        yield company


def topics(company: Company, id: UUID) -> list[str]:
    return [type(entry.event).__name__ for entry in company.desk.ledger.history(id)]


async def test_without_a_process_for_it_a_definition_is_published_directly(
    company: Company,
) -> None:
    process = await drafted(company, ApprovalProcess, ON_CHANGES)

    with pytest.raises(Refused, match="No approval process governs this approval process"):
        await company.desk.submit_definition(process, by=company.signed("ola"))
    await company.desk.publish_process(process, by=company.signed("ola"))

    assert (await found(company, process)).published == ON_CHANGES


async def test_what_a_process_governs_is_not_published_directly(company: Company) -> None:
    governing = await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)

    with pytest.raises(Refused) as refused:
        await company.desk.publish_process(process, by=company.signed("ola"))

    number = (await found(company, governing)).number
    assert str(refused.value).startswith(f"{number} (New) governs this approval process")
    assert (await found(company, process)).published_version == 0


async def test_the_vote_that_approves_a_draft_publishes_it(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))

    receipt = await company.desk.vote(process, "approve", by=company.signed("pia"))

    record = await found(company, process)
    assert (record.published, record.approval, record.grant) == (ON_CHANGES, "approved", None)
    assert topics(company, process)[-4:] == [
        "VoteCast",
        "StageDecided",
        "Approved",
        "VersionPublished",
    ]
    published: Any = company.desk.ledger.history(process)[-1].event
    assert (published.round, published.digest) == (1, digest(ON_CHANGES))
    assert receipt.version == record.version


async def test_a_rejected_draft_stays_a_draft(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))

    for name in ("pia", "rob"):
        await company.desk.vote(process, "reject", comment="Too lax.", by=company.signed(name))

    record = await found(company, process)
    assert (record.published_version, record.approval) == (0, "rejected")
    with pytest.raises(Refused, match="governs this approval process"):
        await company.desk.publish_process(process, by=company.signed("ola"))
    await company.desk.submit_definition(process, by=company.signed("ola"))
    assert (await found(company, process)).round == 2


@pytest.mark.parametrize(
    ("subject", "kind", "definition"),
    [
        ("change window", ChangeWindow, replace(FREEZE, assets=())),
        ("change template", ChangeTemplate, RESTART),
        ("risk model", RiskModel, BY_TEST),
        ("service level policy", ServiceLevelPolicy, None),
    ],
)
async def test_definitions_of_every_kind_are_published_by_their_approval(
    company: Company, subject: Any, kind: Any, definition: Any
) -> None:
    await governed(company, replace(GOVERNING, subjects=(subject,)))
    draft = definition or Agreement(
        calendar=company.office, targets=(TargetPromise(name="resolution", budget="4h"),)
    )
    id = await drafted(company, kind, draft)

    with pytest.raises(Refused, match=f"governs this {subject}"):
        await company.desk.publish_definition(id, by=company.signed("ola"))
    await company.desk.submit_definition(id, by=company.signed("ola"))
    await company.desk.vote(id, "approve", by=company.signed("rob"))

    assert (await found(company, id)).published == draft


async def test_a_condition_that_the_publication_ends_does_not_hold_it_up(company: Company) -> None:
    await governed(company, replace(GOVERNING, when="subject.version == 1"))
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))

    await company.desk.vote(process, "approve", by=company.signed("pia"))

    assert (await found(company, process)).published == ON_CHANGES


async def policy_in_approval(company: Company, applies_to: AppliesTo | None) -> UUID:
    await governed(company, replace(GOVERNING, subjects=("service level policy",)))
    agreement = Agreement(
        calendar=company.office, targets=(TargetPromise(name="resolution", budget="4h"),)
    )
    id = await drafted(company, ServiceLevelPolicy, agreement)
    await company.desk.submit_definition(id, applies_to=applies_to, by=company.signed("ola"))
    return id


@pytest.mark.parametrize(("applies_to", "published_for"), [("open", "open"), (None, "new")])
async def test_a_policy_is_published_for_the_tickets_that_it_was_submitted_for(
    company: Company, applies_to: AppliesTo | None, published_for: AppliesTo
) -> None:
    id = await policy_in_approval(company, applies_to)

    await company.desk.vote(id, "approve", by=company.signed("pia"))

    policy = await company.desk.ledger.find(ServiceLevelPolicy, id)
    assert policy.applied_to == (published_for,)
    assert (policy.move is not None) == (published_for == "open")


async def test_what_was_approved_for_new_tickets_needs_another_approval_for_open_ones(
    company: Company,
) -> None:
    id = await policy_in_approval(company, "new")
    await company.desk.vote(id, "approve", by=company.signed("pia"))

    with pytest.raises(Refused, match="governs this service level policy"):
        await company.desk.publish_policy(id, applies_to="open", by=company.signed("ola"))
    with pytest.raises(Refused, match="There is nothing to approve"):
        await company.desk.submit_definition(id, applies_to="new", by=company.signed("ola"))
    await company.desk.submit_definition(id, applies_to="open", by=company.signed("ola"))
    await company.desk.vote(id, "approve", by=company.signed("rob"))

    policy = await company.desk.ledger.find(ServiceLevelPolicy, id)
    assert (policy.published_version, policy.applied_to, policy.grant) == (1, ("open",), None)


async def test_an_approval_that_was_put_off_is_used_for_the_tickets_it_was_given_for(
    company: Company,
) -> None:
    id = await policy_in_approval(company, "open")
    await company.desk.ledger.edit(
        Calendar, company.office, lambda one: one.retire(by=system()), by=system()
    )
    await company.desk.vote(id, "approve", by=company.signed("pia"))
    policy = await company.desk.ledger.find(ServiceLevelPolicy, id)
    copy = policy.fork()

    with pytest.raises(Refused, match="Round 1 has approved it for open tickets"):
        copy.publish(applies_to="new", by=company.signed("ola"))
    copy.publish(by=company.signed("ola"))

    assert (policy.published_version, copy.applied_to) == (0, ("open",))


async def test_nobody_votes_on_a_draft_that_they_wrote_or_submitted(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES, by="ola")

    await company.desk.submit_definition(process, by=company.signed("pia"))

    record = await found(company, process)
    assert record.standing.entitled("Process owners") == (str(company.people["rob"]),)
    for name in ("ola", "pia"):
        with pytest.raises(Refused, match="whoever wrote or submitted the draft has no vote"):
            await company.desk.vote(process, "approve", by=company.signed(name))
        with pytest.raises(Refused, match="Nobody chooses who votes on their own"):
            await company.desk.act_in_round(
                process,
                ApprovalRounds.add_approver,
                person=company.people["bea"],
                reason="She is kind.",
                by=company.signed(name),
            )


async def test_a_definition_is_not_approved_on_conditions(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))

    with pytest.raises(Refused, match="approved as it is, and not on conditions"):
        await company.desk.vote(process, "approve", conditions=["Later."], by=company.signed("pia"))


async def test_votes_fall_when_the_draft_is_revised(company: Company) -> None:
    two = replace(OWNERS, quorum=Count(2))
    await company.hire("tom", company.operator, Role.PROCESS_OWNER)
    await governed(company, replace(GOVERNING, stages=(two,)))
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    await company.desk.vote(process, "approve", by=company.signed("pia"))
    slower = replace(ON_CHANGES, stages=(replace(CAB, patience="8h"),))

    with pytest.raises(Refused, match="who has voted on it does not revise it"):
        await revise(company, process, slower, by="pia")
    await revise(company, process, slower)

    record = await found(company, process)
    assert record.standing.votes("Process owners") == {}
    fallen: Any = company.desk.ledger.history(process)[-1].event
    assert fallen.fields == ("definition",)
    assert fallen.new == {"definition": digest(slower)}
    for name in ("pia", "rob"):
        await company.desk.vote(process, "approve", by=company.signed(name))
    assert (await found(company, process)).published == slower


async def test_a_draft_that_is_not_sound_is_not_submitted(company: Company) -> None:
    await governed(company)
    nobody = replace(ON_CHANGES, stages=(replace(CAB, approvers=("team:Nobody",)),))
    process = await drafted(company, ApprovalProcess, nobody)

    with pytest.raises(Refused, match="'team:Nobody' names nobody"):
        await company.desk.submit_definition(process, by=company.signed("ola"))

    assert topics(company, process) == ["Drafted"]


async def test_an_approval_is_kept_for_a_draft_that_cannot_be_published_yet(
    company: Company,
) -> None:
    await governed(company)
    team = (await company.desk.form_team(name="Board", by=company.signed("sue"))).subject
    for name in ("bea", "cem"):
        await company.desk.add_member(team, company.people[name], by=company.signed("sue"))
    by_board = replace(ON_CHANGES, stages=(replace(CAB, approvers=("team:Board",)),))
    process = await drafted(company, ApprovalProcess, by_board)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    await rename(company, team, "Other board")

    await company.desk.vote(process, "approve", by=company.signed("pia"))

    record = await found(company, process)
    assert (record.published_version, record.granted_round) == (0, 1)
    assert record.outstanding == "stages[0].approvers: 'team:Board' names nobody."
    with pytest.raises(Refused, match="'team:Board' names nobody"):
        await company.desk.publish_process(process, by=company.signed("ola"))
    with pytest.raises(Refused, match="Round 1 has approved this draft"):
        await company.desk.submit_definition(process, by=company.signed("ola"))
    await rename(company, team, "Board")
    await company.desk.publish_process(process, by=company.signed("ola"))
    record = await found(company, process)
    assert (record.published, record.outstanding) == (by_board, "")
    published: Any = company.desk.ledger.history(process)[-1].event
    assert published.round == 1


async def rename(company: Company, team: UUID, name: str) -> None:
    by = company.signed("sue")
    await company.desk.ledger.edit(Team, team, lambda one: one.rename(name, by=by), by=by)
