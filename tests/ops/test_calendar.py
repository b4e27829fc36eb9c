"""`ledgerdesk calendar`: what it prints, what it records, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from api.public_holidays import looked_up
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.calendar_holidays import PublicHolidays, Wanted
from domain.desk import Desk
from domain.ids import record_id
from domain.read_log import ReadLog
from ops import doctor
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.doctor import Unwell
from ops.settings import load
from tests.domain.desks import Company

T = TypeVar("T")

WEEK = {day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = BusinessHours(
    zone="Europe/Berlin",
    weekly={**WEEK, "sun": (("22:00", "24:00"),)},
    holidays=("*-12-24",),
    date_hours={"2030-01-02": (("10:00", "12:00"),)},
    date_breaks={"2030-01-03": (("09:00", "09:30"),)},
)
THIS_YEAR = datetime.now(UTC).year
FILE = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Works outing
DTSTART;VALUE=DATE:20300603
END:VEVENT
BEGIN:VEVENT
SUMMARY:Not any more
STATUS:CANCELLED
DTSTART;VALUE=DATE:20300604
END:VEVENT
END:VCALENDAR
"""


def run(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(one) for one in ("calendar", *arguments)]))


def on_desk(data: Path, act: Callable[[Desk], Awaitable[T]]) -> T:
    async def acting() -> T:
        async with open_desk(load(None, data=data)) as desk:
            return await act(desk)

    return asyncio.run(acting())


def bavaria(last_year: int) -> PublicHolidays:
    return looked_up(Wanted(country="DE", subdivision="BY", first_year=2026, last_year=last_year))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A desk with a calendar whose public holidays are known until the end of this year, and one
    without any."""

    async def fill(desk: Desk) -> None:
        for name, public in (("Munich", (bavaria(THIS_YEAR),)), ("Plain", ())):
            await Company(desk).add(
                Calendar,
                "define",
                name=name,
                hours=HOURS,
                names={"*-12-24": "Christmas Eve"},
                public_holidays=public,
            )

    on_desk(tmp_path, fill)
    return tmp_path


def calendar(data: Path, serial: int = 1) -> Calendar:
    return on_desk(data, lambda desk: desk.ledger.find(Calendar, record_id("CAL", serial)))


def test_a_calendar_is_shown_with_its_names_and_sources(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "CAL0000001", "--data", data) == 0

    told = capsys.readouterr().out
    for line in (
        "CAL0000001 Munich, version 1 of 1",
        "zone Europe/Berlin",
        "  mon  09:00-17:00",
        "  sat  closed",
        "  *-12-24  Christmas Eve",
        "  2026-04-06  Easter Monday",
        "  2030-01-02  10:00-12:00",
        f"public holidays of DE-BY, 2026 to {THIS_YEAR}, from holidays 0.",
    ):
        assert line in told


def test_the_days_of_a_calendar_are_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    span = ("--from", "2029-12-24", "--to", "2030-01-03")

    assert run("preview", "CAL0000002", *span, "--data", data) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2029-12-24 Mon  holiday"
    assert "2029-12-29 Sat  closed" in lines
    assert "2029-12-30 Sun  22:00-24:00" in lines
    assert lines[-3:] == [
        "2030-01-02 Wed  10:00-12:00",
        "2030-01-03 Thu  09:30-17:00",
        "59.5 h open",
    ]


def test_public_holidays_are_shown_before_anybody_has_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("holidays", "DE", "--subdivision", "BY", "--years", "2026-2027") == 0

    told = capsys.readouterr().out
    assert "2026-06-04  Corpus Christi" in told
    assert "of DE-BY, known from holidays 0." in told


def test_holidays_are_renewed_in_all_calendars_that_have_some(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("renew", "--until", str(THIS_YEAR + 2), "--dry-run", "--data", data) == 0
    assert calendar(data).hours_version == 1

    assert run("renew", "--until", str(THIS_YEAR + 2), "--data", data) == 0
    assert run("renew", "--until", str(THIS_YEAR + 2), "--data", data) == 0

    told = capsys.readouterr().out
    assert f"CAL0000001: + holiday {THIS_YEAR + 1}-12-25 Christmas Day" in told
    assert f"CAL0000001: public holidays of DE-BY known until {THIS_YEAR + 2}" in told
    assert "CAL0000001: nothing changes" in told
    assert "CAL0000002" not in told
    assert calendar(data).hours_version == 2
    assert calendar(data, 2).hours_version == 1


def test_the_doctor_says_when_known_holidays_end(data: Path) -> None:
    settings = load(None, data=data)

    async def checked() -> str:
        return await dict(doctor.CHECKS)["calendars"](settings)

    is_soon = datetime.now(UTC).month >= 7
    if is_soon:
        with pytest.raises(Unwell, match=r"Run: ledgerdesk calendar renew CAL0000001$"):
            asyncio.run(checked())

    run("renew", "CAL0000001", "--data", data)

    assert asyncio.run(checked()) == "2 in use"


def test_a_file_is_imported_and_exported(
    data: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "days.ics"
    file.write_text(FILE)
    days = ("--from", "2030-01-01", "--to", "2030-12-31")
    assert run("import", "CAL0000001", file, *days, "--dry-run", "--data", data) == 0
    assert calendar(data).hours_version == 1

    assert run("import", "CAL0000001", file, *days, "--data", data) == 0
    told = capfdbinary.readouterr().out.decode()
    assert run("export", "CAL0000001", "--windows", "--data", data) == 0
    written = capfdbinary.readouterr().out

    assert "'Not any more' is not taken: it was cancelled." in told
    assert "CAL0000001: + holiday 2030-06-03 Works outing" in told
    assert calendar(data).own_hours.holidays == ("*-12-24", "2030-06-03")
    assert written.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"SUMMARY:Works outing\r\n" in written
    assert b"RRULE:FREQ=WEEKLY;BYDAY=MO\r\n" in written


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "CAL0000009"),
        ("show", "INC0000001"),
        ("show", "CAL0000001", "--version", "7"),
        ("preview", "CAL0000001", "--from", "soon"),
        ("preview", "CAL0000001", "--from", "2030-01-02", "--to", "2030-01-01"),
        ("renew", "CAL0000002"),
        ("renew", "--until", "2300"),
        ("holidays", "QQ"),
        ("holidays", "DE", "--years", "soon"),
        ("import", "CAL0000001", "nowhere.ics"),
        ("import", "CAL0000001", __file__),
        ("export", "CAL0000009"),
    ],
    ids=" ".join,
)
def test_a_mistake_ends_with_a_sentence(
    data: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    where = () if arguments[0] == "holidays" else ("--data", str(data))

    assert run(*arguments, *where) == 2

    assert "Traceback" not in capsys.readouterr().err


def test_a_calendar_is_shown_as_it_was_which_is_noted(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = on_desk(data, _position)
    assert run("renew", "CAL0000001", "--until", str(THIS_YEAR + 9), "--data", data) == 0

    capsys.readouterr()
    assert run("show", "CAL0000001", "--as-of", f"@{before}", "--data", data) == 0
    was = capsys.readouterr().out
    run("show", "CAL0000001", "--data", data)
    now = capsys.readouterr().out

    assert "version 1 of 1" in was
    assert "version 2 of 2" in now
    noted = on_desk(data, _noted)
    assert noted == [("ledgerdesk calendar show", {"as_of": f"@{before}"})]
    assert run("show", "CAL0000001", "--as-of", "@0", "--data", data) == 2


async def _position(desk: Desk) -> int:
    return desk.ledger.position()


async def _noted(desk: Desk) -> list[tuple[str, Any]]:
    return [
        (entry.event.place, entry.event.asked)
        for _, entries in desk.ledger.all_of(ReadLog)
        for entry in entries
        if isinstance(entry.event, ReadLog.Noted)
    ]
