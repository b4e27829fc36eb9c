from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.asset import Asset
from domain.change import Change, Status
from domain.change_template import ChangeTemplate
from domain.ids import record_id
from domain.risk_model import RiskModel
from domain.rules import Refused
from tests.domain.changes import DISK
from tests.domain.desks import Company, open_desk, system
from tests.domain.examples import BY_TEST
from tests.people import MONDAY
from workflows.obligations import Obligations

WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def published(company: Company) -> UUID:
    id = await company.add(ChangeTemplate, "draft", name="Replace a disk", definition=DISK)
    await company.desk.ledger.edit(
        ChangeTemplate, id, lambda template: template.publish(by=system()), by=system()
    )
    return id


async def retire(company: Company, template: UUID) -> None:
    await company.desk.ledger.edit(
        ChangeTemplate, template, lambda record: record.retire(by=system()), by=system()
    )


async def propose(company: Company, **given: Any) -> UUID:
    receipt = await company.desk.propose_change(
        title="A disk reports errors",
        requester=company.people["ann"],
        by=company.signed("ann"),
        **given,
    )
    return receipt.subject


async def change(company: Company, id: UUID) -> Change:
    return await company.desk.ledger.find(Change, id)


async def test_a_standard_change_comes_from_a_template_and_needs_no_process(
    company: Company,
) -> None:
    template = await published(company)

    id = await propose(company, type="standard", template=template, form={"bay": "7"})
    await company.desk.submit_change(id, by=company.signed("ann"))

    record = await change(company, id)
    assert (record.status, record.risk, record.template_version) == (Status.APPROVED, "low", 1)
    assert [task.number for task in record.tasks] == [1, 2]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"type": "standard"}, "A standard change comes from a published template"),
        (
            {"type": "standard", "template": record_id("TPL", 9)},
            "template: there is no .*TPL0000009",
        ),
        (
            {"type": "standard", "template": record_id("INC", 1)},
            "template: .* is no change template",
        ),
        ({"template": record_id("TPL", 1)}, "type: a change from a template is a standard change"),
        ({"form": {"bay": "7"}}, "form: only the form of a template"),
    ],
)
async def test_a_standard_change_without_a_template_is_refused(
    company: Company, given: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=f"(?i){rule}"):
        await propose(company, **given)


async def test_only_a_template_in_use_makes_a_standard_change(company: Company) -> None:
    draft = await company.add(ChangeTemplate, "draft", name="Replace", definition=DISK)
    template = await published(company)
    proposed = await propose(company)
    made = await propose(company, type="standard", template=template, form={"bay": "7"})

    with pytest.raises(Refused, match=r"template: TPL.* is not published"):
        await company.desk.apply_template(proposed, draft, by=company.signed("bea"))
    with pytest.raises(Refused, match=r"fields\.bay: Bay is needed"):
        await company.desk.apply_template(proposed, template, by=company.signed("bea"))
    await company.desk.apply_template(
        proposed, template, form={"bay": "1"}, by=company.signed("bea")
    )
    await retire(company, template)

    assert (await change(company, proposed)).type == "standard"
    with pytest.raises(Refused, match=r"template: TPL.* was retired"):
        await company.desk.submit_change(made, by=company.signed("ann"))


async def test_an_emergency_change_owes_its_approval_as_its_process_says(company: Company) -> None:
    await company.publish_process(calendar=company.office, retrospective="6h")
    id = await propose(company, type="emergency")

    await company.desk.start_implementation(id, by=company.signed("dan"))

    [owed] = (await change(company, id)).obligations
    assert owed.due == MONDAY + timedelta(hours=6)
    await company.desk.note_overdue(id, by=system("clock", WEDNESDAY))
    [owed] = (await change(company, id)).obligations
    assert owed.is_overdue


async def test_the_clock_notes_once_what_is_overdue(company: Company) -> None:
    id = await propose(company, type="emergency")
    await company.desk.start_implementation(id, by=company.signed("dan"))
    clock = Obligations(company.desk)

    await clock.keep(WEDNESDAY - timedelta(seconds=1), "clock")
    assert not (await change(company, id)).obligations[0].is_overdue
    await clock.keep(WEDNESDAY + Obligations.look_again, "clock")
    await Obligations(company.desk).keep(WEDNESDAY + 2 * Obligations.look_again, "clock")

    topics = [entry.topic for entry in company.desk.ledger.history(id)]
    assert topics.count("Change.RetrospectiveApprovalOverdue") == 1
    [noted] = (await change(company, id)).obligations
    assert noted.is_overdue


async def test_without_a_process_it_owes_it_within_two_days(company: Company) -> None:
    id = await propose(company, type="emergency")

    await company.desk.start_implementation(id, by=company.signed("dan"))

    [owed] = (await change(company, id)).obligations
    assert owed.due == WEDNESDAY


async def test_what_is_begun_is_approved_afterwards(company: Company) -> None:
    await company.publish_process()
    id = await propose(company, type="emergency")
    await company.desk.start_implementation(id, by=company.signed("bea"))

    def prepare(record: Change) -> None:
        record.assess_risk(impact=2, likelihood=2, by=company.signed("dan"))
        record.plan(implementation="As done.", backout="None.", by=company.signed("dan"))

    await company.desk.ledger.edit(Change, id, prepare, by=company.signed("dan"))
    await company.desk.complete_implementation(id, "unsuccessful", by=company.signed("bea"))
    await company.desk.submit_change(id, by=company.signed("ann"))

    record = await change(company, id)
    assert [stage.voters for stage in record.stages] == [(str(company.people["cem"]),)]
    await company.desk.vote(id, "approve", by=company.signed("cem"))
    await company.desk.back_out(id, reason="It made it worse.", by=company.signed("bea"))
    record = await change(company, id)
    assert record.status is Status.BACKED_OUT
    assert [owed.name for owed in record.obligations] == ["review"]


async def test_tasks_and_assets_that_do_not_exist_are_refused(company: Company) -> None:
    id = await propose(company)
    by = company.signed("bea")

    with pytest.raises(Refused, match="team: there is no team"):
        await company.desk.add_task(Change, id, "Swap it", team=record_id("TEA", 99), by=by)
    await company.leave("cem")
    with pytest.raises(Refused, match=r"assignee: PER.* was deactivated"):
        await company.desk.add_task(Change, id, "Swap it", assignee=company.people["cem"], by=by)
    with pytest.raises(Refused, match="asset: there is no asset AST0000009"):
        await company.desk.affect(id, record_id("AST", 9), by=by)

    server = await company.add(Asset, "register", name="db-1", asset_class="server")
    await company.desk.affect(id, server, by=company.signed("bea"))
    await company.desk.add_task(
        Change, id, "Swap it", team=company.service_desk, by=company.signed("bea")
    )
    await company.desk.assign_task(
        Change, id, 1, assignee=company.people["dan"], by=company.signed("bea")
    )

    record = await change(company, id)
    assert record.affected_assets == (server,)
    assert record.task(1).assignee == company.people["dan"]


async def test_the_risk_follows_from_the_published_model_and_again_at_the_submission(
    company: Company,
) -> None:
    await company.publish_process()
    model = await company.add(RiskModel, "draft", name="By test", definition=BY_TEST)
    await company.desk.ledger.edit(
        RiskModel, model, lambda record: record.publish(by=system()), by=system()
    )
    id = await propose(company)

    with pytest.raises(Refused, match="follows from the answers"):
        await company.desk.assess_risk(id, impact=1, likelihood=1, by=company.signed("bea"))
    await company.desk.assess_risk(id, answers={"tested": "yes"}, by=company.signed("bea"))

    assert (await change(company, id)).risk == "low"
    await company.desk.categorise(Change, id, category="storage", by=company.signed("bea"))
    await company.desk.ledger.edit(
        Change,
        id,
        lambda record: record.plan(implementation="Do.", backout="Undo.", by=company.signed("ann")),
        by=company.signed("bea"),
    )
    await company.desk.submit_change(id, by=company.signed("ann"))

    record = await change(company, id)
    assert (record.risk, record.risk_model_version) == ("moderate", 1)
