from collections.abc import Callable

import pytest

from domain.ids import record_id
from domain.problem import MOVES, UNRESOLVED, Problem, Status
from domain.rules import Refused
from domain.ticket import Visibility
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CUSTOMER, person

ID, TEAM = record_id("PRB", 1), record_id("TEA", 1)

ACTS: dict[str, Callable[[Problem], None]] = {
    "accept": lambda problem: problem.accept(by=BEA),
    "decline": lambda problem: problem.decline(reason="No problem.", by=BEA),
    "investigate": lambda problem: problem.investigate(by=BEA),
    "declare_known_error": lambda problem: problem.declare_known_error(by=BEA),
    "pend": lambda problem: problem.pend("vendor", by=BEA),
    "resume": lambda problem: problem.resume(by=BEA),
    "resolve": lambda problem: problem.resolve(code="fixed", resolution="Replaced.", by=BEA),
    "review": lambda problem: problem.review(notes="Watch memory.", by=BEA),
    "reopen": lambda problem: problem.reopen(reason="Again.", by=BEA),
    "close": lambda problem: problem.close(by=BEA),
    "cancel": lambda problem: problem.cancel(reason="No problem.", by=BEA),
}

WAYS: dict[Status, list[Callable[[Problem], None]]] = {
    Status.PROPOSED: [],
    Status.NEW: [],
    Status.ASSIGNED: [lambda problem: problem.assign(team=TEAM, by=BEA)],
    Status.INVESTIGATING: [ACTS["investigate"]],
    Status.PENDING: [ACTS["pend"]],
    Status.KNOWN_ERROR: [ACTS["declare_known_error"]],
    Status.RESOLVED: [ACTS["resolve"]],
    Status.REVIEWED: [ACTS["resolve"], ACTS["review"]],
    Status.CLOSED: [ACTS["resolve"], ACTS["close"]],
    Status.CANCELLED: [ACTS["cancel"]],
    Status.MERGED: [lambda problem: problem.merge(record_id("PRB", 2), by=BEA)],
}

TO_ITSELF = {("investigate", Status.INVESTIGATING), ("declare_known_error", Status.KNOWN_ERROR)}


def problem(status: Status = Status.NEW) -> Problem:
    """A problem with a known cause, unless it is proposed alone."""
    if status is Status.PROPOSED:
        proposed = Problem.propose(ID, title="Recurring incidents: mail", by=BEA)
        new_facts(proposed)
        return proposed
    problem = Problem.raise_(
        ID, title="Switch fails", requester=person("ann"), organisation=CUSTOMER, by=ANN
    )
    problem.identify_cause("Firmware 1.2.", by=BEA)
    for act in WAYS[status]:
        act(problem)
    assert problem.status is status
    new_facts(problem)
    return problem


def test_a_problem_is_raised() -> None:
    raised = Problem.raise_(
        ID,
        title="Switch  fails ",
        description="Every night.",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )

    assert raised.status is Status.NEW
    assert new_facts(raised) == [
        fact(
            Problem.Raised,
            title="Switch fails",
            description="Every night.",
            requester=person("ann"),
            organisation=CUSTOMER,
        )
    ]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_the_life_of_a_problem_has_the_moves_of_the_table(status: Status, act: str) -> None:
    some = problem(status)
    move = MOVES[act]

    if status in move.sources:
        ACTS[act](some)
        assert some.status is move.target
        assert len(new_facts(some)) == ((act, status) not in TO_ITSELF)
    else:
        with pytest.raises(Refused) as refused:
            ACTS[act](some)
        assert str(refused.value) == move.rule
        assert some.status is status
        assert new_facts(some) == []


def test_a_problem_lives_through_these_states() -> None:
    assert {(act, source.value) for act, move in MOVES.items() for source in move.sources} == {
        *(("investigate", status) for status in ("new", "assigned", "investigating")),
        *(
            ("declare_known_error", status)
            for status in ("new", "assigned", "investigating", "known error")
        ),
        *(("pend", status) for status in ("new", "assigned", "investigating", "known error")),
        ("resume", "pending"),
        *(("resolve", status.value) for status in UNRESOLVED),
        *(("cancel", status.value) for status in UNRESOLVED),
        *((act, "proposed") for act in ("accept", "decline", "merge")),
        *(("merge", status.value) for status in UNRESOLVED),
        ("review", "resolved"),
        *((act, status) for act in ("reopen", "close") for status in ("resolved", "reviewed")),
    }
    assert {act: move.target.value for act, move in MOVES.items()} == {
        "accept": "new",
        "decline": "cancelled",
        "investigate": "investigating",
        "declare_known_error": "known error",
        "pend": "pending",
        "resume": "investigating",
        "resolve": "resolved",
        "review": "reviewed",
        "reopen": "investigating",
        "close": "closed",
        "cancel": "cancelled",
        "merge": "merged",
    }


def test_a_proposed_problem_that_somebody_has_is_assigned_once_accepted() -> None:
    some = problem(Status.PROPOSED)
    some.assign(team=TEAM, by=BEA)

    some.accept(by=BEA)

    assert some.status is Status.ASSIGNED


def test_tasks_symptoms_and_a_fix_are_of_an_open_problem() -> None:
    some = problem(Status.INVESTIGATING)
    some.note_symptom("Jobs print twice.", by=BEA)
    some.add_task("Read the logs", team=TEAM, by=BEA)
    some.add_task("Compare them", after=[1], by=BEA)
    some.plan_fix(record_id("CHG", 1), by=BEA)
    some.plan_fix(record_id("CHG", 1), by=BEA)

    with pytest.raises(Refused, match="Task 2 comes after others that are not done: 1"):
        some.complete_task(2, by=BEA)
    some.complete_task(1, by=BEA)
    some.resolve(code="fixed", resolution="Replaced.", by=BEA)

    assert (some.symptoms, some.fix) == (1, record_id("CHG", 1))
    assert len([one for one in new_facts(some) if "FixPlanned" in str(one)]) == 1
    late: list[tuple[Callable[[], None], str]] = [
        (lambda: some.note_symptom("Slow.", by=BEA), "gets a symptom"),
        (lambda: some.plan_fix(record_id("CHG", 2), by=BEA), "gets a fix"),
        (lambda: some.add_task("More", by=BEA), "Only an open problem gets a task"),
        (lambda: some.complete_task(2, by=BEA), "while the problem is open"),
    ]
    for act, rule in late:
        with pytest.raises(Refused, match=rule):
            act()


def test_a_known_error_has_a_cause_or_a_workaround() -> None:
    some = Problem.raise_(ID, title="Switch fails", requester=None, organisation=None, by=BEA)

    with pytest.raises(Refused, match="has a cause or a workaround on record"):
        some.declare_known_error(by=BEA)
    some.document_workaround("Restart it.", by=BEA)
    some.declare_known_error(by=BEA)

    assert some.is_known_error


def test_a_known_error_that_waited_is_one_again() -> None:
    some = problem(Status.KNOWN_ERROR)

    some.pend("change", note="CHG0000007", by=BEA)
    some.resume(by=BEA)

    assert some.status is Status.KNOWN_ERROR
    assert new_facts(some) == [
        fact(Problem.Paused, reason="change", note="CHG0000007"),
        fact(Problem.Resumed),
    ]


def test_a_problem_that_reopens_is_no_known_error_any_more() -> None:
    some = problem(Status.KNOWN_ERROR)
    some.resolve(code="fixed", resolution="Replaced.", by=BEA)

    some.reopen(reason="Again.", by=BEA)

    assert not some.is_known_error
    assert some.reopened == 1
    some.investigate(by=BEA)


@pytest.mark.parametrize("status", Status)
def test_an_open_problem_gets_causes_and_workarounds(status: Status) -> None:
    some = problem(status)

    if status in UNRESOLVED:
        some.document_workaround("Restart it.", by=BEA)
        some.identify_cause("Firmware 1.3.", by=BEA)
        assert new_facts(some) == [
            fact(Problem.WorkaroundDocumented, text="Restart it."),
            fact(Problem.CauseIdentified, text="Firmware 1.3."),
        ]
        assert some.status is status
    else:
        with pytest.raises(Refused, match="Only an open problem gets a workaround"):
            some.document_workaround("Restart it.", by=BEA)
        with pytest.raises(Refused, match="Only an open problem gets a cause"):
            some.identify_cause("Firmware 1.3.", by=BEA)


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        (lambda some: some.document_workaround(" ", by=BEA), "says what to do"),
        (lambda some: some.identify_cause("", by=BEA), "says what is wrong"),
        (lambda some: some.resolve(code="fixed", resolution="", by=BEA), "says what was done"),
        (lambda some: some.resolve(code="", resolution="Replaced.", by=BEA), "closure code"),
        (lambda some: some.cancel(reason="", by=BEA), "A cancellation needs a reason"),
    ],
)
def test_what_says_nothing_is_refused(act: Callable[[Problem], None], rule: str) -> None:
    some = problem()

    with pytest.raises(Refused, match=rule):
        act(some)

    assert new_facts(some) == []


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELLED])
def test_a_problem_that_is_over_is_only_talked_about(status: Status) -> None:
    some = problem(status)

    with pytest.raises(Refused, match="A problem that is over cannot be changed"):
        some.assign(team=TEAM, by=BEA)
    some.comment("Thank you.", visibility=Visibility.PUBLIC, by=ANN)

    assert len(new_facts(some)) == 1
