import pytest

from domain.change import Change
from domain.ids import record_id
from domain.rules import Refused
from domain.tasks import TASKS_MAX, Task
from tests.domain.changes import BOARD, CAB, approved, proposed, stage, submitted
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, DAN, person, signed

TEAM = record_id("TEA", 1)


def with_tasks() -> Change:
    """A change with a task of each phase, of which the second comes after the first."""
    change = proposed()
    change.add_task("Back it up", phase="before", team=TEAM, by=ANN)
    change.add_task("Replace it", after=[1], by=ANN)
    change.add_task("Watch it", phase="after", after=[2], by=ANN)
    new_facts(change)
    return change


def states(change: Change) -> list[str]:
    return [task.state for task in change.tasks]


def test_a_task_has_a_number_a_phase_and_what_it_comes_after() -> None:
    change = with_tasks()

    change.add_task("Cable it", after=[2, 1, 2], assignee=person("cem"), by=BEA)

    assert new_facts(change) == [
        fact(
            Change.TaskAdded,
            number=4,
            title="Cable it",
            phase="implementation",
            after=(2, 1),
            assignee=person("cem"),
        )
    ]
    assert change.task(1) == Task(number=1, phase="before", team=TEAM)


def test_no_task_waits_for_itself_over_however_many_others() -> None:
    change = with_tasks()
    change.add_task("Cable it", after=[2], by=BEA)
    change.add_task("Label it", after=[4], by=BEA)

    with pytest.raises(Refused, match="Task 2 would wait for itself: 2 after 5 after 4 after 2"):
        change.order_task(2, after=[5], by=BEA)
    with pytest.raises(Refused, match="Task 4 would wait for itself: 4 after 4"):
        change.order_task(4, after=[4], by=BEA)
    with pytest.raises(Refused, match="after: there is no task 9"):
        change.order_task(2, after=[9], by=BEA)
    new_facts(change)

    change.order_task(5, after=[2, 1], by=BEA)
    change.order_task(5, after=[2, 1], by=BEA)

    assert new_facts(change) == [fact(Change.TaskOrdered, number=5, after=(2, 1))]


def test_no_task_waits_for_one_of_a_later_phase() -> None:
    with pytest.raises(
        Refused, match="a task before the implementation does not wait for one after the"
    ):
        with_tasks().order_task(1, after=[3], by=BEA)


def test_a_task_waits_for_its_phase_and_for_those_before_it() -> None:
    change = approved()
    change.add_task("Mount it", by=BEA)
    change.add_task("Cable it", after=[1], by=BEA)

    with pytest.raises(Refused, match="too early for a task of the implementation"):
        change.start_task(1, by=BEA)
    change.start_implementation(by=BEA)
    with pytest.raises(Refused, match="Task 2 comes after others that are not done: 1"):
        change.complete_task(2, by=BEA)
    change.start_task(1, by=BEA)
    change.start_task(1, by=BEA)
    change.cancel_task(1, reason="It is mounted already.", by=BEA)
    change.complete_task(2, by=BEA)
    change.complete_task(2, by=BEA)

    assert states(change) == ["cancelled", "done"]
    with pytest.raises(Refused, match="that is done cannot be cancelled"):
        change.cancel_task(2, reason="Too late.", by=BEA)
    with pytest.raises(Refused, match="was cancelled cannot be completed"):
        change.complete_task(1, by=BEA)
    with pytest.raises(Refused, match="There is no task 3"):
        change.start_task(3, by=BEA)


def test_the_tasks_of_a_phase_hold_up_what_ends_it() -> None:
    change = approved()
    change.add_task("Back it up", phase="before", by=BEA)
    change.add_task("Replace it", by=BEA)
    change.add_task("Watch it", phase="after", by=BEA)

    with pytest.raises(Refused, match=r"Before the implementation of a change starts, .* 1"):
        change.start_implementation(by=BEA)
    change.complete_task(1, by=BEA)
    change.start_implementation(by=BEA)
    with pytest.raises(Refused, match=r"Before the implementation is complete, .* 2"):
        change.complete_implementation("successful", by=BEA)
    change.complete_task(2, by=BEA)
    change.complete_implementation("successful", by=BEA)
    change.review("successful", notes="All well.", by=BEA)
    with pytest.raises(Refused, match=r"Before a change is closed, .* 3"):
        change.close(code="implemented", by=BEA)
    change.complete_task(3, by=BEA)
    change.close(code="implemented", by=BEA)

    assert change.is_over
    with pytest.raises(Refused, match="over cannot be changed"):
        change.add_task("Rest", phase="after", by=BEA)


def test_a_change_is_backed_out_with_tasks_that_are_not_done() -> None:
    change = approved()
    change.add_task("Replace it", by=BEA)
    change.start_implementation(by=BEA)

    change.back_out(reason="The switch did not start.", by=BEA)

    with pytest.raises(Refused, match="too late for a task of the implementation"):
        change.add_task("Replace it again", by=BEA)


def test_who_decides_on_a_change_does_not_carry_it_out() -> None:
    decided, asked = approved(), submitted(CAB)

    with pytest.raises(Refused, match="Nobody implements what they decide on"):
        decided.add_task("Replace it", assignee=person("dan"), by=BEA)
    with pytest.raises(Refused, match="Nobody implements what they decide on"):
        decided.start_implementation(by=DAN)
    with pytest.raises(Refused, match="Nobody implements what they decide on"):
        asked.add_task("Replace it", assignee=person("cem"), by=ANN)
    asked.add_task("Watch it", phase="after", assignee=person("cem"), by=ANN)
    decided.add_task("Replace it", by=BEA)
    with pytest.raises(Refused, match="Nobody implements what they decide on"):
        decided.assign_task(1, assignee=person("dan"), by=BEA)


def test_who_is_to_carry_a_change_out_is_not_asked_to_approve_it() -> None:
    change = proposed()
    change.add_task("Replace it", assignee=person("dan"), by=ANN)

    assert str(person("dan")) in change.barred
    with pytest.raises(Refused, match="nobody is asked to approve their own change"):
        change.submit(stages=[BOARD], by=ANN)


def test_conditions_of_an_approval_become_tasks_of_the_first_phase_that_is_not_over() -> None:
    ready, running = submitted(BOARD), submitted(BOARD, type="emergency")
    running.start_implementation(by=BEA)
    for change in (ready, running):
        new_facts(change)
        change.vote("approve", conditions=["Only after the backup."], by=DAN)

    assert new_facts(ready)[1] == fact(
        Change.TaskAdded,
        number=1,
        title="Only after the backup.",
        phase="before",
        condition_of="Board",
        condition_by=str(person("dan")),
    )
    assert running.task(1).phase == "implementation"


def test_a_change_has_so_many_tasks_and_no_more() -> None:
    change = submitted(BOARD)
    for _ in range(TASKS_MAX):
        change.add_task("Turn a screw", by=ANN)

    with pytest.raises(Refused, match="at most 200 tasks"):
        change.add_task("Turn one more", by=ANN)
    change.vote("approve", conditions=["Count the screws."], by=DAN)

    assert len(change.tasks) == TASKS_MAX + 1


def test_conditions_of_an_approval_hold_up_the_implementation() -> None:
    change = submitted(BOARD)
    change.vote("approve", conditions=["Only after the backup."], hours=None, by=DAN)

    with pytest.raises(Refused, match="its tasks are done or cancelled: 1"):
        change.start_implementation(by=BEA)
    with pytest.raises(Refused, match="A condition of the approval is met, not left out"):
        change.cancel_task(1, reason="We know it works.", by=BEA)
    change.complete_task(1, note="It is on tape.", by=BEA)
    change.start_implementation(by=BEA)


def test_an_emergency_is_not_complete_before_the_conditions_of_its_approval_are_met() -> None:
    change = submitted(BOARD, type="emergency")
    change.vote("approve", conditions=["Tell the users."], by=DAN)
    early = submitted(stage("Board", "dan", "eve"), type="emergency")
    early.vote("approve", conditions=["Tell the users."], by=DAN)
    early.start_implementation(by=BEA)

    with pytest.raises(Refused, match="its tasks are done or cancelled: 1"):
        change.start_implementation(by=BEA)
    with pytest.raises(Refused, match="Conditions of the approval are not met: tasks 1"):
        early.complete_implementation("successful", by=BEA)
    early.complete_task(1, by=BEA)
    early.complete_implementation("successful", by=BEA)

    assert early.outcome == "successful"


def test_conditions_lapse_with_the_vote_and_with_the_approval() -> None:
    taken_back, rejected = (submitted(stage("Board", "dan", "eve")) for _ in range(2))
    for change in (taken_back, rejected):
        change.vote("approve", conditions=["Tell the users.", "Back it up."], by=DAN)
        change.complete_task(2, by=BEA)

    taken_back.retract_vote(reason="I mistook the plan.", by=DAN)
    rejected.vote("reject", comment="Not now.", by=signed("eve"))

    assert states(taken_back) == states(rejected) == ["cancelled", "done"]
