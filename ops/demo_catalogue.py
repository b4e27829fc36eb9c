"""What the demo company offers: a live service, what is ordered of it, and an article."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from domain.article_content import Content
from domain.fulfilment_plan import PlannedTask
from domain.offering import Item, Offering, Price
from domain.order_guide import Guide, GuidedItem, OrderGuide
from domain.service import Service
from ops.demo_company import Company
from ops.demo_life.catalogue import DESIGN

FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "model": {"enum": ["light", "large"], "title": "Which one?"},
        "extras": {
            "type": "array",
            "items": {"enum": ["dock", "mouse", "headset"]},
            "title": "What goes with it",
        },
        "needed": {"type": "string", "format": "date", "title": "Needed by"},
    },
    "required": ["model"],
    "if": {"properties": {"model": {"const": "large"}}, "required": ["model"]},
    "then": {
        "properties": {
            "reason": {
                "type": "string",
                "minLength": 5,
                "maxLength": 500,
                "title": "Why a large one?",
            }
        },
        "required": ["reason"],
    },
}
QUESTIONS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "first_day": {"type": "string", "format": "date", "title": "Their first day"},
        "works_from_home": {"type": "boolean", "title": "They work from home, too"},
    },
    "required": ["first_day"],
}
ARTICLE = """Paper is stuck in the *upper* tray.

1. Open the tray.
2. Take the paper out.
3. Close the tray **slowly**.
"""


async def open_catalogue(company: Company) -> None:
    """Let a service go live, offer two things of it, and publish an article that its owner reads
    over."""
    desk = company.desk
    desk.directory.catch_up()
    bea, ann = [await desk.person_called(username) for username in ("bea", "ann")]
    service_desk = desk.directory.team_by_name("Service Desk")
    if bea is None or ann is None or service_desk is None:
        raise LookupError("The company is there before its catalogue.")
    owner, author, team = bea.id, ann.id, service_desk.id
    service = await _live(company, owner, team)
    plan = (
        PlannedTask(title="Prepare the laptop", team=team, compensation="Take the laptop back"),
        PlannedTask(title="Hand it over", team=team, after=(1,)),
    )
    laptop = Item(
        service=service,
        description="A laptop with all that you need, on your desk in a week.",
        category="hardware",
        form=FORM,
        price=Price(amount="1299.90", currency="EUR"),
        plan=plan,
    )
    access = Item(
        service=service,
        description="To work from home, within a day.",
        category="access",
        plan=(PlannedTask(title="Let them in", team=team),),
    )
    ids = await asyncio.gather(
        _offer(company, "Laptop", laptop),
        _offer(company, "VPN access", access),
    )
    await asyncio.gather(
        _guide(company, *ids),
        _publish(company, author, owner),
    )


async def _live(company: Company, owner: UUID, team: UUID) -> UUID:
    proposed = await company.desk.propose_service(
        name="Workplaces",
        description="Laptops, screens and access for all customers.",
        owner=owner,
        team=team,
        by=company.by("service", owner),
        is_repeatable=True,
    )
    service = proposed.subject

    def design(record: Service) -> None:
        by = company.by("service in design", owner)
        record.begin_design(by=by)
        for gate, said in DESIGN.items():
            record.write_gate(gate, said, by=by)

    def build(record: Service) -> None:
        by = company.by("service chartered", owner)
        record.charter(by=by)
        record.write_gate("acceptance", "It runs as designed.", by=by)

    def go_live(record: Service) -> None:
        record.go_live(by=company.by("service live", owner))

    await _act(company, service, "service in design", design)
    for gate in DESIGN:
        await _pass(company, service, gate, owner)
    await _act(company, service, "service chartered", build)
    await _pass(company, service, "acceptance", owner)
    await _act(company, service, "service live", go_live)
    return service


async def _act(company: Company, id: UUID, step: str, act: Callable[[Service], None]) -> None:
    await company.desk.ledger.edit(Service, id, act, by=company.by(step), is_repeatable=True)


async def _pass(company: Company, service: UUID, gate: str, owner: UUID) -> None:
    await company.desk.pass_gate(
        service,
        gate=gate,
        note="Looked at by all who are concerned.",
        by=company.by(f"service passed {gate}", owner),
        is_repeatable=True,
    )


async def _offer(company: Company, name: str, item: Item) -> UUID:
    offering = await company.begin(
        f"offering {name}",
        Offering,
        lambda id, by: Offering.draft(id, name=name, definition=item, by=by),
    )
    by = company.by(f"offering {name} published")
    await company.desk.publish_definition(offering, by=by, is_repeatable=True)
    return offering


async def _guide(company: Company, laptop: UUID, access: UUID) -> None:
    guide = Guide(
        description="All that somebody needs on their first day.",
        form=QUESTIONS,
        items=(
            GuidedItem(offering=laptop, copies={"needed": "first_day"}),
            GuidedItem(offering=access, when="answers.works_from_home", is_optional=True),
        ),
    )
    await company.begin(
        "order guide",
        OrderGuide,
        lambda id, by: OrderGuide.define(id, name="A new colleague", definition=guide, by=by),
    )


async def _publish(company: Company, author: UUID, reviewer: UUID) -> None:
    content = Content(
        title="The printer shows E7", text=ARTICLE, category="printing", audience="public"
    )
    drafted = await company.desk.draft_article(
        definition=content, by=company.by("article", author), is_repeatable=True
    )
    article = drafted.subject
    submitted = company.by("article submitted", author)
    await company.desk.submit_definition(article, by=submitted, is_repeatable=True)
    published = company.by("article published", reviewer)
    await company.desk.publish_definition(article, by=published, is_repeatable=True)
