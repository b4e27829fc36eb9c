"""Each part of the benchmark at its smallest: that it runs to its end, and what it tells."""

import json
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from domain.ledger import Ledger
from domain.ticket_clocks import after
from ops.bench import clocks, desk, http, replay, report, streams, views, webhooks
from ops.bench.commands import Rate, Rates, Series
from ops.bench.figures import Baseline, Goal, Line, Profile, Section, markdown, written
from ops.bench.load import FewKeys
from ops.bench.parts import of_commands
from ops.bench.past import record
from ops.bench.report import run_all
from ops.bench.sampling import sampling
from ops.problems import UserProblem
from ops.stores.sqlite import SqliteRecorder
from projections.listings import ALL
from projections.sqlite import SqliteViews

SECTION = Section(
    title="Speed",
    note="As fast as it goes.",
    lines=[
        Line(name="slow", value=10, unit="/s"),
        Line(
            name="fast",
            value=12_345.6,
            unit="/s",
            p50_ms=0.123,
            baseline=Baseline("slow", 10),
            goal=Goal("at least", 5_000, times_baseline=True),
        ),
    ],
)


def line(name: str, sections: list[Section | Profile]) -> Line:
    """The first figure with a name."""
    found = [one for each in sections if isinstance(each, Section) for one in each.lines]
    return next(one for one in found if name in one.name)


# What is told ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "is_reached"),
    [
        (Goal("at least", 100), True),
        (Goal("at least", 101), False),
        (Goal("at most", 100), True),
        (Goal("at most", 99), False),
        (Goal("at least", 2, times_baseline=True), True),
        (Goal("at least", 2.1, times_baseline=True), False),
        (None, None),
    ],
)
def test_a_goal_counts_the_figure_or_its_baselines(
    goal: Goal | None, is_reached: bool | None
) -> None:
    figure = Line(name="", value=100, unit="/s", baseline=Baseline("bare", 50), goal=goal)

    assert figure.is_reached is is_reached


def test_a_table_leaves_out_what_nothing_stands_in() -> None:
    assert SECTION.table() == [
        ["What", "Figure", "p50", "Beside, in the same run", "Ratio", "Goal", "Reached"],
        ["slow", "10/s", "", "", "", "", ""],
        ["fast", "12,346/s", "0.12 ms", "slow: 10", "1,235 \u00d7", "≥ 5,000 \u00d7", "no"],
    ]
    assert markdown(SECTION).startswith("### Speed\n\nAs fast as it goes.\n\n| What | Figure |")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1234, "0.12"),
        (0.0042, "0.0042"),
        (1.5, "1.50"),
        (12.34, "12.3"),
        (123.4, "123"),
        (5, "5"),
        (1e6, "1,000,000"),
    ],
)
def test_a_number_is_written_with_what_means_something(number: float, text: str) -> None:
    assert written(number) == text


def test_commands_stand_beside_the_fastest_baseline() -> None:
    speeds = {Series("bare", 1): 9.0, Series("bare", 8): 10.0, Series("library", 8): 2.0}
    speeds |= {Series("ledger", 8): 15.0, Series("ledger", 64): 20.0}
    rates = [
        Rate(series, speed, speed, p50_ms=1, p99_ms=1, cpu_us=1) for series, speed in speeds.items()
    ]

    section = of_commands(Rates("sqlite", rates))

    best = [one for one in section.lines if one.name.startswith("the best of ours")]
    assert [one.times for one in best] == [2.0, 10.0]
    assert [one.is_reached for one in best] == [True, None]


def test_figures_go_into_the_document_between_the_marks_of_their_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "figures.md"
    other = "<!-- figures: http -->\n<!-- end -->\n"
    document.write_text(f"<!-- figures: desk -->\nold\n<!-- end -->\n{other}")
    monkeypatch.setitem(report.PARTS, "desk", lambda *_: [SECTION])
    out = StringIO()

    run_all("desk", as_json=True, out=Console(file=out), quick=True, into=document)

    told = json.loads(out.getvalue())["desk"]
    assert told["machine"]["cores"] >= 1
    assert [one["is_reached"] for one in told["sections"][0]["lines"]] == [None, False]
    text = document.read_text()
    assert "old" not in text
    assert text.index("### Speed") < text.index("<!-- end -->")
    assert text.endswith(f"<!-- end -->\n{other}")


def test_a_part_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        UserProblem,
        match=r"--only: one of commands, http, views, .*, proofs, streams, webhooks, desk",
    ):
        run_all("speed", as_json=False, out=Console(file=StringIO()))
    with pytest.raises(UserProblem, match="there is no such file"):
        run_all("desk", as_json=False, out=Console(file=StringIO()), into=tmp_path / "none.md")


def test_sampling_finds_who_takes_the_time() -> None:
    with sampling() as samples:
        busy(0.3)

    shares = {share.place.partition(" ")[0]: share for share in samples.shares()}
    assert samples.count > 10
    assert 1 < shares["idle_talk"].percent < 90


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        idle_talk()
        sum(range(100_000))


def idle_talk() -> str:
    return ", ".join([str(number) for number in range(10_000)])


# What is measured --------------------------------------------------------------------------------


def test_a_recorded_past_can_be_replayed_and_seen(tmp_path: Path) -> None:
    ledger = Ledger(SqliteRecorder(tmp_path / "past.db"), FewKeys())

    recorded = record(ledger, 6_000)

    assert recorded == ledger.position() == 10_000
    assert len({entry.originator_id for entry in ledger.after(3, 1_000)}) == 500


@pytest.fixture
def short_pasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest past is one transaction."""
    monkeypatch.setattr("ops.bench.past.TRANSACTIONS", 500)


@pytest.mark.usefixtures("short_pasts")
@pytest.mark.parametrize("store", ["SQLite", "PostgreSQL"])
def test_views_are_measured(store: str, tmp_path: Path, postgres_url: str) -> None:
    url = None if store == "SQLite" else postgres_url

    names = [views.SIMPLEST, "ticket_lists"]
    caught_up = views.catching_up(tmp_path, store, url, views=names, events=2_000, replayed=500)

    together = line("all views together", caught_up)
    assert 0 < together.value < line(f"{views.SIMPLEST}, alone", caught_up).value
    assert line("ticket_lists, alone", caught_up).value > 0


@pytest.mark.usefixtures("short_pasts")
def test_every_view_can_be_built_alone_from_a_recorded_past(tmp_path: Path) -> None:
    ledger = Ledger(SqliteRecorder(tmp_path / "past.db"), FewKeys())
    recorded = record(ledger, 1_000)
    store = SqliteViews(tmp_path / "views.db")

    built = {view.name: sum(replay.views(ledger, store, view.name)) for view in ALL}

    store.close()
    assert built == dict.fromkeys(built, recorded)


@pytest.mark.parametrize("store", ["SQLite", "PostgreSQL"])
def test_becoming_visible_is_measured(store: str, tmp_path: Path, postgres_url: str) -> None:
    url = None if store == "SQLite" else postgres_url

    section = views.becoming_visible(tmp_path, store, url, commands=20)

    assert [0 < one.value < 5_000 for one in section.lines] == [True, True]


def test_the_api_is_measured_beside_its_baselines(tmp_path: Path, postgres_url: str) -> None:
    told = http.measure(
        tmp_path, "PostgreSQL", postgres_url, seconds=0.2, rounds=1, connections=(2,)
    )

    names = (http.LIVE, http.NOTHING, http.CREATE, http.CREATE_SORTED, http.LIBRARY)
    assert all(line(name, told).value > 5 for name in names)
    assert line(http.LIVE, told).value > line(http.CREATE, told).value


def test_the_embedded_desk_is_measured(tmp_path: Path) -> None:
    starting, holding, deciding = desk.measure(tmp_path, changes=2)

    assert [one.name for one in starting.lines][:2] == [
        "first start, with the demo company",
        "second start",
    ]
    assert len([one for one in holding.lines if one.name.endswith(", ready")]) == 5
    assert all(0 < one.value < 10_000 for one in deciding.lines)


def test_commands_are_measured_beside_streams(tmp_path: Path) -> None:
    told = streams.measure(tmp_path, streams=3, seconds=0.1, rounds=1)

    assert line("8 connections, beside the streams", [told]).value > 0


@pytest.mark.proof
def test_deliveries_are_measured_beside_receivers_that_never_answer(tmp_path: Path) -> None:
    told = webhooks.measure(tmp_path, dead=2, commands=3, settle=0.1)

    assert line("an event has arrived, beside the others", [told]).value > 0


def test_clocks_are_measured_one_by_one_and_all_from_scratch(tmp_path: Path) -> None:
    told = clocks.measure(tmp_path, tickets=500)

    assert line("50 events, paused three times", told).value > 0
    assert line("one more event", told).value > 0
    assert line("why", told).value > 0
    assert line("500 tickets from scratch", told).value > 0
    assert isinstance(told[-1], Profile)


@pytest.mark.parametrize("pauses", [3, 12])
def test_the_ticket_that_is_measured_has_lived(pauses: int) -> None:
    events = clocks.life(pauses)

    assert len(events) == clocks.EVENTS
    found = after(events, clocks.hours_of)
    assert [clock.state for clock in found.clocks] == ["met", "met"]
    assert all(clock.ran_open for clock in found.clocks)
    assert found.clocks[1].stood > 0
