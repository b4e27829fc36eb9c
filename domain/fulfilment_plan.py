"""Plans of fulfilment: which team does what for whoever orders something, and in which order.

Tasks that wait for none of each other run side by side.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.rules import require
from domain.tasks import TASKS_MAX


class PlannedTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task of every order. `after` names earlier ones in the list by their place, from 1."""

    title: str
    team: UUID | None = None
    after: tuple[int, ...] = ()
    compensation: str = ""
    """What is done about it when the order is cancelled after it is done; empty for nothing."""


def check(plan: Sequence[PlannedTask]) -> None:
    """Refuse a plan that has too many tasks, or one that waits for a later one or itself."""
    require(len(plan) <= TASKS_MAX, f"plan: it has at most {TASKS_MAX} tasks.")
    for index, task in enumerate(plan):
        place = f"plan[{index}]"
        text.title(task.title, f"{place}: a task")
        text.body(task.compensation, f"{place}.compensation", text.TITLE_MAX)
        for number in task.after:
            require(1 <= number <= index, f"{place}.after: {number} is no task before it.")
        require(len(set(task.after)) == len(task.after), f"{place}.after: each task is named once.")
