"""Webhooks: where they go, what they send, and whether they do."""

from typing import Any

from domain.aggregate import Entry, Event
from domain.webhook import Status, Webhook
from projections.one_row import fold_of
from projections.tables import Id, Instant, Row, Table, id_text, instant, number_text
from projections.view import Cases, View

NAME = "webhooks"
VERSION = 2


class WebhookRow(Row):
    id: Id
    number: str
    url: str
    status: str
    owner: Id
    organisation: Id
    at: Instant
    """When it was last changed."""
    version: int
    position: int
    description: str = ""
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    condition: str = ""
    views: tuple[str, ...] = ()
    reason: str = ""
    """Why it is disabled."""
    secret: int = 1
    """The number of the present secret."""
    overlap_until: Instant | None = None
    """Until when the secret before it signs, too."""


WEBHOOKS = Table(
    NAME,
    VERSION,
    WebhookRow,
    key=("id",),
    indexes=[("number",), ("owner",), ("organisation",)],
    past=(),
    is_small=True,
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Webhook.")


def _registered(entry: Entry, event: Webhook.Registered, at: str) -> WebhookRow:
    return WebhookRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        url=event.url,
        status=Status.ACTIVE,
        owner=id_text(event.owner),
        organisation=id_text(event.organisation),
        at=at,
        version=1,
        position=entry.position,
    )


fold = fold_of(WEBHOOKS, Webhook.Registered, _registered, CASES)


@CASES.on(Webhook.Registered, Webhook.Amended)
def _amended(event: Webhook.Registered | Webhook.Amended, row: WebhookRow) -> None:
    row.url, row.description = event.url, event.description
    row.types, row.kinds = event.types, event.kinds
    row.subjects = tuple(map(number_text, event.subjects))
    row.condition = event.condition
    row.views = tuple(map(number_text, event.views))


@CASES.on(Webhook.SecretRotated)
def _rotated(event: Webhook.SecretRotated, row: WebhookRow) -> None:
    row.secret += 1
    row.overlap_until = instant(event.overlap_until)


@CASES.on(Webhook.Disabled, Webhook.GivenUp)
def _disabled(event: Webhook.Disabled | Webhook.GivenUp, row: WebhookRow) -> None:
    row.status, row.reason = Status.DISABLED, event.reason


@CASES.on(Webhook.Enabled)
def _enabled(_: Event, row: WebhookRow) -> None:
    row.status, row.reason = Status.ACTIVE, ""


@CASES.on(Webhook.Removed)
def _removed(_: Event, row: WebhookRow) -> None:
    row.status, row.reason = Status.REMOVED, ""


VIEW = View(NAME, VERSION, (WEBHOOKS,), fold, concerns=concerns, keyed=(WEBHOOKS,))
