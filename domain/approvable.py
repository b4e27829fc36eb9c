"""What a kind of record says that goes through rounds of approval, and how its round stands."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.approval import OpenStage
from domain.approval_round_state import RoundState
from domain.provenance import Provenance
from domain.subjects import SubjectKind, Value


class Approvable(Aggregate, abstract=True):
    """A record that goes through rounds of approval. `round` counts how often it was submitted.

    A kind says what it is called, whose own it is, and what votes are about; it is told when a
    round begins, and what came of it. What ends a round without a decision is a `GivenUp`.
    """

    what: ClassVar[str]
    """How the rules call this kind of record."""
    subject: ClassVar[SubjectKind]
    """As what processes govern it."""
    whose: ClassVar[str]
    """Who is barred, in words that complete `Nobody votes on their own change: ….`"""
    is_conditional: ClassVar[bool] = False
    """Whether it is approved on conditions as well."""

    requester: UUID | None
    organisation: UUID | None
    assignee: UUID | None
    details: dict[str, str]
    service: str
    links: tuple[tuple[str, UUID], ...]
    """These are what selectors of people look at."""
    standing: RoundState

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.standing = RoundState()

    @property
    def round(self) -> int:
        return self.standing.number

    @property
    def stages(self) -> tuple[OpenStage, ...]:
        """Those of the latest round, without the skipped ones."""
        return self.standing.stages

    @property
    def calendar(self) -> UUID | None:
        """What patience counts on in the latest round, in the version beside it."""
        return self.standing.calendar

    @property
    def calendar_version(self) -> int:
        return self.standing.calendar_version

    @property
    def voted(self) -> frozenset[str]:
        """Everybody whose vote in the latest round stands, and whoever cast it."""
        return self.standing.voted

    # What a kind says ----------------------------------------------------------------------

    @property
    def anew(self) -> str:
        """What to do where the approval that runs does not bear an edit."""
        return f"Withdraw the {self.what} and propose it anew."

    @property
    def barred(self) -> frozenset[str]:
        """The people who never vote on this record: it is their own."""
        raise NotImplementedError

    def content(self) -> Mapping[str, Value | None]:
        """The fields of the record that votes may be about."""
        raise NotImplementedError

    @property
    def always_material(self) -> tuple[str, ...]:
        """The fields of the content that every vote is about, whatever the process names."""
        return ()

    def enter_approval(self) -> None:
        """What the beginning of a round does to the record."""
        raise NotImplementedError

    def leave_approval(self, *, is_approved: bool) -> None:
        """What the decision of a round does to the record."""
        raise NotImplementedError

    def _require_chooser(self, by: Provenance) -> None:
        """Refuse to let somebody choose who votes."""

    def _set_conditions(
        self, conditions: Sequence[str], *, stage: str, voter: str, by: Provenance
    ) -> None:
        """Note on which conditions somebody approves, where the kind is approved on conditions."""

    def _lapse_conditions(self, *, by: Provenance) -> None:
        """Note that conditions lapse whose votes do not stand any more."""
