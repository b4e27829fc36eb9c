"""A declared view for the tests, incidents that it is about, and what it is to show of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from domain.declaration import Language
from domain.declared_definition import ViewDefinition
from domain.declared_view import DeclaredView
from domain.ids import record_id
from domain.incident import Incident
from projections import timeline
from projections.declaring import DeclaringProjector
from projections.view import View
from tests.people import CUSTOMER, MONDAY, person, signed
from tests.projections.conftest import Kit, keep

NAME = "reopened"
ID = record_id("DVW", 1)
DOCUMENT = (Path(__file__).parents[2] / "docs" / "views.md").read_text()
LANGUAGES: Mapping[Language, str] = {"toml": "toml", "sql": "sql", "py": "python"}
EXAMPLES: Mapping[Language, str] = {
    language: DOCUMENT.partition(f"```{fence}\n")[2].partition("```")[0]
    for language, fence in LANGUAGES.items()
}
"""The example of the documentation, in each language."""
EXAMPLE = EXAMPLES["toml"]

BY_TEAM = msgspec.convert(
    {
        "columns": [
            {"name": "category", "type": "text"},
            {"name": "reopened", "type": "integer"},
            {"name": "is_often", "type": "boolean"},
            {"name": "minutes_pending", "type": "integer"},
            {"name": "last_at", "type": "instant", "is_optional": True},
            {"name": "last", "type": "id", "is_optional": True},
        ],
        "remembered": [
            {"name": "category", "type": "text"},
            {"name": "since", "type": "instant", "is_optional": True},
        ],
        "key": {"category": "kept.category"},
        "rules": [
            {"on": ["*.Categorised"], "remember": {"category": "event.category"}},
            {"on": ["Incident.Paused"], "remember": {"since": "by.effective_at"}},
            {
                "on": ["Incident.Resumed"],
                "when": "kept.since != never",
                "set": {
                    "minutes_pending": "row.minutes_pending"
                    " + (by.effective_at - kept.since).getMinutes()"
                },
            },
            {
                "on": ["Incident.Reopened"],
                "set": {
                    "reopened": "row.reopened + 1",
                    "is_often": "row.reopened > 1",
                    "last_at": "by.effective_at",
                    "last": "record.id",
                },
            },
        ],
    },
    ViewDefinition,
)
COUNTED = msgspec.convert(
    {
        "columns": [{"name": "category", "type": "text"}, {"name": "times", "type": "integer"}],
        "remembered": [{"name": "category", "type": "text"}],
        "key": {"category": "kept.category"},
        "rules": [
            {"on": ["Incident.Categorised"], "remember": {"category": "event.category"}},
            {"on": ["Incident.Reopened"], "set": {"times": "row.times + 1"}},
        ],
    },
    ViewDefinition,
)
"""The next version, with other columns."""

GIVEN: tuple[View, ...] = (timeline.VIEW,)
"""Views of the desk beside which it is: one will do."""


def declared(kit: Kit, definition: ViewDefinition = BY_TEAM) -> DeclaredView:
    """It is declared now."""
    record = DeclaredView.declare(
        ID, name=NAME, title="Reopened", definition=definition, by=signed("olga")
    )
    keep(kit.ledger, record)
    return record


def projecting(kit: Kit, views: Sequence[View] = GIVEN) -> DeclaringProjector:
    projector = DeclaringProjector(kit.ledger, kit.store(), views)
    projector.prepare()
    return projector


def lived(kit: Kit, serial: int, times: int = 5) -> None:
    keep(kit.ledger, reopened_incident(serial, times))


def reopened_incident(serial: int, times: int) -> Incident:
    """An incident that waits 7 minutes and is reopened, so many times: 2 + 4 events each."""
    at = MONDAY + timedelta(hours=serial)
    id = record_id("INC", serial)
    incident = Incident.log(
        id,
        title="No invoices",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann", at),
    )
    category = ("network", "mail", "")[serial % 3]
    incident.categorise(category=category, by=signed("bea", at)) if category else None
    for _ in range(times):
        incident.pend(reason="customer", by=signed("bea", at))
        at += timedelta(minutes=7)
        incident.resume(by=signed("bea", at))
        incident.resolve(code="fixed", resolution="Done.", by=signed("bea", at))
        incident.reopen(reason="Not done.", by=signed("ann", at))
    return incident


def rows_of(projector: DeclaringProjector) -> dict[str, tuple[Any, ...]]:
    """The rows of the version that serves, by their category."""
    view = next(view for view in projector.views.values() if view.name.startswith(f"{NAME}@"))
    return {row[0]: row[1:] for row in projector.store.scan(view.tables[0])}


def reopened(serials: range, times: int = 5) -> dict[str, int]:
    """How often incidents of each category were reopened."""
    found: dict[str, int] = defaultdict(int)
    for serial in serials:
        found[("network", "mail", "")[serial % 3]] += times
    return dict(found)
