"""The daily work of the service desk: incidents, questions and orders, from opening to closing."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from domain.article import Article
from domain.desk.orders import Wanted
from domain.ids import parse_reference
from domain.incident import Incident
from domain.question import Question
from domain.service_request import ServiceRequest
from domain.ticket import Visibility
from ops.demo_life.company import Company
from ops.demo_life.rules import CLOSE_AFTER_DAYS
from ops.demo_life.timeline import Scene, Story
from ops.demo_life.words import TITLES, Practice

DAY = 24 * 60
CHANNELS = ("portal", "portal", "email", "phone", "chat", "walk-in", "monitoring")
UNSORTED = ("portal", "email")
"""What comes this way waits until somebody of the service desk takes it."""
CODES = ("solved", "solved by workaround", "solved by the requester", "not reproducible")


async def incident(scene: Scene, company: Company) -> Story:
    practice = TITLES[scene.pick(company.live)]
    requester = scene.pick(company.requesters)
    channel = scene.pick(CHANNELS)
    opened = await scene.do(
        scene.desk.log_incident,
        title=scene.pick(practice.incidents),
        description="It began this morning, and I cannot work as I should.",
        requester=requester,
        channel=channel,
        impact=scene.pick((1, 2, 2, 3, 3, 3)),
        urgency=scene.pick((1, 2, 2, 3, 3)),
        category=practice.category,
        service=practice.name,
        team=None if channel in UNSORTED else company.teams["Service Desk"],
        actor=requester,
    )
    id = opened.subject
    agent = scene.pick(company.members["Service Desk"])
    if scene.chance(0.03):
        yield scene.at_work(20, 300)
        reason = "It works again by itself."
        await scene.act(Incident.cancel, id, reason=reason, actor=requester)
        return
    yield scene.at_work(3, 170)
    team = company.teams["Service Desk"]
    await scene.do(scene.desk.assign, Incident, id, team=team, assignee=agent, actor=agent)
    await _say(scene, Incident, id, "Thank you, we are looking into it.", agent)
    if scene.chance(0.04):
        await _report_again(scene, id, practice, requester, agent)
    yield scene.at_work(2, 60)
    await scene.act(Incident.start, id, actor=agent)
    if scene.chance(0.04):
        lead, reason = company.members["Service Desk"][0], "They have called three times."
        await scene.act(
            Incident.escalate_hierarchically, id, to=(lead,), level=1, reason=reason, actor=agent
        )
    if scene.chance(0.3):
        yield scene.at_work(10, 240)
        agent = await _hand_on(scene, company, practice, id)
    if scene.chance(0.2):
        async for moment in _wait(scene, Incident, id, requester, agent):
            yield moment
    yield scene.at_work(10, 1200)
    if scene.chance(0.25):
        minutes = scene.random.randrange(10, 90, 5)
        await scene.act(Incident.book_time, id, minutes, activity="Analysis", actor=agent)
    await _resolve(scene, id, agent)
    if practice.name in company.articles and scene.chance(0.15):
        article = company.articles[practice.name]
        await scene.do(scene.desk.answer, article, ticket=id, actor=agent)
    async for moment in _after(scene, id, requester, agent):
        yield moment


async def _after(scene: Scene, id: UUID, requester: UUID, agent: UUID) -> Story:
    """Take it up again, perhaps, and end it."""
    if scene.chance(0.07):
        yield scene.at_work(60, 960)
        reason = "It happened again."
        await scene.do(scene.desk.reopen, Incident, id, reason=reason, actor=requester)
        yield scene.at_work(30, 480)
        await _resolve(scene, id, agent)
    async for moment in _end(scene, Incident, id, requester):
        yield moment


async def _report_again(
    scene: Scene, id: UUID, practice: Practice, requester: UUID, agent: UUID
) -> None:
    """The requester reports it once more, and it is merged into the first report."""
    again = await scene.do(
        scene.desk.log_incident,
        title=scene.pick(practice.incidents),
        requester=requester,
        channel="email",
        category=practice.category,
        service=practice.name,
        actor=requester,
    )
    await scene.do(scene.desk.merge, Incident, again.subject, into=id, actor=agent)


async def _hand_on(scene: Scene, company: Company, practice: Practice, id: UUID) -> UUID:
    """Escalate to the team that knows more."""
    expert = scene.pick(company.members[practice.team])
    await scene.act(
        Incident.escalate_functionally,
        id,
        team=company.teams[practice.team],
        support_level=2 if practice.team != "Applications" else 3,
        reason="It needs access that the service desk does not have.",
        assignee=expert,
        actor=company.members["Service Desk"][0],
    )
    return expert


async def _resolve(scene: Scene, id: UUID, agent: UUID) -> None:
    await scene.do(
        scene.desk.resolve,
        Incident,
        id,
        code=scene.pick(CODES),
        resolution="Set up anew and tested together.",
        actor=agent,
    )


async def _say(scene: Scene, kind: Any, id: UUID, said: str, actor: UUID) -> None:
    await scene.do(scene.desk.comment, kind, id, said, visibility=Visibility.PUBLIC, actor=actor)


async def _wait(scene: Scene, kind: Any, id: UUID, requester: UUID, agent: UUID) -> Story:
    """Ask the requester or a vendor, and wait for the answer."""
    reason = scene.pick(("customer", "customer", "vendor"))
    await scene.act(kind.pend, id, reason, note="An answer is needed first.", actor=agent)
    yield scene.at_work(60, 1400)
    if reason == "customer":
        await _say(scene, kind, id, "Yes, since yesterday, and on both screens.", requester)
    await scene.act(kind.resume, id, actor=agent)


async def _end(scene: Scene, kind: Any, id: UUID, requester: UUID) -> Story:
    """Have it rated, perhaps, and closed after the days that its type says."""
    done = scene.now
    if scene.chance(0.3):
        yield scene.soon(30, 3 * DAY)
        score = scene.pick((5, 5, 5, 4, 4, 3, 2, 1))
        await scene.act(kind.rate, id, score, actor=requester)
    scene.now = done
    async for moment in closing(scene, id):
        yield moment


async def closing(scene: Scene, id: UUID) -> Story:
    """What the closing clock does with a ticket that is done now."""
    yield scene.now + timedelta(days=CLOSE_AFTER_DAYS)
    await scene.do(scene.desk.close_done, id, actor="closing-clock")


async def question(scene: Scene, company: Company) -> Story:
    practice = TITLES[scene.pick(company.live)]
    requester = scene.pick(company.requesters)
    asked, answer = practice.question
    organisation = scene.desk.organisation_of(requester, None)
    id = await scene.begin(
        Question,
        Question.ask,
        title=asked,
        requester=requester,
        organisation=organisation,
        channel=scene.pick(CHANNELS[:-1]),
        actor=requester,
    )
    agent = scene.pick(company.members["Service Desk"])
    yield scene.at_work(2, 240)
    await scene.do(
        scene.desk.categorise,
        Question,
        id,
        category=practice.category,
        service=practice.name,
        actor=agent,
    )
    if scene.chance(0.25):
        team = company.teams[practice.team]
        expert = scene.pick(company.members[practice.team])
        await scene.do(scene.desk.assign, Question, id, team=team, assignee=expert, actor=agent)
        agent = expert
        yield scene.at_work(30, 600)
    article = company.articles[practice.name]
    is_known = scene.chance(0.6)
    if is_known:
        await scene.do(scene.desk.answer, article, ticket=id, actor=agent)
    await scene.act(
        Question.give_answer, id, answer=answer, source=article if is_known else None, actor=agent
    )
    if is_known and scene.chance(0.4):
        helpful = scene.chance(0.8)
        await scene.act(Article.give_feedback, article, helpful=helpful, actor=requester)
    async for moment in _end(scene, Question, id, requester):
        yield moment


async def deflection(scene: Scene, company: Company) -> Story:
    """Somebody is about to ask, and an article that is suggested helps; or does not, after all."""
    name = scene.pick(company.live)
    requester, article = scene.pick(company.requesters), company.articles[name]
    await scene.act(Article.deflect, article, shown=(article,), actor=requester)
    if scene.chance(0.15):
        yield scene.soon(30, 600)
        organisation = scene.desk.organisation_of(requester, None)
        await scene.begin(
            Question,
            Question.ask,
            title=TITLES[name].question[0],
            requester=requester,
            organisation=organisation,
            channel="portal",
            actor=requester,
        )


async def order(scene: Scene, company: Company) -> Story:
    """One to three items, each of which is approved and fulfilled on its own."""
    requester = scene.pick(company.requesters)
    services = scene.random.sample(company.live, scene.pick((1, 1, 1, 1, 2, 3)))
    wanted = [
        Wanted(
            offering=company.offerings[name],
            form={TITLES[name].offer.question: scene.pick(TITLES[name].offer.answers)},
        )
        for name in services
    ]
    ordered = await scene.do(scene.desk.order, wanted, requester=requester, actor=requester)
    numbers = msgspec.json.decode(ordered.answer)["requests"]
    for name, number in zip(services, numbers, strict=True):
        id = parse_reference(number)
        scene.timeline.begin(
            f"{scene.name}/{name}",
            scene.now,
            partial(fulfilment, company=company, practice=TITLES[name], id=id, requester=requester),
        )
    return
    yield  # pragma: no cover - a story yields


async def fulfilment(
    scene: Scene, company: Company, practice: Practice, id: UUID, requester: UUID
) -> Story:
    if practice.offer.needs_approval:
        yield scene.at_work(20, 1200)
        is_fine = scene.chance(0.9)
        await scene.do(
            scene.desk.vote,
            id,
            "approve" if is_fine else "reject",
            comment="" if is_fine else "There is one in the team already.",
            actor=company.manager_of[requester],
        )
        if not is_fine:
            yield scene.at_work(30, 900)
            reason = "We share the one that we have."
            await scene.act(ServiceRequest.cancel, id, reason=reason, actor=requester)
            return
    agent = scene.pick(company.members[practice.team])
    yield scene.at_work(20, 600)
    await scene.do(scene.desk.start_fulfilment, id, actor=agent)
    for task in range(1, len(practice.offer.tasks) + 1):
        yield scene.at_work(20, 700)
        await scene.act(ServiceRequest.start_task, id, task, actor=agent)
        if task == 1 and scene.chance(0.15):
            async for moment in _wait(scene, ServiceRequest, id, requester, agent):
                yield moment
        yield scene.at_work(10, 500)
        await scene.act(ServiceRequest.complete_task, id, task, actor=agent)
    async for moment in _end(scene, ServiceRequest, id, requester):
        yield moment
