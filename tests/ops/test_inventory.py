"""The inventory agent, on the machine that the tests run on and on one made of files."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.asset_attributes import Attribute
from ops.cli import app, guarded
from ops.inventory.machine import machine
from ops.inventory.sending import Desk, NotTaken
from tests.api.house import opened
from tests.api.serving import served
from tests.domain.desks import system
from tests.ops.test_assets_command import on_desk

ROOT = Path(__file__).parents[2]
WHOLE = ("cores", "memory MB", "disk GB", "packages")
TEXTS = ("uuid", "serial", "vendor", "model", "os", "os version", "cpu", "mac", "addresses")
ATTRIBUTES = [
    *(Attribute(name=name, kind="integer") for name in WHOLE),
    *(Attribute(name=name, kind="text") for name in (*TEXTS, "packages digest")),
]


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


MADE = {
    "sys/class/dmi/id/product_serial": "S-118\n",
    "sys/class/dmi/id/product_uuid": "4C4C4544-0042-3510-8054-B6C04F4A4432\n",
    "sys/class/dmi/id/sys_vendor": "To Be Filled By O.E.M.\n",
    "etc/os-release": '# made up\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n',
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "proc/cpuinfo": "processor: 0\nmodel name\t: A fast one\n",
    "proc/meminfo": "MemTotal:       16384000 kB\n",
    "sys/block/sda/size": "1953525168\n",
    "sys/block/loop0/size": "1953525168\n",
    "sys/class/net/eth7/address": "AA:BB:CC:00:00:01\n",
    "sys/class/net/lo/address": "00:00:00:00:00:00\n",
    "sys/class/net/docker0/address": "02:42:00:00:00:01\n",
    "proc/net/if_inet6": (
        "20010db8000000000000000000000001 02 40 00 00     eth7\n"
        "20010db8000000000000000000000002 02 40 00 01     eth7\n"
        "fe800000000000000000000000000001 02 40 20 80     eth7\n"
    ),
}


def test_a_machine_is_told_by_what_its_system_says(tmp_path: Path) -> None:
    put(tmp_path, MADE)

    found = machine(tmp_path)

    assert "vendor" not in found
    assert {name: found[name] for name in found if name in (*TEXTS, "key", "disks")} == {
        "key": "4c4c4544-0042-3510-8054-b6c04f4a4432",
        "uuid": "4c4c4544-0042-3510-8054-b6c04f4a4432",
        "serial": "S-118",
        "os": "Debian GNU/Linux",
        "cpu": "A fast one",
        "mac": "aa:bb:cc:00:00:01",
        "addresses": "2001:db8::1",
        "disks": "sda:1000",
    }
    assert (found["memory_mb"], found["disk_gb"]) == (16_000, 1_000)


def test_without_what_is_burnt_in_the_key_is_made_of_the_id_and_does_not_tell_it(
    tmp_path: Path,
) -> None:
    put(tmp_path, {"etc/machine-id": MADE["etc/machine-id"]})

    key = str(machine(tmp_path)["key"])

    assert len(key) == 32
    assert key not in MADE["etc/machine-id"]
    assert machine(tmp_path)["key"] == key


def test_the_agent_needs_the_standard_library_alone() -> None:
    # Without -S, packages that are installed could be imported.
    done = subprocess.run(
        [sys.executable, "-S", "-m", "ops.inventory"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        timeout=120,
    )

    assert json.loads(done.stdout)["hostname"]


def test_this_machine_is_imported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, file = tmp_path / "data", tmp_path / "row.ndjson"
    on_desk(
        data,
        lambda desk: desk.define_asset_type(name="Computer", attributes=ATTRIBUTES, by=system()),
    )

    def imported() -> str:
        assert guarded(lambda: app(["inventory"])) == 0
        file.write_text(capsys.readouterr().out)
        given = ["assets", "import", str(file), "--source", "inventory", "--mapping", "inventory"]
        assert guarded(lambda: app([*given, "--data", str(data)])) == 0
        return capsys.readouterr().out

    first, again = imported(), imported()

    assert "1 created, 0 changed, 0 left, 0 rejected" in first
    assert "0 created, 0 changed, 1 left, 0 rejected" in again


def test_a_desk_has_no_machine_without_a_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: app(["inventory", "--to", "http://127.0.0.1:1"])) == 2
    assert "--token-file" in capsys.readouterr().err


ROW: dict[str, str | int] = {"hostname": "pc-7", "serial": "S-7", "os": "Debian", "memory_mb": 8192}


async def test_a_desk_gets_a_machine_once_and_what_differs_later(tmp_path: Path) -> None:
    controlled = {"name": "os", "kind": "text", "is_controlled": True}
    attributes: list[Any] = [
        {"name": "serial", "kind": "text", "is_unique": True},
        {"name": "memory MB", "kind": "integer"},
        controlled,
    ]
    async with opened(tmp_path) as house, served(house) as address:
        olga, adam = house.as_("olga"), house.as_("adam")
        type = await olga.made("/asset-types", {"name": "PC", "attributes": attributes})
        await adam.read(f"/asset-types?min_position={type['position']}")
        desk = Desk(address, house.secrets["adam"], "PC")

        first = await asyncio.to_thread(desk.send, ROW)
        made = await adam.read(f"/assets/{first.asset}")
        await adam.read(f"/assets?min_position={made['position']}")
        again = await asyncio.to_thread(desk.send, ROW)
        more = await asyncio.to_thread(desk.send, {**ROW, "memory_mb": 16384, "hostname": "pc-8"})
        changed = await adam.read(f"/assets/{more.asset}")
        await adam.read(f"/assets?min_position={changed['position']}")
        with pytest.raises(NotTaken, match="a change alone alters it"):
            await asyncio.to_thread(desk.send, {**ROW, "os": "Plan 9"})
        with pytest.raises(NotTaken, match="There is no type of assets 'Mainframe'"):
            await asyncio.to_thread(Desk(address, house.secrets["adam"], "Mainframe").send, ROW)
        with pytest.raises(NotTaken, match="401"):
            await asyncio.to_thread(Desk(address, "no token", "PC").send, ROW)

        shown = await adam.read(f"/assets/{first.asset}")
    assert (first.action, again, more.action) == ("created", ("left", first.asset, ()), "changed")
    assert more.changed == ("memory MB",)
    assert shown["name"] == "pc-7"
    assert shown["attributes"] == {"serial": "S-7", "memory MB": 16384, "os": "Debian"}


def test_a_desk_that_is_not_there_is_told() -> None:
    with pytest.raises(NotTaken, match="cannot be asked"):
        Desk("http://127.0.0.1:1", "x", "PC").send(ROW)
