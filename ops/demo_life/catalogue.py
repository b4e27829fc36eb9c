"""The services from their design to their end, what is offered of them, and what is known."""

from typing import Any
from uuid import UUID

from domain.article_content import Content
from domain.fulfilment_plan import PlannedTask
from domain.offering import Item, Offering, Price
from domain.service import Service
from ops.demo_life.company import Company
from ops.demo_life.timeline import Scene
from ops.demo_life.words import SERVICES, Practice

IN_DESIGN, CHARTERED, RETIRING = "Web presence", "Collaboration", "Telephony"
"""Those that are not live in the end."""
DESIGN = {
    "requirements": "Who needs it, when, and how many they are.",
    "support model": "The service desk first, then the team that runs it.",
    "SLA draft": "Answers within two office hours; solutions by priority.",
}


async def open_portfolio(scene: Scene, company: Company) -> None:
    """Design the services, offer what can be ordered of them, and write the first articles."""
    for practice in SERVICES:
        owner = company.members[practice.team][0]
        service = await _design(scene, company, practice, owner)
        if practice.name in (IN_DESIGN, CHARTERED):
            continue
        await scene.act(
            Service.write_gate, service, "acceptance", "It runs as designed.", actor=owner
        )
        await _pass(scene, service, "acceptance", owner)
        await scene.act(Service.go_live, service, actor=owner)
        company.live.append(practice.name)
        company.offerings[practice.name] = await _offer(scene, company, practice, service, owner)
        company.articles[practice.name] = await publish_article(
            scene,
            title=practice.question[0],
            text=practice.question[1],
            category=practice.category,
            author=scene.pick(company.members["Service Desk"][1:]),
            reviewer=company.members["Service Desk"][0],
        )
        if practice.name == RETIRING:
            await scene.act(
                Service.comment, service, "Softphones take its place some day.", actor=owner
            )


async def _design(scene: Scene, company: Company, practice: Practice, owner: UUID) -> UUID:
    proposed = await scene.do(
        scene.desk.propose_service,
        name=practice.name,
        description=f"{practice.name} for all customers.",
        owner=owner,
        team=company.teams[practice.team],
        criticality=practice.criticality,
        actor=company.director,
    )
    service = proposed.subject
    await scene.act(Service.begin_design, service, actor=owner)
    for gate, said in DESIGN.items():
        await scene.act(Service.write_gate, service, gate, said, actor=owner)
        if practice.name == IN_DESIGN:
            return service
        await _pass(scene, service, gate, owner)
    await scene.act(Service.charter, service, actor=owner)
    return service


async def _pass(scene: Scene, service: UUID, gate: str, owner: UUID) -> None:
    note = "Looked at by all who are concerned."
    await scene.do(scene.desk.pass_gate, service, gate=gate, note=note, actor=owner)


async def _offer(
    scene: Scene, company: Company, practice: Practice, service: UUID, owner: UUID
) -> UUID:
    offer = practice.offer
    form: dict[str, Any] = {
        "type": "object",
        "properties": {
            offer.question: {"type": "string", "enum": list(offer.answers)},
            "Remarks": {"type": "string", "maxLength": 500},
        },
        "required": [offer.question],
    }
    plan = tuple(
        PlannedTask(
            title=title, team=company.teams[practice.team], after=(number,) if number else ()
        )
        for number, title in enumerate(offer.tasks)
    )
    item = Item(
        service=service,
        description=f"{offer.name}, fulfilled by the team {practice.team}.",
        category=practice.category,
        form=form,
        price=Price(amount=offer.price, currency="EUR"),
        plan=plan,
    )
    offering = await scene.begin(
        Offering, Offering.draft, name=offer.name, definition=item, actor=owner
    )
    await scene.do(scene.desk.publish_definition, offering, actor=owner)
    return offering


async def publish_article(
    scene: Scene,
    *,
    title: str,
    text: str,
    category: str,
    author: UUID,
    reviewer: UUID,
    ticket: UUID | None = None,
) -> UUID:
    """Write an article, have it reviewed by somebody else, and publish it."""
    content = Content(title=title, text=text, category=category, audience="public")
    drafted = await scene.do(
        scene.desk.draft_article, definition=content, ticket=ticket, actor=author
    )
    await scene.do(scene.desk.submit_definition, drafted.subject, actor=author)
    await scene.do(scene.desk.publish_definition, drafted.subject, actor=reviewer)
    return drafted.subject
