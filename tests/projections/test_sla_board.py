"""The clocks of incidents, as the board shows them and the sweep asks for them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import Commitment
from domain.service_level_policy import (
    Agreement,
    EscalationStep,
    ServiceLevelPolicy,
    TargetPromise,
)
from domain.shares import Share
from projections.runner import Projector
from projections.views import Views
from tests.people import CUSTOMER, OPERATOR, person, signed, system
from tests.projections.conftest import Kit, keep

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CALENDAR, POLICY, INCIDENT = record_id("CAL", 1), record_id("SLP", 1), record_id("INC", 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = BusinessHours(zone="UTC", weekly={day: (("09:00", "17:00"),) for day in WEEKDAYS})
PROMISES = (
    Commitment(name="first response", budget="1h"),
    Commitment(name="resolution", budget="10h", pausing=("customer",)),
)


def at(text: str) -> datetime:
    """A time of that week, such as `mon 10:30`."""
    day, time = text.split()
    return datetime.fromisoformat(f"2026-03-{2 + WEEKDAYS.index(day):02d}T{time}:00+00:00")


def define(kit: Kit) -> None:
    by = signed("ann", MONDAY)
    calendar = Calendar.define(CALENDAR, name="Office", hours=OFFICE, by=by)
    steps = tuple(
        EscalationStep(target="resolution", mark=mark, notify=("role:agent",))
        for mark in ("50%", "75%", "100%")
    )
    policy = ServiceLevelPolicy.draft(
        POLICY,
        name="Standard",
        definition=Agreement(
            calendar=CALENDAR,
            targets=(TargetPromise(name="resolution", budget="10h"),),
            escalation=steps,
        ),
        by=by,
    )
    policy.publish(by=by)
    keep(kit.ledger, calendar, policy)


def promise(incident: Incident, when: str, promises: tuple[Commitment, ...] = PROMISES) -> None:
    incident.apply_service_level(
        policy=POLICY,
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=1,
        commitments=promises,
        by=system("desk", at(when)),
    )


def logged(when: str = "mon 10:00", id: UUID = INCIDENT) -> Incident:
    return Incident.log(
        id,
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann", at(when)),
    )


@pytest.fixture
def projector(kit: Kit) -> Projector:
    define(kit)
    return kit.projector()


async def board(kit: Kit, projector: Projector, views: Views, incident: Incident) -> dict[str, Any]:
    """The rows of an incident by target, after what happened to it."""
    keep(kit.ledger, incident)
    projector.catch_up()
    assert not any(status.set_aside for status in projector.status())
    page = await views.list_rows("sla_board", filters={"ticket": incident.id})
    return {row["target"]: row for row in page.rows}


def stored(when: str) -> str:
    return f"{at(when):%Y-%m-%dT%H:%M:%S.%f}Z"


async def test_the_board_follows_who_asks(kit: Kit, projector: Projector, views: Views) -> None:
    incident = logged("mon 10:00")
    promise(incident, "mon 10:00")
    incident.change_requester(
        person("bea"),
        organisation=OPERATOR,
        reason="It is ours.",
        by=signed("bea", at("mon 11:00")),
    )

    rows = await board(kit, projector, views, incident)

    whose = {(row["requester"], row["organisation"]) for row in rows.values()}
    assert whose == {(str(person("bea")), str(OPERATOR))}


async def test_a_promise_is_due_in_business_hours(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    promise(incident, "mon 10:00")

    rows = await board(kit, projector, views, incident)

    assert rows["first response"]["due"] == stored("mon 11:00")
    assert rows["resolution"]["due"] == stored("tue 12:00")
    assert rows["resolution"]["state"] == "running"
    queue = await views.row("work_queue", INCIDENT)
    assert queue is not None
    assert (queue["due"], queue["due_target"]) == (stored("mon 11:00"), "first response")


async def test_a_promise_that_comes_later_counts_from_the_opening(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    incident.respond(by=signed("bea", at("mon 10:30")))
    incident.pend("customer", by=signed("bea", at("mon 11:00")))
    promise(incident, "mon 15:00")
    incident.resume(by=signed("bea", at("mon 16:00")))

    rows = await board(kit, projector, views, incident)

    assert rows["first response"]["met_at"] == stored("mon 10:30")
    assert rows["first response"]["breached_at"] is None
    assert rows["resolution"]["due"] == stored("tue 17:00")


async def test_a_promise_that_comes_later_leaves_out_the_pauses_that_are_over(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    incident.respond(by=signed("bea", at("mon 10:30")))
    incident.pend("customer", by=signed("bea", at("mon 11:00")))
    incident.resume(by=signed("bea", at("mon 14:00")))
    promise(incident, "mon 15:00")

    rows = await board(kit, projector, views, incident)

    assert rows["resolution"]["due"] == stored("tue 15:00")
    queue = await views.row("work_queue", INCIDENT)
    assert queue is not None
    assert (queue["due"], queue["due_target"]) == (stored("tue 15:00"), "resolution")


async def test_a_pause_stops_the_clock_of_the_target_that_it_pauses(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    promise(incident, "mon 10:00")
    incident.pend("customer", by=signed("bea", at("mon 12:00")))
    paused = await board(kit, projector, views, incident)
    incident.resume(by=signed("bea", at("mon 14:00")))

    rows = await board(kit, projector, views, incident)

    assert (paused["resolution"]["state"], paused["resolution"]["due"]) == ("paused", None)
    assert paused["resolution"]["next_mark_at"] is None
    assert paused["first response"]["state"] == "running"
    assert rows["resolution"]["due"] == stored("tue 14:00")


async def test_the_marks_of_the_policy_fall_due_one_after_the_other(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    incident.respond(by=signed("bea", at("mon 10:10")))
    promise(incident, "mon 10:10")
    fallen = []
    due = await board(kit, projector, views, incident)

    for _ in range(3):
        next_due = await views.next_due()
        assert next_due is not None
        assert await views.due_before(next_due - timedelta(microseconds=1)) == []
        [reached] = await views.due_before(next_due)
        fallen.append((reached.mark, reached.at))
        incident.mark(
            reached.target,
            reached.mark,
            round=reached.round,
            due=reached.due,
            by=system("sla-clock", next_due),
        )
        due = await board(kit, projector, views, incident)

    assert fallen == [
        ("50%", at("mon 15:00")),
        ("75%", at("tue 09:30")),
        ("100%", at("tue 12:00")),
    ]
    assert due["resolution"]["breached_at"] == stored("tue 12:00")
    assert due["resolution"]["state"] == "running"
    assert await views.next_due() is None
    queue = await views.row("work_queue", INCIDENT)
    assert queue is not None
    assert queue["breached_at"] == stored("tue 12:00")


async def test_each_share_of_the_board_falls_due_by_itself(
    kit: Kit, projector: Projector, views: Views
) -> None:
    shares = [Share(number, 3) for number in range(3)]
    for serial, time in enumerate(("mon 10:00", "mon 11:00", "mon 12:00", "mon 13:00"), 1):
        incident = logged(time, record_id("INC", serial))
        incident.respond(by=signed("bea", at(time)))
        promise(incident, time)
        await board(kit, projector, views, incident)

    moments = [await views.next_due(share) for share in shares]
    tickets = [
        [row.ticket for row in await views.due_before(at("fri 17:00"), 10, share)]
        for share in shares
    ]

    # The last byte of the third id divides by three, and so on.
    assert moments == [at(text) for text in ("mon 17:00", "mon 15:00", "mon 16:00")]
    assert tickets == [[record_id("INC", n) for n in serials] for serials in ([3], [1, 4], [2])]
    assert await views.next_due() == at("mon 15:00")


async def test_another_promise_keeps_what_was_consumed_and_the_marks_that_have_passed(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    incident.respond(by=signed("bea", at("mon 10:10")))
    promise(incident, "mon 10:10")
    incident.mark(
        "resolution", "50%", round=1, due=at("tue 12:00"), by=system("sla-clock", at("mon 15:00"))
    )
    promise(incident, "mon 16:00", (Commitment(name="resolution", budget="8h"),))

    rows = await board(kit, projector, views, incident)

    assert rows["resolution"]["due"] == stored("tue 10:00")
    assert (rows["resolution"]["round"], rows["resolution"]["next_mark"]) == (2, "75%")
    assert rows["first response"]["state"] == "met"


async def test_what_is_resolved_is_met_and_runs_on_when_it_reopens(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    promise(incident, "mon 10:00")
    incident.resolve(code="fixed", resolution="Done.", by=signed("bea", at("mon 12:00")))
    met = await board(kit, projector, views, incident)
    incident.reopen(reason="Still slow.", by=signed("ann", at("tue 10:00")))

    rows = await board(kit, projector, views, incident)

    assert (met["resolution"]["state"], met["resolution"]["met_at"]) == ("met", stored("mon 12:00"))
    assert rows["resolution"]["state"] == "running"
    assert rows["resolution"]["due"] == stored("wed 10:00")


@pytest.mark.parametrize("late", ["resolved", "paused"])
async def test_a_breach_is_still_due_to_be_marked_when_its_clock_has_stopped(
    kit: Kit, projector: Projector, views: Views, late: str
) -> None:
    incident = logged("mon 10:00")
    promise(
        incident, "mon 10:00", (Commitment(name="resolution", budget="1h", pausing=("vendor",)),)
    )
    if late == "resolved":
        incident.resolve(code="fixed", resolution="Done.", by=signed("bea", at("mon 12:00")))
    else:
        incident.pend("vendor", by=signed("bea", at("mon 12:00")))

    before = (await board(kit, projector, views, incident))["resolution"]
    due = await views.due_before(at("mon 12:01"), 10)
    incident.mark(
        "resolution", "100%", round=1, due=at("mon 11:00"), by=system("clock", at("tue 09:30"))
    )
    after = (await board(kit, projector, views, incident))["resolution"]

    assert (before["next_mark"], before["next_mark_at"]) == ("100%", stored("mon 11:00"))
    assert [(row.ticket, row.mark, row.at) for row in due] == [(INCIDENT, "100%", at("mon 11:00"))]
    assert (after["next_mark"], after["next_mark_at"]) == ("", None)
    assert await views.next_due() is None


async def test_a_breach_that_was_marked_is_not_due_again_under_another_promise_once_it_is_met(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    promise(incident, "mon 10:00", (Commitment(name="first response", budget="1h"),))
    incident.mark("first response", "100%", round=1, due=at("mon 11:00"), by=system("clock"))
    incident.respond(by=signed("bea", at("mon 12:00")))
    promise(incident, "mon 13:00", (Commitment(name="first response", budget="2h"),))

    rows = await board(kit, projector, views, incident)

    assert (rows["first response"]["round"], rows["first response"]["next_mark"]) == (2, "")
    assert await views.next_due() is None


async def test_an_incident_that_is_over_is_due_no_more(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    promise(incident, "mon 10:00")
    incident.cancel(reason="By mistake.", by=signed("ann", at("mon 10:05")))

    rows = await board(kit, projector, views, incident)

    assert {row["state"] for row in rows.values()} == {"cancelled"}
    assert await views.next_due() is None


async def test_a_promise_on_an_unknown_calendar_is_set_aside(
    kit: Kit, projector: Projector, views: Views
) -> None:
    incident = logged("mon 10:00")
    incident.apply_service_level(
        policy=POLICY,
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=9,
        commitments=PROMISES,
        by=system("desk", at("mon 10:00")),
    )
    incident.respond(by=signed("bea", at("mon 10:10")))
    keep(kit.ledger, incident)

    projector.catch_up()

    aside = {status.view: status.set_aside for status in projector.status() if status.set_aside}
    assert aside.items() >= {"ticket_lists": 1}.items()
    queue = await views.row("work_queue", INCIDENT)
    assert queue is not None
    assert queue["responded_at"] == stored("mon 10:10")
