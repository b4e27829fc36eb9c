"""The demo company of a desk that starts: made once, with people who can sign in on the pages."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.passwords import Passwords
from domain.desk import Desk
from domain.directory import Directory
from domain.ledger import Ledger
from domain.offering import Offering
from ops import demo
from ops.settings import Settings
from ops.stores.master_key import MasterKey
from ops.stores.sqlite import SqliteRecorder
from ops.stores.sqlite_keys import SqliteKeys

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    keys = SqliteKeys(tmp_path / "keys.db", MasterKey.new())
    recorder = SqliteRecorder(tmp_path / "ledger.db")
    ledger = Ledger(recorder, keys)
    yield Desk(ledger, Directory.load(ledger))
    await recorder.aclose()
    keys.close()


async def test_the_company_is_made_once_and_its_people_can_sign_in(
    desk: Desk, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path)

    await demo.seed(desk, settings)
    position = desk.ledger.position()
    await demo.seed(desk, settings)

    assert desk.ledger.position() == position
    welcome = (tmp_path / "demo.txt").read_text()
    password = re.search(r"password +(\S+)", welcome)
    assert password
    assert (tmp_path / "demo-password.txt").stat().st_mode & 0o077 == 0
    for username in demo.SIGNING_IN:
        person = await desk.person_called(username)
        assert person
        assert username in welcome
        assert await Passwords().verify(password[1], person.password)


async def test_something_can_be_ordered_of_a_live_service(desk: Desk, tmp_path: Path) -> None:
    await demo.seed(desk, Settings(data=tmp_path))

    offered = [offering for offering, _ in desk.ledger.all_of(Offering) if offering.published]

    assert {offering.name for offering in offered} == {"Laptop", "VPN access"}
