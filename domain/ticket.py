"""What all tickets do: be described, sorted, assigned, discussed and linked."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from domain import text
from domain.affected import AffectedPeople
from domain.aggregate import Event
from domain.checklist import Checklist
from domain.custom_fields import CustomFields
from domain.editing import Editing
from domain.following import MENTIONED_MAX, Following
from domain.limits import ATTACHMENT_BYTES_MAX
from domain.personal import Personal
from domain.priority import USUAL, Level, MatrixInUse
from domain.priority import priority as priority_of
from domain.provenance import Provenance
from domain.requested import Requested
from domain.rules import require
from domain.time_spent import TimeSpent
from domain.wording import Worded, detail_texts, unless_known

LINKS_MAX = 1_000
ATTACHMENTS_MAX = 1_000
DETAILS_MAX = 200

LinkType = Literal[
    "relates to",
    "blocks",
    "blocked by",
    "duplicates",
    "caused by",
    "affects",
    "child of",
    "parent of",
    "answered by",
]
CHILD: LinkType = "child of"
PARENT: LinkType = "parent of"
BLOCKS: LinkType = "blocks"
BLOCKED: LinkType = "blocked by"

OTHER_SIDE: Mapping[LinkType, LinkType] = {
    CHILD: PARENT,
    PARENT: CHILD,
    BLOCKS: BLOCKED,
    BLOCKED: BLOCKS,
}
"""What a link that stands on both tickets is on the other."""


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class Ticket(
    Requested,
    AffectedPeople,
    Checklist,
    TimeSpent,
    CustomFields,
    Editing,
    Following,
    abstract=True,
):
    impact: Level | None
    urgency: Level | None
    priority: int | None
    category: str
    subcategory: str
    service: str
    team: UUID | None
    assignee: UUID | None
    reassigned: int
    details: dict[str, str]
    links: tuple[tuple[str, UUID], ...]
    attachments: tuple[str, ...]
    comments: int

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.impact = None
        self.urgency = None
        self.priority = None
        self.category = ""
        self.subcategory = ""
        self.service = ""
        self.team = None
        self.assignee = None
        self.reassigned = 0
        self.details = {}
        self.links = ()
        self.attachments = ()
        self.comments = 0

    @property
    def has_words(self) -> bool:
        return bool(self.details)

    @property
    def parents(self) -> tuple[UUID, ...]:
        """The tickets that it is a child of."""
        return tuple(other for type, other in self.links if type == CHILD)

    @property
    def children(self) -> tuple[UUID, ...]:
        return tuple(other for type, other in self.links if type == PARENT)

    @property
    def blockers(self) -> tuple[UUID, ...]:
        """The tickets that block it, open or not."""
        return tuple(other for type, other in self.links if type == BLOCKED)

    # Amend -------------------------------------------------------------------------------

    def amend(
        self,
        *,
        by: Provenance,
        title: str | None = None,
        description: str | None = None,
        details: Mapping[str, str] | None = None,
        known: Mapping[str, str] = {},
    ) -> None:
        """Correct what the ticket says. What is not given stays as it is, and so does what says
        the same as `known`, the texts as they are."""
        self.require_not_over()
        given = dict(details or {})
        require(len(given) <= DETAILS_MAX, f"A {self.what} has at most {DETAILS_MAX} details.")
        changed = {
            text.name(name, "The name of a detail"): text.body(value, "A detail", 4_000)
            for name, value in given.items()
            if self.details.get(name) != value
        }
        if title is not None:
            title = unless_known(text.title(title, f"A {self.what}"), known.get("title"))
        if description is not None:
            description = unless_known(text.body(description, "A text"), known.get("description"))
        if title is None and description is None and not changed:
            return
        self.record(
            self.Amended(
                by=by,
                requester=self.requester,
                title=title,
                description=description,
                details=changed,
            )
        )

    class Amended(Worded):
        class_version = 2

        requester: UUID | None = None
        title: Annotated[str | None, Personal("requester")] = None
        description: Annotated[str | None, Personal("requester")] = None
        details: Annotated[dict[str, str], Personal("requester", since=2)] = {}

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            """The details were not sealed."""
            return state

        @property
        def texts(self) -> Mapping[str, str | None]:
            said = {"title": self.title, "description": self.description}
            return said | detail_texts(self.details)

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.say(self.texts)
            if self.details:
                ticket.details = {**ticket.details, **self.details}

    def say(self, texts: Mapping[str, str | None]) -> None:
        """What an event that says something does: see `Worded.texts`."""

    # Categorise --------------------------------------------------------------------------

    def categorise(
        self, *, category: str, subcategory: str = "", service: str = "", by: Provenance
    ) -> None:
        self.require_not_over()
        category = text.name(category, "A category")
        subcategory = text.body(subcategory, "A subcategory", text.NAME_MAX)
        service = text.body(service, "A service", text.NAME_MAX)
        if (category, subcategory, service) != (self.category, self.subcategory, self.service):
            self.record(
                self.Categorised(by=by, category=category, subcategory=subcategory, service=service)
            )

    class Categorised(Event):
        category: str
        subcategory: str = ""
        service: str = ""

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.category = self.category
            ticket.subcategory = self.subcategory
            ticket.service = self.service

    # Prioritise --------------------------------------------------------------------------

    def prioritise(
        self, *, impact: Level, urgency: Level, by: Provenance, matrix: MatrixInUse = USUAL
    ) -> None:
        """Set impact and urgency; the priority follows from the matrix."""
        self.require_not_over()
        priority = priority_of(impact, urgency, matrix.matrix)
        if (impact, urgency, priority) != (self.impact, self.urgency, self.priority):
            self.record(
                self.Prioritised(
                    by=by,
                    impact=impact,
                    urgency=urgency,
                    priority=priority,
                    type=matrix.type,
                    type_version=matrix.version or None,
                )
            )

    class Prioritised(Event):
        impact: Level
        urgency: Level
        priority: int
        type: UUID | None = None
        type_version: int | None = None
        """The version of the type whose matrix it follows from; None for the usual one."""

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.impact = self.impact
            ticket.urgency = self.urgency
            ticket.priority = self.priority

    # Assign ------------------------------------------------------------------------------

    def assign(self, *, team: UUID | None, assignee: UUID | None = None, by: Provenance) -> None:
        """Give the ticket to a team, to one of its members, or to both."""
        self.require_not_over()
        require(
            team is not None or assignee is not None,
            f"A {self.what} is assigned to a team or to a person.",
        )
        if (team, assignee) != (self.team, self.assignee):
            self.record(self.Assigned(by=by, team=team, assignee=assignee))

    def require_taker(self, assignee: UUID | None) -> None:
        """Refuse to give it to somebody, where a kind has a reason of its own to."""

    class Assigned(Event):
        team: UUID | None = None
        assignee: UUID | None = None

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.hand_to(self.team, self.assignee)

    def hand_to(self, team: UUID | None, assignee: UUID | None) -> None:
        """What an event that hands the ticket over does; a kind adds what its life cycle does."""
        if self.team is not None or self.assignee is not None:
            self.reassigned += 1
        self.team = team
        self.assignee = assignee

    # Comment -----------------------------------------------------------------------------

    def comment(
        self,
        said: str,
        *,
        visibility: Visibility,
        mentions: Sequence[UUID] = (),
        teams: Sequence[UUID] = (),
        by: Provenance,
    ) -> None:
        """Say something to the requester, or among agents. Allowed on tickets that are over.
        Whoever is mentioned follows the ticket from then on; `teams`: those whose members are
        among them."""
        said = text.body(said, "A comment")
        require(said != "", "A comment says something.")
        named = tuple(dict.fromkeys(mentions))
        require(len(named) <= MENTIONED_MAX, f"A comment mentions at most {MENTIONED_MAX} people.")
        self.record(
            self.Commented(
                by=by, text=said, visibility=visibility, mentions=named, teams=tuple(teams)
            )
        )
        for person in named:
            self.watch(person, by=by)

    class Commented(Event):
        text: Annotated[str, Personal("actor")]
        visibility: Visibility
        mentions: tuple[UUID, ...] = ()
        teams: tuple[UUID, ...] = ()
        """The teams that were mentioned; their members are among `mentions`."""

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.comments += 1
            ticket.expect_readers(self.mentions)
            ticket.hear(self.visibility, self.by)

    def hear(self, visibility: Visibility, who: Provenance) -> None:
        """What a comment does to a kind of ticket that minds who asks and who answers."""

    # Apply a macro -----------------------------------------------------------------------

    def apply_macro(self, macro: UUID, *, version: int, by: Provenance) -> None:
        """Say that a version of a macro is applied; what it does is recorded besides."""
        self.require_not_over()
        self.record(self.MacroApplied(by=by, macro=macro, version=version))

    class MacroApplied(Event):
        macro: UUID
        version: int

        def apply(self, ticket: "Ticket", /) -> None:
            pass

    # Attach ------------------------------------------------------------------------------

    def attach(self, *, name: str, media_type: str, size: int, sha256: str, by: Provenance) -> None:
        """Attach a file by its digest (64 hexadecimal digits); `size` in bytes."""
        self.require_not_over()
        require(
            len(self.attachments) < ATTACHMENTS_MAX,
            f"A {self.what} has at most {ATTACHMENTS_MAX} attachments.",
        )
        require(
            0 < size <= ATTACHMENT_BYTES_MAX,
            f"An attachment has 1 to {ATTACHMENT_BYTES_MAX} bytes.",
        )
        require(
            len(sha256) == 64 and set(sha256) <= set("0123456789abcdef"),
            "An attachment is known by the 64 hexadecimal digits of its SHA-256.",
        )
        if sha256 in self.attachments:
            return
        self.record(
            self.Attached(
                by=by,
                name=text.name(name, "The name of an attachment"),
                media_type=text.name(media_type, "The media type of an attachment"),
                size=size,
                sha256=sha256,
            )
        )

    class Attached(Event):
        name: Annotated[str, Personal("actor", part="files")]
        media_type: str
        size: int
        sha256: str

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.attachments = (*ticket.attachments, self.sha256)

    # Link --------------------------------------------------------------------------------

    def link(self, other: UUID, *, type: LinkType, by: Provenance) -> None:
        require(other != self.id, f"A {self.what} is not linked to itself.")
        if (type, other) in self.links:
            return
        require(len(self.links) < LINKS_MAX, f"A {self.what} has at most {LINKS_MAX} links.")
        self.record(self.Linked(by=by, other=other, type=type))

    class Linked(Event):
        other: UUID
        type: LinkType

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.links = (*ticket.links, (self.type, self.other))

    def unlink(self, other: UUID, *, type: LinkType, by: Provenance) -> None:
        if (type, other) in self.links:
            self.record(self.Unlinked(by=by, other=other, type=type))

    class Unlinked(Event):
        other: UUID
        type: LinkType

        def apply(self, ticket: "Ticket", /) -> None:
            ticket.links = tuple(link for link in ticket.links if link != (self.type, self.other))
