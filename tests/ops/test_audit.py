"""The auditor's commands on a desk's own folder, and the verifier without the desk."""

import asyncio
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import domain.proof
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Work
from domain.proof.bundle import EVENT, Writer, records
from domain.proof.note import Verifier
from domain.proof.verify import keys as verifier_keys
from domain.proof.verify import verify_file
from ops.audit.signing import make_key, read_key
from ops.cli import app, guarded
from ops.compose import open_keys, open_ledger
from ops.problems import UserProblem
from ops.settings import load
from tests.people import OPERATOR, person, signed

TITLES = ["The mail is down", "No invoices", "A printer is on fire"]


def run(*arguments: object) -> int:
    return guarded(lambda: app(["audit", *map(str, arguments)]))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A desk with three incidents, of two events each."""
    folder = tmp_path / "data"

    async def fill() -> None:
        async with open_ledger(load(data=folder)) as ledger:
            for serial, title in enumerate(TITLES, 1):
                by = signed("ann", command=uuid4())
                incident = Incident.log(
                    record_id("INC", serial),
                    title=title,
                    requester=person("ann"),
                    organisation=OPERATOR,
                    by=by,
                )
                incident.start(by=by)

                async def decide(work: Work, incident: Incident = incident) -> None:
                    work.add(incident)

                await ledger.run(by, decide)

    asyncio.run(fill())
    return folder


@pytest.fixture
def key(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run("key", "--data", data) == 0
    return capsys.readouterr().out.strip()


def bundle_of(data: Path, *more: object) -> Path:
    path = data.parent / "bundle"
    assert run("export", path, "--data", data, *more) == 0
    return path


def events_of(bundle: Path) -> list[bytes]:
    return [content for kind, content in records(bundle) if kind == EVENT]


def report_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    run("verify", *arguments, "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def verified_alone(
    folder: Path, path: Path, key: str, *more: str
) -> subprocess.CompletedProcess[str]:
    """Verified by a copy of the package in an empty folder, without the desk."""
    alone = folder / "alone"
    if not alone.exists():
        source = Path(domain.proof.__file__).parent
        shutil.copytree(source, alone / "domain" / "proof", ignore=shutil.ignore_patterns("__py*"))
    command = [sys.executable, "-m", "domain.proof", str(path), "--key", key, *more]
    return subprocess.run(command, cwd=alone, capture_output=True, text=True, timeout=60)


# The key ----------------------------------------------------------------------------------------


def test_the_key_is_made_once_for_its_owners_eyes(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("key", "--data", data) == 0

    assert capsys.readouterr().out.strip() == key
    assert str(Verifier.of(key)) == key
    assert key.startswith("ledgerdesk/")
    path = data / "audit.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert run("key", "--data", data) == 2
    assert "chmod 600" in capsys.readouterr().err


def test_a_key_that_is_lost_is_not_replaced_in_silence(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("checkpoint", "--data", data) == 0
    (data / "audit.key").unlink()
    capsys.readouterr()

    assert run("checkpoint", "--data", data) == 2

    assert f"The log is signed by {key}" in capsys.readouterr().err


def test_after_a_change_of_keys_both_are_needed(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("checkpoint", "--data", data) == 0
    with_another_event(data)
    capsys.readouterr()
    assert run("key", "--new", "--data", data) == 0
    other = capsys.readouterr().out.splitlines()[-1]
    assert other != key
    assert other.split("+")[0] == key.split("+")[0]
    bundle = bundle_of(data)

    assert run("verify", bundle, "--key", other) == 1
    assert run("verify", bundle, "--key", other, "--key", key) == 0


def test_a_new_key_does_not_replace_one_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    make_key(path, "one.example/log")
    text = path.read_text()

    make_key(path, "two.example/log")

    assert path.read_text() == text
    assert read_key(path).name == "one.example/log"
    with pytest.raises(UserProblem, match="neither blanks nor plus signs"):
        make_key(path, "a b")


# Bundles ----------------------------------------------------------------------------------------


def test_a_bundle_is_verified_offline_with_the_public_key_alone(
    data: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = bundle_of(data)

    assert run("verify", bundle, "--key", key) == 0
    told = capsys.readouterr().out
    assert "6 events of 3 streams, 1 checkpoints, the newest over 6 events" in told
    assert told.endswith("integrity: holds\ncompleteness: holds\n")
    alone = verified_alone(tmp_path, bundle, key)
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout.endswith("integrity: holds\ncompleteness: holds\n")


def test_the_verifier_alone_finds_what_is_wrong_and_says_what_it_cannot_use(
    data: Path, key: str, tmp_path: Path
) -> None:
    bundle = bundle_of(data)
    with (tmp_path / "changed").open("wb") as file:
        writer = Writer(file)
        for kind, content in list(records(bundle))[:-1]:
            writer.record(kind, content.replace(b"Logged", b"Lagged"))
        writer.end()

    other = "other.example/log+ad8bf3b2+AR0pPmqnbLkcvyzXL5gvCdN5QTVTdNDWtdQb1QPSGDHX"
    changed = verified_alone(tmp_path, tmp_path / "changed", key)
    assert changed.returncode == 1
    assert "position 1, INC0000001 version 1: it is not what was logged" in changed.stdout
    assert verified_alone(tmp_path, bundle, "nonsense").returncode == 2
    assert verified_alone(tmp_path, bundle, other).returncode in (1, 2)
    assert verified_alone(tmp_path, tmp_path / "nowhere", key).returncode == 2
    found = verified_alone(tmp_path, bundle, key, "--json")
    assert json.loads(found.stdout)["integrity"] is True


def test_what_is_no_bundle_or_no_key_is_said(
    data: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_text("Hello.")
    bundle = bundle_of(data)

    for arguments, said in (
        ((tmp_path / "text", "--key", key), "neither a bundle nor a proof"),
        ((bundle, "--key", "nonsense"), "A key is written as name+id+base64"),
        ((bundle,), "--key KEY"),
        ((bundle, "--key", key, "--witness", tmp_path / "none"), "No such file"),
    ):
        capsys.readouterr()
        assert run("verify", *arguments) == 2
        assert said in capsys.readouterr().err


def test_a_slice_shows_a_record_among_hashes(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = bundle_of(data, "--number", "INC0000002")

    report = report_of(capsys, bundle, "--key", key)

    assert (report["integrity"], report["completeness"]) == (True, True)
    assert (report["events"], report["streams"], report["size"]) == (2, 1, 6)
    assert report["scope"].startswith("a slice: INC0000002")


@pytest.mark.parametrize(
    ("more", "events"),
    [
        (("--from", 3, "--to", 5), 3),
        (("--to", 1), 1),
        (("--from", 6), 1),
        (("--number", "INC0000001", "--number", "INC0000003"), 4),
        (("--number", "INC0000003", "--to", 5), 1),
    ],
)
def test_a_slice_is_of_positions_and_records(
    data: Path,
    key: str,
    capsys: pytest.CaptureFixture[str],
    more: tuple[object, ...],
    events: int,
) -> None:
    bundle = bundle_of(data, *more)

    report = report_of(capsys, bundle, "--key", key)

    assert (report["integrity"], report["completeness"]) == (True, True), report
    assert (report["events"], report["checkpoints"]) == (events, 1)


def test_a_slice_of_nothing_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", data / "b", "--number", "INC0000009", "--data", data) == 2
    assert "There is no such event" in capsys.readouterr().err


def test_erasure_changes_neither_hashes_nor_verdicts(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = events_of(bundle_of(data))
    assert not any(
        title.encode() in b"".join(content for _, content in records(data.parent / "bundle"))
        for title in TITLES
    )
    keys = open_keys(load(data=data))
    keys.destroy(str(person("ann")))
    keys.close()

    bundle = bundle_of(data)

    assert events_of(bundle)[: len(before)] == before
    assert run("verify", bundle, "--key", key) == 0
    assert run("verify", "--data", data) == 0


def test_what_leaves_by_the_command_line_is_noted_before_it_does(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_of(data, "--number", "INC0000002")
    capsys.readouterr()

    assert run("reads", "--why", "export", "--json", "--data", data) == 0

    [noted] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert noted["place"] == "ledgerdesk audit export"
    assert noted["asked"] == {"number": "INC0000002"}
    assert (noted["who"], noted["channel"]) == ("operator", "cli")
    assert "@" in noted["address"]


def test_reads_are_told_in_words_and_by_who_read_what(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle_of(data)
    capsys.readouterr()

    assert run("reads", "--data", data) == 0
    told = capsys.readouterr().out
    assert run("reads", "--record", "INC0000002", "--data", data) == 0

    assert "operator (" in told
    assert "ledgerdesk audit export  [export]" in told
    assert capsys.readouterr().out == ""


# Proofs and checkpoints -------------------------------------------------------------------------


def test_a_proof_of_each_event_of_a_record_is_verified_alone(
    data: Path, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run("proof", "INC0000002", "--data", data) == 0
    proofs = tmp_path / "proofs"
    proofs.write_text(capsys.readouterr().out)

    assert proofs.read_text().startswith("c2sp.org/tlog-proof@v1\nextra ")
    report = verify_file(proofs, verifier_keys([key]))
    assert (report.holds, report.events, report.streams) == (True, 2, 1)
    assert verified_alone(tmp_path, proofs, key).returncode == 0
    proofs.write_text(proofs.read_text().replace("index 2", "index 3"))
    assert not verify_file(proofs, verifier_keys([key])).integrity


def test_a_proof_is_of_a_position_too(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert run("proof", 4, "--data", data) == 0

    assert "\nindex 3\n" in capsys.readouterr().out
    assert run("proof", 7, "--data", data) == 2
    assert run("proof", "INC0000009", "--data", data) == 2


def test_a_checkpoint_is_of_all_that_is_recorded_and_signed_once(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("checkpoint", "--data", data) == 0
    first = capsys.readouterr().out
    assert run("checkpoint", "--data", data) == 0

    assert capsys.readouterr().out == first
    assert first.splitlines()[1] == "6"
    (data / "w").write_text(first)
    with_another_event(data)
    assert run("verify", bundle_of(data), "--key", key, "--witness", data / "w") == 0


def with_another_event(data: Path) -> None:
    async def start() -> None:
        async with open_ledger(load(data=data)) as ledger:
            by = signed("ann", command=uuid4())
            await ledger.edit(
                Incident,
                record_id("INC", 1),
                lambda incident: incident.assign(team=None, assignee=person("bea"), by=by),
                by=by,
            )

    asyncio.run(start())


# The stores -------------------------------------------------------------------------------------


def test_the_stores_of_a_desk_are_verified(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "--data", data) == 2
    assert "Nothing was signed yet" in capsys.readouterr().err
    assert run("checkpoint", "--data", data) == 0

    assert run("verify", "--data", data) == 0
    with sqlite3.connect(data / "ledger.db") as file:
        file.execute("UPDATE events SET topic = 'Incident.Closed' WHERE position = 2")
    file.close()

    capsys.readouterr()
    assert run("verify", "--data", data) == 1
    told = capsys.readouterr().out
    assert "position 2, INC0000001 version 2: it is not what was logged" in told
    assert "integrity: BROKEN\ncompleteness: holds" in told


def test_the_hashes_are_made_again_under_the_same_checkpoints(
    data: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("checkpoint", "--data", data) == 0
    with sqlite3.connect(data / "log.db") as file:
        file.execute("UPDATE tiles SET hashes = x'00'")
    file.close()
    assert run("verify", "--data", data) == 1

    assert run("rebuild", "--data", data) == 0

    assert "6 events logged again" in capsys.readouterr().out
    assert run("verify", "--data", data, "--key", key) == 0
