"""Lists of choices that come from elsewhere, such as sites, cost centres or projects.

Another system, or somebody, replaces what the list has as often as it likes, and what changed is
recorded. So a field whose choices are those of a list never waits for that system, and what could
be chosen at any moment is known for ever.
"""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from domain import text
from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance
from domain.rules import require

CHOICES_MAX = 5_000


class ChoiceList(Aggregate):
    prefix = "CHL"
    what = "choice list"

    name: str
    source: str
    """Where the choices come from, in words or as an address."""
    choices: tuple[str, ...]
    """In the order of their letters."""
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.source = ""
        self.choices = ()
        self.is_retired = False

    def require_in_use(self) -> None:
        require(not self.is_retired, f"{self.number} is retired, and nothing of it is chosen.")

    @classmethod
    def define(
        cls, id: UUID, *, name: str, choices: Sequence[str], source: str = "", by: Provenance
    ) -> Self:
        return cls.begin(
            id,
            cls.Defined(
                by=by,
                name=text.name(name, "The name of a choice list"),
                source=text.body(source, "source: it", text.REASON_MAX),
                choices=checked(choices),
            ),
        )

    class Defined(Event):
        name: str
        choices: tuple[str, ...]
        source: str = ""

        def apply(self, record: "ChoiceList", /) -> None:
            record.name = self.name
            record.source = self.source
            record.choices = self.choices

    def replace(self, choices: Sequence[str], *, by: Provenance) -> None:
        """Let these be the choices. The same again records nothing; values that tickets have
        stay."""
        self.require_in_use()
        after, before = set(checked(choices)), set(self.choices)
        if after != before:
            self.record(
                self.Replaced(by=by, added=ordered(after - before), removed=ordered(before - after))
            )

    class Replaced(Event):
        added: tuple[str, ...] = ()
        removed: tuple[str, ...] = ()

        def apply(self, record: "ChoiceList", /) -> None:
            record.choices = ordered({*record.choices, *self.added}.difference(self.removed))

    def retire(self, *, by: Provenance) -> None:
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, record: "ChoiceList", /) -> None:
            record.is_retired = True


def ordered(choices: set[str]) -> tuple[str, ...]:
    return tuple(sorted(choices, key=lambda one: (one.casefold(), one)))


def checked(choices: Sequence[str]) -> tuple[str, ...]:
    """The choices in their order, each once. Raises Refused with the place."""
    require(0 < len(choices) <= CHOICES_MAX, f"choices: a list has 1 to {CHOICES_MAX} of them.")
    return ordered(
        {text.name(choice, f"choices[{index}]: a choice") for index, choice in enumerate(choices)}
    )
