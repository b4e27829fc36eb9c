"""After an erasure and a removal every report says what it said, and the proofs hold, on both
stores."""

# ruff: noqa: F401, F811 - fixtures are imported
import asyncio
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from domain.desk import Desk
from domain.incident import Incident
from domain.policy import Everything
from ops.cli import app, guarded
from ops.compose import open_desk, open_views
from projections import ticket_figures
from projections.past import AsOf
from projections.queries import Span
from projections.reports import REPORTS, Question, members
from projections.views import Views
from tests.ops.test_privacy import (
    House,
    Told,
    caught_up,
    erase,
    house,
    projecting,
    signed,
    tell,
    until,
)
from tests.ops.test_privacy_words import remove, tell_more

GROUPS_MAX = 1_000
NOW = datetime.now(UTC)


async def live(desk: Desk, told: Told) -> None:
    """Incidents of Wilhelmina that were handed over, solved, taken up again, rated and closed."""
    [company] = desk.directory.organisations()
    for number in range(3):
        logged = await desk.log_incident(
            title=f"Wilhelmina {number}",
            requester=told.mina,
            organisation=company.id,
            by=signed(told.mina),
        )

        def work(ticket: Incident, number: int = number) -> None:
            zoe, mina = signed(told.zoe), signed(told.mina)
            ticket.prioritise(impact=1 if number else 2, urgency=1, by=zoe)
            for who in (told.zoe, told.zed)[: number + 1]:
                ticket.assign(team=None, assignee=who, by=zoe)
            ticket.resolve(code="fixed", resolution="Wilhelmina sat on it.", by=zoe)
            if number == 1:
                ticket.reopen(reason="Wilhelmina sits again.", by=mina)
                ticket.resolve(code="fixed", resolution="She stood up.", by=zoe)
            ticket.rate(score=number + 1, comment="Says Wilhelmina.", by=mina)
            if number:
                ticket.close(by=zoe)

        await desk.ledger.edit(Incident, logged.subject, work, by=signed(told.zoe))


async def figures(views: Views, as_of: AsOf | None) -> dict[tuple[str, ...], Any]:
    """All groups of all reports by up to two dimensions, and the rows they are counted from."""
    found: dict[tuple[str, ...], Any] = {}
    for name, report in REPORTS.items():
        asked = AsOf(moment=NOW, position=as_of.position if as_of else None)
        at = asked if report.is_by_age else as_of
        for count in range(3):
            for by in combinations(report.dimensions, count):
                question = Question(
                    report=report, by=by, visibility=Everything(), as_of=at, now=NOW
                )
                found[(name, *by)] = (await views.measured(question, GROUPS_MAX)).groups
        for is_part in (False, True):
            page = await views.list_rows(
                ticket_figures.NAME, filters=members(report, Span(), is_part=is_part), as_of=as_of
            )
            found[name, "members", str(is_part)] = page.rows
    return found


async def test_every_report_says_what_it_said_row_by_row(house: House) -> None:
    settings = house.settings
    async with open_desk(settings) as desk, projecting(settings) as store:
        told = await tell(desk, settings)
        await tell_more(desk, settings, told)
        await live(desk, told)
        then = AsOf(position=desk.ledger.position() - 4)
        await until(lambda: caught_up(desk, store))
        async with open_views(settings) as views:
            before = [await figures(views, at) for at in (None, then)]

            await remove(desk)
            position = await erase(desk, told)
            await until(lambda: store.renewed() >= position and caught_up(desk, store))

            after = [await figures(views, at) for at in (None, then)]

    counted = {name for (name, *_), groups in before[0].items() if groups}
    assert len(counted) >= 9
    assert after == before


def test_proofs_hold_after_an_erasure_and_a_removal(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings, bundle = house.settings, tmp_path / "bundle"
    if settings.database_url is not None:
        monkeypatch.setenv("LEDGERDESK_DATABASE_URL", settings.database_url.get_secret_value())

    def audit(*arguments: object) -> str:
        """What a command says that ends well."""
        status = guarded(lambda: app(["audit", *map(str, arguments)]))
        told = capsys.readouterr()
        assert status == 0, told
        return told.out + told.err

    async def speak() -> Told:
        async with open_desk(settings) as desk:
            told = await tell(desk, settings)
            await tell_more(desk, settings, told)
            return told

    async def forget(told: Told) -> None:
        async with open_desk(settings) as desk:
            await remove(desk)
            await erase(desk, told)

    told = asyncio.run(speak())
    key = audit("key", "--data", settings.data).strip()
    audit("checkpoint", "--data", settings.data)

    asyncio.run(forget(told))
    audit("export", bundle, "--data", settings.data)

    for verified in (
        audit("verify", bundle, "--key", key),
        audit("verify", "--data", settings.data),
    ):
        assert "integrity" in verified.lower()
        assert "completeness" in verified.lower()
