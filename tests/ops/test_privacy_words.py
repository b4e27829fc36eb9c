"""After a removal nothing of what one ticket said stands in any file, and everything else does."""

# ruff: noqa: F401, F811 - fixtures are imported
import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from uuid import UUID

import pytest

from domain import erasure
from domain.desk import Desk
from domain.incident import Incident
from domain.organisation import Organisation
from domain.personal import ERASED
from domain.ticket import Visibility
from ops.compose import open_desk, open_files, open_ledger
from ops.problems import UserProblem
from ops.settings import Settings
from ops.stores.keys import NODE
from tests.ops.test_privacy import (
    WORDS,
    House,
    Told,
    caught_up,
    found,
    house,
    projecting,
    rows,
    signed,
    tell,
    until,
)
from workflows.words_retention import WordsRetention

SAID = {
    "title": "Mein Hamster Zwirbel",
    "title of before": "Mein Meerschwein Zwirbel",
    "word of before": "meerschwein",
    "description": "Zwirbel frisst das Netzwerkkabel,\nseit Dienstag.",
    "detail": "Käfig hinten links",
    "comment": "Zwirbel wurde ermahnt.",
    "reason": "Zwirbel schweigt dazu.",
    "file": "zwirbel-beim-nagen.png",
    "word": "zwirbel",
    "content": "Ein Bild von Zwirbel beim Nagen. " * 20,
}
LATER = timedelta(days=60)


async def tell_more(desk: Desk, settings: Settings, told: Told) -> UUID:
    """One incident more of Wilhelmina, which is over, and kept for 30 days."""
    [company] = desk.directory.organisations()
    by = signed(told.zoe)
    await desk.ledger.edit(
        Organisation,
        company.id,
        lambda one: one.set_words_retention("incident", days=30, by=by),
        by=by,
    )
    logged = await desk.log_incident(
        title=SAID["title of before"],
        description=SAID["description"],
        requester=told.mina,
        organisation=company.id,
        by=signed(told.mina),
    )
    receiving = open_files(settings, desk.ledger.mapper.keys).receive(
        str(told.mina), logged.subject, b"1" * 16
    )
    receiving.add(SAID["content"].encode())
    receiving.keep()

    def live(ticket: Incident) -> None:
        ticket.amend(title=SAID["title"], by=signed(told.mina))
        ticket.amend(details={"place": SAID["detail"]}, by=signed(told.zoe))
        ticket.comment(SAID["comment"], visibility=Visibility.PUBLIC, by=signed(told.zed))
        ticket.attach(
            name=SAID["file"],
            media_type="image/png",
            size=receiving.received.size,
            sha256=receiving.received.sha256,
            by=signed(told.mina),
        )
        # Nobody of the desk wrote this: no person's key seals it.
        ticket.cancel(reason=SAID["reason"], by=signed("import"))

    await desk.ledger.edit(Incident, logged.subject, live, by=signed(told.zed))
    return logged.subject


async def remove(desk: Desk) -> int:
    await WordsRetention(desk).keep(datetime.now(UTC) + LATER, "sla-clock/0")
    return desk.ledger.position()


async def test_nothing_of_what_a_ticket_said_stands_in_any_file(house: House) -> None:
    settings = house.settings
    async with open_desk(settings) as desk:
        told = await tell(desk, settings)
        incident = await tell_more(desk, settings, told)
        async with projecting(settings) as store:
            await until(lambda: caught_up(desk, store))
            before, in_files = rows(store), found(house, SAID)

            position = await remove(desk)
            await until(lambda: store.renewed() >= position and caught_up(desk, store))

            after = rows(store)
        files = open_files(settings, desk.ledger.mapper.keys)
        attached = [
            entry.event
            for entry in desk.ledger.history(incident)
            if isinstance(entry.event, Incident.Attached)
        ]
        opened = files.open(attached[0].sha256, str(told.mina), incident)
        left, others = found(house, SAID), found(house)

    assert in_files.keys() >= set(SAID) - {"content"}
    assert left == {}
    assert [one.name for one in attached] == [ERASED]
    assert opened is None
    assert others.keys() >= {"name", "title", "comment", "file"} & WORDS.keys()
    assert others_of(before, incident) == others_of(after, incident)


def others_of(found: dict[tuple[str, int], tuple[object, ...]], incident: UUID) -> set[object]:
    """The rows that are not about an incident, each with its table."""
    return {
        (table, str(row))
        for (table, _), row in found.items()
        if incident not in row and str(incident) not in row
    }


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_keys_of_before_the_removal_open_nothing(
    house: House,
    tmp_path: Path,
) -> None:
    keys = house.settings.data / "keys.db"
    async with open_desk(house.settings) as desk:
        incident = await tell_more(desk, house.settings, await tell(desk, house.settings))
    shutil.copy(keys, tmp_path / "keys.db")
    async with open_desk(house.settings) as desk:
        await remove(desk)

    for suffix in ("-wal", "-shm"):
        keys.with_name(f"keys.db{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "keys.db", keys)
    async with open_ledger(house.settings) as ledger:
        first = ledger.history(incident)[0].event

    assert first.title == ERASED  # type: ignore[attr-defined]  # it was logged


async def test_a_removal_that_was_cut_off_is_carried_out_at_the_next_start(
    house: House,
) -> None:
    async with open_desk(house.settings) as desk:
        incident = await tell_more(desk, house.settings, await tell(desk, house.settings))
        # As if the process were killed once the event is durable.
        desk.ledger.observers.clear()
        position = await remove(desk)
        assert desk.ledger.mapper.keys.words(incident, "words")

    async with open_ledger(house.settings) as ledger:
        assert ledger.mapper.keys.words(incident, "words") is None
        assert ledger.mapper.keys.removed_to() == (position, position)
        assert erasure.carry_out(ledger) == position


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_keys_of_before_records_had_some_are_told_from_the_right_ones(house: House) -> None:
    keys = house.settings.data / "keys.db"
    async with open_desk(house.settings) as desk:
        incident = await tell_more(desk, house.settings, await tell(desk, house.settings))
    right = keys.read_bytes()
    with closing(connect(keys)) as connection:
        connection.execute("DELETE FROM person_key WHERE subject = ?", (NODE,))
        connection.commit()

    with pytest.raises(UserProblem, match=r"Put the latest copy of keys\.db"):
        async with open_desk(house.settings):
            pass
    keys.write_bytes(right)

    async with open_desk(house.settings) as desk:
        logged = desk.ledger.history(incident)[0].event
        assert isinstance(logged, Incident.Logged)
        assert logged.title == SAID["title of before"]
