"""`ledgerdesk history`: what it shows of a record, as of when, what changed, and what comes."""

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from domain.aggregate import Aggregate
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger, Work
from domain.person import Person
from domain.provenance import Provenance
from domain.read_log import ReadLog, Why
from ops.cli import app, guarded
from ops.compose import open_ledger
from ops.history import show
from ops.history_diff import Difference, differences, state_after
from ops.settings import load
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import STORIES, told
from tests.people import MONDAY, OPERATOR, person, signed

INC = record_id("INC", 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A desk with an incident: logged, started after an hour; told after three that it had been
    categorised after two."""
    folder = tmp_path / "data"

    async def fill() -> None:
        async with open_ledger(load(data=folder)) as ledger:
            by = signed("ann", command=uuid4())
            incident = Incident.log(
                INC, title="No mail :bug:", requester=person("ann"), organisation=OPERATOR, by=by
            )
            await ledger.run(by, _adding(incident))
            by = signed("bea", MONDAY + HOUR, command=uuid4())
            await ledger.edit(Incident, INC, lambda found: found.start(by=by), by=by)
            late = signed("bea", MONDAY + 3 * HOUR, command=uuid4(), effective=MONDAY + 2 * HOUR)
            await categorise(ledger, "network", late)

    asyncio.run(fill())
    return folder


def _adding(incident: Incident) -> Callable[[Work], Awaitable[object]]:
    async def decide(work: Work) -> None:
        work.add(incident)

    return decide


async def categorise(ledger: Ledger, category: str, by: Provenance) -> None:
    await ledger.edit(
        Incident, INC, lambda found: found.categorise(category=category, by=by), by=by
    )


def run(data: Path, *arguments: str) -> int:
    return guarded(lambda: app(["history", "INC0000001", *arguments, "--data", str(data)]))


@pytest.mark.parametrize(
    ("asked", "versions"),
    [
        ([], [1, 2, 3]),
        (["--as-of", "2026-03-02T10:30Z"], [1, 2]),
        (["--as-of", "2026-03-02T11:30Z"], [1, 2, 3]),
        (["--known-at", "2026-03-02T11:30Z"], [1, 2]),
        (["--as-of", "2026-03-02T11:30Z", "--known-at", "2026-03-02T12:30Z"], [1, 2, 3]),
        (["--as-of", "2026-03-02T09:30Z", "--known-at", "@3"], [1]),
        (["--as-of", "@2"], [1, 2]),
        (["--known-at", "@1"], [1]),
    ],
)
def test_it_tells_when_things_were_so_apart_from_when_they_were_told(
    data: Path, capsys: pytest.CaptureFixture[str], asked: list[str], versions: list[int]
) -> None:
    assert run(data, "--json", *asked) == 0

    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [entry["version"] for entry in shown] == versions


def test_csv_has_a_line_for_each_entry_with_its_facts_as_json(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "--csv") == 0

    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert [row["event"] for row in rows] == [
        "Incident.Logged",
        "Incident.WorkStarted",
        "Incident.Categorised",
    ]
    assert json.loads(rows[0]["facts"])["title"] == "No mail :bug:"
    assert rows[2]["recorded_at"] == "2026-03-02T12:00:00+00:00"
    assert rows[2]["effective_at"] == "2026-03-02T11:00:00+00:00"


@pytest.mark.parametrize(
    ("before", "after"),
    [("1", "3"), ("v1", "v3"), ("@1", "@3"), ("2026-03-02T09:30Z", "2026-03-02T11:00Z")],
)
def test_a_difference_is_told_field_by_field(
    data: Path, capsys: pytest.CaptureFixture[str], before: str, after: str
) -> None:
    assert run(data, "--json", "--diff", before, after) == 0

    found = {one["field"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["category"] == {"field": "category", "old": "", "new": "network"}
    assert (found["status"]["old"], found["status"]["new"]) == ("new", "in progress")
    assert "title" not in found


def test_a_difference_is_shown_on_a_page_and_as_csv(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "--diff", "2", "3") == 0
    page = capsys.readouterr().out
    assert run(data, "--csv", "--diff", "2", "3") == 0
    table = capsys.readouterr().out
    assert run(data, "--diff", "2", "2") == 0
    same = capsys.readouterr().out

    assert " → network\n" in page
    assert 'category,"""""","""network"""' in table.splitlines()
    assert "Nothing changed." in same


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--as-of", "2020-01-01T00:00Z"], "no record INC0000001 at that moment"),
        (["--diff", "1", "9"], "no version 9; its latest is 3"),
        (["--diff", "1", "soon"], "'soon' is no moment"),
        (["--diff", "1", "@0"], "no record INC0000001 at @0"),
        (["--diff", "1", "2", "--follow"], "--diff goes with neither"),
        (["--follow", "--as-of", "@1"], "--follow goes with neither"),
        (["--json", "--csv"], "Either --json or --csv."),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], asked: list[str], told: str
) -> None:
    assert run(data, *asked) == 2

    assert told in capsys.readouterr().err


async def test_what_is_recorded_is_shown_as_it_comes(data: Path) -> None:
    shown = StringIO()
    settings = load(data=data)
    async with open_ledger(settings) as ledger:
        out = Console(file=shown)
        following = asyncio.create_task(show(settings, "INC0000001", out, shown="csv", follow=True))
        try:
            async with asyncio.timeout(10):
                while "Incident.Categorised" not in shown.getvalue():
                    await asyncio.sleep(0.01)
                later = signed("bea", MONDAY + 4 * HOUR, command=uuid4())
                await categorise(ledger, "storage", later)
                while "storage" not in shown.getvalue():
                    await asyncio.sleep(0.01)
        finally:
            following.cancel()
            await asyncio.wait([following])

    rows = list(csv.DictReader(StringIO(shown.getvalue())))
    assert [row["version"] for row in rows] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_changed_in_any_record_is_told_and_no_secret_is(kind: type[Aggregate]) -> None:
    for (begin, arguments, by), *steps in map(told, STORIES[kind]):
        id = person("ann") if kind is Person else record_id(kind.prefix, 1)
        record = getattr(kind, begin)(id, **arguments, by=by)
        for command, given, signature in steps:
            getattr(record, command)(**given, by=signature)
        entries = record.collect_events()

        whole = state_after(id, entries)
        found = differences({}, whole)

        assert differences(whole, whole) == []
        assert found
        assert not [one for one in found if one.field == "password"]
        assert not [
            one
            for one in found
            if one.field.startswith("tokens.") and one.field.endswith(".digest")
        ]


def test_inner_fields_are_told_by_their_paths() -> None:
    old = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    new = {"a": {"b": 2, "c": [1]}, "e": [5]}

    assert differences(old, new) == [
        Difference("a.b", 1, 2),
        Difference("e.0", None, 5),
        Difference("a.c.1", 2, None),
        Difference("d", 4, None),
    ]


async def reads(data: Path) -> list[ReadLog.Noted]:
    async with open_ledger(load(data=data)) as ledger:
        entries = [entry for _, entries in ledger.all_of(ReadLog) for entry in entries]
    return [entry.event for entry in entries if isinstance(entry.event, ReadLog.Noted)]


def test_who_asks_how_a_record_was_is_noted(data: Path) -> None:
    for arguments in (
        ["history", "INC0000001"],
        ["history", "INC0000001", "--as-of", "@2"],
        ["history", "INC0000001", "--diff", "1", "2"],
        ["replay", "INC0000001"],
    ):
        with pytest.raises(SystemExit) as ended:
            app([*arguments, "--data", str(data)])
        assert not ended.value.code

    noted = asyncio.run(reads(data))

    assert [(one.place, one.subject, one.why, one.asked) for one in noted] == [
        ("ledgerdesk history", INC, (Why.PAST,), {"as_of": "@2"}),
        ("ledgerdesk history", INC, (Why.PAST,), {"from": "1", "to": "2"}),
        ("ledgerdesk replay", INC, (Why.PAST,), {}),
    ]
    assert {one.by.actor for one in noted} == {"operator"}
    assert all("@" in one.address for one in noted)
