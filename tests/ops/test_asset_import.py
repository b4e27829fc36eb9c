"""Imports of assets: several sources, what goes before what, tries, and interruptions."""

import csv
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.asset import Asset, Status
from domain.asset_attributes import Attribute
from domain.desk import Desk
from domain.directory import Directory
from domain.ids import number_of
from domain.ledger import Ledger
from ops.asset_import import Outcome, Report, import_assets, load
from ops.importing.errors import BadMapping
from ops.stores.sqlite import SqliteRecorder
from tests.domain.asset_types import MEMORY, SERIAL
from tests.domain.desks import system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from tests.stores import ROOT

OS = Attribute(name="os", kind="text")
CONTROLLED = replace(MEMORY, is_controlled=True)
MAPPING = """
type: Server
identify: [[serial], [name]]
fields: {name: host, location: place}
attributes: {serial: sn, memory: ram, os: os}
missing: ["-"]
"""
ROWS = [
    {"host": "mail-1", "sn": "S1", "ram": "64", "os": "Debian 12", "place": "Rack 1"},
    {"host": "mail-2", "sn": "S2", "ram": "32", "os": "-", "place": ""},
]


class Importing:
    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self.outcomes: list[Outcome] = []

    async def run(self, rows: list[dict[str, Any]], mapping: str = MAPPING, **more: Any) -> Report:
        """Import rows from a file of their own."""
        self.outcomes = []
        (self.folder / "mapping.yaml").write_text(mapping)
        if more.pop("is_csv", False):
            file = self.folder / "assets.csv"
            with file.open("w", newline="") as stream:
                writer = csv.DictWriter(stream, rows[0])
                writer.writeheader()
                writer.writerows(rows)
        else:
            file = self.folder / "assets.ndjson"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        read, text = load(self.folder / "mapping.yaml")
        given: dict[str, Any] = {
            "source": "scan",
            "folder": self.folder / "imports",
            "at": MONDAY,
            "tell": self.outcomes.append,
        }
        return await import_assets(self.desk, file, read, text, **{**given, **more})

    def assets(self) -> list[Asset]:
        return [asset for asset, _ in self.desk.ledger.all_of(Asset)]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(outcome.action, outcome.why) for outcome in self.outcomes]


@pytest.fixture
async def importing(tmp_path: Path) -> AsyncIterator[Importing]:
    recorder = SqliteRecorder(tmp_path / "ledger.db")
    ledger = Ledger(recorder, MemoryKeys())
    desk = Desk(ledger, Directory.load(ledger))
    await desk.define_asset_type(name="Server", attributes=(SERIAL, CONTROLLED, OS), by=system())
    yield Importing(desk, tmp_path)
    await recorder.aclose()


@pytest.mark.parametrize("is_csv", [False, True])
async def test_what_nobody_knows_is_registered_once(importing: Importing, is_csv: bool) -> None:
    first = await importing.run(ROWS, is_csv=is_csv)
    again = await importing.run(ROWS, is_csv=is_csv)

    assert (first.totals.created, again.totals.created) == (2, 0)
    assert importing.told == [("left", "it is as registered")] * 2
    one, two = importing.assets()
    assert one.attributes == {"serial": "S1", "memory": 64, "os": "Debian 12"}
    assert (one.name, one.location, two.attributes) == (
        "mail-1",
        "Rack 1",
        {"serial": "S2", "memory": 32},
    )
    assert one.sources == dict.fromkeys(("serial", "memory", "os", "location"), "scan")


async def test_the_first_rule_with_a_fitting_asset_identifies_it(importing: Importing) -> None:
    await importing.run(ROWS)

    await importing.run([{"host": "mail-9", "sn": "S1", "os": "A"}, {"host": "MAIL-2", "os": "B"}])

    assert importing.told == [
        ("changed", "by serial: os = A"),
        ("changed", "by name: os = B"),
    ]
    assert [asset.attributes["os"] for asset in importing.assets()] == ["A", "B"]


async def test_licences_are_told_how_many_installations_they_are_good_for(
    importing: Importing,
) -> None:
    order = MAPPING.replace("location: place", "location: place, entitled: seats")
    order += "precedence: {entitled: [scan, sheet]}\n"
    await importing.run([{**ROWS[0], "seats": "1,250"}], order)

    await importing.run([{"sn": "S1", "seats": "7"}], order, source="sheet")
    rejected = await importing.run([{"sn": "S1", "seats": "many"}], order)

    (licence,) = importing.assets()
    assert (licence.entitled, licence.sources["entitled"]) == (1_250, "scan")
    assert rejected.totals.rejected == 1


async def test_a_key_of_the_source_identifies_for_good(importing: Importing) -> None:
    keyed = MAPPING + "key: id\n"
    await importing.run([{**ROWS[0], "id": "7"}], keyed)

    await importing.run([{"id": "7", "host": "new-name", "sn": "S9", "os": "C"}], keyed)

    (asset,) = importing.assets()
    assert asset.attributes["serial"] == "S9"
    assert importing.outcomes[0].why.startswith("by its key: ")


async def test_a_source_that_comes_after_leaves_what_is_there_and_says_why(
    importing: Importing,
) -> None:
    order = MAPPING + 'precedence: {os: [scan, sheet], "*": [sheet, scan]}\n'
    await importing.run(ROWS, order)

    await importing.run([{"sn": "S1", "os": "X", "place": "Rack 2"}], order, source="sheet")
    await importing.run([{"sn": "S1", "os": "Y", "place": "Rack 3"}], order, source="scan")

    one = importing.assets()[0]
    assert (one.attributes["os"], one.location) == ("Y", "Rack 2")
    assert importing.told == [
        ("changed", "by serial: os = Y; location is left: sheet goes before scan")
    ]


PEOPLE = """
type: Server
identify: [[serial]]
fields: {name: host, owner: owner, user: user, contract: contract}
ends: {warranty: warranty, licence: licence}
dates: "%d.%m.%Y"
attributes: {serial: sn}
precedence: {user: [hr, scan], ends.warranty: [vendor, scan]}
"""
LENT = {
    "host": "laptop-1",
    "sn": "S1",
    "owner": "bea",
    "user": "ann",
    "contract": "C-77",
    "warranty": "31.03.2028",
    "licence": "",
}


async def let_in(importing: Importing, *names: str) -> dict[str, UUID]:
    desk = await importing.desk.register_organisation(name="Desk", by=system())
    for name in names:
        await importing.desk.register_person(
            username=name, name=name.title(), organisation=desk.subject, by=system()
        )
    importing.desk.directory.catch_up()
    found = {name: importing.desk.directory.person_by_username(name) for name in names}
    return {name: person.id for name, person in found.items() if person}


async def test_owners_users_and_last_days_are_imported_and_say_where_they_come_from(
    importing: Importing,
) -> None:
    people = await let_in(importing, "ann", "bea", "cem")
    await importing.run([LENT], PEOPLE)

    await importing.run(
        [LENT | {"user": number_of(people["cem"]), "licence": "01.02.2027"}], PEOPLE
    )

    (asset,) = importing.assets()
    assert (asset.owner, asset.holder, asset.contract) == (people["bea"], people["cem"], "C-77")
    assert asset.status is Status.IN_USE
    assert asset.ends == {"warranty": date(2028, 3, 31), "licence": date(2027, 2, 1)}
    named = ("owner", "user", "contract", "ends.warranty", "ends.licence")
    assert {name: asset.sources[name] for name in named} == dict.fromkeys(named, "scan")
    assert importing.told == [
        ("changed", f"by serial: user = {number_of(people['cem'])}; ends.licence = 2027-02-01")
    ]


async def test_who_has_an_asset_and_until_when_it_is_covered_go_by_precedence_too(
    importing: Importing,
) -> None:
    people = await let_in(importing, "ann", "bea", "cem")
    await importing.run([LENT | {"warranty": "01.01.2027"}], PEOPLE, source="vendor")
    await importing.run([LENT | {"user": "bea"}], PEOPLE, source="hr")

    await importing.run([LENT | {"user": "cem"}], PEOPLE, source="scan")

    (asset,) = importing.assets()
    assert (asset.holder, asset.ends["warranty"]) == (people["bea"], date(2027, 1, 1))
    await importing.run([LENT | {"warranty": "02.02.2029"}], PEOPLE, source="vendor")
    await importing.run([LENT], PEOPLE, source="scan")
    (asset,) = importing.assets()
    assert asset.ends["warranty"] == date(2029, 2, 2)
    assert "ends.warranty is left: vendor goes before scan" in importing.told[0][1]


async def test_what_is_not_to_be_handed_out_keeps_its_user(importing: Importing) -> None:
    await let_in(importing, "ann", "bea", "cem")
    await importing.run([LENT], PEOPLE)
    [asset] = importing.assets()
    await importing.desk.ledger.edit(
        Asset, asset.id, lambda one: one.retire(reason="Old.", by=system()), by=system()
    )

    await importing.run([LENT | {"contract": ""}], PEOPLE)

    assert importing.told == [("left", "user is left: it is retired")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"owner": "nobody"}, "owner: there is no person 'nobody'."),
        ({"user": "PER0000999"}, "user: there is no person 'PER0000999'."),
        ({"warranty": "2028-03-31"}, "warranty: '2028-03-31' is no day as %d.%m.%Y tells."),
    ],
)
async def test_people_and_days_that_are_none_reject_the_row(
    importing: Importing, row: dict[str, str], reason: str
) -> None:
    await let_in(importing, "ann", "bea")

    tried = await importing.run([LENT | row], PEOPLE, is_dry=True)
    await importing.run([LENT | row], PEOPLE)

    assert tried.totals.rejected == 1
    assert importing.told == [("rejected", reason)]
    assert importing.assets() == []


async def test_what_only_changes_alter_becomes_a_finding(importing: Importing) -> None:
    await importing.run(ROWS)

    report = await importing.run([{"sn": "S1", "ram": "128"}])

    assert report.totals.drifts == 1
    one = importing.assets()[0]
    assert one.attributes["memory"] == 64
    assert one.drifts["memory"].found == 128


async def test_a_row_that_cannot_be_taken_is_rejected_with_line_and_reason(
    importing: Importing,
) -> None:
    same = [{"host": "twin", "sn": "S3"}, {"host": "twin", "sn": "S4"}]
    await importing.run(same)

    report = await importing.run(
        [
            {"host": "a", "sn": "S5", "ram": "many"},
            {"host": "twin", "os": "A"},
            {"host": "b"},
            {"sn": "S6"},
            {"host": {"x": 1}},
            {"host": "c", "sn": "S7"},
        ]
    )

    assert report.rejects
    rows = list(csv.reader(report.rejects.read_text().splitlines()))[1:]
    assert [(line, reason) for line, reason, _ in rows] == [
        ("1", "ram: it is a whole number."),
        ("2", "2 assets have this name: AST0000001, AST0000002"),
        ("3", "attributes.serial: it is needed."),
        ("4", "host: a new asset has a name"),
        ("5", "host: a value is a text, a number, true, false or null"),
    ]
    assert report.totals.created == 1


async def test_a_dry_run_tells_what_an_import_does_and_records_nothing(
    importing: Importing,
) -> None:
    await importing.run(ROWS)
    before = importing.desk.ledger.position()
    rows = [
        {"host": "mail-3", "sn": "S3"},
        {"host": "mail-3", "sn": "S3", "os": "A"},
        {"host": "mail-4", "sn": "S3"},
        {"sn": "S1", "ram": "1", "os": "B"},
        {"sn": "S2"},
        {"host": "x", "ram": "0"},
    ]

    tried = await importing.run(rows, is_dry=True)
    told = importing.told
    after = importing.desk.ledger.position()
    done = await importing.run(rows)

    assert (before, len(importing.assets())) == (after, 3)
    assert [action for action, _ in told] == [action for action, _ in importing.told]
    assert replace(tried.totals, run=done.totals.run) == done.totals


@pytest.mark.parametrize(
    ("mapping", "mistake"),
    [
        ("type: Printer\nidentify: [[name]]", "no type of assets 'Printer'"),
        (MAPPING + "colour: x", "colour"),
        (MAPPING.replace("memory: ram", "colour: ram"), "no attribute 'colour'"),
        (MAPPING.replace("[name]", "[location]"), "tells no assets apart"),
        (MAPPING.replace("[name]", "[tag]"), "no column gives 'tag'"),
        ("type: Server\nfields: {name: host}", "are told apart"),
        ("type: [", "this is no YAML"),
    ],
)
async def test_a_mapping_that_does_not_fit_is_refused_before_anything_is_recorded(
    importing: Importing, mapping: str, mistake: str
) -> None:
    with pytest.raises(BadMapping, match=mistake):
        await importing.run(ROWS, mapping)

    assert importing.assets() == []


async def test_an_import_that_was_killed_goes_on_without_doubling(importing: Importing) -> None:
    rows = [{"host": f"h-{n}", "sn": f"S{n}", "os": "A"} for n in range(450)]
    rows[7] = {"host": "h-7", "ram": "many"}
    (importing.folder / "mapping.yaml").write_text(MAPPING.replace("[serial], [name]", "[name]"))
    (importing.folder / "assets.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ops.asset_import_process", str(importing.folder)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdout
    with process.stdout:
        for line in process.stdout:
            if int(line) == 260:
                process.send_signal(signal.SIGKILL)
                break
    assert process.wait(30) == -signal.SIGKILL
    at_the_kill = len(importing.assets())

    report = await importing.run(rows, MAPPING.replace("[serial], [name]", "[name]"))

    names = [asset.name for asset in importing.assets()]
    assert 259 <= at_the_kill < 449
    assert importing.outcomes[0].line == 201
    assert ("created", "recorded before") in importing.told
    assert sorted(names) == sorted(row["host"] for row in rows if row["host"] != "h-7")
    assert (report.totals.created, report.totals.rejected) == (449, 1)
    assert report.rejects
    assert "h-7" in report.rejects.read_text()
