"""What the company goes by: its calendars, promises, types of tickets and approval processes.

The promises have no steps of escalation: those are taken by workflows, which do not live in the
past. That a clock has passed its due moment is on the ledger all the same.
"""

from uuid import UUID

from domain.agreement import PausingReason
from domain.approval import Any as AnyOf
from domain.approval import Count, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from domain.ticket_type import TicketKind, TypeDefinition
from ops.demo_life.company import ACTOR
from ops.demo_life.timeline import OFFICE, Scene
from ops.demo_life.words import SERVICES

CLOSE_AFTER_DAYS = 5
REOPEN_WITHIN_DAYS = 14
KINDS: tuple[TicketKind, ...] = ("incident", "question", "request")

ALWAYS = BusinessHours(
    zone="Europe/Berlin",
    weekly={
        day: (("00:00", "24:00"),) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    },
)
WAITS: tuple[PausingReason, ...] = ("customer", "vendor")
BY_PRIORITY = {2: "8h", 3: "2bd", 4: "3bd", 5: "5bd"}


async def lay_down(scene: Scene) -> None:
    """Publish all of them."""
    office = await _calendar(scene, "Office hours", OFFICE)
    always = await _calendar(scene, "Round the clock", ALWAYS)
    for kind in KINDS:
        definition = TypeDefinition(
            close_after_days=CLOSE_AFTER_DAYS, reopen_within_days=REOPEN_WITHIN_DAYS
        )
        await scene.do(
            scene.desk.define_ticket_type, ticket=kind, definition=definition, actor=ACTOR
        )
    for name, agreement in _agreements(office, always).items():
        policy = await scene.begin(
            ServiceLevelPolicy,
            ServiceLevelPolicy.draft,
            name=name,
            definition=agreement,
            actor=ACTOR,
        )
        await scene.do(scene.desk.publish_policy, policy, actor=ACTOR)
    for name, process in _processes(always).items():
        drafted = await scene.begin(
            ApprovalProcess, ApprovalProcess.draft, name=name, definition=process, actor=ACTOR
        )
        await scene.do(scene.desk.publish_process, drafted, actor=ACTOR)


async def _calendar(scene: Scene, name: str, hours: BusinessHours) -> UUID:
    return await scene.begin(Calendar, Calendar.define, name=name, hours=hours, actor=ACTOR)


def _agreements(office: UUID, always: UUID) -> dict[str, Agreement]:
    return {
        "Critical incidents": Agreement(
            order=10,
            priorities=(1,),
            calendar=always,
            targets=(
                TargetPromise(name="first response", budget="15m"),
                TargetPromise(name="resolution", budget="4h", pausing=WAITS),
            ),
        ),
        "Incidents": Agreement(
            order=20,
            calendar=office,
            targets=(
                TargetPromise(name="first response", budget="2h", pausing=("customer",)),
                TargetPromise(name="resolution", budget=BY_PRIORITY, pausing=WAITS),
            ),
        ),
        "Questions": Agreement(
            subjects=("question",),
            order=30,
            calendar=office,
            targets=(TargetPromise(name="resolution", budget="2bd", pausing=("customer",)),),
        ),
        "Requests": Agreement(
            subjects=("request",),
            order=40,
            calendar=office,
            targets=(TargetPromise(name="resolution", budget="10bd", pausing=WAITS),),
        ),
    }


def _processes(always: UUID) -> dict[str, Definition]:
    governed = ", ".join(f'"{one.name}"' for one in SERVICES if one.offer.needs_approval)
    return {
        "Normal and emergency changes": Definition(
            subjects=("change",),
            calendar=always,
            fallback=("team:Change Advisory Board",),
            stages=(
                Stage(
                    name="Technical review",
                    approvers=("team:Change enablement",),
                    quorum=AnyOf(),
                    patience="10d",
                    remind=("9d",),
                    escalate_to=("team:Change Advisory Board",),
                ),
                Stage(
                    name="Change advisory board",
                    approvers=("team:Change Advisory Board",),
                    quorum=Count(2),
                    patience="10d",
                    remind=("9d",),
                    escalate_to=("team:Change enablement",),
                ),
            ),
        ),
        "Orders that cost or open something": Definition(
            subjects=("request",),
            when=f"subject.service in [{governed}]",
            calendar=always,
            fallback=("team:Change Advisory Board",),
            stages=(
                Stage(
                    name="Manager",
                    approvers=("manager-of:requester",),
                    quorum=AnyOf(),
                    patience="10d",
                    remind=("9d",),
                    escalate_to=("team:Change Advisory Board",),
                ),
            ),
        ),
    }
