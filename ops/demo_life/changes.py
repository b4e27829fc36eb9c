"""What is changed on purpose: changes with their approvals, and releases that bundle them."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from domain.change import Change
from domain.change_moves import Type
from domain.release import Release
from ops.demo_life.company import Company
from ops.demo_life.timeline import Scene, Story
from ops.demo_life.words import TITLES, Practice

NIGHT_HOURS = 20
"""Changes are implemented in the evening, some days after their approval."""
DAY = 24 * 60
PHASES = ("Pilot", "Everybody")
Fate = Literal["approved", "rejected", "withdrawn"]


async def change(scene: Scene, company: Company) -> Story:
    practice = TITLES[scene.pick(company.live)]
    is_emergency = scene.chance(0.1)
    async for moment in carry_out(
        scene, company, practice, "emergency" if is_emergency else "normal", []
    ):
        yield moment


async def carry_out(
    scene: Scene, company: Company, practice: Practice, type: Type, implemented: list[UUID]
) -> Story:
    """A change from its proposal to its end; its id is put into `implemented` if it is that."""
    engineer = scene.pick(company.members[practice.team])
    id = await _prepare(scene, company, practice, type, engineer)
    if type == "emergency":
        await scene.do(scene.desk.start_implementation, id, actor=engineer)
        yield scene.soon(10, 60)
        await scene.do(scene.desk.complete_implementation, id, "successful", actor=engineer)
        await scene.do(scene.desk.submit_change, id, actor=engineer)
        async for moment in _decide(scene, company, id, is_urgent=True):
            yield moment
        yield scene.at_work(30, 400)
        await _look_back(scene, company, id, "implemented")
        return
    fate: Fate = "withdrawn" if scene.chance(0.05) else "approved"
    if fate == "approved" and scene.chance(0.08):
        fate = "rejected"
    yield scene.at_work(20, 600)
    await scene.do(scene.desk.submit_change, id, actor=engineer)
    if fate == "withdrawn":
        yield scene.at_work(20, 200)
        reason = "The vendor has fixed it."
        await scene.act(Change.withdraw, id, reason=reason, actor=engineer)
        return
    async for moment in _decide(scene, company, id, rejects=fate == "rejected"):
        yield moment
    if fate == "rejected":
        return
    start = _evening(scene.now, scene.random.randrange(1, 7))
    end = start + timedelta(hours=scene.random.randrange(1, 4))
    manager = scene.pick(company.members["Change enablement"])
    await scene.do(scene.desk.schedule_change, id, start=start, end=end, actor=manager)
    yield start
    await scene.do(scene.desk.start_implementation, id, actor=engineer)
    yield scene.soon(20, 170)
    if scene.chance(0.07):
        reason = "The test after the change failed."
        await scene.do(scene.desk.back_out, id, reason=reason, actor=engineer)
        code = "backed out"
    else:
        outcome = "successful with issues" if scene.chance(0.12) else "successful"
        await scene.do(scene.desk.complete_implementation, id, outcome, actor=engineer)
        code = "implemented" if outcome == "successful" else "implemented with issues"
        implemented.append(id)
    yield scene.at_work(60, 900)
    await _look_back(scene, company, id, code)


async def _prepare(
    scene: Scene, company: Company, practice: Practice, type: Type, engineer: UUID
) -> UUID:
    proposed = await scene.do(
        scene.desk.propose_change,
        title=practice.change,
        type=type,
        requester=engineer,
        reason=practice.cause,
        actor=engineer,
    )
    id = proposed.subject
    await scene.do(
        scene.desk.categorise,
        Change,
        id,
        category=practice.category,
        service=practice.name,
        actor=engineer,
    )
    impact, likelihood = scene.pick((1, 2, 2, 3, 3)), scene.pick((2, 3, 3))
    await scene.do(scene.desk.assess_risk, id, impact=impact, likelihood=likelihood, actor=engineer)
    await scene.do(
        scene.desk.plan_change,
        id,
        implementation="On the second node first, then on the first one.",
        backout="The version before stays installed, and is switched back to.",
        test="Sign in, and run the five checks of the runbook.",
        actor=engineer,
    )
    asset = scene.pick(company.assets[practice.name])
    await scene.do(scene.desk.affect, id, asset, actor=engineer)
    team = company.teams[practice.team]
    await scene.do(scene.desk.assign, Change, id, team=team, assignee=engineer, actor=engineer)
    return id


async def _decide(
    scene: Scene, company: Company, id: UUID, *, rejects: bool = False, is_urgent: bool = False
) -> Story:
    """Vote, one after the other, long before the patience of a stage ends, or what an emergency
    change owes is due."""
    yield scene.soon(10, 120) if is_urgent else scene.at_work(20, 500)
    reviewer = scene.pick(company.members["Change enablement"])
    await scene.do(scene.desk.vote, id, "approve", actor=reviewer)
    board = scene.random.sample(company.members["Change Advisory Board"], 3)
    for member in board[: 3 if rejects else 2]:
        yield scene.soon(10, 120) if is_urgent else scene.at_work(10, 500)
        vote = "reject" if rejects else "approve"
        comment = "Not before the end of the quarter." if rejects else ""
        await scene.do(scene.desk.vote, id, vote, comment=comment, actor=member)


async def _look_back(scene: Scene, company: Company, id: UUID, code: str) -> None:
    manager = scene.pick(company.members["Change enablement"])
    outcomes = {"implemented": "successful", "implemented with issues": "successful with issues"}
    await scene.act(
        Change.review,
        id,
        outcomes.get(code, "unsuccessful"),
        notes="Compared with the plan, together with the team.",
        actor=manager,
    )
    await scene.do(scene.desk.close_change, id, code=code, actor=manager)


def _evening(now: datetime, days: int) -> datetime:
    day = now + timedelta(days=days)
    return day.replace(hour=NIGHT_HOURS, minute=0, second=0, microsecond=0)


async def release(scene: Scene, company: Company) -> Story:
    """Two phases, of which the second follows a week after the first one."""
    practice = TITLES[scene.pick(company.live)]
    owner = company.members[practice.team][0]
    planned = await scene.do(
        scene.desk.plan_release,
        name=f"{practice.name}, {scene.now:%B}",
        description="What has come together since the last one.",
        backout="The images of the release before are kept, and put back.",
        service=practice.name,
        owner=owner,
        actor=owner,
    )
    id = planned.subject
    first = _evening(scene.now, 9)
    bundled = await _prepare(scene, company, practice, "normal", owner)
    for number, name in enumerate(PHASES):
        start = first + timedelta(days=7 * number)
        await scene.do(
            scene.desk.add_phase,
            id,
            name=name,
            start=start,
            end=start + timedelta(hours=3),
            changes=() if number else (bundled,),
            actor=owner,
        )
    await scene.do(scene.desk.submit_change, bundled, actor=owner)
    async for moment in _decide(scene, company, bundled):
        yield moment
    for number, name in enumerate(PHASES, 1):
        said = "The checks of the phase before are green."
        await scene.act(Release.write_gate, id, name, said, actor=owner)
        note = "Go: the teams are ready."
        await scene.do(scene.desk.pass_gate, id, gate=name, note=note, actor=owner)
        yield first + timedelta(days=7 * (number - 1))
        await scene.do(scene.desk.start_phase, id, number=number, actor=owner)
        if number == 1:
            await scene.do(scene.desk.start_implementation, bundled, actor=owner)
        yield scene.soon(30, 170)
        has_failed = number > 1 and scene.chance(0.2)
        if number == 1:
            await scene.do(scene.desk.complete_implementation, bundled, "successful", actor=owner)
        await scene.do(
            scene.desk.complete_phase,
            id,
            number=number,
            outcome="unsuccessful" if has_failed else "successful",
            notes="Half of the checks are red." if has_failed else "",
            actor=owner,
        )
        if has_failed:
            await scene.act(Release.back_out, id, reason="Half of it fails.", actor=owner)
            return
