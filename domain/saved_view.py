"""Saved views: what somebody asks of a list again and again, under a name, kept or shared."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from msgspec import Struct, convert, to_builtins

from domain import rhythm, text
from domain.aggregate import Aggregate, Event
from domain.personal import ERASED, Personal
from domain.provenance import Provenance
from domain.rhythm import Rhythm, Weekday
from domain.rules import require

FILTER_MAX = 2_000
Q_MAX = 500
SORT_MAX = 200
FIELDS_MAX = 60
SUBSCRIBERS_MAX = 1_000

SharedWith = Literal["nobody", "team", "organisation"]
EndedBecause = Literal["asked", "may not use it any more"]


class Asking(Struct, frozen=True, kw_only=True):
    """What is asked of the list: a condition, terms of the search box, the order, the fields."""

    filter: str = ""
    q: str = ""
    sort: str = ""
    fields: tuple[str, ...] = ()
    """Those that are shown; none for all."""


class Mailing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a subscriber is told by mail of what enters and leaves: of each change soon, or of those
    of a day or a week together, at a time of the wall clock where the subscriber is."""

    every: Literal["change", "day", "week"]
    at: str = "08:00"
    weekday: Weekday = "MO"
    calendar: UUID | None = None

    @property
    def rhythm(self) -> Rhythm | None:
        """When a digest is due; None of what is told soon."""
        if self.every == "change":
            return None
        return Rhythm(every=self.every, at=self.at, weekday=self.weekday, calendar=self.calendar)


class SavedView(Aggregate):
    prefix = "VIE"

    owner: UUID | None
    organisation: UUID | None
    """The one that the owner belonged to, for which it can be shared."""
    name: str
    list: str
    """The list by its path, such as `incidents`."""
    asking: Asking
    shared_with: SharedWith
    team: UUID | None
    subscribers: tuple[UUID, ...]
    mailings: Mapping[UUID, Mailing]
    """How those subscribers are told who are told by mail."""
    is_removed: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.owner = None
        self.organisation = None
        self.name = ""
        self.list = ""
        self.asking = Asking()
        self.shared_with = "nobody"
        self.team = None
        self.subscribers = ()
        self.mailings = {}
        self.is_removed = False

    @property
    def has_words(self) -> bool:
        return True

    @property
    def is_kept(self) -> bool:
        """Whether it can be used: it was not removed, and its owner not erased."""
        return not self.is_removed and self.name != ERASED

    @property
    def audience(self) -> tuple[UUID, ...]:
        """The team or the organisation whose people may use it, besides its owner."""
        whose = {"nobody": None, "team": self.team, "organisation": self.organisation}
        found = whose[self.shared_with] if self.is_kept else None
        return () if found is None else (found,)

    def _require_kept(self) -> None:
        require(not self.is_removed, "A view that was removed cannot be changed.")

    # Save, amend, remove -------------------------------------------------------------------

    @classmethod
    def save(
        cls,
        id: UUID,
        *,
        owner: UUID,
        organisation: UUID,
        name: str,
        list: str,
        asking: Asking,
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Saved(
                by=by,
                owner=owner,
                organisation=organisation,
                name=text.name(name, "The name of a view"),
                list=text.name(list, "A list"),
                asking=_said(_checked(asking)),
            ),
        )

    class Saved(Event):
        class_version = 2

        owner: UUID
        organisation: UUID
        name: Annotated[str, Personal("owner", since=2)]
        list: str
        asking: Annotated[dict[str, Any], Personal("owner", since=2)]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            """Nothing was sealed."""
            return state

        def apply(self, view: "SavedView", /) -> None:
            view.owner = self.owner
            view.organisation = self.organisation
            view.list = self.list
            view.name, view.asking = self.name, _asking(self.asking)

    def amend(self, *, name: str, asking: Asking, by: Provenance) -> None:
        self._require_kept()
        name = text.name(name, "The name of a view")
        if (name, _checked(asking)) != (self.name, self.asking):
            self.record(self.Amended(by=by, name=name, asking=_said(asking)))

    class Amended(Event):
        class_version = 2

        name: Annotated[str, Personal("actor", since=2)]
        asking: Annotated[dict[str, Any], Personal("actor", since=2)]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            """Nothing was sealed."""
            return state

        def apply(self, view: "SavedView", /) -> None:
            view.name, view.asking = self.name, _asking(self.asking)

    def remove(self, *, by: Provenance) -> None:
        if not self.is_removed:
            self.record(self.Removed(by=by))

    class Removed(Event):
        def apply(self, view: "SavedView", /) -> None:
            view.is_removed = True
            view.subscribers, view.mailings = (), {}

    # Share -----------------------------------------------------------------------------------

    def share(self, shared_with: SharedWith, *, team: UUID | None = None, by: Provenance) -> None:
        """Let a team or the owner's organisation use it, or nobody else any more."""
        self._require_kept()
        is_for_team = shared_with == "team"
        require(team is not None or not is_for_team, "A view is shared with a team that is named.")
        require(team is None or is_for_team, "A team is named to share a view with it.")
        if (shared_with, team) != (self.shared_with, self.team):
            self.record(self.Shared(by=by, shared_with=shared_with, team=team))

    class Shared(Event):
        shared_with: SharedWith
        team: UUID | None = None

        def apply(self, view: "SavedView", /) -> None:
            view.shared_with = self.shared_with
            view.team = self.team

    # Subscribe -------------------------------------------------------------------------------

    def subscribe(self, person: UUID, *, mailing: Mailing | None = None, by: Provenance) -> None:
        """Note that a person wants to hear of what changes in it, and how they are told of it."""
        self._require_kept()
        if person in self.subscribers and self.mailings.get(person) == mailing:
            return
        if mailing is not None and mailing.rhythm is not None:
            rhythm.check(mailing.rhythm)
        require(
            person in self.subscribers or len(self.subscribers) < SUBSCRIBERS_MAX,
            f"A view has at most {SUBSCRIBERS_MAX:,} subscribers.",
        )
        self.record(self.Subscribed(by=by, person=person, mailing=mailing))

    class Subscribed(Event):
        person: UUID
        mailing: Mailing | None = None

        def apply(self, view: "SavedView", /) -> None:
            if self.person not in view.subscribers:
                view.subscribers = (*view.subscribers, self.person)
            view.mailings = _without(view.mailings, self.person)
            if self.mailing is not None:
                view.mailings = {**view.mailings, self.person: self.mailing}

    def unsubscribe(self, person: UUID, *, because: EndedBecause = "asked", by: Provenance) -> None:
        if person in self.subscribers:
            self.record(self.Unsubscribed(by=by, person=person, because=because))

    class Unsubscribed(Event):
        person: UUID
        because: EndedBecause = "asked"

        def apply(self, view: "SavedView", /) -> None:
            view.subscribers = tuple(one for one in view.subscribers if one != self.person)
            view.mailings = _without(view.mailings, self.person)


def _without(mailings: Mapping[UUID, Mailing], person: UUID) -> dict[UUID, Mailing]:
    return {one: how for one, how in mailings.items() if one != person}


def _said(asking: Asking) -> dict[str, Any]:
    """As JSON has it, so that it is the same before and after it was stored."""
    return {**to_builtins(asking), "fields": list(asking.fields)}


def _asking(said: dict[str, Any]) -> Asking:
    """What was said; nothing, once it is erased with who said it."""
    return Asking() if ERASED in said.values() else convert(said, Asking)


def _checked(asking: Asking) -> Asking:
    _limited(asking.filter, "A filter", FILTER_MAX)
    _limited(asking.q, "A search", Q_MAX)
    _limited(asking.sort, "An order", SORT_MAX)
    require(len(asking.fields) <= FIELDS_MAX, f"A view shows at most {FIELDS_MAX} fields.")
    for name in asking.fields:
        text.name(name, "The name of a field")
    return asking


def _limited(said: str, what: str, limit: int) -> None:
    require(len(said) <= limit, f"{what} has at most {limit:,} characters.")
    require(text.is_clean(said), f"{what} has no control characters.")
