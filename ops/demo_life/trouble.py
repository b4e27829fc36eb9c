"""When more is wrong: problems with their causes, and major incidents with all hands."""

from functools import partial
from uuid import UUID

from domain.incident import Incident
from domain.problem import Problem
from domain.service import Service
from ops.demo_life.catalogue import publish_article
from ops.demo_life.changes import carry_out
from ops.demo_life.company import Company
from ops.demo_life.tickets import closing
from ops.demo_life.timeline import Scene, Story
from ops.demo_life.words import TITLES

UPDATES = 3
REVIEW_ACTION = "Write down whom to call at night"


async def problem(scene: Scene, company: Company) -> Story:
    """From several incidents to a known error, and mostly to a change that mends it."""
    practice = TITLES[scene.pick(company.live)]
    expert = scene.pick(company.members[practice.team])
    id = await scene.begin(
        Problem,
        Problem.raise_,
        title=f"Again and again: {practice.incidents[0].lower()}",
        requester=expert,
        organisation=company.operator,
        actor=expert,
    )
    await scene.do(scene.desk.prioritise, Problem, id, impact=2, urgency=2, actor=expert)
    await scene.do(
        scene.desk.categorise,
        Problem,
        id,
        category=practice.category,
        service=practice.name,
        actor=expert,
    )
    team = company.teams[practice.team]
    await scene.do(scene.desk.assign, Problem, id, team=team, assignee=expert, actor=expert)
    yield scene.at_work(60, 900)
    await scene.act(Problem.investigate, id, actor=expert)
    if scene.chance(0.2):
        await scene.act(Problem.pend, id, "evidence", note="Until it happens again.", actor=expert)
        yield scene.at_work(500, 3000)
        await scene.act(Problem.resume, id, actor=expert)
    yield scene.at_work(200, 3000)
    if scene.chance(0.1):
        await scene.act(Problem.cancel, id, reason="It was three things at once.", actor=expert)
        return
    workaround = "Sign out and in again; it holds for a day."
    await scene.act(Problem.document_workaround, id, workaround, actor=expert)
    await scene.act(Problem.identify_cause, id, practice.cause, actor=expert)
    await scene.act(Problem.declare_known_error, id, actor=expert)
    yield scene.at_work(60, 600)
    await publish_article(
        scene,
        title=f"Known error: {practice.incidents[0].lower()}",
        text=f"{practice.cause}\n\nUntil it is mended: {workaround}",
        category=practice.category,
        author=expert,
        reviewer=company.members["Service Desk"][0],
        ticket=id,
    )
    implemented: list[UUID] = []
    async for moment in carry_out(scene, company, practice, "normal", implemented):
        yield moment
    if not implemented:
        return
    other = implemented[0]
    await scene.do(scene.desk.link, Problem, id, other, type="relates to", actor=expert)
    code, said = "fixed by change", "It has not come back since the change."
    await scene.do(scene.desk.resolve, Problem, id, code=code, resolution=said, actor=expert)
    yield scene.at_work(500, 2500)
    await scene.act(Problem.close, id, actor=expert)


async def major_incident(scene: Scene, company: Company) -> Story:
    """Many cannot work: one leads, one speaks, one mends, and all look back."""
    practice = TITLES[scene.pick(company.live)]
    requester = scene.pick(company.requesters)
    desk, lead = scene.desk, company.members["Service Desk"][0]
    opened = await scene.do(
        desk.log_incident,
        title=f"{practice.name} is down for everybody",
        requester=requester,
        channel="phone",
        impact=1,
        urgency=1,
        category=practice.category,
        service=practice.name,
        team=company.teams[practice.team],
        actor=lead,
    )
    id, expert = opened.subject, scene.pick(company.members[practice.team])
    yield scene.soon(2, 8)
    reason = "All customers call."
    await scene.act(Incident.propose_major_incident, id, reason=reason, actor=lead)
    await scene.act(Incident.promote, id, reason=reason, update_every="1h", actor=lead)
    roles = {"incident manager": lead, "technical lead": expert}
    for role, person in roles.items():
        await scene.do(desk.give_major_role, id, role=role, person=person, actor=lead)
    await scene.act(Incident.name_affected_services, id, [practice.name], actor=lead)
    team = company.teams[practice.team]
    await scene.do(desk.assign, Incident, id, team=team, assignee=expert, actor=lead)
    await scene.act(Incident.start, id, actor=expert)
    children = []
    for _ in range(UPDATES):
        caller = scene.pick(company.requesters)
        child = await scene.do(
            desk.log_incident,
            title=scene.pick(practice.incidents),
            requester=caller,
            channel="phone",
            impact=2,
            urgency=1,
            category=practice.category,
            service=practice.name,
            team=company.teams["Service Desk"],
            actor=lead,
        )
        await scene.do(desk.link, Incident, child.subject, id, type="child of", actor=lead)
        children.append(child.subject)
        # Well before the next update is due: nobody has to be reminded of it.
        yield scene.soon(20, 40)
        said = "We have narrowed it down, and will tell you more within the hour."
        await scene.act(Incident.update_stakeholders, id, said, actor=lead)
    yield scene.soon(10, 40)
    await scene.do(
        desk.resolve,
        Incident,
        id,
        code="solved",
        resolution="Failed over to the second site.",
        children=("incident",),
        actor=expert,
    )
    for number, done in enumerate((id, *children)):
        scene.timeline.begin(
            f"{scene.name}/closing/{number}",
            scene.now,
            partial(closing, id=done),
        )
    yield scene.at_work(300, 1200)
    await scene.act(Incident.begin_review, id, actor=lead)
    await scene.do(desk.add_review_action, id, title=REVIEW_ACTION, owner=lead, actor=lead)
    yield scene.at_work(300, 1200)
    await scene.act(Incident.complete_review_action, id, 1, actor=lead)
    await scene.act(
        Incident.complete_review,
        id,
        summary="The failover took too long, as nobody knew whom to call.",
        cause=practice.cause,
        actor=lead,
    )


async def retirement(scene: Scene, company: Company, name: str) -> Story:
    """A service comes to its end: nothing of it is ordered any more."""
    company.live.remove(name)
    service = scene.desk.directory.service_by_name(name)
    assert service is not None
    assert service.owner is not None
    reason = "Softphones have taken its place."
    await scene.act(Service.begin_retirement, service.id, reason=reason, actor=service.owner)
    return
    yield  # pragma: no cover - a story yields
