"""Text modules: what is said again and again, with variables for what differs."""

from uuid import UUID

from msgspec import Struct

from domain import text, variables
from domain.plain_definition import PlainDefinition
from domain.rules import require

TEAMS_MAX = 50
LANGUAGE_MAX = 35


class TextDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    text: str
    category: str = ""
    language: str = ""
    """A tag of BCP 47 such as `de-CH`; empty for any."""
    teams: tuple[UUID, ...] = ()
    """The teams that say it; without any, everybody at the desk."""


class TextModule(PlainDefinition[TextDefinition]):
    prefix = "TXT"
    what = "text module"

    versions: tuple[TextDefinition, ...]

    @staticmethod
    def check(definition: TextDefinition) -> None:
        said = text.body(definition.text, "text: a text module")
        require(said != "", "text: a text module says something.")
        variables.check("text", said)
        text.body(definition.category, "category: it", text.NAME_MAX)
        text.body(definition.language, "language: it", LANGUAGE_MAX)
        require(len(definition.teams) <= TEAMS_MAX, f"teams: at most {TEAMS_MAX} are named.")

    class Defined(PlainDefinition.Defined):
        definition: TextDefinition

    class Revised(PlainDefinition.Revised):
        definition: TextDefinition
