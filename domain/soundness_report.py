"""What the check of an approval process found: each finding with its place and a counterexample."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.quorum_rules import Vote
from domain.subjects import SubjectKind, Value

Severity = Literal["error", "warning"]
Rule = Literal[
    "well formed",
    "names somebody",
    "condition varies",
    "stage is reached",
    "some stage applies",
    "not shadowed",
    "people are found",
    "quorum is reachable",
    "one person counts once",
    "others involved",
    "nobody is indispensable",
    "timeout leads on",
    "no cycle",
    "not proven",
]

STEPS_SHOWN = 12


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happens in a stage: a person votes, or, without a person, its patience runs out."""

    stage: str
    person: str = ""
    vote: Vote = "approve"


class Counterexample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case in which a rule does not hold. People are ids; `names` has their user names."""

    kind: SubjectKind
    facts: Mapping[str, Value] = {}
    requester: str = ""
    assignee: str = ""
    absent: str = ""
    steps: tuple[Step, ...] = ()
    names: Mapping[str, str] = {}

    def __str__(self) -> str:
        shown = [f"{self.kind}" + (f" with {_facts(self.facts)}" if self.facts else "")]
        if self.requester:
            shown.append(f"requested by {self._name(self.requester)}")
        if self.assignee:
            shown.append(f"assigned to {self._name(self.assignee)}")
        if self.absent:
            shown.append(f"while {self._name(self.absent)} is absent")
        if self.steps:
            steps = list(map(self._step, self.steps[:STEPS_SHOWN]))
            if len(self.steps) > STEPS_SHOWN:
                steps.append(f"and {len(self.steps) - STEPS_SHOWN} more votes")
            shown.append("after " + ", ".join(steps))
        return ", ".join(shown)

    def _name(self, person: str) -> str:
        return self.names.get(person, person)

    def _step(self, step: Step) -> str:
        if not step.person:
            return f"the patience of {step.stage} ran out"
        done = {"approve": "approved", "reject": "rejected", "abstain": "abstained in"}
        return f"{self._name(step.person)} {done[step.vote]} {step.stage}"


class Finding(Struct, frozen=True, kw_only=True):
    """`place` is that in the definition, such as `stages[1].when`."""

    place: str
    severity: Severity
    rule: Rule
    says: str
    counterexample: Counterexample | None = None

    def __str__(self) -> str:
        example = f" Example: {self.counterexample}." if self.counterexample else ""
        place = f"{self.place}: " if self.place else ""
        return f"{place}{self.says}{example}"


class Longest(Struct, frozen=True, kw_only=True):
    """The longest that an approval can take, if everybody stays silent as long as they may.

    waits: the patience of the stages on the critical path, one after the other, such as
    `("2bd", "2bd", "8h")`. `ends` is the moment for an approval that begins at `start`.
    Time for which a stage stands, as information is outstanding, comes on top.
    """

    kind: SubjectKind
    facts: Mapping[str, Value]
    stages: tuple[str, ...]
    waits: tuple[str, ...]
    start: datetime
    ends: datetime

    def __str__(self) -> str:
        return " + ".join(self.waits)


class Shortest(Struct, frozen=True, kw_only=True):
    """The best case takes no time: so many votes, in so many steps that wait for each other."""

    votes: int
    steps: int


class Report(Struct, frozen=True, kw_only=True):
    findings: tuple[Finding, ...]
    longest: Longest | None = None
    shortest: Shortest | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What refuses the publication."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def is_sound(self) -> bool:
        return not self.errors


def _facts(facts: Mapping[str, Value]) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in facts.items())


def _shown(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int():
            return str(value) or "empty"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}Z"
        case Mapping():
            return " and ".join(f"{name}: {text or 'empty'}" for name, text in value.items())
    return " and ".join(value) or "empty"
