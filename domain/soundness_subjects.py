"""The classes of subjects that the conditions of an approval process tell apart."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from domain.approval_process import Definition
from domain.conditions import Condition, condition
from domain.representatives import representatives
from domain.rules import Refused
from domain.soundness_report import Counterexample, Finding
from domain.subjects import SubjectKind, Value

Facts = Mapping[str, Value]


class Class(Struct, frozen=True):
    """Subjects that the conditions do not tell apart: `facts` are the fields they ask for."""

    facts: Facts
    applied: tuple[int, ...]
    """The stages that apply, by their place in the list."""


class Classes(Struct, frozen=True, kw_only=True):
    """All classes of a kind that a definition governs; of a sample if not `is_exact`."""

    kind: SubjectKind
    governed: tuple[Class, ...] = ()
    others: int = 0
    is_exact: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def distinct(self) -> tuple[Class, ...]:
        """One class for each set of stages that apply."""
        by_stages: dict[tuple[int, ...], Class] = {}
        for one in self.governed:
            by_stages.setdefault(one.applied, one)
        return tuple(by_stages.values())


def classes(definition: Definition, kind: SubjectKind) -> Classes:
    """The classes of subjects of a kind that a definition governs."""
    whole = condition(definition.when, kind)
    stages = [condition(stage.when, kind) for stage in definition.stages]
    subjects, is_exact = subjects_of([whole, *stages], kind)
    governed: list[Class] = []
    others = 0
    for facts in subjects:
        place, applied = "when", []
        try:
            if not whole.holds(facts):
                others += 1
                continue
            for index, one in enumerate(stages):
                place = f"stages[{index}].when"
                if one.holds(facts):
                    applied.append(index)
        except Refused as refused:
            return Classes(kind=kind, findings=(_unanswered(place, kind, facts, str(refused)),))
        governed.append(Class(facts, tuple(applied)))
    found = [*_whole(definition, kind, governed, others, is_exact), *_empty(kind, governed)]
    if not is_exact:
        found.append(_not_proven(kind, len(governed)))
    return Classes(
        kind=kind,
        governed=tuple(governed),
        others=others,
        is_exact=is_exact,
        findings=tuple(found),
    )


def of_requester(
    definition: Definition, kind: SubjectKind, among: Sequence[Class], own: Facts
) -> tuple[Class, ...]:
    """The classes of a requester, one for each set of stages; `own`: what tells of them."""
    stages = [condition(stage.when, kind) for stage in definition.stages]
    whole = condition(definition.when, kind)
    found: dict[tuple[int, ...], Class] = {}
    for one in among:
        facts = {**one.facts, **own}
        if _holds(whole, facts):
            applied = tuple(index for index, each in enumerate(stages) if _holds(each, facts))
            found.setdefault(applied, Class(facts, applied))
    return tuple(found.values())


def subjects_of(conditions: Sequence[Condition], kind: SubjectKind) -> tuple[list[Facts], bool]:
    """Subjects that stand for all others as far as conditions tell, and whether they really do."""
    found = representatives(conditions, kind)
    return [facts for facts in found.subjects if is_possible(kind, facts)], found.is_exact


def is_possible(kind: SubjectKind, facts: Facts) -> bool:
    """Whether such a subject is ever submitted to a process: a standard change needs none."""
    if kind != "change":
        return True
    type_, is_emergency = facts.get("type"), facts.get("is_emergency")
    if type_ == "standard":
        return False
    return type_ is None or is_emergency is None or is_emergency == (type_ == "emergency")


def shadow(
    definition: Definition, before: Sequence[tuple[str, Definition]], kind: SubjectKind
) -> Finding | None:
    """A finding, if other processes take all subjects of a kind before this one."""
    whens = [other.when for _, other in before if kind in other.subjects]
    if not whens:
        return None
    own, *others = (condition(when, kind) for when in (definition.when, *whens))
    subjects, is_exact = subjects_of([own, *others], kind)
    governed = [facts for facts in subjects if _holds(own, facts)]
    taken = all(any(_holds(other, facts) for other in others) for facts in governed)
    if not governed or not taken:
        return None
    names = " and ".join(name for name, other in before if kind in other.subjects)
    proven = "" if is_exact else ", as far as was tried"
    return Finding(
        place="order",
        severity="warning",
        rule="not shadowed",
        says=f"No {kind} ever gets here{proven}: {names} comes before it and takes them all.",
    )


def _holds(one: Condition, facts: Facts) -> bool:
    """Whether a condition holds; one without an answer, of which is told elsewhere, does not."""
    try:
        return one.holds(facts)
    except Refused:
        return False


def stage_findings(definition: Definition, found: Sequence[Classes]) -> Iterator[Finding]:
    """Stages that no subject of any kind reaches, or whose condition excludes none."""
    governed = [one for classes in found for one in classes.governed]
    is_exact = all(classes.is_exact for classes in found)
    kinds = " or ".join(definition.subjects)
    for index, stage in enumerate(definition.stages):
        number = sum(index in one.applied for one in governed)
        if not governed or not stage.when:
            continue
        if number == 0:
            yield Finding(
                place=f"stages[{index}].when",
                severity="error" if is_exact else "warning",
                rule="stage is reached",
                says=f"{stage.name} is never reached: its condition holds for no {kinds} that "
                f"the process governs{'' if is_exact else ', as far as was tried'}.",
            )
        elif number == len(governed) and is_exact:
            yield Finding(
                place=f"stages[{index}].when",
                severity="warning",
                rule="condition varies",
                says=f"It always holds for a {kinds} that the process governs: leave it out.",
            )


def _whole(
    definition: Definition, kind: SubjectKind, governed: Sequence[Class], others: int, exact: bool
) -> Iterator[Finding]:
    if not governed:
        yield Finding(
            place="when",
            severity="error" if exact else "warning",
            rule="condition varies",
            says=f"It holds for no {kind}{'' if exact else ', as far as was tried'}.",
        )
    elif definition.when and not others and exact:
        yield Finding(
            place="when",
            severity="warning",
            rule="condition varies",
            says=f"It holds for every {kind}: leave it out.",
        )


def _empty(kind: SubjectKind, governed: Sequence[Class]) -> Iterator[Finding]:
    empty = next((one for one in governed if not one.applied), None)
    if empty:
        yield Finding(
            place="stages",
            severity="error",
            rule="some stage applies",
            says=f"There is a {kind} to which no stage applies, so that its submission is refused.",
            counterexample=Counterexample(kind=kind, facts=empty.facts),
        )


def _unanswered(place: str, kind: SubjectKind, facts: Facts, why: str) -> Finding:
    return Finding(
        place=place,
        severity="error",
        rule="well formed",
        says=why,
        counterexample=Counterexample(kind=kind, facts=facts),
    )


def _not_proven(kind: SubjectKind, number: int) -> Finding:
    return Finding(
        place="when",
        severity="warning",
        rule="not proven",
        says=f"The conditions cannot be tried on each {kind} that they tell apart: {number} that "
        "the process governs were tried, and nothing is proven for others.",
    )
