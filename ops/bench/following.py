"""A projector's process under load: `python -m ops.bench.following STORE WHERE LOG KEEPS`.

It brings the log up to date, says `ready`, looks at the ledger each second until its input ends,
and says as JSON what that took. KEEPS is `log` if it keeps the log meanwhile, or `nothing`.
"""

import sys
import threading
import time

import msgspec
from msgspec import Struct

from domain.proof.note import SeedSigner
from domain.transparency.follower import Follower
from ops.audit.follow import LOOK_SECONDS
from ops.stores.postgres import PostgresRecorder
from ops.stores.postgres_log import PostgresLog
from ops.stores.sqlite import SqliteRecorder
from ops.stores.sqlite_log import SqliteLog

SIGNER = SeedSigner("bench.example/log", b"a seed that is the same each run")


class Followed(Struct, frozen=True):
    events: int
    checkpoints: int
    cpu_seconds: float


def main(store: str, where: str, log_at: str, keeps: str) -> None:
    recorder = PostgresRecorder(where) if store == "postgres" else SqliteRecorder(where)
    log = PostgresLog(log_at) if store == "postgres" else SqliteLog(log_at)
    follower = Follower(recorder, log, SIGNER, time.time)
    follower.catch_up()
    before = log.state().size
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    ended = threading.Event()

    def hear() -> None:
        sys.stdin.readline()
        ended.set()

    threading.Thread(target=hear, daemon=True).start()
    cpu = time.process_time()
    while True:
        is_last = ended.wait(LOOK_SECONDS)
        recorder.max_notification_id()
        while keeps == "log" and follower.follow():
            pass
        if is_last:
            break
    followed = Followed(
        events=log.state().size - before,
        checkpoints=len(log.checkpoints(before, 1_000_000)),
        cpu_seconds=time.process_time() - cpu,
    )
    sys.stdout.write(msgspec.json.encode(followed).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
