from collections.abc import Callable

import pytest

from domain.ids import record_id
from domain.promises import RESOLUTION
from domain.question import MOVES, Question, Status
from domain.rules import Refused
from domain.ticket import Visibility
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CUSTOMER, person, signed, system

ID, TEAM, ERROR = record_id("QST", 1), record_id("TEA", 1), record_id("PRB", 1)
CEM = signed("cem")

ACTS: dict[str, Callable[[Question], None]] = {
    "start": lambda question: question.start(by=BEA),
    "pend": lambda question: question.pend("customer", by=BEA),
    "resume": lambda question: question.resume(by=BEA),
    "give_answer": lambda question: question.give_answer(answer="Yes.", by=BEA),
    "ask_again": lambda question: question.ask_again(question="And on Sunday?", by=ANN),
    "close": lambda question: question.close(by=BEA),
    "cancel": lambda question: question.cancel(reason="Found it.", by=ANN),
}

WAYS: dict[Status, list[Callable[[Question], None]]] = {
    Status.ASKED: [],
    Status.ASSIGNED: [lambda question: question.assign(team=TEAM, by=BEA)],
    Status.IN_PROGRESS: [ACTS["start"]],
    Status.PENDING: [ACTS["pend"]],
    Status.ANSWERED: [ACTS["give_answer"]],
    Status.CLOSED: [ACTS["give_answer"], ACTS["close"]],
    Status.CANCELLED: [ACTS["cancel"]],
    Status.MERGED: [lambda question: question.merge(record_id("QST", 9), by=BEA)],
}


def question(status: Status = Status.ASKED) -> Question:
    asked = Question.ask(
        ID, title="Is it open on Saturday?", requester=person("ann"), organisation=CUSTOMER, by=ANN
    )
    for act in WAYS[status]:
        act(asked)
    assert asked.status is status
    new_facts(asked)
    return asked


def test_a_question_is_asked() -> None:
    asked = Question.ask(
        ID,
        title="Is it  open?",
        requester=person("ann"),
        organisation=CUSTOMER,
        channel="phone",
        by=BEA,
    )

    assert asked.status is Status.ASKED
    assert asked.channel == "phone"
    assert new_facts(asked) == [
        fact(
            Question.Asked,
            title="Is it open?",
            requester=person("ann"),
            organisation=CUSTOMER,
            channel="phone",
        )
    ]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_the_life_of_a_question_has_the_moves_of_the_table(status: Status, act: str) -> None:
    some = question(status)
    move = MOVES[act]

    if status in move.sources:
        ACTS[act](some)
        assert some.status is move.target
        assert len(new_facts(some)) == ((act, status) != ("start", Status.IN_PROGRESS))
    else:
        with pytest.raises(Refused) as refused:
            ACTS[act](some)
        assert str(refused.value) == move.rule
        assert new_facts(some) == []


def test_an_answer_is_a_text_a_record_or_an_address() -> None:
    by_text, by_record, by_address = question(), question(), question()

    by_text.give_answer(answer="Yes.", by=BEA)
    by_record.give_answer(source=ERROR, by=BEA)
    by_address.give_answer(address="https://example.org/hours", by=BEA)

    assert new_facts(by_text) == [fact(Question.Answered, text="Yes.")]
    assert new_facts(by_record) == [fact(Question.Answered, source=ERROR)]
    assert new_facts(by_address) == [fact(Question.Answered, address="https://example.org/hours")]


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({}, "is a text, a record or an address"),
        ({"answer": "  "}, "is a text, a record or an address"),
        ({"address": "javascript:alert(1)"}, "begins with https"),
        ({"address": "https://a b"}, "has no spaces"),
        ({"source": ID}, "no answer to itself"),
    ],
)
def test_what_is_no_answer_is_refused(answer: dict[str, object], rule: str) -> None:
    some = question()

    with pytest.raises(Refused, match=rule):
        some.give_answer(**answer, by=BEA)  # type: ignore[arg-type]  # Wrong on purpose.

    assert new_facts(some) == []


def test_the_answer_meets_the_resolution_until_it_is_asked_again() -> None:
    some = question(Status.ANSWERED)

    assert some.met_at(RESOLUTION) == BEA.effective_at
    assert not some.awaits_reply

    some.ask_again(question="And on Sunday?", by=ANN)

    assert some.met_at(RESOLUTION) is None
    assert some.awaits_reply
    assert some.reopened == 1


# First contact ------------------------------------------------------------------------------


def test_who_answers_alone_answers_at_first_contact() -> None:
    some = question()

    some.comment("One moment.", visibility=Visibility.PUBLIC, by=BEA)
    some.comment("Thank you.", visibility=Visibility.PUBLIC, by=ANN)
    some.assign(team=TEAM, by=system("rules"))
    some.give_answer(answer="Yes.", by=BEA)

    assert some.is_first_contact


def test_who_asks_on_the_telephone_is_answered_by_who_took_the_call() -> None:
    def taken() -> Question:
        return Question.ask(
            ID, title="Open?", requester=person("ann"), organisation=CUSTOMER, by=BEA
        )

    at_once, later = taken(), taken()
    at_once.give_answer(answer="Yes.", by=BEA)
    later.give_answer(answer="Yes.", by=CEM)

    assert at_once.is_first_contact
    assert not later.is_first_contact


def test_an_answer_after_a_hand_over_comes_not_at_first_contact() -> None:
    some = question()

    some.assign(team=TEAM, by=system("rules"))
    some.assign(team=record_id("TEA", 2), by=system("rules"))
    some.give_answer(answer="Yes.", by=BEA)

    assert not some.is_first_contact


def test_an_answer_that_was_asked_about_again_was_none_at_first_contact() -> None:
    some = question(Status.ANSWERED)
    assert some.is_first_contact

    some.ask_again(question="And on Sunday?", by=ANN)
    assert not some.is_first_contact
    some.give_answer(answer="No.", by=BEA)

    assert not some.is_first_contact
