"""Files that cannot be read to their end: a clear error, and nothing recorded."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.ids import record_id
from domain.ledger import Ledger
from ops.importing import BadFile, BadMapping
from ops.importing.table import LINE_CHARACTERS_MAX
from tests.importing import COLUMNS, Importing, mapping, row, rows, write_csv
from tests.keys import MemoryKeys
from tests.stores import open_file

GOOD = ",".join(row())
HEADING = ",".join(COLUMNS)


@pytest.fixture
async def importing(tmp_path: Path) -> AsyncIterator[Importing]:
    recorder = open_file(str(tmp_path / "ledger.db"))
    yield Importing(Ledger(recorder, MemoryKeys()), tmp_path)
    await recorder.aclose()


def compressed(rows: int) -> bytes:
    lines = (",".join(row(number=f"INC{n:07}", place=str(n * 7919))) for n in range(rows))
    return gzip.compress("\n".join([HEADING, *lines]).encode(), mtime=0)


DAMAGED = bytearray(compressed(5_000))
DAMAGED[len(DAMAGED) // 2] ^= 0xFF


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (HEADING.encode(), "a header and no rows"),
        (compressed(5_000)[:-20], "ends too early"),
        (compressed(5_000)[:2_000], "ends too early"),
        (compressed(5_000)[:12], "ends too early"),
        (bytes(DAMAGED), "damaged"),
        (b"\x1f\x8bnothing compressed", "damaged"),
        (f"{HEADING}\n{GOOD}\nM\xfcnchen".encode("latin-1"), "line 3: not written in utf-8"),
        (HEADING.encode("utf-16"), "line 1: not written in utf-8"),
        (b"x" * (LINE_CHARACTERS_MAX + 1), "a line has more than"),
        ((",".join("x" * 2_100)).encode(), "at most 2000 columns"),
    ],
)
async def test_a_file_that_cannot_be_read_changes_nothing(
    content: bytes, said: str, importing: Importing
) -> None:
    file = importing.folder / "bad.csv"
    file.write_bytes(content)

    with pytest.raises(BadFile, match=said) as refused:
        await importing.run(file)

    assert str(file) in str(refused.value)
    assert importing.ledger.position() == 0
    assert not list((importing.folder / "jobs").iterdir())


async def test_a_file_that_is_not_there_is_named(importing: Importing) -> None:
    with pytest.raises(BadFile, match=r"none.csv: No such file"):
        await importing.run(importing.folder / "none.csv")
    with pytest.raises(BadFile, match="Is a directory"):
        await importing.run(importing.folder)


async def test_a_file_that_the_mapping_does_not_fit_changes_nothing(importing: Importing) -> None:
    file = write_csv(importing.folder / "other.csv", [["1", "2"]], ["Number", "Status"])

    with pytest.raises(BadMapping, match="no column 'number'; is it 'Number'"):
        await importing.run(file)

    assert importing.ledger.position() == 0


async def test_rejected_rows_that_cannot_be_written_are_an_error(importing: Importing) -> None:
    importing.rejects = importing.folder / "no" / "such" / "folder.csv"

    with pytest.raises(BadFile, match="the rejected rows cannot be written"):
        await importing.run(rows({}, {"number": "x"}))

    assert importing.ledger.position() == 0


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
async def test_any_line_ending_and_a_byte_order_mark_will_do(
    ending: str, importing: Importing
) -> None:
    file = importing.folder / "file.csv"
    file.write_bytes(f"\ufeff{HEADING}{ending}{GOOD}{ending}{ending}".encode())

    assert (await importing.run(file)).records == 1


async def test_another_delimiter_quote_and_encoding_are_read(importing: Importing) -> None:
    file = importing.folder / "file.csv"
    lines = [";".join(COLUMNS), ";".join(row(what="'Drucker; groß'"))]
    file.write_bytes("\n".join(lines).encode("cp1252"))
    form = "file: {delimiter: ';', quote: \"'\", encoding: cp1252}\nrecord: incident"

    await importing.run(file, mapping(**{"record: incident": form}))

    first = importing.ledger.history(record_id("INC", 7))[0].event
    assert first.title == "Drucker; groß is broken"  # type: ignore[attr-defined]  # an opening


async def test_a_field_may_have_lines_and_the_next_row_keeps_its_number(
    importing: Importing,
) -> None:
    lines = rows({"place": "one\ntwo\nthree"}, {"number": "x"})

    await importing.run(lines)

    assert importing.rejects.read_text().splitlines()[1].startswith("5,")


async def test_a_huge_field_is_rejected(importing: Importing) -> None:
    report = await importing.run(rows({}, {"place": "x" * 200_000}, {"place": "x" * 4_001}))

    assert (report.records, report.rejected) == (1, 2)
    assert "field larger than field limit" in importing.rejects.read_text()


async def test_a_name_that_stands_twice_is_addressed_by_its_count(importing: Importing) -> None:
    columns = [*COLUMNS, "place"]
    file = write_csv(importing.folder / "file.csv", [[*row(place="one"), "two"]], columns)

    await importing.run(file, mapping(**{"place: place": 'place: place\n  again: "place#2"'}))

    entries = importing.ledger.history(record_id("INC", 7))
    assert entries[1].event.details == {"place": "one", "again": "two"}  # type: ignore[attr-defined]  # an opening


async def test_times_without_offset_are_of_the_zone_and_others_of_theirs(
    importing: Importing,
) -> None:
    stamps = ["1.7.2025 09:00", "2025-07-01T09:00:01+05:30", "2025-07-01T09:00:02Z"]
    stamps += ["26.10.2025 02:30", "29.3.2026 02:30"]

    await importing.run([row(number=f"INC000000{n}", at=at) for n, at in enumerate(stamps)])

    times = [
        importing.ledger.history(record_id("INC", n))[0].event.by.effective_at.isoformat()
        for n in range(len(stamps))
    ]
    assert times == [
        "2025-07-01T07:00:00+00:00",
        "2025-07-01T03:30:01+00:00",
        "2025-07-01T09:00:02+00:00",
        "2025-10-26T00:30:00+00:00",
        "2026-03-29T01:30:00+00:00",
    ]
