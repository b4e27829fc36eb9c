"""Whom expressions over people find, for every value of the fields of a subject that they ask for.

A field whose values are few is tried with all of them: those that it always has, a yes or no, the
teams and the people there are today, and what constants tell apart. Whom an expression finds that
asks for any other field is known at a submission only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from domain.approval_process import Definition
from domain.conditions import condition
from domain.field_uses import Plain, Uses
from domain.people_expression import PeopleExpression, people_expression
from domain.representatives import Asking, representatives_of
from domain.soundness_company import Company, Names
from domain.soundness_subjects import Class, Classes, is_possible
from domain.subjects import FIELDS, Field, SubjectKind, Value

LOOKS_MAX = 200_000
"""So many people at most are looked at, each time that an expression is evaluated."""
IN_DIRECTORY: Mapping[str, Names] = {
    "team": "teams",
    "owner": "people",
    "holder": "people",
    "recipient": "people",
    "organisation": "organisations",
}
"""The fields whose values are names of records there are."""


class Told(Struct, frozen=True):
    """Classes with the same values of the fields that expressions over people ask for."""

    facts: Mapping[str, Value]
    classes: Classes


class _Asking(Struct, frozen=True):
    uses: Uses
    literals: frozenset[Plain]


def told(definition: Definition, company: Company, found: Classes) -> tuple[Told, ...]:
    """The classes of subjects, told apart by the fields that expressions over people ask for, where
    all values of those can be tried. What the requester tells is left out."""
    kind = found.kind
    asked = list(expressions(definition, kind))
    conditions = [condition(text, kind) for text in _conditions(definition)]
    own = by_requester(kind)
    while asked and found.is_exact:
        names = frozenset().union(*(one.fields for one in asked)) - own
        asking: list[Asking] = [*conditions, *(_without(one, own) for one in asked)]
        fields = [
            _tried(field, company, asking) if field.name in names else field
            for field in FIELDS[kind]
        ]
        tried = representatives_of(asking, fields)
        unbounded = tried.sampled & names
        if unbounded:
            asked = [one for one in asked if one.fields.isdisjoint(unbounded)]
            continue
        if not tried.is_exact:
            break
        governed = [
            Class(facts, applied)
            for facts in tried.subjects
            if is_possible(kind, facts)
            and (applied := _applied(definition, kind, facts)) is not None
        ]
        parts = tuple(_parts(found, governed, names))
        each = 1 if own.isdisjoint(*(one.fields for one in asked)) else len(company.people)
        if len(parts) * each * len(company.people) * len(asked) > LOOKS_MAX:
            break
        return parts
    return (Told({}, found),)


def by_requester(kind: SubjectKind) -> frozenset[str]:
    """The fields of a kind that follow from who asks: those of a ticket."""
    is_ticket = any(field.name == "requester" for field in FIELDS[kind])
    return frozenset({"requester", "organisation"}) if is_ticket else frozenset()


def constants_of_requester(definition: Definition, kind: SubjectKind) -> frozenset[str]:
    """The names of people and organisations with which conditions compare who asks."""
    own = by_requester(kind)
    return frozenset(
        constant
        for text in _conditions(definition)
        for (name, _), use in condition(text, kind).uses.items()
        for constant in use.constants
        if name in own and isinstance(constant, str)
    )


def expressions(definition: Definition, kind: SubjectKind) -> Iterator[PeopleExpression]:
    """The expressions over people that ask for fields of the subject, each once."""
    seen: set[str] = set()
    for selector in _selectors(definition):
        form, _, text = selector.partition(":")
        if form == "cel" and text not in seen:
            seen.add(text)
            if (expression := people_expression(text, kind)).fields:
                yield expression


def _parts(found: Classes, governed: Iterable[Class], names: frozenset[str]) -> Iterator[Told]:
    by_facts: dict[str, list[Class]] = {}
    for one in governed:
        by_facts.setdefault(repr([one.facts[name] for name in sorted(names)]), []).append(one)
    for classes in by_facts.values():
        facts = {name: classes[0].facts[name] for name in names}
        yield Told(facts, structs.replace(found, governed=tuple(classes)))


def _applied(
    definition: Definition, kind: SubjectKind, facts: Mapping[str, Value]
) -> tuple[int, ...] | None:
    """The stages that apply to a subject; None if the process is not for it."""
    if not condition(definition.when, kind).holds(facts):
        return None
    stages = enumerate(definition.stages)
    return tuple(index for index, stage in stages if condition(stage.when, kind).holds(facts))


def _without(asked: PeopleExpression, own: frozenset[str]) -> _Asking:
    uses = {key: use for key, use in asked.uses.items() if key[0] not in own}
    return _Asking(uses, asked.literals)


def _tried(field: Field, company: Company, asking: Sequence[Asking]) -> Field:
    """The field with all values that it can have by the records there are."""
    if field.name not in IN_DIRECTORY or field.type != "text":
        return field
    constants = {
        constant
        for one in asking
        for (name, _), use in one.uses.items()
        for constant in use.constants
        if name == field.name and isinstance(constant, str)
    }
    names = dict.fromkeys(("", *company.names(IN_DIRECTORY[field.name]), *sorted(constants)))
    return structs.replace(field, values=tuple(names))


def _conditions(definition: Definition) -> Iterator[str]:
    yield definition.when
    for stage in definition.stages:
        yield stage.when


def _selectors(definition: Definition) -> Iterator[str]:
    yield from definition.fallback
    yield from definition.exclude
    for stage in definition.stages:
        yield from (*stage.approvers, *stage.escalate_to, *stage.exclude)
