from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import OpenStage
from domain.fulfilment_plan import PlannedTask
from domain.ids import record_id
from domain.promises import RESOLUTION
from domain.quorum import All
from domain.quorum import Any as AnyOf
from domain.rules import Refused
from domain.service_request import MOVES, ServiceRequest, Status
from domain.ticket import DETAILS_MAX
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CUSTOMER, person, signed

ID, TEAM, LAPTOP = record_id("REQ", 1), record_id("TEA", 1), record_id("OFR", 1)
CEM, DAN = signed("cem"), signed("dan")
STAGE = OpenStage(
    name="Budget",
    voters=(str(person("cem")),),
    quorum=AnyOf(),
    patience="1d",
    on_timeout="reject",
)
PLAN = (
    PlannedTask(title="Order it", team=TEAM, compensation="Send it back"),
    PlannedTask(title="Make an account", compensation="Remove the account"),
    PlannedTask(title="Engrave it", after=(1,)),
    PlannedTask(title="Hand it over", after=(2, 3), compensation="Fetch it"),
)

Act = Callable[[ServiceRequest], None]


def voted(vote: Any) -> Act:
    return lambda request: request.vote(vote, comment="Well.", by=CEM)


ACTS: dict[str, Act] = {
    "submit": lambda request: request.submit(stages=(STAGE,), by=ANN),
    "start_fulfilment": lambda request: request.start_fulfilment(by=BEA),
    "pend": lambda request: request.pend("vendor", by=BEA),
    "resume": lambda request: request.resume(by=BEA),
    "fulfil": lambda request: request.fulfil(fulfilment="Delivered.", by=BEA),
    "reopen": lambda request: request.reopen(reason="No charger.", by=ANN),
    "close": lambda request: request.close(by=ANN),
    "cancel": lambda request: request.cancel(reason="Not needed.", by=ANN),
}

WAYS: dict[Status, list[Act]] = {
    Status.REQUESTED: [],
    Status.IN_APPROVAL: [ACTS["submit"]],
    Status.APPROVED: [ACTS["submit"], voted("approve")],
    Status.REJECTED: [ACTS["submit"], voted("reject")],
    Status.IN_FULFILMENT: [ACTS["start_fulfilment"]],
    Status.PENDING: [ACTS["start_fulfilment"], ACTS["pend"]],
    Status.FULFILLED: [ACTS["start_fulfilment"], ACTS["fulfil"]],
    Status.CLOSED: [ACTS["start_fulfilment"], ACTS["fulfil"], ACTS["close"]],
    Status.BEING_UNDONE: [
        ACTS["start_fulfilment"],
        lambda request: request.complete_task(1, by=BEA),
        ACTS["cancel"],
    ],
    Status.CANCELLED: [ACTS["cancel"]],
    Status.MERGED: [lambda request: request.merge(record_id("REQ", 2), by=BEA)],
}


def request(status: Status = Status.REQUESTED, requester: UUID | None = None) -> ServiceRequest:
    ordered = ServiceRequest.order(
        ID,
        title="A laptop",
        requester=requester or person("ann"),
        organisation=CUSTOMER,
        plan=PLAN if status is Status.BEING_UNDONE else (),
        by=ANN,
    )
    for act in WAYS[status]:
        act(ordered)
    assert ordered.status is status
    new_facts(ordered)
    return ordered


def ordered(**given: Any) -> ServiceRequest:
    return ServiceRequest.order(
        ID, title="A laptop", requester=person("ann"), organisation=CUSTOMER, by=ANN, **given
    )


def test_an_offering_is_ordered_with_its_form() -> None:
    form = {"memory": 32, "bag": True, "colours": ["grey", "blue"], "note": "", "case": {"in": 15}}

    some = ordered(offering=LAPTOP, offering_version=3, form=form)

    assert (some.offering, some.offering_version) == (LAPTOP, 3)
    assert some.details == {
        "memory": "32",
        "bag": "yes",
        "colours": "grey, blue",
        "case": '{"in":15}',
    }
    assert some.proposer == ANN.actor
    assert new_facts(some) == [
        fact(
            ServiceRequest.Ordered,
            title="A laptop",
            requester=person("ann"),
            organisation=CUSTOMER,
            offering=LAPTOP,
            offering_version=3,
            form=form,
        )
    ]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"form": {"a": "b"}}, "only the form of an offering"),
        ({"offering": LAPTOP}, "in one of its versions"),
        ({"offering_version": 1}, "in one of its versions"),
        (
            {
                "offering": LAPTOP,
                "offering_version": 1,
                "form": {str(number): 1 for number in range(DETAILS_MAX + 1)},
            },
            "at most 200 answers",
        ),
        ({"offering": LAPTOP, "offering_version": 1, "form": {"a": "b" * 4_001}}, "form: a"),
        ({"offering": LAPTOP, "offering_version": 1, "form": {" ": "b"}}, "name of an answer"),
    ],
)
def test_what_is_no_order_is_refused(given: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        ordered(**given)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_the_life_of_a_request_has_the_moves_of_the_table(status: Status, act: str) -> None:
    some = request(status)
    move = MOVES[act]

    if status in move.sources:
        ACTS[act](some)
        assert some.status is move.target
        is_done = (act, status) == ("start_fulfilment", Status.IN_FULFILMENT)
        assert (new_facts(some) == []) == is_done
    else:
        with pytest.raises(Refused) as refused:
            ACTS[act](some)
        assert str(refused.value) == move.rule
        assert new_facts(some) == []


def test_a_request_that_a_process_governs_is_fulfilled_after_its_approval() -> None:
    new, approved = request(), request(Status.APPROVED)

    with pytest.raises(Refused, match="approved before it is fulfilled"):
        new.start_fulfilment(needs_approval=True, by=BEA)
    approved.start_fulfilment(needs_approval=True, by=BEA)

    assert approved.status is Status.IN_FULFILMENT


def test_what_was_approved_stays_as_it_was() -> None:
    some = request(Status.APPROVED)

    with pytest.raises(Refused, match="stays as it was"):
        some.amend(title="Two laptops", by=BEA)


@pytest.mark.parametrize(
    "edit", [{"title": "Two laptops"}, {"description": "Large."}, {"details": {"memory": "64"}}]
)
def test_votes_fall_when_the_words_change_that_they_are_about(edit: dict[str, Any]) -> None:
    some = request()
    both = replace(STAGE, voters=(str(person("cem")), str(person("dan"))), quorum=All())
    some.submit(stages=(both,), by=ANN)
    some.vote("approve", by=CEM)

    some.amend(**edit, by=BEA)
    some.vote("approve", by=DAN)
    fallen = some.status
    some.vote("approve", by=CEM)

    assert fallen is Status.IN_APPROVAL
    assert some.status is Status.APPROVED


@pytest.mark.parametrize("who", ["ann", "kim"])
def test_nobody_decides_on_what_they_ordered_or_get(who: str) -> None:
    some = ServiceRequest.order(
        ID, title="A laptop", requester=person("kim"), organisation=CUSTOMER, by=ANN
    )
    own = replace(STAGE, voters=(str(person(who)),))

    with pytest.raises(Refused, match="nobody is asked to approve their own request"):
        some.submit(stages=(own,), by=BEA)


def test_nobody_fulfils_what_they_have_approved() -> None:
    some = request(Status.APPROVED)

    with pytest.raises(Refused, match="Nobody fulfils a request that they have approved"):
        some.start_fulfilment(by=CEM)
    with pytest.raises(Refused, match="who has voted on it is not assigned to it"):
        some.assign(team=TEAM, assignee=person("cem"), by=BEA)


def test_whose_request_it_is_chooses_nobody_who_votes() -> None:
    some = request(Status.IN_APPROVAL)

    with pytest.raises(Refused, match="Nobody chooses who votes on their own request"):
        some.add_approver(person("dan"), reason="He is quick.", by=ANN)


def test_a_request_that_is_cancelled_in_approval_waits_for_nobody() -> None:
    some = request(Status.IN_APPROVAL)

    some.cancel(reason="Not needed.", by=ANN)

    assert not some.standing.open
    with pytest.raises(Refused, match="not open for votes"):
        some.vote("approve", by=CEM)


def test_a_rejected_request_is_submitted_anew() -> None:
    some = request(Status.REJECTED)

    some.amend(title="A smaller laptop", by=ANN)
    some.submit(stages=(STAGE,), by=ANN)
    some.vote("approve", by=CEM)

    assert some.status is Status.APPROVED
    assert some.round == 2


def test_the_fulfilment_meets_the_resolution_until_it_reopens() -> None:
    some = request(Status.FULFILLED)

    assert some.met_at(RESOLUTION) == BEA.effective_at

    some.reopen(reason="No charger.", by=ANN)

    assert some.met_at(RESOLUTION) is None
    assert some.reopened == 1


# Tasks ------------------------------------------------------------------------------------


def in_fulfilment() -> ServiceRequest:
    some = ordered(plan=PLAN)
    some.start_fulfilment(by=BEA)
    new_facts(some)
    return some


def test_tasks_are_done_in_order_and_side_by_side_and_then_it_is_fulfilled() -> None:
    some = in_fulfilment()

    with pytest.raises(Refused, match="Task 4 comes after others that are not done: 2, 3"):
        some.complete_task(4, by=BEA)
    for number in (2, 1, 3):
        some.complete_task(number, by=BEA)
    before = some.status
    some.complete_task(4, by=DAN)

    assert before is Status.IN_FULFILMENT
    assert some.status is Status.FULFILLED
    assert some.met_at(RESOLUTION) == DAN.effective_at


def test_no_task_is_done_before_the_fulfilment_begins() -> None:
    some = ordered(plan=PLAN)

    with pytest.raises(Refused, match="while the request is being fulfilled"):
        some.complete_task(1, by=BEA)


def test_what_waits_for_somebody_is_done_all_the_same() -> None:
    some = ordered(plan=PLAN[:1])
    some.start_fulfilment(by=BEA)
    some.pend("vendor", by=BEA)

    some.complete_task(1, by=BEA)

    assert some.status is Status.FULFILLED


def test_a_request_is_not_fulfilled_while_tasks_are_left() -> None:
    some = in_fulfilment()
    some.complete_task(1, by=BEA)

    with pytest.raises(Refused, match="its tasks are done: 2, 3, 4"):
        some.fulfil(fulfilment="Enough.", by=BEA)


def test_a_request_is_fulfilled_when_the_last_task_is_left_out() -> None:
    some = in_fulfilment()
    for number in (1, 2, 3):
        some.complete_task(number, by=BEA)

    some.cancel_task(4, reason="She has fetched it.", by=BEA)

    assert some.status is Status.FULFILLED


def test_nothing_is_fulfilled_when_all_tasks_are_left_out() -> None:
    some = in_fulfilment()

    for number in (1, 2, 3, 4):
        some.cancel_task(number, reason="Another way.", by=BEA)
    left_out = some.status
    some.fulfil(fulfilment="She got mine.", by=BEA)

    assert left_out is Status.IN_FULFILMENT
    assert some.status is Status.FULFILLED


def test_what_is_done_is_undone_the_last_first_when_it_is_cancelled_half_way() -> None:
    some = in_fulfilment()
    for number in (1, 3, 2):
        some.complete_task(number, by=BEA)
    some.cancel_task(4, reason="Not yet.", by=BEA)
    some.reopen(reason="Where is it?", by=ANN)
    some.add_task("Hand it over now", after=[1, 2], by=BEA)

    some.cancel(reason="I leave.", by=ANN)

    undoing = {task.compensates: task for task in some.tasks if task.compensates}
    assert some.status is Status.BEING_UNDONE
    assert set(undoing) == {1, 2}
    assert undoing[1].team == TEAM
    assert some.task(5).state == "cancelled"


def test_what_undoes_a_task_waits_for_what_undoes_those_after_it() -> None:
    some = ordered(plan=(*PLAN, PlannedTask(title="Call her", after=(4,))))
    some.start_fulfilment(by=BEA)
    for number in (1, 2, 3, 4):
        some.complete_task(number, by=BEA)

    some.cancel(reason="I leave.", by=ANN)

    undoing = {task.compensates: task for task in some.tasks if task.compensates}
    assert undoing[4].after == ()
    assert undoing[1].after == undoing[2].after == (undoing[4].number,)
    with pytest.raises(Refused, match="comes after others"):
        some.complete_task(undoing[1].number, by=BEA)
    for number in (4, 1, 2):
        assert some.status is Status.BEING_UNDONE
        some.complete_task(undoing[number].number, by=BEA)
    assert some.status is Status.CANCELLED


def test_a_request_of_which_nothing_has_to_be_undone_is_cancelled_at_once() -> None:
    some = in_fulfilment()

    some.cancel(reason="I leave.", by=ANN)

    assert some.status is Status.CANCELLED
    assert {task.state for task in some.tasks} == {"cancelled"}


def test_a_plan_that_waits_for_a_later_task_is_no_order() -> None:
    with pytest.raises(Refused, match=r"plan\[0\]\.after"):
        ordered(plan=(PlannedTask(title="First", after=(2,)), PlannedTask(title="Second")))
