"""Templates of what the stakeholders of a major incident are told, for each audience and language,
with variables for what differs."""

from datetime import UTC, datetime

from msgspec import Struct

from domain import text, variables
from domain.major_incident import MajorIncident, cadence
from domain.plain_definition import PlainDefinition
from domain.rules import require
from domain.text_module import LANGUAGE_MAX

VARIABLES = {
    **variables.VARIABLES,
    "services": "the services that it affects",
    "manager": "the name of who leads it",
    "next_update": "when the stakeholders hear of it next",
}


class UpdateDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    text: str
    audience: str = ""
    """For whom it is, such as `customers` or `management`; empty for all."""
    language: str = ""
    """A tag of BCP 47 such as `de-CH`; empty for any."""


class UpdateTemplate(PlainDefinition[UpdateDefinition]):
    prefix = "UPT"
    what = "update template"

    versions: tuple[UpdateDefinition, ...]

    @staticmethod
    def check(definition: UpdateDefinition) -> None:
        said = text.body(definition.text, "text: an update template")
        require(said != "", "text: an update template says something.")
        variables.check("text", said, VARIABLES)
        text.body(definition.audience, "audience: it", text.NAME_MAX)
        text.body(definition.language, "language: it", LANGUAGE_MAX)

    class Defined(PlainDefinition.Defined):
        definition: UpdateDefinition

    class Revised(PlainDefinition.Revised):
        definition: UpdateDefinition


def next_update(incident: MajorIncident, told_at: datetime) -> str:
    """When the stakeholders hear of it after an update; "" if that is when there is news."""
    if not (incident.is_at_work and incident.update_every):
        return ""
    due = told_at + cadence(incident.update_every)
    return f"{due.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
