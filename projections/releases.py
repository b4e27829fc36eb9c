"""Releases: how far their roll-out is, phase by phase, with what each contains and came to."""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.release import Release, Status
from projections import approval_page, gate_rows
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "releases"
VERSION = 2


class ReleaseRow(Row):
    id: Id
    number: str
    name: str
    service: str
    owner: Id | None
    at: Instant
    """When something last happened to it."""
    version: int
    position: int
    status: str = "planned"
    phase: str = ""
    """The phase that was last started."""
    starts: Instant | None = None
    """When the first phase is to start, and the last one to end."""
    ends: Instant | None = None


class PageRow(Row):
    """What is not listed."""

    id: Id
    proposer: str
    description: str = ""
    backout: str = ""
    phases: tuple[Json, ...] = ()
    gate: str = ""
    """The phase that was taken up last."""
    gates: Json = {}
    """By phase, what is to be accepted for it, who wrote that last, and how it got its go."""
    approval_status: str = ""
    approval: Json = {}
    """The rounds of approval by number, each with its stages and the votes in them."""
    comments: tuple[Json, ...] = ()

    @property
    def written(self) -> Mapping[str, str]:
        said = {"description": self.description, "backout": self.backout}
        return said | ({"text": self.gates[self.gate]["text"]} if self.gate else {})


RELEASES = Table(
    NAME,
    VERSION,
    ReleaseRow,
    key=("id",),
    indexes=[("number",), ("name",), ("status", "starts"), ("owner",), ("starts",)],
    past=(),
    is_small=True,
)
PAGES = Table(f"{NAME}_pages", VERSION, PageRow, key=("id",))

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Release.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Release.Planned):
        _begin(entry, event, rows)
    row, page = rows.get(RELEASES, id), rows.get(PAGES, id)
    if shown := approval_page.CASES.of(type(event)):
        shown(event, page)
    if gate := gate_rows.CASES.of(type(event)):
        gate(event, page)
    if case := CASES.of(type(event)):
        case(event, row, page)
    row.starts = page.phases[0]["start"] if page.phases else None
    row.ends = page.phases[-1]["end"] if page.phases else None
    row.at = instant(event.by.effective_at)
    row.version = entry.originator_version
    row.position = entry.position


def _begin(entry: Entry, event: Release.Planned, rows: Rows) -> None:
    id = id_text(entry.originator_id)
    rows.put(
        RELEASES,
        ReleaseRow(
            id=id,
            number=number_text(entry.originator_id),
            name=event.name,
            service=event.service,
            owner=id_or_none(event.owner),
            at=instant(event.by.effective_at),
            version=1,
            position=entry.position,
        ),
    )
    page = PageRow(id, event.by.actor, description=event.description, backout=event.backout)
    rows.put(PAGES, page)


@CASES.on(Release.Amended)
def _amended(event: Release.Amended, row: ReleaseRow, page: PageRow) -> None:
    row.name = row.name if event.name is None else event.name
    row.service = row.service if event.service is None else event.service
    row.owner = row.owner if event.owner is None else id_text(event.owner)
    page.description = page.description if event.description is None else event.description
    page.backout = page.backout if event.backout is None else event.backout


# Phases ------------------------------------------------------------------------------------


def _set(page: PageRow, number: int, **changes: Any) -> None:
    page.phases = tuple(
        {**phase, **changes} if phase["number"] == number else phase for phase in page.phases
    )


@CASES.on(Release.PhaseAdded)
def _added(event: Release.PhaseAdded, _: ReleaseRow, page: PageRow) -> None:
    phase: Json = {
        "number": event.number,
        "name": event.name,
        "start": instant(event.start),
        "end": instant(event.end),
        "changes": [id_text(change) for change in event.changes],
        "state": "planned",
        "started_at": None,
        "ended_at": None,
        "outcome": "",
        "notes": "",
    }
    page.phases = (*page.phases, phase)


@CASES.on(Release.PhasePlanned)
def _planned(event: Release.PhasePlanned, _: ReleaseRow, page: PageRow) -> None:
    _set(
        page,
        event.number,
        start=instant(event.start),
        end=instant(event.end),
        changes=[id_text(change) for change in event.changes],
    )
    gate_rows.take_back(page, page.phases[event.number - 1]["name"])


@CASES.on(Release.PhaseStarted)
def _started(event: Release.PhaseStarted, row: ReleaseRow, page: PageRow) -> None:
    at = instant(event.by.effective_at)
    _set(page, event.number, state="rolling out", started_at=at, ended_at=None, notes="")
    row.status, row.phase = Status.ROLLING_OUT, page.phases[event.number - 1]["name"]


@CASES.on(Release.PhaseCompleted)
def _completed(event: Release.PhaseCompleted, row: ReleaseRow, page: PageRow) -> None:
    at = instant(event.by.effective_at)
    _set(page, event.number, state="done", ended_at=at, outcome=event.outcome, notes=event.notes)
    row.status = Status.STOPPED if event.outcome == "unsuccessful" else _going_on(page)


def _going_on(page: PageRow) -> Status:
    is_done = all(phase["state"] == "done" for phase in page.phases)
    return Status.COMPLETED if is_done else Status.ROLLING_OUT


@CASES.on(Release.Stopped)
def _stopped(_: Event, row: ReleaseRow, __: PageRow) -> None:
    row.status = Status.STOPPED


@CASES.on(Release.Resumed)
def _resumed(_: Event, row: ReleaseRow, page: PageRow) -> None:
    for phase in page.phases:
        if phase["state"] == "backed out":
            _set(page, phase["number"], state="planned")
    row.status = _going_on(page)


@CASES.on(Release.PhaseBackedOut)
def _backed_out(event: Release.PhaseBackedOut, row: ReleaseRow, page: PageRow) -> None:
    at = instant(event.by.effective_at)
    _set(page, event.number, state="backed out", ended_at=at, outcome="", notes=event.reason)
    gate_rows.take_back(page, page.phases[event.number - 1]["name"])
    is_left = any(phase["state"] in ("rolling out", "done") for phase in page.phases)
    row.status = Status.STOPPED if is_left else Status.BACKED_OUT


@CASES.on(Release.Cancelled)
def _cancelled(_: Event, row: ReleaseRow, __: PageRow) -> None:
    row.status = Status.CANCELLED


VIEW = View(NAME, VERSION, (RELEASES, PAGES), fold, concerns=concerns, keyed=(RELEASES, PAGES))
