"""`ledgerdesk doctor`: checks everything, and says what to do about what is wrong."""

import shutil
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import psycopg
import typer
from eventsourcing.persistence import PersistenceError
from rich.console import Console

from domain import erasure
from domain.calendar_holidays import is_running_out
from domain.directory import Directory
from domain.files import FilesUnavailable
from domain.report_schedule import ReportSchedule, Status
from domain.rules import DomainError
from ops.compose import (
    open_files,
    open_keys,
    open_ledger,
    open_log,
    open_recorder,
    open_view_store,
    open_views,
)
from ops.processes import prepare_folder
from ops.reports_shown import amiss
from ops.settings import Settings
from ops.stores.master_key import MasterKeyUnusable

DISK_BYTES_MIN = 500_000_000

Check = Callable[[Settings], Awaitable[str]]


class Unwell(Exception):
    """What is wrong, and what to do."""


async def examine(settings: Settings, out: Console) -> None:
    """Print one line for each check. Exits with code 1 if one failed."""
    failed = False
    for name, check in CHECKS:
        try:
            found = await check(settings)
        except (
            Unwell,
            DomainError,
            MasterKeyUnusable,
            PersistenceError,
            OSError,
            RuntimeError,
            psycopg.Error,
            sqlite3.Error,
        ) as problem:
            failed = True
            out.print(f"✗ {name}: {problem}", markup=False, highlight=False, soft_wrap=True)
        else:
            out.print(f"✓ {name}: {found}", markup=False, highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


async def _python(_: Settings) -> str:
    return f"Python {sys.version.split()[0]}"


async def _folder(settings: Settings) -> str:
    folder = prepare_folder(settings)
    free = shutil.disk_usage(folder).free
    if free < DISK_BYTES_MIN:
        raise Unwell(f"{folder} has {free // 1_000_000} MB left. Make room, or set another folder.")
    if folder.stat().st_mode & 0o077:
        raise Unwell(f"Others can look into {folder}. Close it: chmod 700 {folder}")
    return f"{folder}, {free // 1_000_000_000} GB free"


async def _keys(settings: Settings) -> str:
    open_keys(settings).close()
    return "the master key opens the key store"


async def _attachments(settings: Settings) -> str:
    keys = open_keys(settings)
    try:
        open_files(settings, keys).store.open("doctor")
    except FilesUnavailable as error:
        raise Unwell(f"{error} Look at LEDGERDESK_ATTACHMENTS and what goes with it.") from None
    finally:
        keys.close()
    return settings.attachments or "in the data folder"


async def _ledger(settings: Settings) -> str:
    async with open_ledger(settings) as ledger:
        position = ledger.position()
        entries = ledger.after(max(0, position - 10))
        kind = "SQLite" if settings.database_url is None else "PostgreSQL"
        return f"{kind}, position {position}, the last {len(entries)} events read back"


async def _calendars(settings: Settings) -> str:
    async with open_ledger(settings) as ledger:
        calendars = [one for one in Directory.load(ledger).calendars() if not one.is_retired]
    today = datetime.now(UTC).date()
    ending = [one for one in calendars if is_running_out(one.public_holidays, today)]
    if ending:
        numbers = " ".join(one.number for one in ending)
        raise Unwell(
            f"The public holidays that are known end soon. Run: ledgerdesk calendar renew {numbers}"
        )
    return f"{len(calendars)} in use"


async def _views(settings: Settings) -> str:
    async with open_ledger(settings) as ledger, open_views(settings) as views:
        positions = await views.positions()
        if not positions:
            raise Unwell("The views were never built. Start `ledgerdesk up` or `project`.")
        head = ledger.position()
        aside = {name: count for name, count in (await views.set_aside()).items() if count}
        if aside:
            raise Unwell(f"Events were set aside: {aside}. See the table set_aside of the views.")
        lag = head - min(positions.values())
        return f"{len(positions)} views, the slowest {lag} events behind"


async def _erasures(settings: Settings) -> str:
    async with open_ledger(settings) as ledger:
        last = erasure.carry_out(ledger)
    store = open_view_store(settings)
    try:
        renewed = store.renewed()
    finally:
        store.close()
    if renewed < last:
        raise Unwell("The views still show who was erased. Start `ledgerdesk up` or `project`.")
    return "nobody who was erased is shown"


async def _log(settings: Settings) -> str:
    if not settings.audit_log:
        return "not kept, as LEDGERDESK_AUDIT_LOG says"
    recorder, log = open_recorder(settings), open_log(settings)
    try:
        head, logged, newest = recorder.max_notification_id() or 0, log.state().size, log.newest()
    finally:
        log.close()
        await recorder.aclose()
    if head < logged:
        raise Unwell(
            f"The ledger has {head} events, and {logged} are logged. Run: ledgerdesk audit verify"
        )
    if newest is None:
        return "nothing was signed yet"
    behind, late = head - newest.size, time.time() - newest.seconds
    if behind and late > 10 * settings.audit_checkpoint_seconds:
        raise Unwell(
            f"{behind} events are not signed, though the newest checkpoint is {late:.0f} s old. "
            "Start `ledgerdesk project`; its log says what keeps it."
        )
    return f"signed up to position {newest.size}, {behind} events behind"


async def _mail(settings: Settings) -> str:
    if not settings.mail_host:
        return "none is sent, as LEDGERDESK_MAIL_HOST is not given"
    from ops.mail_server import mail_server
    from workflows.mail_sending import MailAway, MailRefused, check

    try:
        await check(mail_server(settings))
    except (MailAway, MailRefused) as error:
        raise Unwell(f"{error} Look at LEDGERDESK_MAIL_HOST and what goes with it.") from None
    replies = settings.mail_replies_to or "nobody: LEDGERDESK_MAIL_REPLIES_TO is not given"
    return f"{settings.mail_host} takes mail; replies are read by {replies}"


async def _reports(settings: Settings) -> str:
    async with open_ledger(settings) as ledger:
        schedules = [one for one, _ in ledger.all_of(ReportSchedule)]
    wrong = amiss(schedules, datetime.now(UTC))
    if wrong:
        raise Unwell(
            f"{', '.join(wrong)} was not sent as it should be. "
            f"See: ledgerdesk reports deliveries {wrong[0]}"
        )
    return f"{sum(one.status is Status.ACTIVE for one in schedules)} scheduled"


async def _temporal(settings: Settings) -> str:
    from ops.temporal_client import connect, namespace_id
    from ops.temporal_folder import read_stamp

    address = settings.temporal_address
    if address is None:
        stamp = read_stamp(settings.data.absolute() / "temporal" / "temporal.json")
        if stamp is None:
            raise Unwell("The embedded server never ran here. Start `ledgerdesk up`.")
        address = f"127.0.0.1:{stamp.ports.grpc}"
    try:
        client = await connect(address, settings.temporal_namespace)
    except RuntimeError:
        raise Unwell(f"Nothing answers at {address}. Start `ledgerdesk up`, or Temporal.") from None
    return f"{address}, database {await namespace_id(client)}"


async def _api(settings: Settings) -> str:
    url = f"http://{settings.host}:{settings.port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5):
            return f"{settings.url} is ready"
    except urllib.error.HTTPError as error:
        raise Unwell(f"{url} answers {error.code}: {error.read(500).decode()}") from None
    except OSError:
        raise Unwell(f"Nothing answers at {url}. Start `ledgerdesk up` or `serve`.") from None


CHECKS: tuple[tuple[str, Check], ...] = (
    ("Python", _python),
    ("data folder", _folder),
    ("keys", _keys),
    ("attachments", _attachments),
    ("ledger", _ledger),
    ("calendars", _calendars),
    ("views", _views),
    ("erasures", _erasures),
    ("log", _log),
    ("mail", _mail),
    ("reports", _reports),
    ("Temporal", _temporal),
    ("API", _api),
)
