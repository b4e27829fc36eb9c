"""Definitions that are drafted, approved where a process governs them, published version by
version, and retired.

What is approved is a draft, exactly as it is: a vote is about its digest, and falls when the draft
is revised. When it is approved it is published at once, or later if something stands against it by
then: the approval is good for that draft as long as nobody revises it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.definition import digest
from domain.ids import as_id
from domain.personal import Personal
from domain.provenance import Provenance
from domain.remarks import Discussed
from domain.rules import NotFound, require
from domain.subjects import SubjectKind, Value

D = TypeVar("D", bound=Struct)

Approval = Literal["", "pending", "approved", "rejected"]


class Grant(Struct, frozen=True, kw_only=True):
    """An approval: which round gave it, and the digest of the draft that it is for."""

    round: int
    digest: str


class Versioned(Discussed, ApprovalRounds, Generic[D], abstract=True):
    """A kind gives its name (`subject`), its `check`, what conditions may ask of a definition, and
    its type of definition: in the annotations, by which snapshots are read, and in its own Drafted,
    Revised and VersionPublished."""

    what: ClassVar[str]
    subject: ClassVar[SubjectKind]
    whose: ClassVar[str] = "whoever wrote or submitted the draft has no vote"

    organisation = None
    assignee = None
    service = ""
    details: dict[str, str] = {}
    links: tuple[tuple[str, UUID], ...] = ()

    name: str
    draft_definition: D | None
    versions: tuple[D, ...]
    is_retired: bool
    authors: tuple[str, ...]
    """Whoever wrote the draft since the latest publication, or submitted it: the latest last."""
    requester: UUID | None
    """The latest of them."""
    approval: Approval
    """How the latest round of approval stands."""
    grant: Grant | None
    """The approval that was not used yet."""
    outstanding: str
    """Why what was approved is not published."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.draft_definition = None
        self.versions = ()
        self.is_retired = False
        self.authors = ()
        self.requester = None
        self.approval = ""
        self.grant = None
        self.outstanding = ""

    @staticmethod
    def check(definition: Any) -> None:
        """Refuse a definition that is wrong. Raises Refused with its place."""
        raise NotImplementedError

    @staticmethod
    def described(definition: Any) -> Mapping[str, Value]:
        """The fields of a definition that conditions may ask for: see `domain.subjects`."""
        raise NotImplementedError

    @property
    def published(self) -> D | None:
        """The latest published version, if there is one in use."""
        return self.versions[-1] if self.versions and not self.is_retired else None

    @property
    def published_version(self) -> int:
        """The number of the latest published version, 0 before the first."""
        return len(self.versions)

    @property
    def news(self) -> D | None:
        """The draft, if it is another than what is published."""
        return None if self.draft_definition == self.published else self.draft_definition

    def is_news(self) -> bool:
        """Whether a publication would change anything."""
        return self.news is not None

    @property
    def granted_round(self) -> int:
        """The round that approved the draft as it is; 0 if none did."""
        grant = self.grant
        return grant.round if grant and grant.digest == self.draft_digest else 0

    @property
    def draft_digest(self) -> str:
        """Of the draft; empty without one."""
        return "" if self.draft_definition is None else digest(self.draft_definition)

    def definition_of(self, version: int) -> D:
        """A published version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    def _require_in_use(self) -> None:
        require(not self.is_retired, f"A retired {self.what} cannot be changed.")

    # Draft and revise ----------------------------------------------------------------------

    @classmethod
    def draft(cls, id: UUID, *, name: str, definition: D, by: Provenance) -> Self:
        name = text.name(name, f"The name of {_with_article(cls.what)}")
        cls.check(definition)
        return cls.begin(id, cls.Drafted(by=by, name=name, definition=definition))

    class Drafted(Event):
        name: str
        definition: Any

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.name = self.name
            record.draft_definition = self.definition
            record.written_by(self.by.actor)

    def revise(self, definition: D, *, by: Provenance) -> None:
        """Change the draft. What is published stays until the draft is published; votes on the
        draft as it was fall."""
        self._require_in_use()
        self.check(definition)
        if definition == self.draft_definition:
            return
        if self.standing.open:
            self._require_revisable(by)
        self.record(self.Revised(by=by, definition=definition))

    def _require_revisable(self, by: Provenance) -> None:
        """Refuse a revision during an approval that votes could not follow."""
        state = self.standing
        require(
            by.actor not in self.voted,
            f"Nobody votes on their own {self.what}: who has voted on it does not revise it.",
        )
        for name in state.passed:
            require(
                name in state.ballots,
                f"{name} was passed without a vote, for the draft as it is: the submission is "
                "withdrawn before the draft is revised.",
            )

    class Revised(Event):
        definition: Any

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.draft_definition = self.definition
            record.outstanding = ""
            record.written_by(self.by.actor)

    def written_by(self, actor: str) -> None:
        """What an event does by which somebody makes the draft their own."""
        self.authors = (*(one for one in self.authors if one != actor), actor)
        self.requester = as_id(actor)

    # Submit ------------------------------------------------------------------------------

    @property
    def barred(self) -> frozenset[str]:
        return frozenset(self.authors)

    @property
    def always_material(self) -> tuple[str, ...]:
        return ("definition",)

    def content(self) -> Mapping[str, Value | None]:
        draft = self.draft_definition
        return {
            "name": self.name,
            "version": self.published_version + 1,
            "definition": self.draft_digest,
            **self.described(draft),
        }

    def require_ready(self) -> None:
        """Refuse the submission of what is in approval, or has nothing to be approved."""
        self._require_in_use()
        require(not self.standing.open, f"The draft of this {self.what} is in approval already.")
        require(self.is_news(), "There is nothing to approve: the draft is published.")
        require(
            self.granted_round == 0,
            f"Round {self.granted_round} has approved this draft: it is to be published.",
        )

    def adopt(self, *, by: Provenance) -> None:
        """Make the draft one's own, to submit it: who does so has no vote on it."""
        self.require_ready()
        if by.actor not in self.authors:
            self.record(self.DraftAdopted(by=by))

    class DraftAdopted(Event):
        """Somebody submits a draft that others have written."""

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.written_by(self.by.actor)

    def enter_approval(self) -> None:
        self.approval = "pending"
        self.grant = None
        self.outstanding = ""

    def leave_approval(self, *, is_approved: bool) -> None:
        self.approval = "approved" if is_approved else "rejected"
        if is_approved:
            self.grant = Grant(round=self.round, digest=self.draft_digest)

    def withdraw(self, *, reason: str, by: Provenance) -> None:
        """Take the submission back. The draft stays."""
        require(len(self.standing.open) > 0, f"This {self.what} is not in approval.")
        reason = text.reason(reason, "A withdrawal needs a reason.")
        self.record(self.SubmissionWithdrawn(by=by, round=self.round, reason=reason))

    class SubmissionWithdrawn(GivenUp):
        round: int
        reason: Annotated[str, Personal("actor")]

        def apply(self, record: "Versioned[Any]", /) -> None:
            super().apply(record)
            record.approval = ""

    def _require_chooser(self, by: Provenance) -> None:
        require(by.actor not in self.barred, f"Nobody chooses who votes on their own {self.what}.")

    # Publish -----------------------------------------------------------------------------

    def publish(self, *, by: Provenance) -> None:
        """Put the draft into use as the next version. What began on an earlier one keeps it."""
        self._publish(by=by)

    def _publish(self, *, by: Provenance, **more: Any) -> None:
        """Publish the draft, with what a kind says besides."""
        self._require_in_use()
        draft = self.news
        if draft is None:
            return
        require(
            not self.standing.open,
            f"The draft of this {self.what} is in approval, and is published when it is approved.",
        )
        self.record(
            self.VersionPublished(
                by=by,
                number=self.published_version + 1,
                definition=draft,
                digest=digest(draft),
                round=self.granted_round,
                **more,
            )
        )

    class VersionPublished(Event):
        number: int
        definition: Any
        digest: str
        round: int = 0
        """The round that approved it; 0 where no process governed it."""

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.versions = (*record.versions, self.definition)
            record.authors = ()
            record.grant = None
            record.outstanding = ""

    def put_off(self, reason: str, *, by: Provenance) -> None:
        """Note why what was approved is not published: its approval is kept."""
        reason = text.body(reason, "A reason", text.REASON_MAX)
        if self.granted_round and reason != self.outstanding:
            self.record(self.PublicationPutOff(by=by, round=self.granted_round, reason=reason))

    class PublicationPutOff(Event):
        round: int
        reason: str

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.outstanding = self.reason

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, reason: str = "", by: Provenance) -> None:
        """Take it out of use for what begins from now on. An approval of its draft ends."""
        reason = text.body(reason, "A reason", text.REASON_MAX)
        if not self.is_retired:
            self.record(self.Retired(by=by, reason=reason))

    class Retired(GivenUp):
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Formerly, nobody gave a reason."""

        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, record: "Versioned[Any]", /) -> None:
            super().apply(record)
            record.is_retired = True
            record.approval = "" if record.approval == "pending" else record.approval


def _with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
