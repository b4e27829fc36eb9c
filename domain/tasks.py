"""Tasks: those of a change before, during and after its implementation, and in what order they
are done.

A task waits for those that it comes after. It never waits for itself, over however many others,
and not for one of a later phase, so there is always one that can be done.
"""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.rules import Refused, require

TASKS_MAX = 200

Phase = Literal["before", "implementation", "after"]
State = Literal["open", "started", "done", "cancelled"]

PHASES: tuple[Phase, ...] = ("before", "implementation", "after")
CALLED: Mapping[Phase, str] = {
    "before": "before the implementation",
    "implementation": "of the implementation",
    "after": "after the implementation",
}
OVER: tuple[State, ...] = ("done", "cancelled")


class Task(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task by its number within the change, from 1. Its title stands in the event alone."""

    number: int
    phase: Phase = "implementation"
    after: tuple[int, ...] = ()
    team: UUID | None = None
    assignee: UUID | None = None
    state: State = "open"
    condition_of: str = ""
    """The stage of the approval that made it a condition."""
    condition_by: str = ""
    """Whose vote it is a condition of."""
    compensation: str = ""
    """What is done about it when it is done and the rest is cancelled; empty for nothing."""
    compensates: int = 0
    """The number of the task that it undoes; 0 for none."""


def unfinished(tasks: Sequence[Task], phase: Phase) -> tuple[int, ...]:
    """The numbers of the tasks of a phase that are neither done nor cancelled."""
    return tuple(task.number for task in tasks if task.phase == phase and task.state not in OVER)


def awaited(tasks: Sequence[Task], task: Task) -> tuple[int, ...]:
    """The numbers of the tasks that one still waits for."""
    over = {other.number for other in tasks if other.state in OVER}
    return tuple(number for number in task.after if number not in over)


def compensating(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks that undo what is done, with their numbers after the others. Each waits for those
    that undo what came after what it undoes; each still says in words what it does."""
    known = {task.number: task for task in tasks}
    order = TopologicalSorter({task.number: task.after for task in tasks}).static_order()
    made: list[Task] = []
    for number in reversed(list(order)):
        task = known[number]
        if task.state != "done" or not task.compensation:
            continue
        later = (one for one in made if number in _earlier(known, one.compensates))
        made.append(
            Task(
                number=len(tasks) + len(made) + 1,
                after=tuple(one.number for one in later),
                team=task.team,
                compensation=task.compensation,
                compensates=number,
            )
        )
    return tuple(made)


def _earlier(known: Mapping[int, Task], number: int) -> set[int]:
    """The numbers of all tasks that one comes after, over however many others."""
    found: set[int] = set()
    left = [number]
    while left:
        more = set(known[left.pop()].after) - found
        found |= more
        left += more
    return found


def check_order(what: str, phase: Phase, earlier: Phase) -> None:
    """Refuse that a task of a phase comes after one of a later phase."""
    require(
        PHASES.index(earlier) <= PHASES.index(phase),
        f"{what}: a task {CALLED[phase]} does not wait for one {CALLED[earlier]}.",
    )


def check_waits(tasks: Sequence[Task], number: int, phase: Phase, after: Sequence[int]) -> None:
    """Refuse that a task comes after these: each is to exist, and none to wait for it."""
    known = {task.number: task for task in tasks}
    what = f"Task {number}"
    for other in after:
        require(other in known, f"after: there is no task {other}.")
        check_order(what, phase, known[other].phase)
    waits = {task.number: set(task.after) for task in tasks} | {number: set(after)}
    if found := circle(waits):
        raise Refused(f"{what} would wait for itself: {' after '.join(map(str, found))}.")


def circle(after: Mapping[int, set[int]]) -> list[int]:
    """Numbers that wait for each other in a circle, the first once more at the end; or none."""
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        found: list[int] = error.args[1]
        return found[::-1]
    return []
