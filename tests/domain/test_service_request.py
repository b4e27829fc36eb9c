from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import OpenStage
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
    Status.CANCELLED: [ACTS["cancel"]],
}


def request(status: Status = Status.REQUESTED, requester: UUID | None = None) -> ServiceRequest:
    ordered = ServiceRequest.order(
        ID,
        title="A laptop",
        requester=requester or person("ann"),
        organisation=CUSTOMER,
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
