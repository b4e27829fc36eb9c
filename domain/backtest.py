"""What a draft of an approval process would have done with one decided subject of the past.

Everything is asked and decided by the functions by which the desk itself asks and decides. Whoever
voted then votes the same; whoever did not, as nobody asked, approves, and it is said where the
outcome hangs on that. People, teams and owners are those of today.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.approval import Vote
from domain.approval_process import Definition
from domain.approval_round import Terms
from domain.backtest_answers import AnswerTimes, length
from domain.backtest_past import Past
from domain.backtest_play import Played, play
from domain.backtest_records import kinds_of
from domain.business_time import BusinessHours
from domain.change import Change
from domain.conditions import condition
from domain.desk.approvals import Asked
from domain.desk.subjects import facts_of
from domain.directory import Directory
from domain.directory_selectors import Owners
from domain.field_uses import Uses
from domain.incident import Incident
from domain.rules import Refused
from domain.subjects import CHANGE, NEVER, TICKET, SubjectKind, Value
from domain.ticket import Ticket

Governed = Literal["draft", "another process", "nothing", "pre-authorised"]
TICKET_KINDS: tuple[SubjectKind, ...] = ("change", "request")
"""The kinds that have the fields of every ticket, so that incidents can stand for them."""
PLAYS_KEPT_MAX = 10_000

OF_CHANGES = {field.name for field in CHANGE} - {field.name for field in TICKET}
NEVER_UNKNOWN = {"is_emergency", "is_scheduled", "submissions", "assets", "asset_types"}
"""Fields whose empty value tells something."""


class Draft(Struct, frozen=True, kw_only=True):
    """A definition that is tried. `before`: the published ones that are asked first."""

    name: str
    definition: Definition
    kind: SubjectKind
    """As what subjects are read."""
    hours: BusinessHours | None = None
    before: tuple[tuple[str, Definition], ...] = ()

    @property
    def conditions(self) -> dict[str, str]:
        """Those that are not empty, by their places."""
        found = {"when": self.definition.when}
        found |= {f"stages[{n}].when": one.when for n, one in enumerate(self.definition.stages)}
        return {place: text for place, text in found.items() if text}

    @property
    def uses(self) -> Uses:
        """The fields that it reads."""
        return {
            field: use
            for text in self.conditions.values()
            for field, use in condition(text, self.kind).uses.items()
        }


class Found(Struct, frozen=True, kw_only=True):
    """What would have happened to a subject, beside what did."""

    past: Past
    governed: Governed
    by: str = ""
    """The other process."""
    outcome: Literal["approved", "rejected", "refused", ""] = ""
    """Refused: nobody could have been asked, or no stage applies."""
    reason: str = ""
    played: Played | None = None
    skipped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """The fields that the draft reads and that have no value."""
    found_by: tuple[tuple[str, str], ...] = ()
    """The stages and the selectors in them that named somebody who may vote."""
    took: timedelta | None = None
    took_then: timedelta | None = None
    """No time where nothing was asked then; None where that is not known."""
    is_certain: bool = True
    """Whether the outcome is the same, whatever those vote who did not vote then."""

    @property
    def added(self) -> timedelta | None:
        """The lead time that the draft adds, negative where it saves some."""
        if self.took is None or self.took_then is None:
            return None
        return self.took - self.took_then

    @property
    def differs(self) -> bool:
        return self.past.decision != "" and self.outcome not in ("", self.past.decision)


def kind_for(definition: Definition, subjects: str) -> SubjectKind:
    """As what subjects are read: as changes, as definitions or assets, or as what incidents can
    stand for. Raises Refused."""
    governed = " and ".join(definition.subjects)
    if subjects == "records":
        if kinds := kinds_of(definition.subjects):
            return kinds[0].subject
        raise Refused(f"This process governs {governed}, and no definitions or assets.")
    if "change" in definition.subjects:
        return "change"
    if subjects != "incidents":
        raise Refused(f"This process governs {governed}, and no changes: try --subjects incidents.")
    for kind in TICKET_KINDS:
        if kind in definition.subjects:
            return kind
    raise Refused(
        f"This process governs {governed}: the history knows how changes were decided, and "
        "incidents can stand for tickets only."
    )


def wanting(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The fields that conditions of a draft read and incidents do not have, by the place."""
    known = {field.name for field in TICKET}
    found = {
        place: tuple(sorted(condition(text, draft.kind).fields - known))
        for place, text in draft.conditions.items()
    }
    return {place: fields for place, fields in found.items() if fields}


class Backtest:
    """Runs a draft over one subject after the other. It keeps nothing of them."""

    def __init__(self, draft: Draft, directory: Directory, answers: AnswerTimes) -> None:
        self.draft = draft
        self._directory = directory
        self._answers = answers
        self._uses = tuple(sorted(draft.uses.items()))
        self._plays: dict[bytes, Played] = {}

    def run(
        self,
        past: Past,
        owners: Owners | None = None,
        asset_types: Mapping[UUID, str] | None = None,
    ) -> Found:
        """owners, asset_types: of what the subject affects."""
        if past.is_pre_authorised:
            return Found(past=past, governed="pre-authorised")
        facts = facts_of(self._directory, past.subject, asset_types)
        kind = self._kind_of(past)
        unknown = tuple(self._unknown(past, facts))
        try:
            for name, other in self.draft.before:
                if _governs(other, self._read_as(past, other), facts):
                    return Found(past=past, governed="another process", by=name, unknown=unknown)
            if not _governs(self.draft.definition, kind, facts):
                return Found(past=past, governed="nothing", unknown=unknown)
            return self._asked(past, kind, facts, owners or Owners(), unknown)
        except Refused as refused:
            # A condition without an answer, as one that divides by zero: a submission is refused.
            return Found(
                past=past,
                governed="draft",
                outcome="refused",
                reason=str(refused),
                unknown=unknown,
            )

    def _kind_of(self, past: Past) -> SubjectKind:
        """As what the draft reads a subject: incidents stand for what it governs."""
        return self.draft.kind if isinstance(past.subject, Ticket) else past.subject.subject

    def _read_as(self, past: Past, other: Definition) -> SubjectKind | None:
        """As what another process reads a subject; None where it does not govern such."""
        if isinstance(past.subject, Incident):
            return None
        kind = "change" if isinstance(past.subject, Ticket) else past.subject.subject
        return kind if kind in other.subjects else None

    def _asked(
        self,
        past: Past,
        kind: SubjectKind,
        facts: Mapping[str, Value],
        owners: Owners,
        unknown: tuple[str, ...],
    ) -> Found:
        definition = self.draft.definition
        skipped = tuple(
            stage.name
            for stage in definition.stages
            if not condition(stage.when, kind).holds(facts)
        )
        found_by = tuple(self._found_by(past, owners, skipped))
        try:
            asked = Asked(
                self._directory,
                past.subject,
                definition,
                kind=kind,
                facts=facts,
                owners=owners,
                barred=past.own,
            )
            found_by = (*found_by, *self._found_by_expressions(asked, skipped))
            played = self._played(past, asked)
        except Refused as refused:
            return Found(
                past=past,
                governed="draft",
                outcome="refused",
                reason=str(refused),
                skipped=skipped,
                unknown=unknown,
                found_by=found_by,
            )
        hours = self.draft.hours
        return Found(
            past=past,
            governed="draft",
            outcome="approved" if played.outcome == "approved" else "rejected",
            reason=played.reason,
            played=played,
            skipped=skipped,
            unknown=unknown,
            found_by=found_by,
            took=length(past.start, past.start + played.after, hours),
            took_then=_took_then(past, hours),
            is_certain=self._is_certain(past, asked, played),
        )

    def _found_by(
        self, past: Past, owners: Owners, skipped: Sequence[str]
    ) -> Sequence[tuple[str, str]]:
        return [
            (stage.name, selector)
            for stage in self.draft.definition.stages
            if stage.name not in skipped
            for selector in stage.approvers
            if any(
                str(person) not in past.own
                for person in self._directory.resolve((selector,), past.subject, owners)
            )
        ]

    def _found_by_expressions(
        self, asked: Asked, skipped: Sequence[str]
    ) -> Sequence[tuple[str, str]]:
        return [
            (stage.name, selector)
            for stage in self.draft.definition.stages
            if stage.name not in skipped
            for selector in stage.approvers
            if selector.startswith("cel:") and asked._free((selector,))
        ]

    def _played(self, past: Past, asked: Asked) -> Played:
        if self.draft.hours is not None or past.votes:
            return self._play(past, asked, "approve")
        # By day and night nothing but the people matters, and most subjects have the same.
        key = _key(asked, asked.terms, past.own)
        if key not in self._plays:
            if len(self._plays) == PLAYS_KEPT_MAX:
                self._plays.clear()
            self._plays[key] = self._play(past, asked, "approve")
        return self._plays[key]

    def _is_certain(self, past: Past, asked: Asked, played: Played) -> bool:
        """Play it with rejections of all who did not vote then, where a decision is known."""
        people = {person for one in played.asked for person in one.people}
        if not past.decision or people <= past.votes.keys():
            return True
        return self._play(past, asked, "reject").outcome == played.outcome

    def _play(self, past: Past, asked: Asked, otherwise: Vote) -> Played:
        return play(
            asked.stages,
            asked.terms,
            own=past.own,
            hours=self.draft.hours,
            start=past.start,
            answer_of=lambda person: self._answers.of(person).time,
            votes=past.votes,
            otherwise=otherwise,
        )

    def _unknown(self, past: Past, facts: Mapping[str, Value]) -> Sequence[str]:
        found = []
        for (field, name), _ in self._uses:
            value = facts.get(field)
            if name and isinstance(value, Mapping):
                value = value.get(name, "")
            is_missing = field not in NEVER_UNKNOWN and value in ("", 0, NEVER, [], {})
            if is_missing or (past.known_by and field in OF_CHANGES):
                found.append(f'{field}["{name}"]' if name else field)
        return found


def _governs(definition: Definition, kind: SubjectKind | None, facts: Mapping[str, Value]) -> bool:
    return (
        kind in definition.subjects
        and kind is not None
        and condition(definition.when, kind).holds(facts)
    )


def _key(asked: Asked, terms: Terms, own: frozenset[str]) -> bytes:
    """What a play depends on. People whose own it is matter only as somebody's managers."""
    managers = sorted(own & set(terms.managers.values()))
    return msgspec.json.encode(
        (asked.stages, terms.fallback, terms.exclude, terms.managers, managers)
    )


def _took_then(past: Past, hours: BusinessHours | None) -> timedelta | None:
    if past.decided is not None:
        return length(past.start, past.decided, hours)
    is_asked_about = isinstance(past.subject, Change)
    return None if is_asked_about else timedelta(0)
