from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.aggregate import Aggregate, Entry
from domain.approval_round import Terms
from domain.backtest_past import change, incident, is_named_only, named
from domain.change import Change
from domain.ids import record_id
from domain.incident import Incident
from domain.provenance import Provenance
from tests.domain.changes import BOARD, CAB, ESCALATING, stage
from tests.people import ANN, BEA, CUSTOMER, MONDAY, person, signed, system

TWICE = Terms(repeat_voters=True)


def hours(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def ready() -> Change:
    """A change that could be submitted, with nothing of it recorded yet."""
    record = Change.propose(
        record_id("CHG", 1), title="Swap", requester=person("ann"), organisation=CUSTOMER, by=ANN
    )
    record.assess_risk(impact=2, likelihood=2, by=ANN)
    record.plan(implementation="Do it.", backout="Undo it.", by=ANN)
    return record


def history(record: Aggregate) -> Sequence[Entry]:
    return record.collect_events()


def test_a_change_is_taken_as_it_stood_when_it_was_submitted() -> None:
    record = ready()
    record.categorise(category="hardware", by=ANN)
    record.categorise(category="network", by=ANN)
    record.submit(stages=(CAB, BOARD), by=signed("ann", hours(1)))
    record.vote("approve", by=signed("bea", hours(2)))
    record.vote("approve", by=signed("cem", hours(3)))
    record.vote("reject", comment="No.", by=signed("dan", hours(5)))
    record.categorise(category="software", by=signed("ann", hours(6)))

    past = change(record.collect_events())

    assert past is not None
    assert isinstance(past.subject, Change)
    assert past.subject.category == "network"
    assert past.subject.status == "proposed"
    assert (past.start, past.decided, past.decision) == (hours(1), hours(5), "rejected")
    assert set(past.asked) == {str(person(name)) for name in ("bea", "cem", "dan")}
    assert past.votes == {
        str(person("bea")): "approve",
        str(person("cem")): "approve",
        str(person("dan")): "reject",
    }
    assert past.own == {str(person("ann"))}


def test_the_first_submission_counts() -> None:
    record = ready()
    record.submit(stages=(CAB,), by=signed("ann", hours(1)))
    record.vote("reject", comment="No.", by=signed("bea", hours(2)))
    record.submit(stages=(BOARD,), by=signed("ann", hours(3)))
    record.vote("approve", by=signed("dan", hours(4)))

    past = change(history(record))

    assert past is not None
    assert (past.start, past.decided, past.decision) == (hours(1), hours(2), "rejected")


def test_those_who_are_asked_later_were_asked_too() -> None:
    record = ready()
    record.submit(stages=(ESCALATING,), by=signed("ann", hours(1)))
    late = system("approvals", hours(9))
    record.time_out_stage(1, "CAB", by=late)
    record.vote("approve", by=signed("dan", hours(10)))

    past = change(history(record))

    assert past is not None
    assert past.asked == (str(person("bea")), str(person("dan")))


def test_what_is_not_decided_is_no_subject() -> None:
    pending, withdrawn = ready(), ready()
    pending.submit(stages=(CAB,), by=ANN)
    withdrawn.submit(stages=(CAB,), by=ANN)
    withdrawn.withdraw(reason="Too late.", by=ANN)

    assert change(history(pending)) is None
    assert change(history(withdrawn)) is None


def test_an_incident_is_taken_as_its_first_command_left_it() -> None:
    first = signed("ann", MONDAY, command=UUID(int=1))
    record = Incident.log(
        record_id("INC", 7),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=first,
    )
    record.prioritise(impact=1, urgency=1, by=first)
    record.prioritise(impact=3, urgency=3, by=signed("bea", hours(1)))
    record.resolve(code="fixed", resolution="Done.", by=signed("bea", hours(2)))
    record.reopen(reason="Again.", by=signed("bea", hours(3)))
    record.resolve(code="fixed", resolution="Done.", by=signed("bea", hours(4)))

    past = incident(history(record))

    assert past is not None
    assert isinstance(past.subject, Incident)
    assert past.subject.priority == 1
    assert (past.start, past.done, past.decision) == (MONDAY, hours(2), "")


def test_an_open_incident_is_no_subject() -> None:
    record = Incident.log(
        record_id("INC", 7), title="No mail", requester=None, organisation=CUSTOMER, by=ANN
    )

    assert incident(history(record)) is None


def imported(at: datetime, command: int = 9) -> Provenance:
    return system("import", MONDAY, channel="imported", effective=at, command=UUID(int=command))


def placeholder(at: datetime) -> Sequence[Entry]:
    record = Change.begin(
        record_id("CHG", 5),
        Change.Proposed(by=imported(at), title="CHG0000005", organisation=CUSTOMER),
    )
    return record.collect_events()


def test_a_change_that_is_only_named_has_the_fields_of_the_incident_that_names_it() -> None:
    naming = Incident.log(
        record_id("INC", 7),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("dan"),
    )
    naming.categorise(category="mail", by=BEA)
    naming.assign(team=None, assignee=person("cem"), by=BEA)
    version = naming.version
    naming.categorise(category="network", by=signed("bea", hours(2)))
    naming.resolve(code="fixed", resolution="Done.", by=signed("bea", hours(5)))
    entries = placeholder(hours(1))

    past = named(entries, history(naming), version)

    assert is_named_only(entries)
    assert isinstance(past.subject, Change)
    assert past.subject.number == "CHG0000005"
    assert past.subject.category == "mail"
    assert past.known_by == "INC0000007"
    assert past.own == {str(person(name)) for name in ("ann", "cem", "dan")}
    assert (past.start, past.done, past.decided) == (hours(1), hours(5), None)


def test_a_change_with_a_history_of_its_own_is_not_only_named() -> None:
    record = ready()
    record.submit(stages=(CAB,), by=ANN)

    assert not is_named_only(history(record))


def test_a_change_that_nobody_submitted_counts_from_its_proposal_until_it_is_done() -> None:
    record = Change.begin(
        record_id("CHG", 5),
        Change.Proposed(by=imported(hours(1)), title="Swap", organisation=CUSTOMER),
    )
    record.record(Change.Closed(by=imported(hours(4), 10)))

    past = change(history(record))

    assert past is not None
    assert (past.start, past.done) == (hours(1), hours(4))
    assert (past.decision, past.decided) == ("", None)


def test_a_rejection_of_the_same_person_counts_more_than_an_approval() -> None:
    again = stage("Board", "bea")
    record = ready()
    record.submit(stages=(stage("CAB", "bea"), again), terms=TWICE, by=signed("ann", hours(1)))
    record.vote("approve", by=signed("bea", hours(2)))
    record.vote("reject", comment="No.", by=signed("bea", hours(3)))

    past = change(history(record))

    assert past is not None
    assert past.votes == {str(person("bea")): "reject"}
