"""`ledgerdesk demo`: what it makes, that the seed alone decides on it, and how it ends."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.aggregate import KIND_OF_PREFIX, Aggregate, Entry
from domain.article import Article
from domain.clock_marks import next_moment
from domain.desk import Desk
from domain.ids import prefix_of
from domain.ledger import Ledger
from domain.promises import Promises
from domain.ticket_clocks import after
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.demo_life.command import fill
from ops.settings import load
from workflows.clocks import hours_for

UNTIL = datetime(2026, 3, 13, tzinfo=UTC)
DAYS = 9
"""More than it takes until what is resolved closes by itself."""


def run(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(argument) for argument in arguments]))


def demo(folder: Path, days: int = DAYS, seed: str = "1") -> int:
    until = UNTIL.isoformat()
    return run("demo", "--data", folder, "--until", until, "--days", str(days), "--seed", seed)


def inside(folder: Path, look: Callable[[Desk], Any]) -> Any:
    async def looked() -> Any:
        async with open_desk(load(None, data=folder)) as desk:
            found = look(desk)
            return await found if asyncio.iscoroutine(found) else found

    return asyncio.run(looked())


def entries_of(ledger: Ledger) -> list[Entry]:
    found: list[Entry] = []
    while page := ledger.after(len(found)):
        found += page
    return found


def told(folder: Path) -> list[tuple[Any, ...]]:
    """All that a ledger says, personal fields opened."""

    def all_of(desk: Desk) -> list[tuple[Any, ...]]:
        return [
            (
                entry.position,
                entry.originator_id,
                entry.originator_version,
                entry.topic,
                entry.event,
            )
            for entry in entries_of(desk.ledger)
        ]

    found: list[tuple[Any, ...]] = inside(folder, all_of)
    return found


def records(folder: Path) -> list[Aggregate]:
    async def all_of(desk: Desk) -> list[Aggregate]:
        ids = dict.fromkeys(entry.originator_id for entry in entries_of(desk.ledger))
        return [await desk.ledger.find(KIND_OF_PREFIX[prefix_of(id)], id) for id in ids]

    found: list[Aggregate] = inside(folder, all_of)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("life")
    assert demo(folder) == 0
    return folder


def test_the_same_seed_and_end_give_the_same_events(folder: Path, tmp_path: Path) -> None:
    assert demo(tmp_path) == 0

    assert told(tmp_path) == told(folder)


def test_another_seed_gives_another_life(tmp_path: Path) -> None:
    for seed in "12":
        assert demo(tmp_path / seed, days=1, seed=seed) == 0

    assert told(tmp_path / "1") != told(tmp_path / "2")


def test_an_interrupted_run_is_finished_by_the_next(folder: Path, tmp_path: Path) -> None:
    def stop(now: datetime) -> None:
        if now > UNTIL - timedelta(days=2):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        inside(tmp_path, lambda desk: fill(desk, "1", UNTIL, DAYS, stop))
    begun = len(told(tmp_path))
    code = demo(tmp_path)

    # The numbers that were reserved for the first run are left out by the second.
    def kept(path: Path) -> list[tuple[Any, ...]]:
        return [
            (topic, event.by.at, event.by.actor == "sla-clock" or event.by.command)
            for *_, topic, event in told(path)
        ]

    assert code == 0
    assert 1_000 < begun < len(told(folder))
    assert kept(tmp_path) == kept(folder)


def test_a_ledger_that_is_not_empty_is_refused_with_the_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again, other = demo(folder), demo(folder, seed="2")

    assert (again, other) == (2, 2)
    told = capsys.readouterr().err
    assert "it has this demo already" in told
    assert "a demo begins in a new one" in told


def test_what_lies_ahead_is_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run("demo", "--data", tmp_path, "--until", "2999-01-01")

    assert code == 2
    assert "--until lies ahead" in capsys.readouterr().err


def test_the_events_lie_in_the_order_of_their_times(folder: Path) -> None:
    moments = [event.by.at for *_, event in told(folder)]

    assert moments == sorted(moments)
    assert UNTIL - timedelta(days=1) < moments[-1] < UNTIL


def test_it_has_twelve_services_and_four_hundred_assets_with_relations(folder: Path) -> None:
    many = Counter(record.prefix for record in records(folder))
    related = Counter(topic for *_, topic, _ in told(folder))["Asset.Related"]

    assert (many["SVC"], many["AST"]) == (12, 400)
    assert many["OFR"] == 10
    assert (many["CON"], many["TXT"], many["MAC"], many["DQR"]) == (4, 3, 2, 3)
    assert related > 100


def test_the_records_are_in_many_states_of_their_lives(folder: Path) -> None:
    states: dict[str, set[str]] = {}
    for record in records(folder):
        if status := getattr(record, "status", ""):
            states.setdefault(record.prefix, set()).add(str(status))

    assert states["INC"] >= {"new", "in progress", "pending", "resolved", "closed", "cancelled"}
    assert "merged" in states["INC"]
    assert states["REQ"] >= {"in approval", "in fulfilment", "fulfilled", "closed", "cancelled"}
    assert states["QST"] >= {"answered", "closed"}
    assert states["CHG"] >= {"in approval", "scheduled", "closed"}
    assert states["SVC"] >= {"in design", "chartered", "live", "retiring"}
    assert len(states["PRB"]) > 1


def test_articles_make_some_tickets_needless(folder: Path) -> None:
    told_of = [event for *_, event in told(folder) if isinstance(event, Article.Deflected)]

    assert len(told_of) > DAYS
    assert all(event.shown for event in told_of)


def test_each_breach_is_marked_at_the_moment_it_came(folder: Path) -> None:
    breaches = [event for *_, event in told(folder) if isinstance(event, Promises.TargetBreached)]

    assert breaches
    assert all(event.by.at == event.due for event in breaches)


def test_nothing_is_owed_that_the_clocks_of_a_desk_would_have_done(folder: Path) -> None:
    async def owed(desk: Desk) -> list[object]:
        ledger, found = desk.ledger, list[object]()
        for id in dict.fromkeys(entry.originator_id for entry in entries_of(ledger)):
            if not issubclass(KIND_OF_PREFIX[prefix_of(id)], Promises):
                continue
            history = ledger.history(id)
            hours_of = await hours_for(ledger, history)
            for agreed in after((entry.event for entry in history), hours_of).agreements:
                moments = (next_moment(one, agreed.hours(hours_of)) for one in agreed.clocks)
                found += [moment for moment in moments if moment and moment.at < UNTIL]
        found += await desk.due_for_closing(UNTIL - timedelta(seconds=1))
        found += await desk.overdue(UNTIL)
        found += (await desk.reminders(UNTIL))[0]
        return found

    assert inside(folder, owed) == []


def test_all_views_fold_it(folder: Path) -> None:
    assert run("views", "rebuild", "--data", folder) == 0
    assert run("views", "verify", "--data", folder) == 0
