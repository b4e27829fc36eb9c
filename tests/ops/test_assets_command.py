"""`ledgerdesk assets import`: what it prints, what it records, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from domain.asset import Asset
from domain.desk import Desk
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.settings import load
from tests.domain.asset_types import MEMORY, SERIAL
from tests.domain.desks import system

T = TypeVar("T")

MAPPING = "type: Server\nidentify: [[serial]]\nfields: {name: host}\nattributes: {serial: sn}\n"


def on_desk(data: Path, act: Callable[[Desk], Awaitable[T]]) -> T:
    async def acting() -> T:
        async with open_desk(load(None, data=data)) as desk:
            return await act(desk)

    return asyncio.run(acting())


def test_a_dry_run_tells_each_row_and_an_import_records_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, file, mapping = tmp_path / "data", tmp_path / "a.csv", tmp_path / "m.yaml"
    file.write_text("host,sn\nmail-1,S1\n,S2\n")
    mapping.write_text(MAPPING)

    def run(*more: str) -> int:
        given = ["assets", "import", str(file), "--source", "scan", "--data", str(data)]
        return guarded(lambda: app([*given, "--mapping", str(mapping), *more]))

    on_desk(
        data,
        lambda desk: desk.define_asset_type(
            name="Server", attributes=(SERIAL, MEMORY), by=system()
        ),
    )

    assert run("--dry-run") == 0
    tried = capsys.readouterr().out
    assert run() == 0
    done = capsys.readouterr().out
    mapping.write_text(MAPPING.replace("sn", "serial_no"))
    assert run() == 2
    refused = capsys.readouterr().err

    assert "line 2: created  nobody knows it" in tried
    assert "line 3: rejected  host: a new asset has a name" in tried
    assert "1 would be created, 0 would be changed, 0 left, 1 rejected" in tried
    assert "1 created, 0 changed, 0 left, 1 rejected, 0 findings" in done
    assert "a.csv.rejects.csv" in done
    assert "the file has no column 'serial_no'" in refused

    async def assets(desk: Desk) -> list[str]:
        return [asset.name for asset, _ in desk.ledger.all_of(Asset)]

    assert on_desk(data, assets) == ["mail-1"]
