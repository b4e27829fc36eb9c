"""What the names in a service level policy mean: calendars, teams and organisations.

A name is looked up when the policy is taken in, and its id is kept beside it (`Agreement.names`),
so that what was promised does not change when a team is renamed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import structs

from domain.agreement import Agreement
from domain.ids import named_id, number_of
from domain.process_mistakes import Finding
from domain.record_names import Known, RecordNames
from domain.rules import Refused
from domain.service_conditions import Mention, Named, NamedKind, condition
from domain.service_level_mistakes import CONDITIONS, NEXT_LEVEL

UNKNOWN = UUID(int=0)
PREFIXES: Mapping[NamedKind, str] = {"team": "TEA", "organisation": "ORG"}


class AnyNames(RecordNames):
    """Takes any name, for a document that is read without a desk."""

    def __init__(self, noun: str, prefix: str) -> None:
        super().__init__(noun, prefix, ())
        self._made: dict[UUID, str] = {}
        self._of = prefix

    def id_of(self, text: str) -> UUID:
        found = self.referred(text)
        if found is None:
            found = named_id(self._of, text)
            self._made[found] = text
        return found

    def name_of(self, id: UUID) -> str:
        return self._made.get(id) or number_of(id)


class PolicyNames:
    """The names of one document. `findings` are what is wrong with them, as it is found."""

    def __init__(
        self, calendars: RecordNames, teams: RecordNames, organisations: RecordNames
    ) -> None:
        self.calendars = calendars
        self._of: Mapping[NamedKind, RecordNames] = {"team": teams, "organisation": organisations}
        self._given: dict[Mention, UUID] = {}
        self.findings: list[Finding] = []

    def given(self, teams: Mapping[str, str], organisations: Mapping[str, str]) -> None:
        """Take in what a document says that names mean."""
        self._take("team", teams)
        self._take("organisation", organisations)

    def calendar(self, text: str) -> UUID:
        return self._found("calendar", self.calendars, text)

    def organisations(self, texts: Sequence[str]) -> tuple[UUID, ...]:
        found = self._of["organisation"]
        return tuple(
            self._found(f"organisations[{index}]", found, text) for index, text in enumerate(texts)
        )

    def resolved(self, agreement: Agreement) -> Agreement:
        """The agreement with the meaning of each name in it. Those that it has are kept."""
        known = {Mention(named.kind, named.name): named for named in agreement.names}
        meant: dict[Mention, Named] = {}
        for place, mention in mentions(agreement):
            if mention in meant:
                continue
            if mention in known:
                meant[mention] = known[mention]
                continue
            id = self._meaning(place, mention)
            if id is not None and id != UNKNOWN:
                meant[mention] = Named(mention.kind, mention.name, id)
        rows = sorted(meant.values(), key=lambda named: (named.kind, named.name))
        return structs.replace(agreement, names=tuple(rows))

    def name_of(self, named: Named) -> str:
        """What the record of a name is called today, or its number."""
        return self._of[named.kind].name_of(named.id)

    def organisation_name(self, id: UUID) -> str:
        return self._of["organisation"].name_of(id)

    def _take(self, kind: NamedKind, numbers: Mapping[str, str]) -> None:
        place, records = f"names.{kind}s", self._of[kind]
        for name, number in numbers.items():
            if records.referred(number) is None:
                rule = f"{name!r:.80} needs a number, such as {PREFIXES[kind]}0000001."
                self.findings.append(Finding(place, rule))
            else:
                self._given[Mention(kind, name)] = self._found(place, records, number)

    def _meaning(self, place: str, mention: Mention) -> UUID | None:
        """What a name means; None for a number, which needs no meaning beside it."""
        if (id := self._given.get(mention)) is not None:
            return id
        records = self._of[mention.kind]
        found = self._found(place, records, mention.name)
        return None if records.referred(mention.name) is not None else found

    def _found(self, place: str, records: RecordNames, text: str) -> UUID:
        try:
            return records.id_of(text)
        except Refused as refused:
            self.findings.append(Finding(place, str(refused)))
            return UNKNOWN


def mentions(agreement: Agreement) -> Iterator[tuple[str, Mention]]:
    """The teams and organisations that an agreement names, and where. What cannot be read is left
    out."""
    yield from _mentioned("when", agreement.when)
    for index, promise in enumerate(agreement.targets):
        for field in CONDITIONS:
            yield from _mentioned(f"targets[{index}].{field}", getattr(promise, field))
    for index, step in enumerate(agreement.escalation):
        if step.reassign not in ("", NEXT_LEVEL):
            yield f"escalation[{index}].reassign", Mention("team", step.reassign)


def name_mistakes(agreement: Agreement) -> Iterator[Finding]:
    """Records that a condition names in two ways, so that it could not tell which is meant."""
    of = {Mention(named.kind, named.name): named.id for named in agreement.names}
    written: dict[str, dict[tuple[NamedKind, UUID], str]] = {}
    for place, mention in mentions(agreement):
        if place.endswith(".reassign"):
            continue
        id = of.get(mention) or RecordNames("", PREFIXES[mention.kind], ()).referred(mention.name)
        if id is None:
            continue
        first = written.setdefault(place, {}).setdefault((mention.kind, id), mention.name)
        if first != mention.name:
            rule = f"{first!r} and {mention.name!r} are one {mention.kind}: write one of them."
            yield Finding(place, rule)


def names_of(
    calendars: Iterable[Known], teams: Iterable[Known], organisations: Iterable[Known]
) -> PolicyNames:
    """The names of a desk."""
    return PolicyNames(
        RecordNames("calendar", "CAL", calendars),
        RecordNames("team", PREFIXES["team"], teams),
        RecordNames("organisation", PREFIXES["organisation"], organisations),
    )


def any_names() -> PolicyNames:
    """The names of a document that is read without a desk: all of them are known."""
    return PolicyNames(
        AnyNames("calendar", "CAL"),
        AnyNames("team", PREFIXES["team"]),
        AnyNames("organisation", PREFIXES["organisation"]),
    )


def _mentioned(place: str, text: str) -> Iterator[tuple[str, Mention]]:
    try:
        yield from ((place, mention) for mention in condition(text).mentions)
    except Refused:
        return
