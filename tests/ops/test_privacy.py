"""After an erasure nothing of the person stands in any file, and everything else is as it was."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.bulk_job import BulkJob, Outcome, Result
from domain.desk import Desk
from domain.files import Files
from domain.incident import Incident
from domain.ledger import Work
from domain.person import Person, Role
from domain.personal import ERASED
from domain.provenance import Provenance
from domain.rules import Refused
from domain.service_request import ServiceRequest
from domain.ticket import Visibility
from ops.attachments import remove_orphans
from ops.compose import open_desk, open_files, open_ledger, open_view_store
from ops.doctor import CHECKS, Unwell
from ops.settings import Settings, load
from ops.stores.embedded_postgres import EmbeddedPostgres
from projections.listings import ALL
from projections.renewal import Renewal
from projections.runner import Projector
from projections.search_rows import CHANGES, SEARCH, VOCABULARY
from projections.store import ViewStore
from tests.people import person

SECONDS_MAX = 60.0
WORDS = {
    "username": "wilhelmina.q",
    "name": "Wilhelmina Quändlbauer",
    "email": "wilhelmina@quaendl.example",
    "title": "Wilhelminas printer smells",
    "title of before": "Wilhelminas Zahnbürste smells",
    "word of before": "zahnburste",
    "description": "It smells of burnt\nschnitzel in the Quändlgasse.",
    "detail": "Quändlgasse 17",
    "answer": "Shoe size forty-three",
    "comment": "My doctor forbids me such smells.",
    "file": "wilhelminas-nose.txt",
    "word": "schnitzel",
    "plain word": "quandlgasse",
    "job": "wilhelminas-tickets.csv",
    "problem": "Wilhelminas umbrella is no number.",
    "content": "A long report on the nose of Wilhelmina. " * 20,
    "rows": "title\nWilhelminas bicycle squeaks\n",
}


class House(NamedTuple):
    settings: Settings
    folders: tuple[Path, ...]
    """All that may hold something of a person."""


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    data = tmp_path / "data"
    if request.param == "sqlite":
        yield House(load(data=data), (data,))
        return
    server: EmbeddedPostgres = request.getfixturevalue("postgres_server")
    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("SELECT pg_reload_conf()")
        yield House(load(data=data, database_url=url), (data, server.data))
        connection.execute("ALTER SYSTEM RESET wal_recycle")
        connection.execute("SELECT pg_reload_conf()")


def signed(actor: UUID | str = "seed") -> Provenance:
    return Provenance(actor=str(actor), at=datetime.now(UTC), command=uuid4())


class Told(NamedTuple):
    mina: UUID
    zoe: UUID
    zed: UUID
    incident: UUID
    request: UUID


async def tell(desk: Desk, settings: Settings) -> Told:
    """A desk in which Wilhelmina has said much; Zoe and Zed are administrators."""
    company = await desk.register_organisation(name="Desk", is_operator=True, by=signed())
    zoe, zed = [
        (
            await desk.register_person(
                username=name,
                name=name.title(),
                organisation=company.subject,
                roles=[Role.ADMINISTRATOR],
                by=signed(),
            )
        ).subject
        for name in ("zoe", "zed")
    ]
    mina = (
        await desk.register_person(
            username=WORDS["username"],
            name=WORDS["name"],
            email=WORDS["email"],
            organisation=company.subject,
            by=signed(zoe),
        )
    ).subject
    by = signed(mina)
    incident = await desk.log_incident(
        title=WORDS["title of before"],
        description=WORDS["description"],
        requester=mina,
        organisation=company.subject,
        by=by,
    )
    for act in (
        lambda ticket: ticket.amend(title=WORDS["title"], by=signed(mina)),
        lambda ticket: ticket.amend(details={"street": WORDS["detail"]}, by=signed(zoe)),
        lambda ticket: ticket.comment(
            WORDS["comment"], visibility=Visibility.PUBLIC, by=signed(mina)
        ),
    ):
        await desk.ledger.edit(Incident, incident.subject, act, by=signed(mina))
    files = open_files(settings, desk.ledger.mapper.keys)
    receiving = files.receive(str(mina), incident.subject, b"0" * 16)
    receiving.add(WORDS["content"].encode())
    receiving.keep()
    await desk.ledger.edit(
        Incident,
        incident.subject,
        lambda ticket: ticket.attach(
            name=WORDS["file"],
            media_type="text/plain",
            size=receiving.received.size,
            sha256=receiving.received.sha256,
            by=signed(mina),
        ),
        by=signed(mina),
    )
    request = await desk.ledger.next_id(ServiceRequest)

    async def order(work: Work) -> None:
        work.add(
            ServiceRequest.order(
                request,
                title="Boots",
                requester=mina,
                organisation=company.subject,
                offering=person("offering"),
                offering_version=1,
                form={"size": [WORDS["answer"]]},
                by=signed(mina),
            )
        )

    await desk.ledger.run(signed(mina), order)
    await propose(desk, files, mina, company.subject)
    return Told(mina, zoe, zed, incident.subject, request)


async def propose(desk: Desk, files: Files, mina: UUID, organisation: UUID) -> None:
    """A bulk job of Wilhelmina's, of which a row was refused."""
    job = await desk.ledger.next_id(BulkJob)
    receiving = files.receive(str(mina), job, b"1" * 16)
    receiving.add(WORDS["rows"].encode())
    receiving.keep()
    size, sha256 = receiving.received

    async def decide(work: Work) -> None:
        proposed = BulkJob.propose(
            job,
            name=WORDS["job"],
            media_type="text/csv",
            size=size,
            sha256=sha256,
            rows=1,
            owner=mina,
            organisation=organisation,
            scopes=(),
            by=signed(mina),
        )
        proposed.record_rows(
            results=[Result(1, "incident.log", Outcome.FAILED)],
            problems={"1": {"detail": WORDS["problem"]}},
            by=signed(mina),
        )
        work.add(proposed)

    await desk.ledger.run(signed(mina), decide)


def spelled(words: str) -> set[bytes]:
    """As files may spell words: in UTF-8 and UTF-16, escaped as in JSON, as base64, in hexadecimal
    digits."""
    plain = words.encode()
    forms = {plain, words.encode("utf-16-le"), json.dumps(words)[1:-1].encode()}
    forms |= {plain.hex().encode(), plain.hex().upper().encode()}
    for skipped in range(3):
        # What begins inside a group of three bytes is spelled otherwise.
        whole = plain[skipped:]
        forms.add(base64.b64encode(whole[: len(whole) // 3 * 3]))
    return forms


def found(house: House, words: Mapping[str, str] = WORDS) -> dict[str, set[str]]:
    """The files in which something of Wilhelmina stands, by what that is."""
    if house.settings.database_url is not None:
        url = house.settings.database_url.get_secret_value()
        with psycopg.connect(url, autocommit=True) as connection:
            # What is in its memory goes to its files, and what it does not need any more goes.
            for statement in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT"):
                connection.execute(statement)
    forms = {name: spelled(said) for name, said in words.items()}
    where: dict[str, set[str]] = {}
    for path in (path for folder in house.folders for path in folder.rglob("*")):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue
        for name, spellings in forms.items():
            if any(form in content for form in spellings):
                where.setdefault(name, set()).add(path.name)
    return where


@asynccontextmanager
async def projecting(settings: Settings) -> AsyncIterator[ViewStore]:
    """The projector, as in a process of its own."""
    store = open_view_store(settings)
    async with open_ledger(settings) as ledger:
        projector = Projector(ledger, store, ALL)
        projector.prepare()
        Renewal(projector, settings.data / "views-anew.db")
        running = asyncio.create_task(projector.run())
        try:
            yield store
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            store.close()


async def until(is_so: Any) -> None:
    give_up = asyncio.get_running_loop().time() + SECONDS_MAX
    while not is_so():
        assert asyncio.get_running_loop().time() < give_up, "It takes too long."
        await asyncio.sleep(0.02)


def caught_up(desk: Desk, store: ViewStore) -> bool:
    return {position for _, position in store.positions().values()} == {desk.ledger.position()}


async def erase(desk: Desk, told: Told) -> int:
    await desk.ledger.edit(
        Person,
        told.mina,
        lambda mina: mina.request_erasure(reason="She asked for it.", by=signed(told.zoe)),
        by=signed(told.zoe),
    )
    receipt = await desk.erase_person(told.mina, by=signed(told.zed))
    return receipt.position


def rows(store: ViewStore) -> dict[tuple[str, int], tuple[Any, ...]]:
    """All rows as they are and as they were, but for those about people themselves, and of the
    search its words and what they were."""
    kept = {}
    for table in (table for view in ALL if view.name != "directory" for table in view.tables):
        if table not in (VOCABULARY, CHANGES):
            for number, row in enumerate(store.scan(table)):
                kept[table.stored, number] = row
            for number, row in enumerate(store.scan_past(table) if table.past is not None else ()):
                kept[table.past_stored, number] = row
    return kept


async def test_nothing_of_an_erased_person_stands_in_any_file(house: House) -> None:
    settings = house.settings
    async with open_desk(settings) as desk:
        told = await tell(desk, settings)
        async with projecting(settings) as store:
            await until(lambda: caught_up(desk, store))
            before, in_files = rows(store), found(house)

            position = await erase(desk, told)
            await until(lambda: store.renewed() >= position and caught_up(desk, store))

            after = rows(store)
        remove_orphans(
            desk.ledger, open_files(settings, desk.ledger.mapper.keys), settings.bulk_days
        )
        history = desk.ledger.history(told.incident)
        mina = desk.directory.person(told.mina)
        left = found(house)

    assert in_files.keys() >= set(WORDS) - {"content", "rows"}
    assert left == {}
    for key, row in before.items():
        for was, now in zip(row, after[key], strict=True):
            # How long its words are, and which are there no more.
            is_of_words = key[0] == SEARCH.stored and (isinstance(now, int) or now == "")
            assert now == was or "erased" in str(now) or is_of_words, (key, was, now)
    assert history[0].event.title == ERASED  # type: ignore[attr-defined]  # it was logged
    assert mina is not None
    assert (mina.name, mina.is_active) == (ERASED, False)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_keys_of_before_the_erasure_open_nothing(house: House, tmp_path: Path) -> None:
    keys = house.settings.data / "keys.db"
    async with open_desk(house.settings) as desk:
        told = await tell(desk, house.settings)
    shutil.copy(keys, tmp_path / "keys.db")
    async with open_desk(house.settings) as desk:
        await erase(desk, told)

    for suffix in ("-wal", "-shm"):
        keys.with_name(f"keys.db{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "keys.db", keys)
    async with open_ledger(house.settings) as ledger:
        first = ledger.history(told.incident)[0].event

    assert first.title == ERASED  # type: ignore[attr-defined]  # it was logged


async def test_the_doctor_tells_whether_views_still_show_an_erased_person(house: House) -> None:
    settings = house.settings
    check = dict(CHECKS)["erasures"]
    async with open_desk(settings) as desk:
        told = await tell(desk, settings)
        async with projecting(settings) as store:
            await until(lambda: caught_up(desk, store))
        position = await erase(desk, told)

        with pytest.raises(Unwell, match="still show"):
            await check(settings)
        async with projecting(settings) as store:
            await until(lambda: store.renewed() >= position)

        assert await check(settings) == "nobody who was erased is shown"


async def test_an_erasure_that_was_cut_off_is_carried_out_at_the_next_start(house: House) -> None:
    async with open_desk(house.settings) as desk:
        told = await tell(desk, house.settings)
        # As if the process were killed once the event is durable.
        desk.ledger.observers.clear()
        await erase(desk, told)
        assert desk.ledger.mapper.keys.key(str(told.mina))

    async with open_ledger(house.settings) as ledger:
        assert ledger.mapper.keys.key(str(told.mina)) is None


async def test_another_process_forgets_as_soon_as_it_hears_of_it(house: House) -> None:
    async with open_desk(house.settings) as desk, open_desk(house.settings) as other:
        told = await tell(desk, house.settings)
        other.directory.catch_up()
        known = (await other.ledger.find(Incident, told.incident)).details

        await erase(desk, told)
        other.directory.catch_up()
        after = (await other.ledger.find(Incident, told.incident)).details

        assert (known, after) == ({"street": WORDS["detail"]}, {"street": ERASED})
        with pytest.raises(Refused, match="erased"):
            await other.ledger.edit(
                Incident,
                told.incident,
                lambda ticket: ticket.amend(title="Another", by=signed(told.zoe)),
                by=signed(told.zoe),
            )
