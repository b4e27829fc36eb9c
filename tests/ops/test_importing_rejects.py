"""What an import rejects, and how one that was interrupted goes on."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.aggregate import Entry
from domain.incident import Incident
from domain.ledger import Ledger
from domain.recorder import LedgerRecorder, Receipt, Write
from ops.importing import BadFile, content_digest, dry_run
from tests.importing import Importing, mapping, row, rows
from tests.keys import MemoryKeys
from tests.ops.importing_rows import ALLOCATED, INC7, LIFE
from tests.stores import Store


@pytest.fixture
async def ledger(recorder: LedgerRecorder) -> Ledger:
    return Ledger(recorder, MemoryKeys())


@pytest.fixture
def importing(ledger: Ledger, tmp_path: Path) -> Importing:
    return Importing(ledger, tmp_path)


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Importing]:
    """Another ledger, to compare with."""
    recorder = Store("sqlite", str(tmp_path / "other.db")).open()
    folder = tmp_path / "other"
    folder.mkdir()
    yield Importing(Ledger(recorder, MemoryKeys()), folder)
    await recorder.aclose()


async def test_what_cannot_be_recorded_is_rejected_with_its_line(importing: Importing) -> None:
    bad = {
        "number": ("PRB0000001", "is no number of the form INC{serial}"),
        "at": ("31.2.2026 09:00", "is no time of the form"),
        "rank": ("medium", "rank"),
        "what": ("x" * 201, "at most 200 characters"),
        "caller": ("y" * 100, "requester: a value has at most"),
        "problem": ("z" * 201, "a name has at most 200 characters"),
        "change": ("RFC 1", "is no number of the form CHG{serial}"),
        "place": ("a\x07b", "place: there is a control character"),
    }
    lines = [*LIFE, *(row(**{column: value}) for column, (value, _) in bad.items())]
    lines += [row(at="1.1.0001 00:00"), row(at="1.1.2031 00:00"), row(number="-"), row(at="-")]
    lines += [row(number=f"INC{'9' * 18}"), ["too", "few"], row(place="=cmd|'/c calc'!A1", at="x")]

    report = await importing.run(lines)

    with importing.rejects.open(newline="") as stream:
        rejected = list(csv.DictReader(stream))
    assert (report.rows, report.rejected) == (20, 15)
    assert [int(reject["line"]) for reject in rejected] == list(range(7, 22))
    for reject, (value, said) in zip(rejected, bad.values(), strict=False):
        assert said in reject["reason"] or said == "rank"
        assert value in json.loads(reject["cells"])
    assert "is not among the values" in rejected[2]["reason"]
    assert "lies outside the years" in rejected[8]["reason"]
    assert "lies in the future" in rejected[9]["reason"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for r in rejected for cell in r.values())
    assert (await importing.reconcile(LIFE)).count == 0


async def test_text_that_looks_like_a_formula_stays_text(importing: Importing) -> None:
    await importing.run(rows({"what": "=1+1", "place": "@SUM(A1)<script>"}))

    incident = await importing.ledger.find(Incident, INC7)
    assert (incident.category, incident.details["place"]) == ("=1+1", "@SUM(A1)<script>")


async def test_a_file_of_which_no_row_fits_changes_nothing(importing: Importing) -> None:
    with pytest.raises(BadFile, match=r"no row fits the mapping. Line 2: 'x' is no number"):
        await importing.run(rows({"number": "x"}, {"number": "y"}))

    assert importing.ledger.position() == 0
    assert not list((importing.folder / "jobs").iterdir())


async def test_a_dry_run_counts_and_records_nothing(importing: Importing) -> None:
    lines = [*LIFE, row(number="x")]
    file = importing.file(lines)

    tried = await dry_run(
        file, mapping(), folder=importing.folder / "jobs", rejects=importing.rejects
    )

    assert importing.ledger.position() == 0
    done = await importing.run(file)
    assert (tried.rows, tried.records, tried.events) == (done.rows, done.records, done.events)
    assert (tried.related, tried.rejected) == (done.related, 1)


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("after", ["before a batch", "after a batch"])
async def test_an_interrupted_import_goes_on_to_the_same_content(
    after: str, importing: Importing, other: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.importing.recording.BATCH_ROWS", 2)
    monkeypatch.setattr("ops.importing.recording.BATCH_ROWS_MAX", 3)
    by = mapping(**ALLOCATED)
    lines = [line for n in range(4) for line in _numbered(LIFE, f"case {n}")]
    recorder = importing.ledger.recorder
    append_now = recorder.append_now

    def interrupt(writes: list[Write]) -> list[Receipt]:
        if after == "after a batch":
            append_now(writes)
        raise Interrupted

    await other.run(lines, by)
    interruptions = 0
    while True:
        # Every second batch is interrupted, and goes through when the import goes on.
        calls = iter([append_now, interrupt])
        monkeypatch.setattr(recorder, "append_now", lambda writes, c=calls: next(c)(writes))
        try:
            report = await importing.run(lines, by)
            break
        except Interrupted:
            interruptions += 1

    assert interruptions > 3
    assert report.records + report.repeats >= 4
    assert content_digest(importing.ledger) == content_digest(other.ledger)
    assert (await importing.reconcile(lines, by)).count == 0


async def test_two_imports_of_a_file_at_once_are_refused(importing: Importing) -> None:
    refused: list[str] = []

    async def again() -> None:
        with pytest.raises(BadFile, match="another process works on this file") as error:
            await importing.run(LIFE)
        refused.append(str(error.value))

    tasks: list[asyncio.Task[None]] = []

    def meanwhile(_: object) -> None:
        if not tasks:
            tasks.append(asyncio.get_running_loop().create_task(again()))

    await importing.run(LIFE, progress=meanwhile)
    await tasks[0]

    assert refused


async def test_whoever_follows_the_ledger_in_this_process_hears_of_it(
    importing: Importing,
) -> None:
    heard: list[Entry] = []
    importing.ledger.observers.append(heard.extend)

    report = await importing.run(LIFE)

    assert [entry.position for entry in heard] == list(range(1, report.events + 1))


async def test_personal_texts_are_sealed(importing: Importing) -> None:
    await importing.run(LIFE)

    stored = importing.ledger.recorder.select_notifications(1, 100)
    assert not any(
        b"Printer is broken" in event.state or b"/Bea" in event.state for event in stored
    )
    first = importing.ledger.history(INC7)[0].event
    assert isinstance(first, Incident.Logged)
    assert first.title == "Printer is broken"


def _numbered(lines: list[list[str]], number: str) -> list[list[str]]:
    return [[number, *line[1:]] for line in lines]
