"""Finitely many values of each field that stand for all it can have, as far as conditions tell.

Where conditions only compare a field with constants, two values that lie on the same side of each
constant are one to them, and so the values given here are exact: what holds for all of them holds
always. Where they do more, as with `startsWith` or arithmetic, the values are a sample.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product
from math import gcd, prod
from typing import Protocol, TypeVar

from msgspec import Struct

from domain.field_uses import Plain, Use, Uses
from domain.subjects import FIELDS, NEVER, Field, SubjectKind, Value

SUBSETS_MAX = 5
"""Of so many constants all subsets are given, 32, and of more a sample."""
COMBINATIONS_MAX = 200
"""So many combinations of the texts of one field are given, and otherwise a sample."""
SUBJECTS_MAX = 10_000
SPREAD = 0.618
"""The part of all subjects between one of a sample and the next, so that every value is met."""
NUMBER_MAX = 2**63 - 1
OTHER = "other"
STEP = timedelta(microseconds=1)
SAMPLED_MOMENTS = (
    datetime(2026, 1, 5, 9, tzinfo=UTC),  # a Monday morning
    datetime(2026, 7, 4, 23, 59, 59, tzinfo=UTC),  # a Saturday night
    datetime(2028, 2, 29, 12, tzinfo=UTC),
)


class Asking(Protocol):
    """A condition, as far as it matters here."""

    @property
    def uses(self) -> Uses: ...
    @property
    def literals(self) -> frozenset[Plain]: ...


class Representatives(Struct, frozen=True):
    """Values of each field that some conditions read, by its name."""

    values: Mapping[str, tuple[Value, ...]]
    sampled: frozenset[str]
    """The fields whose values are a sample, so that others could make a difference."""

    @property
    def count(self) -> int:
        """How many subjects there are with these values."""
        return prod(map(len, self.values.values()))

    @property
    def is_exact(self) -> bool:
        """Whether the conditions hold always if they hold for all of these subjects."""
        return not self.sampled and self.count <= SUBJECTS_MAX

    @property
    def subjects(self) -> Iterator[dict[str, Value]]:
        """The subjects with these values, in a fixed order: all, or 10,000 spread over them."""
        total = self.count
        if total <= SUBJECTS_MAX:
            stride, length = 1, total
        else:
            stride, length = int(total * SPREAD), SUBJECTS_MAX
            while gcd(stride, total) > 1:
                stride += 1
        for step in range(length):
            yield self._subject(step * stride % total)

    def _subject(self, number: int) -> dict[str, Value]:
        subject = {}
        for name, values in self.values.items():
            number, place = divmod(number, len(values))
            subject[name] = values[place]
        return subject


def representatives(conditions: Iterable[Asking], kind: SubjectKind) -> Representatives:
    """Values of each field that the conditions read, all together, in a fixed order."""
    return representatives_of(conditions, FIELDS[kind])


def representatives_of(conditions: Iterable[Asking], fields: Sequence[Field]) -> Representatives:
    """The same of conditions on these fields."""
    partitions = _partitions(conditions, fields)
    return Representatives(
        {name: values for name, (values, _) in partitions.items()},
        frozenset(name for name, (_, is_exact) in partitions.items() if not is_exact),
    )


P = TypeVar("P", str, int, datetime)

Partition = tuple[tuple[Value, ...], bool]
"""Values, and whether they are exact."""


def _partitions(conditions: Iterable[Asking], fields: Sequence[Field]) -> dict[str, Partition]:
    known = {field.name: field for field in fields}
    merged: dict[str, dict[str, Use]] = {}
    pools: dict[str, set[Plain]] = {}
    for condition in conditions:
        for (of, name), use in condition.uses.items():
            uses = merged.setdefault(of, {})
            so_far = uses.setdefault(name, Use(constants=set()))
            so_far.constants |= use.constants
            so_far.is_compared_only &= use.is_compared_only
            so_far.is_tested |= use.is_tested
            if not use.is_compared_only:
                pools.setdefault(of, set()).update(condition.literals)
    partitions = {}
    for name in sorted(merged):
        field = known.get(name)
        if field is not None:
            partitions[name] = _partition(field, merged[name], pools.get(name, set()))
    return partitions


def _partition(field: Field, uses: Mapping[str, Use], pool: set[Plain]) -> Partition:
    if field.type == "texts by name":
        return _by_name(uses, pool)
    use = uses[""]
    known = use.constants | pool
    match field.type:
        case "yes or no":
            return (False, True), True
        case "texts":
            return _texts(_of_type(known, str), is_exact=use.is_compared_only)
        case _ if field.values:
            return tuple(field.values), True
        case "number":
            return _numbers(_of_type(known, int)), use.is_compared_only
        case "moment":
            moments = _moments(_of_type(known, datetime))
            if use.is_compared_only:
                return moments, True
            return tuple(sorted({*moments, *SAMPLED_MOMENTS})), False
    return _each(_of_type(known, str)), use.is_compared_only


def _of_type(constants: Iterable[Plain], type: type[P]) -> list[P]:
    found = [each for each in constants if isinstance(each, type) and not isinstance(each, bool)]
    return sorted(found)


def _each(constants: Sequence[str]) -> tuple[str, ...]:
    """Every constant, the empty text and one other."""
    others = (f"{OTHER}{count or ''}" for count in range(len(constants) + 1))
    other = next(name for name in others if name not in constants)
    return tuple(dict.fromkeys(("", *constants, other)))


def _numbers(constants: Sequence[int]) -> tuple[int, ...]:
    """Every constant with its neighbours, which are one below, above and between."""
    near = {constant + step for constant in constants for step in (-1, 0, 1)}
    return tuple(sorted({0, *(number for number in near if 0 <= number <= NUMBER_MAX)}))


def _moments(constants: Sequence[datetime]) -> tuple[datetime, ...]:
    near: set[datetime] = {NEVER, *constants}
    for constant in constants:
        for step in (-STEP, STEP):
            try:
                near.add(constant + step)
            except OverflowError:  # the first moment there is, or the last
                pass
    return tuple(sorted(near))


def _texts(constants: Sequence[str], *, is_exact: bool) -> Partition:
    """Sets of the constants, as conditions can ask for some of them and not for others."""
    if len(constants) <= SUBSETS_MAX:
        sizes = range(len(constants) + 1)
        subsets = tuple(chain.from_iterable(combinations(constants, size) for size in sizes))
        return (subsets, True) if is_exact else ((*subsets, (_each(constants)[-1],)), False)
    single = tuple((constant,) for constant in constants)
    return ((), *single, tuple(constants)), False


def _by_name(uses: Mapping[str, Use], pool: Iterable[Plain]) -> Partition:
    """Texts for every name that is asked for; None stands for none of that name."""
    choices: dict[str, tuple[str | None, ...]] = {}
    is_exact = True
    for name in sorted(uses):
        use = uses[name]
        is_exact &= use.is_compared_only
        if name:
            known = use.constants if use.is_compared_only else use.constants | set(pool)
            each = _each(_of_type(known, str))
            choices[name] = (None, *each) if use.is_tested else each
    if not choices:
        return ({}, {OTHER: OTHER}), is_exact
    if prod(map(len, choices.values())) <= COMBINATIONS_MAX:
        rows = product(*choices.values())
        return tuple(_given(zip(choices, row, strict=True)) for row in rows), is_exact
    first = {name: each[0] for name, each in choices.items()}
    varied = ({**first, name: text}.items() for name, each in choices.items() for text in each)
    return tuple(map(_given, varied)), False


def _given(texts: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    return {name: text for name, text in texts if text is not None}
