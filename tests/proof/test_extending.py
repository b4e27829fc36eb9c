"""The two worked examples of the README, carried out on a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.stores import ROOT

README = ROOT / "README.md"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", "data", "*.db", "*.egg-info", "dist"
)
SECONDS_MAX = 300


class Edit(NamedTuple):
    """What stands once in a file, and what takes its place."""

    file: str
    old: str
    new: str


FLOOR = (
    Edit(
        "domain/incident.py",
        "    channel: str\n    responded_at",
        "    channel: str\n    floor: str\n    responded_at",
    ),
    Edit(
        "domain/incident.py",
        '        self.channel = ""\n',
        '        self.channel = ""\n        self.floor = ""\n',
    ),
    Edit(
        "domain/incident.py",
        '        channel: Channel = "portal",\n        by: Provenance,\n',
        '        channel: Channel = "portal",\n        floor: str = "",\n        by: Provenance,\n',
    ),
    Edit(
        "domain/incident.py",
        "cls.Logged(by=by, channel=channel, ",
        "cls.Logged(by=by, channel=channel, floor=floor, ",
    ),
    Edit(
        "domain/incident.py",
        "    class Logged(Received):\n        pass\n",
        "    class Logged(Received):\n"
        '        floor: str = ""\n\n'
        '        def apply(self, incident: "Incident", /) -> None:\n'
        "            super().apply(incident)\n"
        "            incident.floor = self.floor\n",
    ),
    Edit(
        "domain/desk/incidents.py",
        '        category: str = "",\n',
        '        floor: str = "",\n        category: str = "",\n',
    ),
    Edit(
        "domain/desk/incidents.py",
        "                channel=channel,\n",
        "                channel=channel,\n                floor=floor,\n",
    ),
    Edit(
        "api/incidents.py",
        '    service: OptionalName = ""\n',
        '    service: OptionalName = ""\n    floor: OptionalName = ""\n',
    ),
    Edit(
        "projections/work_queue.py",
        '    service: str = ""\n',
        '    service: str = ""\n    floor: str = ""\n',
    ),
    Edit(
        "projections/work_queue.py",
        '        type=getattr(event, "type", ""),\n',
        '        type=getattr(event, "type", ""),\n        floor=getattr(event, "floor", ""),\n',
    ),
)
TEST_OF_FLOOR = """

async def test_the_floor_of_an_incident_is_logged_read_and_listed(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")

    made = await rita.made("/incidents", {"title": "No light", "floor": "3"})

    assert (await rita.read(f"/incidents/{made['number']}"))["floor"] == "3"
    rows = await adam.read(f"/incidents?floor=3&min_position={made['position']}")
    assert [row["number"] for row in rows["data"]] == [made["number"]]
"""
VENDOR_CASE = (
    Edit(
        "domain/incident.py",
        "    # Respond: the first",
        "    def name_vendor_case(self, case: str, *, by: Provenance) -> None:\n"
        '        """Say under which number a vendor works on it."""\n'
        "        self.require_not_over()\n"
        '        require(case.strip() != "", "A case of a vendor has a number.")\n'
        "        self.record(self.VendorCaseNamed(by=by, case=case.strip()))\n\n"
        "    class VendorCaseNamed(Event):\n"
        "        case: str\n\n"
        '        def apply(self, incident: "Incident", /) -> None:\n'
        "            pass\n\n"
        "    # Respond: the first",
    ),
    Edit(
        "domain/incident.py",
        "from domain.provenance import Provenance\n",
        "from domain.provenance import Provenance\nfrom domain.rules import require\n",
    ),
    Edit(
        "domain/policy_table.py",
        '            "incident.start": "start work on an incident",\n',
        '            "incident.start": "start work on an incident",\n'
        '            "incident.name_vendor_case": "name the case of a vendor",\n',
    ),
    Edit(
        "api/incidents.py",
        "class Log(Received):",
        "class NameVendorCase(Body):\n    case: Name\n\n\nclass Log(Received):",
    ),
    Edit(
        "api/incidents.py",
        "        start_of(Incident),\n",
        "        start_of(Incident),\n"
        "        Command(\n"
        "            method=Incident.name_vendor_case,\n"
        "            body=NameVendorCase,\n"
        '            summary="Say under which number a vendor works on it",\n'
        '            example={"case": "V-118"},\n'
        "        ),\n",
    ),
    Edit(
        "api/incidents.py",
        "from api.commands import Asked, Creation, Practice\n"
        "from api.fields import Level, OptionalName\n",
        "from api.commands import Asked, Command, Creation, Practice\n"
        "from api.fields import Level, Name, OptionalName\n"
        "from api.http.bodies import Body\n",
    ),
    Edit(
        "projections/work_queue.py",
        '    service: str = ""\n',
        '    service: str = ""\n    vendor_case: str = ""\n',
    ),
    Edit(
        "projections/work_queue.py",
        "@CASES.on(LifeCycle.Paused)\n",
        "@CASES.on(Incident.VendorCaseNamed)\n"
        "def _vendor_case(event: Incident.VendorCaseNamed, row: QueueRow) -> None:\n"
        "    row.vendor_case = event.case\n\n\n"
        "@CASES.on(LifeCycle.Paused)\n",
    ),
    Edit(
        "tests/domain/commands_of_tickets.py",
        "    Incident: {\n",
        '    Incident: {\n        "name_vendor_case": said(case=texts),\n',
    ),
    Edit(
        "tests/domain/stories_of_tickets.py",
        '            step("log", "ann", **NEW, description="Since nine.", channel="phone"),\n',
        '            step("log", "ann", **NEW, description="Since nine.", channel="phone"),\n'
        '            step("name_vendor_case", case="V-118"),\n',
    ),
    Edit(
        "tests/domain/policy_of_tickets.py",
        "\nincident.respond ",
        "\nincident.name_vendor_case - s - - - - -\nincident.respond ",
    ),
    Edit(
        "tests/api/may_tickets.py",
        '    "POST /incidents/{ref}/start": "-x-----",\n',
        '    "POST /incidents/{ref}/start": "-x-----",\n'
        '    "POST /incidents/{ref}/name-vendor-case": "-x-----",\n',
    ),
)
TEST_OF_VENDOR_CASE = """

async def test_the_case_of_a_vendor_is_named_and_listed(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", {"title": "No light"})

    named = await adam.act(f"/incidents/{made['number']}/name-vendor-case", {"case": "V-7"})

    rows = await adam.read(f"/incidents?vendor_case=V-7&min_position={named['position']}")
    assert [row["number"] for row in rows["data"]] == [made["number"]]
"""
TESTS = (
    *("tests/api/test_incidents.py", "tests/api/test_authorisation.py"),
    *("tests/api/test_commands.py", "tests/domain/test_policy.py"),
    *("tests/domain/test_stored_events.py", "tests/domain/test_life_cycles.py"),
)


def edited(text: str, edit: Edit) -> str:
    assert text.count(edit.old) == 1, f"{edit.file} does not have this once: {edit.old}"
    return text.replace(edit.old, edit.new)


def test_each_step_of_the_examples_finds_its_place() -> None:
    texts = {edit.file: (ROOT / edit.file).read_text() for edit in (*FLOOR, *VENDOR_CASE)}

    for edit in (*FLOOR, *VENDOR_CASE):
        texts[edit.file] = edited(texts[edit.file], edit)


def test_the_examples_touch_the_files_that_the_readme_names() -> None:
    text = README.read_text()
    floor, _, vendor_case = text[text.index("**A field of one kind") :].partition("**A new event**")

    assert named(floor) == {edit.file for edit in FLOOR}
    assert named(vendor_case[: vendor_case.index("## ")]) == {
        *(edit.file for edit in VENDOR_CASE),
        "tests/domain/stored.jsonl",
    }


def named(part: str) -> set[str]:
    """The files at the beginning of the rows of a table; those after the first are beside it."""
    found: set[str] = set()
    for row in re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE):
        files = re.findall(r"`([^`]+)`", row)
        folder = files[0].rpartition("/")[0]
        found.update(file if "/" in file else f"{folder}/{file}" for file in files)
    return found


@pytest.mark.proof
def test_the_examples_work_as_they_are_told(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    for edit in (*FLOOR, *VENDOR_CASE):
        file = tree / edit.file
        file.write_text(edited(file.read_text(), edit))
    queue = tree / "projections/work_queue.py"
    queue.write_text(
        re.sub(
            r"^VERSION = (\d+)",
            lambda found: f"VERSION = {int(found[1]) + 1}",
            queue.read_text(),
            flags=re.MULTILINE,
        )
    )
    with (tree / "tests/api/test_incidents.py").open("a") as tests:
        tests.write(TEST_OF_FLOOR + TEST_OF_VENDOR_CASE)

    run(tree, "-m", "tests.domain.stored_events")
    ran = run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS)

    assert " passed" in ran


def run(tree: Path, *arguments: str) -> str:
    """The output of Python in a tree. Fails if it does."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
    return done.stdout
