"""Killed at any moment of an erasure, the desk ends it at its next start, and loses nothing."""

# ruff: noqa: F401, F811 - fixtures are imported
import random
import subprocess
import sys
import time
from typing import Any

import pytest

from domain import erasure
from ops.compose import open_desk
from tests.ops.erasing_process import forget
from tests.ops.test_privacy import (
    House,
    caught_up,
    found,
    house,
    projecting,
    rows,
    tell,
    until,
)
from tests.ops.test_privacy_words import SAID, tell_more
from tests.stores import ROOT


@pytest.mark.parametrize(
    ("kills", "seed"), [(2, 1), pytest.param(40, 2, marks=pytest.mark.proof)], ids=["few", "many"]
)
async def test_an_erasure_that_is_killed_ends_after_the_next_start(
    house: House,
    kills: int,
    seed: int,
) -> None:
    settings, dice = house.settings, random.Random(seed)
    async with open_desk(settings) as desk, projecting(settings) as store:
        told = await tell(desk, settings)
        incident = await tell_more(desk, settings, told)
        await until(lambda: caught_up(desk, store))
        before, length = rows(store), len(desk.ledger.history(told.incident))

    for _ in range(kills):
        kill_after(dice.uniform(0.0, 0.5), house)

    async with open_desk(settings) as desk, projecting(settings) as store:
        await forget(desk)
        position = erasure.carry_out(desk.ledger)
        await until(lambda: store.renewed() >= position and caught_up(desk, store))
        after, keys = rows(store), desk.ledger.mapper.keys
        opened = (keys.key(str(told.mina)), keys.words(incident, "words"))
        left = found(house) | found(house, SAID)
        history = desk.ledger.history(told.incident)

    assert left == {}
    assert opened == (None, None)
    assert len(history) == length
    assert ids(before) <= ids(after)


def kill_after(seconds: float, house: House) -> None:
    """Let another process erase, and kill it so long after it began."""
    settings = house.settings
    url = [settings.database_url.get_secret_value()] if settings.database_url else []
    command = [sys.executable, "-m", "tests.ops.erasing_process", str(settings.data), *url]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(seconds)
    finally:
        process.kill()
        process.communicate()


def ids(found: dict[tuple[str, int], tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Which rows there are, by what begins them; some more come that tell of the removal."""
    return {(table, str(row[0])) for (table, _), row in found.items() if "_past" not in table}
