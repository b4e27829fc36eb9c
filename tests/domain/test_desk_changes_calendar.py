from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.asset import Asset
from domain.change import Change, Status
from domain.change_window import ChangeWindow, Definition
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.desks import Company, open_desk, system
from tests.people import MONDAY

SATURDAY = MONDAY + timedelta(days=5)
TWO_HOURS: dict[str, Any] = {"start": SATURDAY, "end": SATURDAY + timedelta(hours=2)}


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def asset(company: Company, name: str, service: str = "") -> UUID:
    return await company.add(Asset, "register", name=name, asset_class="server", service=service)


async def relate(company: Company, one: UUID, other: UUID) -> None:
    by = system()
    await company.desk.ledger.edit(
        Asset, one, lambda record: record.relate(other, type="runs on", by=by), by=by
    )


async def approved(company: Company, *assets: UUID, emergency: bool = False) -> UUID:
    """A change that could be scheduled."""
    by = company.signed("ann")
    receipt = await company.desk.propose_change(
        title="Replace it",
        type="emergency" if emergency else "normal",
        requester=company.people["ann"],
        by=by,
    )

    def prepare(change: Change) -> None:
        change.assess_risk(impact=2, likelihood=2, by=by)
        change.plan(implementation="Swap it.", backout="Swap it back.", by=by)
        for one in assets:
            change.affect(one, by=by)

    await company.desk.ledger.edit(Change, receipt.subject, prepare, by=company.signed("ann"))
    await company.desk.submit_change(receipt.subject, by=company.signed("ann"))
    await company.desk.vote(receipt.subject, "approve", by=company.signed("bea"))
    return receipt.subject


async def published(company: Company, kind: Any, **more: Any) -> UUID:
    given = {"start": SATURDAY, "end": SATURDAY + timedelta(days=2), **more}
    definition = Definition(kind=kind, reason="Year end.", **given)
    id = await company.add(ChangeWindow, "draft", name="Year end", definition=definition)
    await company.desk.publish_window(id, by=company.signed("dan"))
    return id


async def schedule(company: Company, id: UUID, **times: Any) -> Change:
    await company.desk.schedule_change(id, **{**TWO_HOURS, **times}, by=company.signed("dan"))
    return await company.desk.ledger.find(Change, id)


async def test_what_speaks_against_a_time_is_recorded_when_a_change_is_scheduled(
    company: Company,
) -> None:
    await company.publish_process()
    app, host = await asset(company, "app"), await asset(company, "host")
    await relate(company, app, host)
    first = await schedule(company, await approved(company, app))

    second = await schedule(company, await approved(company, host))

    assert first.noted["scheduling"].conflicts == ()
    (conflict,) = second.noted["scheduling"].conflicts
    assert (conflict.reason, conflict.other, conflict.path) == (
        "upstream asset",
        first.id,
        (host, app),
    )


async def test_what_was_noted_stays_while_the_conflicts_of_now_change(company: Company) -> None:
    await company.publish_process()
    host = await asset(company, "host", service="Mail")
    first = await schedule(company, await approved(company, host))
    second = await schedule(company, await approved(company, host))

    by = company.signed("dan")
    await company.desk.ledger.edit(
        Change, first.id, lambda change: change.cancel(reason="No part.", by=by), by=by
    )

    now = await company.desk.conflicts(second, **TWO_HOURS)
    assert now == ()
    assert [one.reason for one in second.noted["scheduling"].conflicts] == [
        "same asset",
        "same service",
    ]


async def test_a_change_is_not_scheduled_into_a_freeze_unless_it_is_excepted(
    company: Company,
) -> None:
    await company.publish_process()
    window = await published(company, "freeze")
    id = await approved(company)

    with pytest.raises(Refused, match=r"in the freeze WIN0000001 \(Year end\)"):
        await schedule(company, id)
    assert (await company.desk.ledger.find(Change, id)).status is Status.APPROVED

    await company.desk.except_change(
        window, id, reason="It closes a hole.", by=company.signed("dan")
    )
    change = await schedule(company, id)
    (conflict,) = change.noted["scheduling"].conflicts
    assert (conflict.reason, conflict.effect) == ("inside a freeze", "excepted")


async def test_an_emergency_change_passes_a_freeze_with_a_note(company: Company) -> None:
    await company.publish_process()
    await published(company, "freeze")
    id = await approved(company, emergency=True)

    change = await schedule(company, id)

    (conflict,) = change.noted["scheduling"].conflicts
    assert conflict.effect == "emergency"


async def test_a_change_of_an_asset_with_maintenance_windows_is_scheduled_into_them(
    company: Company,
) -> None:
    await company.publish_process()
    host, other = await asset(company, "host"), await asset(company, "other")
    await published(company, "maintenance", assets=(host,))

    await schedule(company, await approved(company, host))
    late = await approved(company, host)
    free = await approved(company, other)

    with pytest.raises(Refused, match="outside of the maintenance windows for AST0000001"):
        await schedule(company, late, end=SATURDAY + timedelta(days=3))
    await schedule(company, free, end=SATURDAY + timedelta(days=3))


async def test_a_change_that_was_scheduled_before_a_freeze_is_not_started_in_it(
    company: Company,
) -> None:
    await company.publish_process()
    id = await approved(company)
    await schedule(company, id)
    await published(company, "freeze")
    at = SATURDAY + timedelta(hours=1)

    with pytest.raises(Refused, match="in the freeze"):
        await company.desk.start_implementation(id, by=company.signed("cem", at))
    assert (await company.desk.ledger.find(Change, id)).status is Status.SCHEDULED


async def test_an_emergency_that_starts_in_a_freeze_has_that_noted(company: Company) -> None:
    await published(company, "freeze")
    receipt = await company.desk.propose_change(
        title="The site is down",
        type="emergency",
        requester=company.people["ann"],
        by=company.signed("ann"),
    )
    at = SATURDAY + timedelta(hours=1)

    await company.desk.start_implementation(receipt.subject, by=company.signed("cem", at))

    change = await company.desk.ledger.find(Change, receipt.subject)
    assert change.status is Status.IMPLEMENTING
    assert change.noted["implementation"].conflicts[0].effect == "emergency"


async def test_nobody_excepts_their_own_change(company: Company) -> None:
    await company.publish_process()
    window = await published(company, "freeze")
    id = await approved(company)

    with pytest.raises(Refused, match="Nobody excepts their own change"):
        await company.desk.except_change(window, id, reason="Please.", by=company.signed("ann"))
    with pytest.raises(Refused, match="there is no change CHG0000099"):
        await company.desk.except_change(
            window, record_id("CHG", 99), reason="Please.", by=company.signed("dan")
        )


async def test_a_window_names_what_exists(company: Company) -> None:
    with pytest.raises(Refused, match="assets: there is no asset AST0000099"):
        await published(company, "maintenance", assets=(record_id("AST", 99),))
    with pytest.raises(Refused, match="organisations: there is no organisation"):
        await published(company, "maintenance", organisations=(record_id("ORG", 99),))


async def test_it_is_shown_before_a_freeze_is_published_whom_it_affects(company: Company) -> None:
    await company.publish_process()
    scheduled = await schedule(company, await approved(company))
    waiting = await company.ready_change()
    await company.desk.submit_change(waiting, by=company.signed("ann"))
    later = await schedule(
        company,
        await approved(company),
        start=SATURDAY + timedelta(days=4),
        end=SATURDAY + timedelta(days=5),
    )
    definition = Definition(
        kind="freeze", reason="Year end.", start=SATURDAY, end=SATURDAY + timedelta(days=2)
    )
    id = await company.add(ChangeWindow, "draft", name="Year end", definition=definition)
    window = await company.desk.ledger.find(ChangeWindow, id)

    found = {one.change: one for one in await company.desk.affected(window, MONDAY)}

    assert later.id not in found
    conflict = found[scheduled.id].conflict
    assert conflict is not None
    assert conflict.effect == "refused"
    assert (found[waiting].is_held, found[waiting].conflict) == (True, None)


async def test_a_time_of_more_than_a_year_is_refused(company: Company) -> None:
    await company.publish_process()
    id = await approved(company)

    with pytest.raises(Refused, match="A change takes at most 366 days"):
        await schedule(company, id, end=SATURDAY + timedelta(days=400))
