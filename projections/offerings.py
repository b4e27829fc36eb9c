"""What is offered: by service, for whom, at which price; with the form, the plan and the drafts.

A row says what is published; before anything is, what the draft says.
"""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.offering import Item, Offering
from projections import governed
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    as_json,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "offerings"
VERSION = 2


class OfferingRow(Row):
    id: Id
    number: str
    name: str
    at: Instant
    """When something last happened to it."""
    version: int
    position: int
    status: str = "draft"
    """`draft` before anything is published, then `published` until it is `retired`."""
    service: Id | None = None
    description: str = ""
    category: str = ""
    price: str = ""
    """The amount, as a decimal number; empty without a price."""
    currency: str = ""
    audience: str = ""
    is_public: bool = False
    """Whether it is for everybody to order now."""
    published_version: int = 0
    published_at: Instant | None = None


class PageRow(Row):
    """What is not listed: the form, and what is known only to those who work on it."""

    id: Id
    form: Json = {}
    plan: tuple[Json, ...] = ()
    process: Id | None = None
    organisations: tuple[str, ...] = ()
    digest: str = ""
    """That of what is published."""
    draft: Json = {}
    author: str = ""
    """Who wrote the draft as it is, or submitted it."""
    approval_status: str = ""
    outstanding: str = ""
    approval: Json = {}
    comments: tuple[Json, ...] = ()

    @property
    def written(self) -> Mapping[str, str]:
        return {}


class AudienceRow(Row):
    """An organisation whose people order an offering."""

    offering: Id
    organisation: Id


OFFERINGS = Table(
    NAME,
    VERSION,
    OfferingRow,
    key=("id",),
    indexes=[("number",), ("name",), ("service", "name"), ("category", "name"), ("status", "name")],
    past=(),
    is_small=True,
)
PAGES = Table(f"{NAME}_pages", VERSION, PageRow, key=("id",))
AUDIENCE = Table(
    f"{NAME}_audience",
    VERSION,
    AudienceRow,
    key=("offering", "organisation"),
    indexes=[("organisation", "offering")],
    past=(),
    is_small=True,
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Offering.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    if isinstance(event, Offering.Drafted):
        number = number_text(entry.originator_id)
        rows.put(OFFERINGS, OfferingRow(id, number, event.name, at, 1, entry.position))
        rows.put(PAGES, PageRow(id))
    row, page = rows.get(OFFERINGS, id), rows.get(PAGES, id)
    governed.fold(event, page)
    if case := CASES.of(type(event)):
        case(event, row, page, rows)
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


@CASES.on(Offering.Drafted, Offering.Revised)
def _written(event: Offering.Drafted, row: OfferingRow, page: PageRow, _: Rows) -> None:
    page.draft = as_json(event.definition)
    if not row.published_version:
        _show(event.definition, row, page)


@CASES.on(Offering.VersionPublished)
def _published(
    event: Offering.VersionPublished, row: OfferingRow, page: PageRow, rows: Rows
) -> None:
    if row.published_version:
        _close(row, page, rows)
    _show(event.definition, row, page)
    row.status = "published"
    row.is_public = event.definition.audience == "public"
    row.published_version = event.number
    row.published_at = instant(event.by.effective_at)
    page.digest = event.digest
    for organisation in page.organisations:
        rows.put(AUDIENCE, AudienceRow(row.id, organisation))


@CASES.on(Offering.Retired)
def _retired(_: Event, row: OfferingRow, page: PageRow, rows: Rows) -> None:
    row.status = "retired"
    _close(row, page, rows)


def _show(item: Item, row: OfferingRow, page: PageRow) -> None:
    row.service, row.audience = id_text(item.service), item.audience
    row.description, row.category = item.description, item.category
    row.price = item.price.amount if item.price else ""
    row.currency = item.price.currency if item.price else ""
    page.form, page.process = item.form, id_or_none(item.process)
    page.plan = tuple(as_json(task) for task in item.plan)
    page.organisations = tuple(map(str, item.organisations))


def _close(row: OfferingRow, page: PageRow, rows: Rows) -> None:
    """Nobody orders it any more, as it was."""
    row.is_public = False
    for organisation in page.organisations:
        rows.remove(AUDIENCE, row.id, organisation)


VIEW = View(
    NAME, VERSION, (OFFERINGS, PAGES, AUDIENCE), fold, concerns=concerns, keyed=(OFFERINGS, PAGES)
)
