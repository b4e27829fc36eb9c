"""In which order the stages of an approval open: each after those that it names, or the one before.

Stages name earlier ones only, so every flow has an end. A stage that is skipped counts as passed as
soon as all that it waits for is passed: whoever waits for it waits for those instead.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from domain.rules import require


class Step(Protocol):
    """A stage of a definition, or one whose people have been looked up."""

    @property
    def name(self) -> str: ...
    @property
    def after(self) -> tuple[str, ...] | None: ...


Stages = Sequence[Step]


def before(stages: Stages, skipped: Collection[str] = ()) -> Mapping[str, tuple[str, ...]]:
    """The stages that each one waits for, by its name, without those that are skipped."""
    found: dict[str, tuple[str, ...]] = {}
    last: tuple[str, ...] = ()
    for stage in stages:
        awaited = last if stage.after is None else stage.after
        found[stage.name] = tuple(
            dict.fromkeys(
                name for one in awaited for name in (found[one] if one in skipped else (one,))
            )
        )
        last = (stage.name,)
    return {name: awaited for name, awaited in found.items() if name not in skipped}


def openable(
    stages: Stages,
    passed: Collection[str],
    begun: Collection[str],
    skipped: Collection[str] = (),
) -> tuple[str, ...]:
    """The stages that open next: all they wait for is passed, and they have not begun."""
    return tuple(
        name
        for name, awaited in before(stages, skipped).items()
        if name not in begun and name not in passed and all(one in passed for one in awaited)
    )


def check(stages: Stages) -> None:
    """Refuse stages that wait for others than those before them in the list."""
    earlier: set[str] = set()
    for stage in stages:
        for name in stage.after or ():
            require(
                name in earlier,
                f"{stage.name}: after: {name!r} is no stage before this one in the list.",
            )
        earlier.add(stage.name)
