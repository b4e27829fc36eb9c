"""Whether steps of a round can happen in their order, given how long the patience of stages is."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from domain.business_time import duration
from domain.simulation import Trial
from domain.soundness_cases import BEGINNING, Case
from domain.soundness_report import Step
from domain.soundness_step import take

INSTANT = 1_000
"""So many microseconds before and after the end of a patience there is time for something else."""


class Wait(Struct, frozen=True):
    """A stage that was open from the end of one step until that of another."""

    since: int
    until: int
    patience: timedelta
    is_run_out: bool


def schedule(
    case: Case, applied: Sequence[int], steps: Sequence[Step]
) -> tuple[timedelta, ...] | None:
    """How long after the submission each step can happen; None if they cannot in this order.

    Patience is counted by day and night, a business day as a day.
    """
    times = _earliest(_waits(case, applied, steps), len(steps))
    return None if times is None else tuple(timedelta(microseconds=one) for one in times[1:])


def _waits(case: Case, applied: Sequence[int], steps: Sequence[Step]) -> list[Wait]:
    """What each open stage waited for. Step 0 is the submission."""
    trial = Trial(case.subject.own, {})
    stages, terms = case.rounds(applied)
    trial.begin_round(stages, terms, None, BEGINNING)
    lengths = {stage.name: _length(stage.patience) for stage in stages}
    since: dict[str, int] = {}
    waits: list[Wait] = []
    known = 0
    for number in range(len(steps) + 1):
        step = steps[number - 1] if number else None
        if step is not None:
            take(trial, step)
        for event, _ in trial.told[known:]:
            match event:
                case Trial.StageOpened(stage=name):
                    since[name] = number
                case (
                    Trial.StageEscalated(stage=name)
                    | Trial.FallbackAsked(stage=name)
                    | Trial.StageDecided(stage=name)
                ):
                    is_run_out = step is not None and not step.person and step.stage == name
                    waits.append(Wait(since[name], number, lengths[name], is_run_out))
                    since[name] = number
                    if isinstance(event, Trial.StageDecided):
                        del since[name]
        known = len(trial.told)
    last = len(steps)
    return waits + [Wait(one, last, lengths[name], False) for name, one in since.items()]


def _earliest(waits: Sequence[Wait], steps: int) -> list[int] | None:
    """The earliest moments of all steps, in microseconds: the longest ways from the first one.

    None if there is a circle in which each has to come later than itself.
    """
    run_out = {wait.until for wait in waits if wait.is_run_out}
    later = [(one, one + 1, INSTANT if one in run_out else 0) for one in range(steps)]
    for wait in waits:
        length = wait.patience // timedelta(microseconds=1)
        if wait.is_run_out:
            later.append((wait.since, wait.until, length))
            later.append((wait.until, wait.since, -length))
        elif wait.until > wait.since:
            later.append((wait.until, wait.since, INSTANT - length))
    times = [0] * (steps + 1)
    for _ in range(steps + 2):
        changed = False
        for one, other, least in later:
            if times[one] + least > times[other]:
                times[other] = times[one] + least
                changed = True
        if not changed:
            return times
    return None


def _length(patience: str) -> timedelta:
    wait = duration(patience)
    return wait.open_time or timedelta(days=wait.amount)
