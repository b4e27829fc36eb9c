from datetime import datetime, timedelta

import pytest

from domain import edit_lock
from domain.ids import record_id
from domain.provenance import Provenance
from domain.question import Question
from domain.rules import Locked, Refused
from domain.ticket import Visibility
from tests.people import CUSTOMER, MONDAY, person, signed, system


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


def test_who_locks_a_ticket_keeps_others_from_editing_it_even_anyway() -> None:
    ticket = question()
    ticket.begin_edit(15, locks=True, by=signed("bea"))

    with pytest.raises(Locked, match=r"has locked it until 2026-03-02 09:15 UTC") as refused:
        ticket.begin_edit(15, anyway=True, by=signed("cem"))

    assert (refused.value.holder, refused.value.until) == (
        person("bea"),
        MONDAY + timedelta(minutes=15),
    )


def test_a_lock_keeps_out_others_but_neither_the_requester_nor_the_desk_itself() -> None:
    def done(by: Provenance, *, locked: bool) -> None:
        ticket = question()
        ticket.collect_events()
        if locked:
            ticket.begin_edit(15, locks=True, by=signed("bea"))
            ticket.collect_events()
        ticket.comment("A word.", visibility=Visibility.PUBLIC, by=by)
        edit_lock.keep(ticket)

    for free in (signed("bea"), signed("ann"), system("clock")):
        done(free, locked=True)
    done(signed("cem"), locked=False)
    done(signed("cem", MONDAY + timedelta(minutes=15)), locked=True)
    with pytest.raises(Locked):
        done(signed("cem", MONDAY + timedelta(minutes=14)), locked=True)


def test_time_and_mentions_are_no_edits() -> None:
    ticket = question()
    ticket.comment("@Cem", visibility=Visibility.PUBLIC, mentions=[person("cem")], by=signed("ann"))
    ticket.begin_edit(15, locks=True, by=signed("bea"))
    ticket.collect_events()

    ticket.acknowledge_mentions(by=signed("cem"))
    ticket.book_time(minutes=5, activity="thinking", by=signed("cem"))
    edit_lock.keep(ticket)

    assert ticket.holder_at(MONDAY) == person("bea")


def test_an_act_prolongs_the_lock_of_its_holder_once_half_of_it_is_over() -> None:
    def until(minutes: int) -> datetime | None:
        ticket = question()
        ticket.begin_edit(20, locks=True, by=signed("bea"))
        ticket.collect_events()
        later = signed("bea", MONDAY + timedelta(minutes=minutes))
        ticket.comment("A word.", visibility=Visibility.PUBLIC, by=later)
        edit_lock.keep(ticket)
        return ticket.edited_until

    assert until(10) == MONDAY + timedelta(minutes=20)
    assert until(11) == MONDAY + timedelta(minutes=31)


def test_a_lock_is_broken_with_a_reason_that_the_record_keeps() -> None:
    ticket = question()
    ticket.begin_edit(15, locks=True, by=signed("bea"))

    with pytest.raises(Refused, match="says why"):
        ticket.break_lock(reason=" ", by=signed("olga"))
    ticket.break_lock(reason="Bea is ill.", by=signed("olga"))
    version = ticket.version
    ticket.break_lock(reason="Again.", by=signed("olga"))

    assert ticket.holder_at(MONDAY) is None
    assert ticket.version == version
