"""How long an approval takes at most, along the stages that wait for each other, and at least."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from domain import approval_flow
from domain.approval import Stage
from domain.approval_process import Definition
from domain.approval_round_moments import moment_after
from domain.business_time import BusinessHours
from domain.soundness_report import Longest
from domain.soundness_subjects import Classes


class Path(Struct, frozen=True):
    """Stages that wait for each other, with their waits, and when the last of them ends."""

    ends: datetime
    stages: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


def longest(
    definition: Definition, found: Sequence[Classes], start: datetime, hours: BusinessHours | None
) -> Longest | None:
    """The longest of all subjects that are governed; None if there are none."""
    all_: list[Longest] = []
    for classes in found:
        for one in classes.governed:
            path = _path(definition, one.applied, start, hours)
            all_.append(
                Longest(
                    kind=classes.kind,
                    facts=one.facts,
                    stages=path.stages,
                    waits=path.waits,
                    start=start,
                    ends=path.ends,
                )
            )
    return max(all_, key=lambda one: one.ends, default=None)


def _path(
    definition: Definition, applied: Sequence[int], start: datetime, hours: BusinessHours | None
) -> Path:
    """The critical path of the stages that apply."""
    stages = definition.stages
    skipped = [stage.name for index, stage in enumerate(stages) if index not in applied]
    paths: dict[str, Path] = {}
    for name, awaited in approval_flow.before(stages, skipped).items():
        stage = next(one for one in stages if one.name == name)
        latest = max((paths[one] for one in awaited), key=lambda one: one.ends, default=Path(start))
        beside = len(applied) > 1 and _is_beside(definition, name, skipped)
        ends, waits = latest.ends, latest.waits
        for _ in range(patiences(definition, stage, is_beside=beside)):
            ends = moment_after(ends, stage.patience, hours)
            waits = (*waits, stage.patience)
        paths[name] = Path(ends, (*latest.stages, name), waits)
    return max(paths.values(), key=lambda one: one.ends, default=Path(start))


def patiences(definition: Definition, stage: Stage, *, is_beside: bool) -> int:
    """How often the patience of a stage can run, one after the other.

    Once, and once more for those it is escalated or handed to; and once more for the fallback,
    if stages beside it can take its voters away.
    """
    is_handed = stage.on_timeout == "fallback" and bool(definition.fallback)
    lacks = is_beside and bool(definition.fallback) and not definition.repeat_voters
    return 1 + (stage.on_timeout == "escalate") + (is_handed or lacks)


def _is_beside(definition: Definition, name: str, skipped: Sequence[str]) -> bool:
    """Whether another stage can be open at the same time."""
    before = approval_flow.before(definition.stages, skipped)
    earlier: dict[str, set[str]] = {}
    for one, awaited in before.items():
        earlier[one] = {*awaited, *(each for other in awaited for each in earlier[other])}
    return any(
        other != name and other not in earlier[name] and name not in earlier[other]
        for other in before
    )
