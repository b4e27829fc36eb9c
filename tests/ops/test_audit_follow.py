"""The projector's process keeps the log: it signs, tells witnesses, and leaves the views alone."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Work
from domain.proof.checkpoint import split
from ops.bench.running import environment
from ops.cli import app, guarded
from ops.compose import open_ledger, open_log, open_view_store
from ops.settings import Settings
from tests.people import OPERATOR, person, signed
from tests.stores import Store

SECONDS_MAX = 30.0


@pytest.fixture
def settings(store: Store, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    url: dict[str, Any] = {"database_url": store.where} if store.kind == "postgres" else {}
    return Settings(
        data=data,
        audit_checkpoint_seconds=0.2,
        audit_witnesses=str(tmp_path / "witness"),
        **url,
    )


def given(settings: Settings) -> dict[str, str]:
    url = settings.database_url
    stored = {"database_url": url.get_secret_value()} if url else {}
    return environment(
        data=settings.data,
        audit_checkpoint_seconds=settings.audit_checkpoint_seconds,
        audit_witnesses=settings.audit_witnesses,
        **stored,
    )


@contextmanager
def projecting(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).with_name("ledgerdesk")), "project"]
    process = subprocess.Popen(command, env=given(settings), stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS_MAX)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def log_incident(settings: Settings, serial: int) -> None:
    async def main() -> None:
        async with open_ledger(settings) as ledger:
            by = signed("ann", command=uuid4())

            async def decide(work: Work) -> None:
                work.add(
                    Incident.log(
                        record_id("INC", serial),
                        title="The mail is down",
                        requester=person("ann"),
                        organisation=OPERATOR,
                        by=by,
                    )
                )

            await ledger.run(by, decide)

    asyncio.run(main())


def signed_up_to(settings: Settings) -> int:
    log = open_log(settings)
    try:
        newest = log.newest()
        return newest.size if newest else 0
    finally:
        log.close()


def test_the_projector_signs_and_tells_the_witnesses(settings: Settings) -> None:
    witness = Path(settings.audit_witnesses)
    log_incident(settings, 1)
    with projecting(settings) as process:
        until(lambda: signed_up_to(settings) == 1)
        log_incident(settings, 2)
        until(lambda: signed_up_to(settings) == 2)
        until(lambda: len(list(split(witness.read_text()))) == 2)

        process.kill()
    log_incident(settings, 3)
    with projecting(settings):
        until(lambda: len(list(split(witness.read_text()))) == 3)

    url = settings.database_url
    config = settings.data / "desk.toml"
    config.write_text(f'database_url = "{url.get_secret_value()}"' if url else "")
    where = ["--data", str(settings.data), "--config", str(config)]
    command = ["audit", "verify", *where, "--witness", str(witness)]
    assert guarded(lambda: app(command)) == 0


def test_without_the_signing_key_the_views_go_on(settings: Settings) -> None:
    log_incident(settings, 1)
    with projecting(settings):
        until(lambda: signed_up_to(settings) == 1)
    (settings.data / "audit.key").unlink()

    with projecting(settings) as process:
        log_incident(settings, 2)
        store = open_view_store(settings)
        until(lambda: store.positions()["ticket_lists"][1] == 2)
        store.close()

        assert process.stderr is not None
        said = json.loads(process.stderr.readline())
        assert said["event"] == "the transparency log is not kept"
    assert signed_up_to(settings) == 1
    assert not (settings.data / "audit.key").exists()
