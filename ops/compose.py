"""Puts the desk together from its settings: which stores, which keys, which ledger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from eventsourcing.persistence import MapperDeserialisationError, Notification

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain import erasure
from domain.desk import Desk
from domain.directory import Directory
from domain.files import Files, FileStore, Limits
from domain.ledger import Ledger
from domain.personal import TOGETHER, KeyRing, SealBroken
from domain.recorder import LedgerRecorder
from domain.transparency.store import LogStore
from ops.problems import UserProblem
from ops.processes import prepare_folder
from ops.settings import Settings
from ops.stores.file_folder import FolderFiles
from ops.stores.keys import Keys
from ops.stores.master_key import MasterKey
from ops.stores.postgres import PostgresRecorder
from ops.stores.postgres_keys import PostgresKeys
from ops.stores.postgres_log import PostgresLog
from ops.stores.sqlite import SqliteRecorder
from ops.stores.sqlite_keys import SqliteKeys
from ops.stores.sqlite_log import SqliteLog
from projections.postgres import PostgresViews
from projections.postgres_reader import PostgresReader
from projections.sqlite import SqliteReader, SqliteViews
from projections.store import ViewReader, ViewStore
from projections.views import Views

LATEST = 100
"""So many events are looked at for words that the keys open."""
SEALED = msgspec.json.encode(TOGETHER)[1:-1]
"""With what words begin, as stored, that are sealed under the key of a record besides."""


def master_key(settings: Settings) -> MasterKey:
    """From the setting, else from the file in the data folder. Raises MasterKeyUnusable."""
    if settings.master_key is not None:
        return MasterKey.from_text(settings.master_key.get_secret_value())
    return MasterKey.from_file(prepare_folder(settings) / "master.key")


def decision_key(settings: Settings) -> bytes:
    """What marks the links and the reply addresses of decisions."""
    return master_key(settings).derived("decisions")


def open_keys(settings: Settings) -> Keys:
    """The keys of people. Raises MasterKeyUnusable."""
    master = master_key(settings)
    url = settings.keys_url or settings.database_url
    if url is None:
        return SqliteKeys(prepare_folder(settings) / "keys.db", master)
    return PostgresKeys(url.get_secret_value(), master)


def open_recorder(settings: Settings) -> LedgerRecorder:
    if settings.database_url is None:
        return SqliteRecorder(prepare_folder(settings) / "ledger.db")
    return PostgresRecorder(settings.database_url.get_secret_value())


def open_log(settings: Settings) -> LogStore:
    """The transparency log, beside the ledger."""
    if settings.database_url is None:
        return SqliteLog(prepare_folder(settings) / "log.db")
    return PostgresLog(settings.database_url.get_secret_value())


def open_files(settings: Settings, keys: KeyRing) -> Files:
    """The bytes of attachments."""
    limits = Limits(settings.attachment_bytes_max, tuple(settings.attachment_types.split()))
    return Files(_file_store(settings), keys, limits)


def _file_store(settings: Settings) -> FileStore:
    place = settings.attachments
    if not place.startswith("s3://"):
        folder = Path(place) if place else prepare_folder(settings) / "attachments"
        return FolderFiles(folder.absolute())
    # Its client is only for those who use it: it takes 6 MB of a process.
    from ops.stores.file_s3 import Credentials, S3Files

    access, secret = settings.attachments_access_key, settings.attachments_secret_key
    return S3Files(
        place,
        endpoint=settings.attachments_endpoint,
        region=settings.attachments_region,
        credentials=Credentials(access.get_secret_value(), secret.get_secret_value())
        if access and secret
        else None,
    )


@asynccontextmanager
async def open_ledger(settings: Settings) -> AsyncIterator[Ledger]:
    keys = open_keys(settings)
    recorder = open_recorder(settings)
    try:
        ledger = Ledger(recorder, keys)
        erasure.carry_out(ledger)
        _require_own_keys(ledger)
        yield ledger
    finally:
        await recorder.aclose()
        keys.close()


def _require_own_keys(ledger: Ledger) -> None:
    """Raises UserProblem if there are words among the latest events, and none can be opened."""
    position = max(0, ledger.position() - LATEST)
    rows = ledger.recorder.select_notifications(position, LATEST, inclusive_of_start=False)
    sealed = [row for row in rows if SEALED in row.state]
    if sealed and not any(_is_opened(ledger, row) for row in sealed):
        raise UserProblem(
            "The keys are not those with which the ledger was sealed: a copy from before this "
            "release began, or of another desk. Put the latest copy of keys.db, or of the schema "
            "ledgerdesk_keys, in their place. If they are the right ones, the ledger was altered: "
            "ledgerdesk audit verify."
        )


def _is_opened(ledger: Ledger, row: Notification) -> bool:
    try:
        ledger.mapper.entry(row, row.id)
    except MapperDeserialisationError as error:
        return not isinstance(error.__cause__, SealBroken)
    return True


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    async with open_ledger(settings) as ledger:
        yield Desk(ledger, Directory.load(ledger))


def open_view_store(settings: Settings) -> ViewStore:
    """Where the projector writes."""
    url = settings.views_url or settings.database_url
    if url is None:
        return SqliteViews(prepare_folder(settings) / "views.db")
    return PostgresViews(url.get_secret_value())


@asynccontextmanager
async def open_views(settings: Settings) -> AsyncIterator[Views]:
    """Where the API and the clocks read."""
    url = settings.views_url or settings.database_url
    reader: ViewReader = (
        SqliteReader(prepare_folder(settings) / "views.db")
        if url is None
        else PostgresReader(url.get_secret_value())
    )
    views = Views(reader)
    try:
        yield views
    finally:
        await views.aclose()
