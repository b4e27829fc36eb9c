"""The check of processes against brute force: neither a claim nor a refusal is wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest

from domain import soundness
from domain.approval_process import Definition, mistakes
from domain.conditions import condition
from domain.simulation import Input, Trial, play
from domain.soundness_cases import Cases
from domain.soundness_company import Subject
from domain.soundness_report import Counterexample, Finding
from domain.soundness_schedule import schedule
from tests.domain import oracle, small_processes
from tests.domain.oracle import House, Process, Refusal, Round, holds

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NEVER = ("condition varies", "stage is reached")
PLAYS_MAX = 100_000


@pytest.mark.parametrize("block", range(4))
def test_the_check_agrees_with_all_that_can_happen_in_small_companies(block: int) -> None:
    _compare(range(block * 60, block * 60 + 60))


@pytest.mark.proof
@pytest.mark.parametrize("block", range(20))
def test_the_check_agrees_with_all_that_can_happen_in_thousands_of_companies(block: int) -> None:
    _compare(range(1_000 + block * 250, 1_250 + block * 250))


def _compare(seeds: Sequence[int]) -> None:
    sound = refused = unproven = 0
    for seed in seeds:
        random = Random(seed)
        house = small_processes.house(random)
        process = small_processes.process(random, house)
        definition = small_processes.definition(process)
        if any(mistakes(definition)):
            # What is not well formed is refused before it is checked.
            continue
        report = soundness.check(
            definition,
            small_processes.table(house),
            start=START,
            plays_max=PLAYS_MAX,
        )
        told = "\n".join(map(str, report.findings))
        if any(one.rule == "not proven" for one in report.findings):
            # Where only another length of patience would make it fail, nothing is claimed.
            unproven += 1
            assert _first_failure(house, process), (seed, told)
        elif report.is_sound:
            sound += 1
            assert not _first_failure(house, process), (seed, told)
        refused += not report.is_sound
        for finding in report.errors:
            assert _really(house, process, finding), (seed, str(finding))
            assert _in_time(house, definition, finding), (seed, str(finding))
    # Neither answer is the only one, and hardly ever there is none.
    assert min(sound, refused) > len(seeds) / 20 > unproven


def _first_failure(house: House, process: Process) -> str:
    """A subject and requester with which the process fails or hangs, if there is one."""
    tried = set()
    for facts in oracle.subjects():
        if not holds(process.when, facts):
            continue
        for requester in house.people:
            applied = tuple(holds(stage.when, facts) for stage in process.stages)
            if (applied, requester) in tried:
                continue
            tried.add((applied, requester))
            try:
                failure = next(Round(house, process, facts, requester).failures(), None)
            except Refusal as refusal:
                return f"{facts} {requester}: {refusal}"
            if failure:
                return f"{facts} {requester}: {failure}"
    return ""


def _really(house: House, process: Process, finding: Finding) -> bool:
    """Whether a finding is true: its counterexample fails, or what it says never happens."""
    governed = [facts for facts in oracle.subjects() if holds(process.when, facts)]
    if finding.rule in NEVER:
        if finding.place == "when":
            return not governed
        index = int(finding.place.removeprefix("stages[").partition("]")[0])
        return not any(holds(process.stages[index].when, facts) for facts in governed)
    example = finding.counterexample
    assert example is not None
    return _fails(house, process, example)


def _in_time(house: House, definition: Definition, finding: Finding) -> bool:
    """Whether the counterexample fails as well when it is played by the clock."""
    example = finding.counterexample
    if example is None or finding.rule not in ("one person counts once", "quorum is reachable"):
        return True
    cases = Cases(definition, small_processes.table(house))
    case = cases.case(Subject(kind="change", requester=example.requester))
    facts = {"type": "normal", "risk": "low", **example.facts}
    applied = [
        index
        for index, stage in enumerate(definition.stages)
        if condition(stage.when, "change").holds(facts)
    ]
    if case.is_refused(applied):
        return True
    times = schedule(case, applied, example.steps)
    assert times is not None
    stages, terms = case.rounds(applied)
    inputs = [
        Input(at=START + time, who=step.person, act="approve", stage=step.stage)
        for step, time in zip(example.steps, times, strict=True)
        if step.person
    ]
    own = frozenset({example.requester})
    played = play(Trial(own, facts), stages, terms, hours=None, start=START, inputs=inputs)
    return (
        played.outcome == "rejected"
        and not any(one.what.endswith("refused") for one in played.happenings)
        and not any(one.what == "timed out: rejected" for one in played.happenings)
    )


def _fails(house: House, process: Process, example: Counterexample) -> bool:
    facts = {"type": "normal", "risk": "low", **{k: str(v) for k, v in example.facts.items()}}
    assert holds(process.when, facts)
    if not example.requester:
        return not any(holds(stage.when, facts) for stage in process.stages)
    try:
        played = Round(house, process, facts, example.requester)
    except Refusal:
        return True
    state = played.start()
    for step in example.steps:
        assert (step.stage, step.person) in played.moves(state)
        state = played.after(state, step.stage, step.person)
    return state.ended.startswith("failed")
