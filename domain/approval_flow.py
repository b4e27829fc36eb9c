"""In which order the stages of an approval open: each after those that it names, or the one before.

Stages name earlier ones only, so every flow has an end. A stage that is skipped counts as passed.
"""

from collections.abc import Collection, Mapping, Sequence

from domain.approval import Stage
from domain.rules import require

Stages = Sequence[Stage]


def before(stages: Stages) -> Mapping[str, tuple[str, ...]]:
    """The stages that each one waits for, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    last: tuple[str, ...] = ()
    for stage in stages:
        found[stage.name] = last if stage.after is None else stage.after
        last = (stage.name,)
    return found


def openable(stages: Stages, passed: Collection[str], begun: Collection[str]) -> tuple[str, ...]:
    """The stages that open next: all they wait for is passed, and they have not begun."""
    return tuple(
        name
        for name, awaited in before(stages).items()
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
