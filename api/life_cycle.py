"""The commands that most tickets share besides those of every ticket: to wait, to be resolved and
reopened, closed or cancelled, and to be brought before management."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from api.commands import Asked, Command, Creation, begin
from api.families import who_may_resolve
from api.fields import Level, Name, Note, OrganisationRef, PersonRef, Reason, TeamRef, Text, Title
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason, about_new, of, whose
from domain.desk import Desk
from domain.life_cycle import (
    Channel,
    LifeCycle,
    PendingReason,
    Reopenable,
    Resolvable,
    Startable,
)
from domain.recorder import Receipt


class Opening(Body):
    title: Title
    description: Text = ""
    requester: PersonRef | None = None
    organisation: OrganisationRef | None = None


class Received(Opening):
    channel: Channel = "api"


class Pend(Body):
    reason: PendingReason
    note: Note = ""


class Resolve(Body):
    code: Name
    resolution: Reason
    children: Annotated[list[Literal["incident", "problem"]], Field(max_length=2)] = []


class EscalateFunctionally(Body):
    team: TeamRef
    support_level: Level
    reason: Reason
    assignee: PersonRef | None = None


class EscalateHierarchically(Body):
    reason: Reason
    to: Annotated[
        list[PersonRef] | None,
        Field(
            min_length=1,
            max_length=20,
            description="Without anybody: the managers of those who were told last, else that of "
            "who has it, or who leads the team.",
        ),
    ] = None
    level: Annotated[int | None, Field(ge=1, le=9, description="Without one: the next.")] = None


def opening_of(
    kind: type[LifeCycle],
    method: Callable[..., LifeCycle],
    *,
    body: type[Opening],
    summary: str,
    example: Any,
) -> Creation:
    """Open a ticket that needs its own rules alone."""

    async def use(desk: Desk, said: Any, asked: Asked, call: Call) -> Receipt:
        return await begin(kind, method)(desk, asked, **(said.arguments() | whose(call, said)))

    return Creation(
        name=method.__name__.rstrip("_"),
        body=body,
        summary=summary,
        about=about_new,
        use=use,
        example=example,
    )


def start_of(kind: type[Startable]) -> Command:
    return Command(
        method=kind.start, body=Nothing, summary="Start to work on it", needs_version=False
    )


def waiting_of(
    kind: type[LifeCycle], example: Any, *, body: type[Body] = Pend
) -> tuple[Command, ...]:
    return (
        Command(
            method=kind.pend,
            body=body,
            summary="Wait for somebody or something else",
            example=example,
        ),
        Command(method=kind.resume, body=Nothing, summary="Wait no longer"),
    )


def resolution_of(kind: type[Resolvable], example: Any) -> Command:
    return Command(
        method=kind.resolve,
        body=Resolve,
        summary="Say that it is resolved, and how",
        description="With `children`, open tickets under it of these kinds are resolved with it, "
        "as far as whoever resolves it may do so. All of that happens, or nothing.",
        use=of(kind, Desk.resolve),
        look_up=who_may_resolve,
        example=example,
    )


def reopening_of(kind: type[Reopenable], reason: str) -> Command:
    return Command(
        method=kind.reopen,
        body=WithReason,
        summary="Take it up again",
        use=of(kind, Desk.reopen),
        example={"reason": reason},
    )


def ends_of(kind: type[LifeCycle], without: str, reason: str) -> tuple[Command, ...]:
    """To close it, and to cancel it `without` what it was for, for a reason such as this."""
    return (
        Command(method=kind.close, body=Nothing, summary="Close it for good"),
        Command(
            method=kind.cancel,
            body=WithReason,
            summary=f"End it without {without}",
            example={"reason": reason},
        ),
    )


def escalations_of(kind: Any, reason: str) -> tuple[Command, ...]:
    """To hand it over to those who know more; to bring it before management, for a reason such as
    this, and to say that it was heard."""
    return (
        Command(
            method=kind.escalate_functionally,
            body=EscalateFunctionally,
            summary="Hand it over to another team or level of support",
            example={"team": "TEA0000002", "support_level": 2, "reason": "The router is theirs."},
        ),
        Command(
            method=kind.escalate_hierarchically,
            body=EscalateHierarchically,
            summary="Tell the next level of management",
            use=of(kind, Desk.escalate_hierarchically),
            example={"reason": reason},
        ),
        Command(
            method=kind.acknowledge_escalation,
            body=Nothing,
            summary="Confirm that management has heard of it",
            needs_version=False,
        ),
    )
