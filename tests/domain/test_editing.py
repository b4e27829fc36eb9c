from datetime import timedelta

import pytest

from domain.ids import record_id
from domain.question import Question
from domain.rules import Refused
from tests.people import CUSTOMER, MONDAY, person, signed


def question() -> Question:
    return Question.ask(
        record_id("QST", 1),
        title="Which printer?",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann"),
    )


def test_one_person_edits_a_ticket_at_a_time_unless_another_insists() -> None:
    ticket = question()
    ticket.begin_edit(15, by=signed("bea"))

    with pytest.raises(Refused, match=r"is editing it until 09:15 UTC"):
        ticket.begin_edit(15, by=signed("cem"))
    ticket.begin_edit(15, anyway=True, by=signed("cem"))

    assert ticket.editor_at(MONDAY) == person("cem")


def test_an_edit_ends_by_itself_after_its_minutes() -> None:
    ticket = question()
    ticket.begin_edit(15, by=signed("bea"))
    later = MONDAY + timedelta(minutes=15)

    assert ticket.editor_at(later) is None
    ticket.begin_edit(15, by=signed("cem", later))
    assert ticket.editor_at(later) == person("cem")


def test_only_who_is_editing_ends_the_edit() -> None:
    ticket = question()
    ticket.begin_edit(15, by=signed("bea"))

    ticket.end_edit(by=signed("cem"))
    assert ticket.editor_at(MONDAY) == person("bea")
    ticket.end_edit(by=signed("bea"))
    assert ticket.editor_at(MONDAY) is None


def test_to_begin_an_edit_is_no_contact() -> None:
    ticket = question()
    ticket.begin_edit(15, by=signed("bea"))
    ticket.end_edit(by=signed("bea"))

    ticket.give_answer(answer="The blue one.", by=signed("cem"))

    assert ticket.hands == (str(person("cem")),)
