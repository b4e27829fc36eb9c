"""Organisations: whose records they are, and so who sees them."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance
from domain.rules import require
from domain.wall_clock import zone as require_zone

RETENTION_DAYS_MAX = 36_500

KeptKind = Literal["incident", "request", "question", "problem", "change", "article"]
"""Records that have words of their own."""


class Term(Struct, frozen=True):
    """How long what records of a kind say is kept after they were over, in days."""

    days: int | None = None
    """None for ever."""
    files_days: int | None = None
    """None as long as the words."""
    since: datetime | None = None
    """When this was said."""


class Organisation(Aggregate):
    prefix = "ORG"

    name: str
    is_operator: bool
    parent: UUID | None
    is_active: bool
    zone: str
    """The IANA zone of its site, empty where that is not known."""
    retention_days: int | None
    """How long its people are kept who were let in no more; None for ever."""
    terms: dict[str, Term]
    """How long what its records say is kept after they were over, by their kind."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.is_operator = False
        self.parent = None
        self.is_active = True
        self.zone = ""
        self.retention_days = None
        self.terms = {}

    @classmethod
    def register(
        cls,
        id: UUID,
        *,
        name: str,
        is_operator: bool = False,
        parent: UUID | None = None,
        by: Provenance,
    ) -> Self:
        """Register an organisation. Members of an operator see the records of all others."""
        require(parent != id, "An organisation is not part of itself.")
        return cls.begin(
            id,
            cls.Registered(
                by=by,
                name=text.name(name, "The name of an organisation"),
                is_operator=is_operator,
                parent=parent,
            ),
        )

    class Registered(Event):
        name: str
        is_operator: bool = False
        parent: UUID | None = None

        def apply(self, organisation: "Organisation", /) -> None:
            organisation.name = self.name
            organisation.is_operator = self.is_operator
            organisation.parent = self.parent

    def rename(self, name: str, *, by: Provenance) -> None:
        require(self.is_active, "An organisation that was deactivated cannot be changed.")
        name = text.name(name, "The name of an organisation")
        if name != self.name:
            self.record(self.Renamed(by=by, name=name))

    class Renamed(Event):
        name: str

        def apply(self, organisation: "Organisation", /) -> None:
            organisation.name = self.name

    def locate(self, zone: str, *, by: Provenance) -> None:
        """Say in which zone its site is: service levels may be read on its wall clock."""
        require(self.is_active, "An organisation that was deactivated cannot be changed.")
        require_zone(zone)
        if zone != self.zone:
            self.record(self.Located(by=by, zone=zone))

    class Located(Event):
        zone: str

        def apply(self, organisation: "Organisation", /) -> None:
            organisation.zone = self.zone

    def set_retention(self, days: int | None, *, by: Provenance) -> None:
        """Say after how many days the erasure of people is asked for who were let in no more; None
        for never."""
        require(
            days is None or 1 <= days <= RETENTION_DAYS_MAX,
            f"People are kept for 1 to {RETENTION_DAYS_MAX} days, or for ever.",
        )
        if days != self.retention_days:
            self.record(self.RetentionSet(by=by, days=days))

    class RetentionSet(Event):
        days: int | None = None

        def apply(self, organisation: "Organisation", /) -> None:
            organisation.retention_days = self.days

    def set_words_retention(
        self, kind: KeptKind, *, days: int | None, files_days: int | None = None, by: Provenance
    ) -> None:
        """Say for how many days what its records of a kind say is kept after they were over, and
        their files if these go before; None for ever."""
        for given in (days, files_days):
            require(
                given is None or 1 <= given <= RETENTION_DAYS_MAX,
                f"Words and files are kept for 1 to {RETENTION_DAYS_MAX} days, or for ever.",
            )
        require(
            days is None or files_days is None or files_days < days,
            "Files go before the words, or with them.",
        )
        known = self.terms.get(kind, Term())
        if (days, files_days) != (known.days, known.files_days):
            self.record(self.WordsRetentionSet(by=by, kind=kind, days=days, files_days=files_days))

    class WordsRetentionSet(Event):
        kind: KeptKind
        days: int | None = None
        files_days: int | None = None

        def apply(self, organisation: "Organisation", /) -> None:
            term = Term(days=self.days, files_days=self.files_days, since=self.by.effective_at)
            organisation.terms = {**organisation.terms, self.kind: term}

    def deactivate(self, *, by: Provenance) -> None:
        if self.is_active:
            self.record(self.Deactivated(by=by))

    class Deactivated(Event):
        def apply(self, organisation: "Organisation", /) -> None:
            organisation.is_active = False
