"""Conditions of service levels on the situation of a ticket, as `ticket.priority <= 2`.

They are in CEL, checked when they are written, and limited, as the conditions of approvals are
(`domain.conditions`). What they see is the situation after an event, and nothing else: no clock and
no directory. So they give the same answer whenever a history is read again.

Events hold teams and organisations by their ids, people write names. A name therefore means what
it meant when the condition was taken in: its id stands beside it (`Named`), and a team that is
renamed later is the same team. So that this is enough, such a name is only compared as a whole.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from domain.cel import library
from domain.condition_types import variables_of, yes_or_no
from domain.expression import Expression
from domain.expression_hints import Vocabulary
from domain.expression_tree import Name
from domain.field_uses import Plain, Reading, Uses, literals
from domain.ids import number_of
from domain.rules import Refused
from domain.subjects import CLASS, IMPACT, PRIORITY, URGENCY, Field, FieldType, Value
from domain.wrong_expression import WrongExpression, at_offset

PREFIX = "ticket."
COMPILED_MAX = 2_000
"""So many compiled conditions are kept in each process."""
KNOWN_MAX = 4_096
"""So many answers are remembered by each condition."""

NamedKind = Literal["team", "organisation"]
OUTSIDE = ("customer", "vendor", "approver", "change", "problem", "evidence")
"""The parties that a ticket waits for outside of the teams."""
NOBODY = "nobody"
"""The party of a ticket that is with no team yet."""
PARTIES = (*OUTSIDE, NOBODY)
_LEVEL = re.compile(r"(.+), level ([1-3])")

INCIDENT_STATES = (
    *("new", "assigned", "in progress", "pending", "resolved", "closed", "cancelled", "merged"),
)
QUESTION_STATES = (
    *("asked", "assigned", "in progress", "pending", "answered", "closed", "cancelled", "merged"),
)
CHANGE_STATES = (
    *("proposed", "in approval", "approved", "rejected", "scheduled", "implementing"),
    *("implemented", "backed out", "reviewed", "closed", "withdrawn", "cancelled"),
)
REQUEST_STATES = (
    *("requested", "in approval", "approved", "rejected", "in fulfilment", "pending"),
    *("fulfilled", "closed", "being undone", "cancelled", "merged"),
)
STATES: Mapping[str, tuple[str, ...]] = {
    "incident": INCIDENT_STATES,
    "change": CHANGE_STATES,
    "question": QUESTION_STATES,
    "request": REQUEST_STATES,
}
"""Of each kind of ticket that a policy can be for."""

FIELDS = (
    Field("kind", "text", "What it is.", tuple(STATES)),
    Field(
        "type",
        "text",
        "The type of a change, empty for others.",
        ("", "standard", "normal", "emergency"),
    ),
    Field(
        "status",
        "text",
        "Its state, as its page shows it.",
        tuple(dict.fromkeys(state for states in STATES.values() for state in states)),
    ),
    Field(
        "waiting_for",
        "text",
        "The reason for which it is pending, empty while it is not.",
        ("", "customer", "vendor", "change", "problem", "evidence"),
    ),
    PRIORITY,
    IMPACT,
    URGENCY,
    *CLASS,
    Field(
        "organisation",
        "text",
        "The name or number of the requester's organisation, empty without one.",
    ),
    Field("team", "text", "The name or number of the team it is with, empty without one."),
    Field("support_level", "number", "The level of support it is at, 1 to 3.", (0, 1, 2, 3)),
    Field("is_assigned", "yes or no", "Whether somebody has it, and not a team alone."),
    Field("responded", "yes or no", "Whether an agent has answered the requester."),
    Field(
        "resolved",
        "yes or no",
        "Whether it is resolved, answered, fulfilled, or a change implemented.",
    ),
    Field("awaits_reply", "yes or no", "Whether the requester spoke last, in public."),
    Field("reopened", "number", "How often it was reopened."),
    Field(
        "approval",
        "text",
        "How far its approval is, empty before the first submission.",
        ("", "in approval", "approved", "rejected"),
    ),
    Field("is_over", "yes or no", "Whether it is closed, cancelled, withdrawn, or being undone."),
    Field("is_major", "yes or no", "Whether it is a major incident."),
    Field(
        "party",
        "text",
        "Whose turn it is: customer, vendor, approver, change, problem, evidence, nobody, or a "
        'team with its level of support, as "Network, level 2".',
    ),
    Field(
        "channel",
        "text",
        "How it came in, empty where that is not known.",
        ("", "portal", "api", "email", "phone", "chat", "walk-in", "monitoring", "imported"),
    ),
)
"""What a condition can ask of a situation. `team` and `organisation` are ids there, or None, and
`party` one of PARTIES, or the id of a team and its level."""

_BY_NAME: Mapping[str, NamedKind] = {
    "organisation": "organisation",
    "team": "team",
    "party": "team",
}
_FIELD = {field.name: field for field in FIELDS}
_BLANK: Mapping[FieldType, Value] = {"text": "", "number": 0, "yes or no": False}


class Named(Struct, frozen=True):
    """The team or organisation that a name in a condition means."""

    kind: NamedKind
    name: str
    id: UUID


class Mention(Struct, frozen=True):
    """A name of a team or organisation that a condition compares with, and where it stands."""

    kind: NamedKind
    name: str


class ServiceCondition:
    """A compiled condition. It holds always if its text is empty. Threads may share it."""

    def __init__(self, text: str, names: Sequence[Named] = ()) -> None:
        """`names` are what the names in it mean. Raises WrongExpression, which names the place in
        the text and the rule."""
        self.text = text
        self._names: Mapping[tuple[NamedKind, UUID], str] = {}
        self._expression: Expression | None = None
        self._reading: Reading | None = None
        self._known: dict[Any, bool] = {(): True}
        self._read: Callable[[Any], Any] = _nothing
        if not text:
            return
        expression = yes_or_no(text, _environment(), VOCABULARY)
        self._expression = expression
        self._reading = Reading(expression.tree, FIELDS, PREFIX)
        self._check_names()
        mentioned = set(self.mentions)
        self._names = {
            (named.kind, named.id): named.name
            for named in names
            if Mention(named.kind, named.name) in mentioned
        }
        self._fields = tuple(sorted(self._reading.fields))
        self._known = {}
        self._read = attrgetter(*self._fields) if self._fields else _nothing

    @property
    def uses(self) -> Uses:
        """What it asks of each field."""
        return {} if self._reading is None else self._reading.uses

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it reads, without `ticket.`."""
        return frozenset() if self._reading is None else self._reading.fields

    @property
    def literals(self) -> frozenset[Plain]:
        """All texts and numbers that are written in it."""
        return frozenset() if self._expression is None else literals(self._expression.tree)

    @property
    def mentions(self) -> Iterator[Mention]:
        """The teams and organisations that it names, of one party or another."""
        for (field, _), use in sorted(self.uses.items()):
            kind = _BY_NAME.get(field)
            for constant in sorted(map(str, use.constants)) if kind else ():
                name = _team_of(constant) if field == "party" else constant
                if kind and name:
                    yield Mention(kind, name)

    def holds(self, situation: Any) -> bool:
        """Whether it holds in a situation: an object with an attribute for each field.

        Raises Refused where there is no answer, as when it divides by zero.
        """
        key = self._read(situation)
        known = self._known.get(key)
        return self._answered(key) if known is None else known

    def holds_for(self, facts: Mapping[str, Value]) -> bool:
        """Whether it holds for these values of its fields, with the names themselves."""
        if self._expression is None or self._reading is None:
            return True
        return bool(self._expression.evaluate(self._reading.values(facts)))

    def _answered(self, key: Any) -> bool:
        values = key if len(self._fields) != 1 else (key,)
        pairs = zip(self._fields, values, strict=True)
        answer = self.holds_for({field: self._value(field, value) for field, value in pairs})
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[key] = answer
        return answer

    def _value(self, field: str, value: Any) -> Value:
        kind = _BY_NAME.get(field)
        if value is None:
            return _BLANK[_FIELD[field].type]
        if kind is None:
            # A state of an enumeration is a text of its own type, which CEL does not know.
            return str(value) if isinstance(value, str) else value
        if isinstance(value, UUID):
            return self._name(kind, value)
        if isinstance(value, tuple):
            id, level = value
            return f"{self._name(kind, id)}, level {level}"
        return str(value)

    def _name(self, kind: NamedKind, id: UUID) -> str:
        """What the condition calls a record, or else its number."""
        return self._names.get((kind, id)) or number_of(id)

    def _check_names(self) -> None:
        """Refuse a use of a name that could depend on how the record is called tomorrow."""
        for (field, _), use in sorted(self.uses.items()):
            if field not in _BY_NAME:
                continue
            if not use.is_compared_only:
                rule = f"{PREFIX}{field} is compared as a whole alone, with == or != or in."
                raise self._at(field, rule)
            wrong = sorted(
                str(one) for one in use.constants if field == "party" and not _is_party(str(one))
            )
            if wrong:
                known = ", ".join(PARTIES)
                rule = (
                    f'{PREFIX}party is never "{wrong[0]:.80}": known are {known}, and a team with '
                    'its level, as "Network, level 2".'
                )
                raise self._at(field, rule)

    def _at(self, field: str, rule: str) -> WrongExpression:
        nodes = self._expression.tree.walk() if self._expression else ()
        places = (
            node.at for node in nodes if isinstance(node, Name) and node.name == f"{PREFIX}{field}"
        )
        # A name with a dot in it is placed at its dot.
        at = min(places, default=0)
        root = PREFIX.removesuffix(".")
        return at_offset(self.text, at - len(root) if self.text[:at].endswith(root) else at, rule)


@lru_cache(maxsize=COMPILED_MAX)
def condition(text: str, names: tuple[Named, ...] = ()) -> ServiceCondition:
    """The condition with this text, compiled once. Raises WrongExpression."""
    return ServiceCondition(text, names)


def check(text: str, place: str) -> None:
    """Refuse a condition that makes no sense. Raises Refused with its place."""
    try:
        condition(text)
    except Refused as refused:
        raise Refused(f"{place}: {refused}") from None


VOCABULARY = Vocabulary(
    what="a ticket", fields={f"{PREFIX}{field.name}": field for field in FIELDS}, root="ticket"
)


def _nothing(_: Any) -> tuple[()]:
    return ()


def _team_of(party: str) -> str:
    """The name of the team in a party, empty if it is none."""
    found = _LEVEL.fullmatch(party)
    return found[1] if found else ""


def _is_party(text: str) -> bool:
    return text in PARTIES or _LEVEL.fullmatch(text) is not None


@cache
def _environment() -> Any:
    return library().NewEnv(variables=variables_of(FIELDS, PREFIX))
