"""Files to import, mappings for them, and a ledger to import them into."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.ledger import Ledger
from ops.importing import MappingFile, Reconciliation, Report, import_file, reconcile
from tests.stores import ROOT

DATA = ROOT.parent / "shared" / "data"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

MAPPING = """
source: old-desk
record: incident
organisation: Customer
missing: ["-"]
number: {column: number, pattern: "INC{serial}"}
order:
  - {column: at, as: time}
times: {formats: ["%d.%m.%Y %H:%M", iso], zone: Europe/Zurich}
time: at
actor: {column: by, person: staff}
people:
  staff: {roles: [agent]}
  callers: {roles: [requester]}
fields:
  title: {template: "{what|something} is broken"}
  requester: {column: caller, person: callers}
  category: what
  impact: {column: rank, values: {high: 1, low: 3}}
  urgency: {column: rank, values: {high: 1, low: 3}}
  team: team
  assignee: {column: agent, person: staff}
  code: code
state:
  columns: [state]
  values:
    New: new
    Work: in progress
    Wait: {status: pending, reason: customer}
    Wait vendor: {status: pending, reason: vendor}
    Done: resolved
    Closed: closed
    Void: cancelled
  stray: ignore
details:
  place: place
links:
  - {column: problem, record: problem, type: caused by}
  - {column: change, record: change, type: relates to, pattern: "CHG{serial}"}
"""
HEADER = "number state at by caller what rank team agent code place problem change"
COLUMNS = HEADER.split()
DEFAULTS = {
    "number": "INC0000007",
    "state": "New",
    "at": "1.3.2026 09:00",
    "by": "Bea",
    "caller": "Ann",
    "what": "Printer",
    "rank": "low",
}


def row(**cells: str) -> list[str]:
    """A row for MAPPING; what is not given is usual or missing."""
    return [{**DEFAULTS, **cells}.get(column, "-") for column in COLUMNS]


def rows(*given: dict[str, str]) -> list[list[str]]:
    return [row(**cells) for cells in given]


def write_csv(path: Path, lines: list[list[str]], columns: list[str] = COLUMNS) -> Path:
    text = "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in [columns, *lines])
    path.write_text(text, encoding="utf-8")
    return path


def mapping(text: str = MAPPING, **replaced: str) -> MappingFile:
    """A mapping, with parts of its text replaced."""
    for old, new in replaced.items():
        text = text.replace(old, new)
    return MappingFile("mapping.yaml", text)


class Importing:
    """Imports files into one ledger, with its scratch files in one folder."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger = ledger
        self.folder = folder
        self.rejects = folder / "rejects.csv"

    async def run(
        self, file: Path | list[list[str]], by: MappingFile | None = None, **more: Any
    ) -> Report:
        return await import_file(
            self.ledger,
            self.file(file),
            by or mapping(),
            folder=self.folder / "jobs",
            rejects=self.rejects,
            clock=lambda: NOW,
            **more,
        )

    async def reconcile(
        self, file: Path | list[list[str]], by: MappingFile | None = None
    ) -> Reconciliation:
        return await reconcile(self.ledger, self.file(file), by or mapping(), clock=lambda: NOW)

    def file(self, given: Path | list[list[str]]) -> Path:
        return given if isinstance(given, Path) else write_csv(self.folder / "file.csv", given)

    def topics(self, id: Any) -> list[str]:
        """What happened to a record, without its kind and the version of the event."""
        topics = (entry.topic.partition(".")[2] for entry in self.ledger.history(id))
        return [topic.partition(":")[0] for topic in topics]


@contextmanager
def first_records(log: Path, column: int, records: int, path: Path) -> Iterator[Path]:
    """The rows of the first records of a log, in which each record stands together."""
    seen: set[str] = set()
    with gzip.open(log, "rt", encoding="utf-8") as source, path.open("w") as target:
        target.write(next(source))
        for line in source:
            seen.add(line.split(",")[column])
            if len(seen) > records:
                break
            target.write(line)
    yield path
