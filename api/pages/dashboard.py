"""The dashboard: where the desk stands, how it has done of late, and the records behind each
figure. All figures are those of the reports and lists of the API."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.visits import Visit
from projections.reports import AGES

WEEKS = 8
POINTS_MAX = 5
LIMIT = 50
NOTHING = "none"

TILES = (
    ("Breached", "is_open && breached_at != null", "Open tickets that missed a target."),
    ("Unassigned", "is_open && assignee == null", "Open tickets that no person has."),
    ("Waiting", 'is_open && status == "pending"', "Open tickets that wait for somebody else."),
)
"""What is counted in the queue besides the backlog: its name, its condition, what it means."""

WEEKLY = (
    ("Time to resolve (MTTR)", "time-to-resolve"),
    ("Time to acknowledge (MTTA)", "time-to-acknowledge"),
    ("Changes that succeeded", "change-success"),
    ("Satisfaction (CSAT)", "satisfaction"),
)

SOURCES: Mapping[str, tuple[str, str]] = {
    "queue": ("/queue", "Open tickets"),
    "backlog": ("/reports/backlog/members", "Backlog"),
    "promises": ("/reports/promises", "Service levels kept"),
    **{name: (f"/reports/{name}/members", title) for title, name in WEEKLY},
}
"""Where the records behind a figure are listed, and what they are called."""


class Figure(Struct, frozen=True):
    """A number as it is shown, with the address of what it is counted from; "" for none."""

    label: str
    said: str
    place: str = ""
    width: float = 0
    """Of its bar, in hundredths."""


class Chart(Struct, frozen=True):
    title: str
    total: Figure
    bars: Sequence[Figure]
    definition: Mapping[str, Any]
    position: int


async def show(visit: Visit) -> Answer:
    backlog = await visit.get("/reports/backlog", by="age", min_position=visit.position)
    weeks = _weeks(visit.now)
    return visit.draw(
        "dashboard.html",
        tiles=await _tiles(visit, backlog),
        position=backlog["position"],
        charts=[
            _backlog(backlog),
            await _attainment(visit, weeks),
            *[await _weekly(visit, title, name, weeks) for title, name in WEEKLY],
        ],
    )


async def show_members(visit: Visit) -> Answer:
    """The records that a figure is counted from, as the ledger told it by the position of the
    figure."""
    name = visit.params["name"]
    if name not in SOURCES:
        raise Problem("not_found", "There is no such figure.")
    path, title = SOURCES[name]
    asked = {field: texts[0] for field, texts in visit.query.said.items()}
    page = await visit.get(path, **(asked | {"limit": LIMIT}))
    return visit.draw("members.html", page=page, title=title)


# Tiles ---------------------------------------------------------------------------------------


async def _tiles(visit: Visit, backlog: Mapping[str, Any]) -> list[tuple[Figure, str]]:
    """Each with what it means, all counted at the position of the backlog."""
    known_at = f"@{backlog['position']}"
    total = backlog["total"]
    found = [
        (
            Figure("Open", str(total["counted"]), _place("backlog", total["members"])),
            "Tickets of all kinds on which somebody has still to work.",
        )
    ]
    for label, condition, meaning in TILES:
        asked = {"filter": condition, "known_at": known_at}
        page = await visit.get("/queue", limit=1, include="total", **asked)
        figure = Figure(label, str(page["total"]), f"/dashboard/queue?{urlencode(asked)}")
        found.append((figure, meaning))
    return found


# Charts --------------------------------------------------------------------------------------


def _backlog(report: Mapping[str, Any]) -> Chart:
    counted = {line["group"]["age"]: line for line in report["data"]}
    most = max((line["counted"] for line in report["data"]), default=0)
    bars = []
    for age in AGES:
        number = counted[age]["counted"] if age in counted else 0
        place = _place("backlog", counted[age]["members"]) if age in counted else ""
        bars.append(Figure(age, str(number), place, _of(number, most)))
    total = report["total"]
    whole = Figure("In all", str(total["counted"]), _place("backlog", total["members"]))
    return Chart("Backlog by age", whole, bars, report["definition"], report["position"])


async def _weekly(visit: Visit, title: str, name: str, weeks: Sequence[date]) -> Chart:
    time = {"from": _instant(weeks[0]), "to": _instant(weeks[-1] + timedelta(days=7))}
    report = await visit.get(f"/reports/{name}", by="week", min_position=visit.position, **time)
    lines = {line["group"]["week"]: line for line in report["data"]}
    unit = report["unit"]
    values = [_value(line) for line in lines.values()]
    most = {"share": 1, "points": POINTS_MAX}.get(unit, max(values, default=0))
    bars = []
    for week in weeks:
        line = lines.get(week.isoformat())
        if line is None:
            bars.append(Figure(_day(week), NOTHING))
        else:
            place = _place(name, line["members"])
            bars.append(Figure(_day(week), _said(line, unit), place, _of(_value(line), most)))
    total = Figure("In all", _said(report["total"], unit), _place(name, report["total"]["members"]))
    return Chart(title, total, bars, report["definition"], report["position"])


async def _attainment(visit: Visit, weeks: Sequence[date]) -> Chart:
    until = weeks[-1] + timedelta(days=7)
    time = _promised(weeks[0], until)
    whole = await visit.get("/reports/attainment", min_position=visit.position, **time)
    bars = []
    for week in weeks:
        within = _promised(week, week + timedelta(days=7))
        report = await visit.get("/reports/attainment", **within, known_at=f"@{whole['position']}")
        bars.append(_kept(_day(week), report, within))
    total = _kept("In all", whole, time)
    return Chart("Service levels kept", total, bars, whole["definition"], whole["position"])


def _promised(since: date, until: date) -> dict[str, str]:
    return {"from": _instant(since), "to": _instant(until), "kind": "SLA"}


def _kept(label: str, report: Mapping[str, Any], time: Mapping[str, str]) -> Figure:
    share = report["total"]["attainment"]
    if share is None:
        return Figure(label, NOTHING)
    query = urlencode({**time, "known_at": f"@{report['position']}"})
    return Figure(label, _percent(share), f"/dashboard/promises?{query}", _of(share, 1))


# Words ---------------------------------------------------------------------------------------


def _weeks(now: datetime) -> list[date]:
    """The Mondays of this week and of those before it, in UTC, the first first."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _place(name: str, members: str) -> str:
    """The page of the records that the API lists at an address."""
    return f"/dashboard/{name}?{members.partition('?')[2]}"


def _value(line: Mapping[str, Any]) -> float:
    return float((line["share"] if "share" in line else line["mean"]) or 0)


def _said(line: Mapping[str, Any], unit: str) -> str:
    if not line["counted"]:
        return NOTHING
    if unit == "share":
        return _percent(line["share"])
    return f"{line['mean']:.1f}" if unit == "points" else lasting(line["mean"])


def _percent(share: float) -> str:
    """Never 100 % where one is missing, nor 0 % where there is one."""
    hundredths = round(share * 100, 1)
    if 0 < share < 1:
        hundredths = min(max(hundredths, 0.1), 99.9)
    return f"{hundredths:g} %"


def lasting(microseconds: int) -> str:
    """A time in its two largest units, such as `2 d 3 h`."""
    minutes = microseconds // 60_000_000
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else "under 1 min"


def _of(number: float, most: float) -> float:
    return round(100 * number / most, 1) if most else 0


PAGES = [
    Page(path="/dashboard", show=show),
    Page(path="/dashboard/{name}", show=show_members),
]
