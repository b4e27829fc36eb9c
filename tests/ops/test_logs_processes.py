"""The transparency log under kill -9: what was signed is never contradicted, and nothing is left
out."""

import random
import subprocess
import sys
import time
from subprocess import PIPE, Popen

from domain.proof.checkpoint import open_checkpoint
from domain.transparency.follower import Follower
from domain.transparency.proofs import Proofs
from ops.audit.check import verify_stores
from tests.logs import SIGNER, VERIFIER, Clock, open_log, record
from tests.stores import ROOT, Store

KILLS = 3


def follower_process(store: Store) -> Popen[str]:
    command = [sys.executable, "-m", "tests.ops.log_process", store.kind, store.where]
    return Popen(command, cwd=ROOT, stdout=PIPE, stderr=subprocess.DEVNULL, text=True)


async def test_killed_followers_never_sign_two_histories(store: Store) -> None:
    dice = random.Random(7)
    recorder, log = store.open(), open_log(store)
    said: list[str] = []

    for _ in range(KILLS):
        processes = [follower_process(store) for _ in range(2)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        end = time.monotonic() + dice.uniform(0.05, 0.3)
        while time.monotonic() < end:
            record(recorder, dice.randint(1, 9))
        for process in processes:
            process.kill()
            said += process.communicate()[0].splitlines()

    Follower(recorder, log, SIGNER, Clock()).catch_up()
    proofs = Proofs(recorder, log)
    kept = log.checkpoints(0, 100_000)
    assert len(said) > KILLS
    roots = {}
    for each in kept:
        opened = open_checkpoint(each.note, [VERIFIER])
        assert opened.checkpoint.root == proofs.root(each.size)
        roots[each.size] = each.note.splitlines()[2]
    for line in said:
        size, root = line.split()
        assert roots[int(size)] == root
    report = verify_stores(recorder, log, [VERIFIER])
    assert report.holds, report.as_text()
    assert report.size == recorder.max_notification_id()
    log.close()
    await recorder.aclose()
