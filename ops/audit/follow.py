"""Keeps the transparency log beside the views, in the process of the projector.

The ledger's writers know nothing of it: it reads what they have committed.
"""

import asyncio
import sqlite3
import time

import structlog
from eventsourcing.persistence import PersistenceError

from domain.recorder import LedgerRecorder
from domain.transparency.follower import Follower, LogBroken
from domain.transparency.proofs import Proofs
from domain.transparency.store import LogStore
from ops.audit.command_signer import Unsigned
from ops.audit.signing import open_signer
from ops.audit.witnesses import Witnesses, witnesses_of
from ops.settings import Settings

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""How often to look for events: small pages cost more than they bring."""
BROKEN_SECONDS = 60.0
UNSIGNED_SECONDS = 10.0


def follower_of(settings: Settings, recorder: LedgerRecorder, store: LogStore) -> Follower:
    """Raises UserProblem without the signing key, ValueError for the log of another ledger."""
    store.adopt(recorder.identity())
    return Follower(
        recorder,
        store,
        open_signer(settings, store.state()),
        time.time,
        every_events=settings.audit_checkpoint_events,
        every_seconds=settings.audit_checkpoint_seconds,
    )


async def follow(settings: Settings, recorder: LedgerRecorder, store: LogStore) -> None:
    """Keep the log until cancelled."""
    follower = follower_of(settings, recorder, store)
    allow_private = settings.audit_witness_private
    witnesses = Witnesses(witnesses_of(settings.audit_witnesses, allow_private=allow_private))
    proofs = Proofs(recorder, store)
    while True:
        pause = LOOK_SECONDS
        try:
            # In a thread: the views need not wait for the hashes.
            while await asyncio.to_thread(follower.step_in_turn):
                pass
            # Whoever knows another history is heard before anything more is signed.
            await witnesses.tell(proofs)
            await asyncio.to_thread(follower.sign_if_due)
            await witnesses.tell(proofs)
        except LogBroken as error:
            log.error("the log stands still", why=str(error))
            pause = BROKEN_SECONDS
        except Unsigned as problem:
            log.error("no checkpoint is signed", why=str(problem))
            pause = UNSIGNED_SECONDS
        except (PersistenceError, sqlite3.OperationalError) as error:
            log.warning("ledger or log cannot be reached", why=str(error))
        await asyncio.sleep(pause)
