"""A template of the change catalogue that is made of a change that went well."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.change import Change
from domain.change_catalogue import template_of, titles_of
from domain.change_template import ChangeTemplate, FormField, PlannedTask
from domain.ids import record_id
from domain.personal import ERASED
from domain.rules import Outdated, Refused
from domain.wording import texts_of
from tests.domain.changes import approved, standard
from tests.domain.desks import Company, open_desk
from tests.people import ANN, BEA

TEMPLATE = record_id("TPL", 7)
PLANS = {
    "title": "Replace the core switch",
    "implementation_plan": "Swap {it} in {bay}.",
    "backout_plan": "Swap it back.",
}


def closed(outcome: Any = "successful", **details: str) -> Change:
    """A normal change that was carried out and closed."""
    change = approved()
    change.categorise(category="network", service="Backbone", by=BEA)
    change.add_task("Order it", phase="before", by=BEA)
    change.add_task("Ask them", phase="before", by=BEA)
    change.add_task("Swap it", after=(1, 2), by=BEA)
    change.details = details
    change.complete_task(1, by=BEA)
    change.cancel_task(2, reason="No need.", by=BEA)
    change.start_implementation(by=BEA)
    change.complete_task(3, by=BEA)
    change.complete_implementation(outcome, by=BEA)
    change.review(outcome, notes="Well.", by=BEA)
    change.close(code="implemented", by=BEA)
    return change


def test_a_template_takes_over_fields_plans_risk_and_the_tasks_that_were_done() -> None:
    change = closed(**{"bay": "7", "Cost centre": "4711", "!": "x"})

    template = template_of(change, PLANS, {1: "Order it", 2: "Ask them", 3: "Swap it"})

    assert (template.category, template.service, template.risk) == (
        "network",
        "Backbone",
        change.risk,
    )
    assert template.description == "Replace the core switch"
    assert (template.implementation, template.backout, template.test) == (
        "Swap (it) in {bay}.",
        "Swap it back.",
        "",
    )
    assert template.tasks == (
        PlannedTask(title="Order it", phase="before"),
        PlannedTask(title="Swap it", after=(1,)),
    )
    assert template.fields == (
        FormField(name="bay", label="bay", is_required=False),
        FormField(name="cost_centre", label="Cost centre", is_required=False),
    )


def test_what_was_erased_becomes_no_template() -> None:
    erased = {**PLANS, "backout_plan": ERASED}

    with pytest.raises(Refused, match="was erased"):
        template_of(closed(), erased, {1: "Order it", 3: "Swap it"})


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (approved, "closed as successful"),
        (lambda: closed("successful with issues"), "closed as successful"),
    ],
)
def test_a_template_is_made_of_a_successful_change_only(change: Any, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        change().make_template(TEMPLATE, by=BEA)


def test_a_change_from_a_template_becomes_none() -> None:
    change = standard()
    change.submit(by=ANN)
    for number in (1, 2):
        if number == 2:
            change.start_implementation(by=BEA)
        change.complete_task(number, by=BEA)
    change.complete_implementation("successful", by=BEA)
    change.close(code="implemented", by=BEA)

    with pytest.raises(Refused, match="TPL0000001 is revised instead"):
        change.make_template(TEMPLATE, by=BEA)


def test_one_template_is_made_of_a_change() -> None:
    change = closed()
    change.make_template(TEMPLATE, by=BEA)
    version = change.version

    change.make_template(TEMPLATE, by=BEA)

    assert (change.version, change.made_template) == (version, TEMPLATE)
    with pytest.raises(Refused, match="TPL0000007 was made of it already"):
        change.make_template(record_id("TPL", 8), by=BEA)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def carried_out(company: Company) -> UUID:
    await company.publish_process()
    id = await company.ready_change()
    desk = company.desk
    by = company.signed("dan")
    await desk.ledger.edit(
        Change, id, lambda change: change.categorise(category="network", by=by), by=by
    )
    await desk.submit_change(id, by=company.signed("ann"))
    await desk.vote(id, "approve", by=company.signed("bea"))
    await desk.add_task(Change, id, "Swap it", by=company.signed("dan"))

    def carry_out(change: Change) -> None:
        change.start_implementation(by=by)
        change.complete_task(1, by=by)
        change.complete_implementation("successful", by=by)
        change.review("successful", notes="Well.", by=by)
        change.close(code="implemented", by=by)

    await desk.ledger.edit(Change, id, carry_out, by=company.signed("dan"))
    return id


async def test_the_desk_drafts_a_template_of_what_the_history_says(company: Company) -> None:
    id = await carried_out(company)
    ledger = company.desk.ledger

    made = await company.desk.make_template(id, by=company.signed("dan"))

    template = await ledger.find(ChangeTemplate, made.subject)
    history = ledger.history(id)
    change = await ledger.find(Change, id)
    assert template.name == "Replace the core switch"
    assert template.published is None
    assert template.draft_definition == template_of(change, texts_of(history), titles_of(history))
    assert template.draft_definition.implementation == "Swap it."
    assert change.made_template == template.id


async def test_nothing_is_drafted_of_a_change_that_was_moved_on(company: Company) -> None:
    id = await carried_out(company)

    with pytest.raises(Outdated):
        await company.desk.make_template(id, expected=3, by=company.signed("dan"))

    assert list(company.desk.ledger.all_of(ChangeTemplate)) == []
