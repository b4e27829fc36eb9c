"""`ledgerdesk export`: CloudEvents, XES and OCEL of a desk, and of every event there is."""

import asyncio
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import Aggregate, Entry
from domain.asset import Asset
from domain.event_fields import SECRET as SECRET_FIELDS
from domain.ids import record_id
from domain.incident import Incident
from domain.mapper import personal_fields
from domain.person import Person
from domain.team import Team
from ops.cli import app, guarded
from ops.compose import open_ledger
from ops.export import cloudevents, ocel, xes
from ops.export.ids import Ids
from ops.settings import load
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import STORIES, told
from tests.people import CUSTOMER, MONDAY, OPERATOR, person, signed

XES = "{http://www.xes-standard.org/}"
LEDGER = "5f0c8a38-0000-4000-8000-000000000001"
TEAM, SERVER, MAIL = record_id("TEA", 1), record_id("AST", 1), record_id("INC", 1)
DAY = timedelta(days=1)
SECRET = "Ünknown & <private> text"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A desk with a team, a server, and an incident of both that was told late and wrote much."""
    folder = tmp_path / "data"
    asyncio.run(_fill(folder))
    return folder


async def _fill(folder: Path) -> None:
    async with open_ledger(load(data=folder)) as ledger:
        for serial, (kind, begin) in enumerate(_beginnings()):
            by = signed("bea", MONDAY + serial * DAY, command=UUID(int=serial + 1))
            record = begin(by)

            async def decide(work: Any, record: Aggregate = record) -> None:
                work.add(record)

            await ledger.run(by, decide)
            assert isinstance(record, kind)
        late = signed(
            "bea", MONDAY + 4 * DAY, command=UUID(int=9), effective=MONDAY + 3 * DAY, channel="cli"
        )
        await ledger.edit(
            Incident, MAIL, lambda found: found.assign(team=TEAM, assignee=None, by=late), by=late
        )
        by = signed("bea", MONDAY + 5 * DAY, command=UUID(int=10))
        await ledger.edit(
            Incident, MAIL, lambda found: found.link(SERVER, type="affects", by=by), by=by
        )


def _beginnings() -> list[tuple[type[Aggregate], Callable[..., Aggregate]]]:
    return [
        (Team, lambda by: Team.form(TEAM, name="Mail", organisation=OPERATOR, by=by)),
        (Asset, lambda by: Asset.register(SERVER, name="mail-1", asset_class="server", by=by)),
        (
            Incident,
            lambda by: Incident.log(
                MAIL, title=SECRET, requester=person("ann"), organisation=CUSTOMER, by=by
            ),
        ),
    ]


def run(data: Path, file: Path | str, format: str, *more: str) -> int:
    arguments = ["export", str(file), "--format", format, "--data", str(data), *more]
    return guarded(lambda: app(arguments))


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def all_entries() -> list[Entry]:
    """Every event there is, by the stories of each kind, at positions of one ledger."""
    found: list[Entry] = []
    for kind in EVERY_KIND:
        for serial, story in enumerate(STORIES[kind], 901):
            (begin, arguments, by), *steps = told(story)
            id = person(f"{serial}") if kind is Person else record_id(kind.prefix, serial)
            record = getattr(kind, begin)(id, **arguments, by=by)
            for command, given, signature in steps:
                getattr(record, command)(**given, by=signature)
            found += record.collect_events()
    for position, entry in enumerate(found, 1):
        entry.position = position
    return found


def histories(entries: list[Entry]) -> dict[UUID, list[Entry]]:
    found: dict[UUID, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.originator_id, []).append(entry)
    return found


def personal_texts(entries: list[Entry]) -> set[str]:
    """What only personal fields say, if it is long enough not to be found by chance."""
    return {
        text
        for entry in entries
        for name, _ in personal_fields(type(entry.event))
        if isinstance(text := getattr(entry.event, name), str) and " " in text and len(text) > 11
    }


def ocel_of(entries: list[Entry]) -> dict[str, Any]:
    file = StringIO()
    ocel.write(entries, lambda id: histories(entries).get(id, []), file)
    document: dict[str, Any] = json.loads(file.getvalue())
    return document


def check_ocel(document: dict[str, Any]) -> None:
    """That types are declared, references resolve, ids are single, and values have their types."""
    python = {"string": str, "integer": int, "float": float, "boolean": bool, "time": str}
    declared = {
        what: {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in types}
        for what, types in (
            ("events", document["eventTypes"]),
            ("objects", document["objectTypes"]),
        )
    }
    objects = {one["id"] for one in document["objects"]}
    assert len(objects) == len(document["objects"])
    assert len({one["id"] for one in document["events"]}) == len(document["events"])
    for what in ("events", "objects"):
        for one in document[what]:
            types = declared[what][one["type"]]
            for attribute in one["attributes"]:
                kind = types[attribute["name"]]
                assert type(attribute["value"]) is python[kind], (one, attribute)
                times = [attribute[key] for key in ("time",) if key in attribute]
                times += [attribute["value"]] if kind == "time" else []
                assert all(datetime.fromisoformat(time).tzinfo for time in times)
            pairs = Counter((to["objectId"], to["qualifier"]) for to in one["relationships"])
            assert set(pairs.values()) <= {1}
            assert {id for id, _ in pairs} <= objects
    assert all(datetime.fromisoformat(one["time"]).tzinfo for one in document["events"])


def test_every_event_can_be_told_in_each_format_without_what_is_personal() -> None:
    entries = all_entries()
    texts = personal_texts(entries)

    log, events = StringIO(), StringIO()
    document = ocel_of(entries)
    traced = xes.write(histories(entries).values(), log)
    written = cloudevents.write(entries, events, ledger=LEDGER)
    root = ET.fromstring(log.getvalue())

    check_ocel(document)
    assert len(document["events"]) == written == traced[0] == len(entries)
    assert len(root.findall(f"{XES}trace/{XES}event")) == len(entries)
    assert len(texts) > 50
    for shown in (json.dumps(document, ensure_ascii=False), log.getvalue()):
        assert [text for text in texts if text in shown] == []
    # A catalogue may say the same words in a structure, which only CloudEvents tell.
    for entry, line in zip(entries, events.getvalue().splitlines(), strict=True):
        assert [text for text in personal_texts([entry]) if text in line] == []


def test_no_format_tells_the_hash_of_a_password_or_the_digest_of_a_token() -> None:
    entries = [one for one in all_entries() if type(one.event) in SECRET_FIELDS]
    secrets = {
        getattr(entry.event, name) for entry in entries for name in SECRET_FIELDS[type(entry.event)]
    }

    log, events, document = StringIO(), StringIO(), StringIO()
    xes.write([entries], log, with_personal=True)
    cloudevents.write(entries, events, ledger=LEDGER, with_personal=True)
    ocel.write(entries, lambda _id: [], document, with_personal=True)

    assert len(secrets) > 1
    for shown in (log.getvalue(), events.getvalue(), document.getvalue()):
        assert [secret for secret in secrets if secret in shown] == []


def test_an_object_has_its_values_from_when_they_took_effect(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.jsonocel"

    assert run(data, file, "ocel") == 0

    document = json.loads(file.read_text())
    check_ocel(document)
    [mail] = [one for one in document["objects"] if one["id"] == "INC0000001"]
    values = [(one["name"], one["value"], one["time"][:10]) for one in mail["attributes"]]
    assert ("status", "new", "2026-03-04") in values
    assert ("status", "assigned", "2026-03-05") in values
    assert {"objectId": "TEA0000001", "qualifier": "team"} in mail["relationships"]
    assert {"objectId": "AST0000001", "qualifier": "affects"} in mail["relationships"]
    linked = document["events"][-1]
    assert (linked["type"], linked["time"]) == ("Incident.Linked", "2026-03-07T09:00:00Z")
    assert {"objectId": "AST0000001", "qualifier": "affects"} in linked["relationships"]
    assert {one["qualifier"] for one in linked["relationships"]} == {"record", "affects", "actor"}


def test_a_slice_by_kind_still_resolves_what_it_names(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.jsonocel"

    assert run(data, file, "ocel", "--kind", "incident") == 0

    document = json.loads(file.read_text())
    check_ocel(document)
    assert {one["type"] for one in document["events"]} == {
        "Incident.Logged",
        "Incident.Assigned",
        "Incident.Linked",
    }
    assert "AST0000001" in {one["id"] for one in document["objects"]}


def test_a_trace_stands_in_the_order_in_which_things_happened() -> None:
    entries = [one for one in all_entries() if one.originator_id == record_id("INC", 901)]

    root = ET.fromstring(xes.HEAD + xes.trace(entries[::-1]) + xes.TAIL)

    times = [
        datetime.fromisoformat(date.attrib["value"])
        for date in root.iterfind(f"{XES}trace/{XES}event/{XES}date[@key='time:timestamp']")
    ]
    assert len(times) == len(entries)
    assert all(one <= other for one, other in pairwise(times))


def test_xes_says_who_did_what_and_when_it_took_effect(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.xes"

    assert run(data, file, "xes", "--kind", "incident", "--with-personal") == 0

    root = ET.parse(file).getroot()
    [trace] = root.findall(f"{XES}trace")
    events = [
        {one.attrib["key"]: one.attrib["value"] for one in event}
        for event in trace.findall(f"{XES}event")
    ]
    assert [event["concept:name"] for event in events] == [
        "Incident.Logged",
        "Incident.Assigned",
        "Incident.Linked",
    ]
    assert events[0]["title"] == SECRET
    assert events[1]["time:timestamp"] == "2026-03-05T09:00:00Z"
    assert events[1]["ledger_recorded"] == "2026-03-06T09:00:00Z"
    assert events[1]["org:resource"].startswith("PER")
    assert {event["lifecycle:transition"] for event in events} == {"complete"}


def test_xml_never_gets_a_character_that_it_cannot_hold() -> None:
    [entry] = [one for one in all_entries() if isinstance(one.event, Team.Renamed)][:1]
    renamed = Team.Renamed(by=entry.event.by, name='a\x00b\x1f"<&>\ufffe\U0001f600')
    odd = Entry(entry.originator_id, 1, entry.topic, renamed, 1)

    root = ET.fromstring(xes.HEAD + xes.trace([odd]) + xes.TAIL)

    [name] = root.iterfind(f"{XES}trace/{XES}event/{XES}string[@key='name']")
    assert name.attrib["value"] == 'a\ufffdb\ufffd"<&>\ufffd\U0001f600'


def test_cloud_events_have_what_the_standard_asks_for(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "-", "cloudevents") == 0
    shut = capsys.readouterr()
    assert run(data, "-", "cloudevents", "--with-personal", "--from", "@3", "--to", "@3") == 0
    opened = lines(capsys.readouterr().out)

    events = lines(shut.out)
    assert len({(event["source"], event["id"]) for event in events}) == len(events) == 5
    for event in events:
        assert event["specversion"] == "1.0"
        assert event["type"].startswith("org.ledgerdesk.")
        assert datetime.fromisoformat(event["time"]).tzinfo
        for name, value in event.items():
            assert re.fullmatch("[a-z0-9]+", name)
            assert name == "data" or (isinstance(value, str | int) and value != "")
    logged, assigned = events[2], events[3]
    assert (logged["withheld"], "title" in logged["data"]) == ("title", False)
    assert (assigned["time"][:10], assigned["recordedtime"][:10]) == ("2026-03-05", "2026-03-06")
    assert assigned["channel"] == "cli"
    assert SECRET not in shut.out
    assert [event["data"]["title"] for event in opened] == [SECRET]
    assert "5 events" in shut.err


@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        (["--to", "@5"], ["1", "2", "3", "4", "5"]),
        (["--from", "@2", "--to", "@4"], ["2", "3", "4"]),
        (["--from", "2026-03-04", "--to", "2026-03-05"], ["3", "4"]),
        (["--from", "2026-03-05T08:00Z", "--to", "@5"], ["4", "5"]),
        (["--to", "2026-03-03"], ["1", "2"]),
        (["--kind", "team,asset"], ["1", "2"]),
        (["--kind", "change"], []),
    ],
)
def test_a_slice_has_what_took_effect_in_it(
    data: Path, capsys: pytest.CaptureFixture[str], asked: list[str], positions: list[str]
) -> None:
    assert run(data, "-", "cloudevents", *asked) == 0
    told = lines(capsys.readouterr().out)
    assert run(data, "-", "ocel", *asked) == 0
    document = json.loads(capsys.readouterr().out)
    assert run(data, "-", "xes", *asked) == 0
    root = ET.fromstring(capsys.readouterr().out)

    check_ocel(document)
    traced = root.iterfind(f"{XES}trace/{XES}event/{XES}int[@key='ledger_position']")
    assert [event["id"] for event in told] == positions
    assert [event["id"] for event in document["events"]] == positions
    assert sorted(one.attrib["value"] for one in traced) == positions


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["--kind", "ticket"], "--kind: 'ticket' is none of"),
        (["--from", "soon"], "--from: 'soon' is no day"),
    ],
)
def test_a_slice_that_cannot_be_is_refused_and_leaves_no_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str], sentence: str
) -> None:
    file = tmp_path / "desk.xes"

    assert run(data, file, "xes", *asked) == 2
    assert sentence in capsys.readouterr().err
    assert run(tmp_path / "nowhere", file, "xes") == 2
    assert run(data, tmp_path / "no" / "folder.xes", "xes") == 2
    assert list(tmp_path.glob("*.xes*")) == []


def test_ids_are_kept_once_and_told_kind_by_kind() -> None:
    with Ids() as ids:
        ids.add([MAIL, TEAM, MAIL])
        ids.add([SERVER])

        assert list(ids) == [SERVER, MAIL, TEAM]
        assert len(ids) == 3
        assert MAIL in ids
        assert person("ann") not in ids


def test_a_map_of_a_process_is_drawn_from_the_histories_of_a_kind(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "incidents.svg"

    arguments = ["process", "map", str(file), "--without", "Commented", "--data", str(data)]
    assert guarded(lambda: app(arguments)) == 0

    told = [one.text for one in ET.fromstring(file.read_text()).iter() if one.tag.endswith("text")]
    assert "Logged" in told
    assert "Commented" not in told
    assert "1 records" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "why"),
    [("nothing", "nothing"), ("release", "no events of releases are in")],
)
def test_of_what_there_is_not_no_map_is_drawn(
    data: Path, kind: str, why: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "map.svg"

    arguments = ["process", "map", str(file), "--kind", kind, "--data", str(data)]

    assert guarded(lambda: app(arguments)) == 2
    assert why in capsys.readouterr().err
    assert not file.exists()
