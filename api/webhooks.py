"""Webhooks over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.commands import Asked, Command, Practice, accepted, asked_of, if_match
from api.fields import Note, Reason, ViewRef
from api.http import bodies
from api.http.answers import Answer
from api.http.bodies import Body
from api.http.calls import Call
from api.reference import reference
from api.tickets import Nothing
from api.view_changes import check_followed
from domain.feed import signing
from domain.feed.addresses import require_allowed
from domain.feed.conditions import TEXT_MAX
from domain.feed.wanted import Wanted, wanted
from domain.ledger import Work
from domain.policy import about, allow
from domain.recorder import Receipt
from domain.saved_view import SavedView
from domain.webhook import (
    NAMES_MAX,
    OVERLAP_MAX,
    POSITION_MAX,
    URL_MAX,
    VIEWS_MAX,
    Webhook,
    check_url,
)

HOURS_MAX = int(OVERLAP_MAX.total_seconds()) // 3600

Url = Annotated[
    str, Field(max_length=URL_MAX, pattern=r"^https?://[!-~]+$", examples=["https://example.org/"])
]
Named = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=NAMES_MAX)
]
Position = Annotated[int, Field(ge=0, le=POSITION_MAX)]


class Amend(Body):
    url: Url
    description: Note = ""
    types: Named = []
    kinds: Named = []
    subjects: Named = []
    condition: Annotated[
        str,
        Field(
            max_length=TEXT_MAX,
            description="A condition on the event, such as `event.priority <= 2`.",
        ),
    ] = ""

    views: Annotated[
        list[ViewRef],
        Field(
            max_length=VIEWS_MAX,
            description="Saved views: what enters and leaves them is sent, instead of events.",
        ),
    ] = []

    def arguments(self) -> dict[str, Any]:
        what = wanted(
            types=self.types, kinds=self.kinds, subjects=self.subjects, condition=self.condition
        )
        return super().arguments() | _named(what)


class Register(Amend):
    after: Annotated[
        Position | None,
        Field(description="Send what comes after it; without one, what happens from now on."),
    ] = None


class RotateSecret(Body):
    overlap_hours: Annotated[
        int, Field(ge=0, le=HOURS_MAX, description="So long the present secret signs, too.")
    ] = 24


class Rewind(Body):
    after: Position


class Disable(Body):
    reason: Reason


EXAMPLE = {
    "url": "https://example.org/hooks/desk",
    "kinds": ["incident"],
    "types": ["Incident.Logged", "Incident.Resolved"],
}


async def may_lead(call: Call, _: Any, body: Any) -> dict[str, Any]:
    """Refuse a token that reads nothing, as by a webhook it would, where nothing may go, and views
    that cannot be followed."""
    allow(call.caller.actor, "ledger.list_events", None)
    check_url(body.url)
    require_allowed(body.url, call.context.settings.webhook_networks)
    for id in body.views:
        view = await call.context.ledger.find(SavedView, id)
        check_followed(call.context.desk, call.caller.actor, view)
    return {}


PRACTICE = Practice(
    kind=Webhook,
    plural="webhooks",
    what="webhook",
    title="Webhooks",
    creation=None,
    commands=(
        Command(
            method=Webhook.amend,
            body=Amend,
            summary="Say anew where it goes, and what is sent",
            look_up=may_lead,
            example=EXAMPLE,
        ),
        Command(
            method=Webhook.test,
            body=Nothing,
            summary="Send a test",
            description="An event that is sent whatever the webhook is to send; its deliveries "
            "tell what came of it.",
            needs_version=False,
        ),
        Command(
            method=Webhook.rewind,
            body=Rewind,
            summary="Send again what came after a position",
            example={"after": 118},
            needs_version=False,
        ),
        Command(
            method=Webhook.disable,
            body=Disable,
            summary="Send nothing until it is enabled",
            example={"reason": "Maintenance"},
            needs_version=False,
        ),
        Command(
            method=Webhook.enable,
            body=Nothing,
            summary="Go on where it was disabled",
            needs_version=False,
        ),
        Command(method=Webhook.remove, body=Nothing, summary="Remove it for good"),
    ),
)


async def register(call: Call) -> Answer:
    """The secret is in the first answer and nowhere else."""
    raw = await bodies.read(call)
    body = bodies.parse(call, Register, raw)
    allow(call.caller.actor, call.route.act, None)
    await may_lead(call, None, body)
    asked, ledger, person = asked_of(call, raw, None), call.context.ledger, call.caller.person
    id = await ledger.next_id(Webhook)
    arguments = body.arguments() | {"owner": person.id, "organisation": person.organisation}

    async def decide(work: Work) -> None:
        work.add(Webhook.register(id, **arguments, by=asked.by))
        signing.prepare(ledger.mapper.keys, id)

    receipt = await ledger.run(decide=decide, **asked.keywords)
    return _with_secret(call, receipt, 201, 1)


async def rotate_secret(call: Call) -> Answer:
    """The next secret is in the first answer and nowhere else."""
    raw = await bodies.read(call)
    body = bodies.parse(call, RotateSecret, raw)
    id = reference(Webhook, call.params[0])
    webhook = await call.context.ledger.find(Webhook, id)
    allow(call.caller.actor, call.route.act, about(webhook))
    asked: Asked = asked_of(call, raw, if_match(call, is_needed=True))
    number = 0

    def act(webhook: Webhook) -> None:
        nonlocal number
        webhook.rotate_secret(**body.arguments(), by=asked.by)
        number = webhook.secret

    receipt = await call.context.ledger.edit(
        Webhook, id, act, expected=asked.expected, **asked.keywords
    )
    return _with_secret(call, receipt, 200, number)


def _with_secret(call: Call, receipt: Receipt, status: int, number: int) -> Answer:
    more: dict[str, Any] = {}
    if not receipt.is_repeat:
        keys = call.context.ledger.mapper.keys
        more["secret"] = signing.told(signing.secret(keys, receipt.subject, number))
    answer = accepted(call, receipt, status, PRACTICE.plural, more)
    answer.headers.append((b"cache-control", b"no-store"))
    return answer


def _named(what: Wanted) -> dict[str, Sequence[str] | Sequence[UUID]]:
    return {"types": what.types, "kinds": what.kinds, "subjects": what.subjects}
