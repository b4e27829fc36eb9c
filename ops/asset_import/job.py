"""An import of assets: row by row, each one command, so that it can be broken off anywhere.

The ledger keeps how far a run has got. A row that was recorded just before that was noted is sent
again under the id that it had, and its receipt says what became of it.
"""

import csv
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Literal, TextIO
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from domain.asset_type import AssetType
from domain.desk import Desk
from domain.desk.assets import type_claim
from domain.ids import number_of, parse_reference, prefix_of
from domain.provenance import Provenance
from domain.rules import DomainError, NotFound
from ops.asset_import.mapping import AssetMapping, check
from ops.asset_import.rows import Line, lines
from ops.asset_import.steps import Steps
from ops.importing.errors import BadFile, BadMapping, BadRow

NOTED_EVERY = 200
"""So many rows are looked at again after an interruption, at most."""
_COMMANDS = UUID("5b6f9a34-0c1e-8d52-a1f7-617373657473")

Action = Literal["created", "changed", "left", "rejected"]


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a row, or would."""

    line: int
    action: Action
    asset: str = ""
    why: str = ""


class Totals(Struct):
    """How far a run has got."""

    run: int = 1
    line: int = 0
    created: int = 0
    changed: int = 0
    left: int = 0
    rejected: int = 0
    drifts: int = 0
    is_finished: bool = False


class Report(Struct, frozen=True, kw_only=True):
    totals: Totals
    rejects: Path | None
    seconds: float

    @property
    def rows(self) -> int:
        totals = self.totals
        return totals.created + totals.changed + totals.left + totals.rejected


async def import_assets(
    desk: Desk,
    file: Path,
    mapping: AssetMapping,
    text: str,
    *,
    source: str,
    folder: Path,
    at: datetime,
    is_dry: bool = False,
    rejects: Path | None = None,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> Report:
    """Reconcile the register with a file, or go on where that was interrupted. A dry run does the
    same in memory. Raises BadFile and BadMapping, before anything is recorded."""
    began = perf_counter()
    type = await _type(desk, mapping)
    check(mapping, type)
    name = f"assets/{source}/{_digest(file, text)}"
    rejects = rejects or Path(f"{file}.rejects.csv")
    with _alone(folder, name):
        run = _Run(desk, mapping, type, source, name, at, is_dry=is_dry)
        with _rejects(rejects, run.totals.line) as stream:
            await run.through(lines(file, mapping), stream, tell)
    totals = run.totals
    if not totals.rejected:
        rejects.unlink(missing_ok=True)
    return Report(
        totals=totals,
        rejects=rejects if totals.rejected else None,
        seconds=perf_counter() - began,
    )


class _Run:
    def __init__(
        self,
        desk: Desk,
        mapping: AssetMapping,
        type: AssetType,
        source: str,
        name: str,
        at: datetime,
        *,
        is_dry: bool,
    ) -> None:
        self._recorder = desk.ledger.recorder
        self._name = name
        self._source = source
        self._at = at
        self._is_dry = is_dry
        self.totals = Totals() if is_dry else self._resumed()
        self._steps = Steps(desk, mapping, type, source, is_dry=is_dry)

    def _resumed(self) -> Totals:
        """Where the run was broken off; a new run after one that was finished."""
        _, note = self._recorder.tracked(self._name)
        before = msgspec.json.decode(note, type=Totals) if note else Totals()
        return Totals(run=before.run + 1) if before.is_finished else before

    async def through(
        self, rows: Iterator[Line], rejects: TextIO, tell: Callable[[Outcome], None]
    ) -> None:
        totals, writer = self.totals, csv.writer(rejects)
        looked_at = 0
        for line in rows:
            if line.number <= totals.line:
                continue
            outcome = await self._outcome(line)
            if outcome.action == "rejected":
                # The cells are JSON: a spreadsheet takes none of them for a formula.
                writer.writerow((line.number, outcome.why, json.dumps(line.cells)))
            setattr(totals, outcome.action, getattr(totals, outcome.action) + 1)
            totals.line = line.number
            tell(outcome)
            looked_at += 1
            if looked_at % NOTED_EVERY == 0:
                self._note(rejects)
        totals.is_finished = True
        self._note(rejects)

    def _note(self, rejects: TextIO) -> None:
        rejects.flush()
        if not self._is_dry:
            note = msgspec.json.encode(self.totals).decode()
            self._recorder.track(self._name, self.totals.line, note)

    async def _outcome(self, line: Line) -> Outcome:
        by = Provenance(
            actor=f"import/{self._source}",
            at=self._at,
            command=uuid5(_COMMANDS, f"{self._name}#{self.totals.run}#{line.number}"),
            channel="imported",
        )
        try:
            if line.complaint:
                raise BadRow(line.complaint)
            done = await self._steps.take(line.cells, by)
        except (BadRow, DomainError) as bad:
            return Outcome(line=line.number, action="rejected", why=str(bad))
        self.totals.drifts += done.drifts
        number = number_of(done.asset) if done.asset and prefix_of(done.asset) else ""
        return Outcome(line=line.number, action=done.action, asset=number, why=done.why)


async def _type(desk: Desk, mapping: AssetMapping) -> AssetType:
    """The type by its number or its name. Raises BadMapping."""
    try:
        id = parse_reference(mapping.type)
    except NotFound:
        id = await desk.ledger.recorder.claimed(type_claim(mapping.type)) or UUID(int=0)
    if prefix_of(id) != AssetType.prefix:
        raise BadMapping(f"type: there is no type of assets {mapping.type!r}.")
    try:
        found = await desk.ledger.find(AssetType, id)
    except NotFound as missing:
        raise BadMapping(f"type: {missing}") from None
    if found.is_retired:
        raise BadMapping(f"type: {found.number} was retired.")
    return found


def _digest(file: Path, text: str) -> str:
    digest = sha256(text.encode())
    try:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise BadFile(f"{file}: {error.strerror or error}.") from None
    return digest.hexdigest()[:16]


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """No other process may run this import meanwhile."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name.replace('/', '-')}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BadFile("Another process imports this file.") from None
    finally:
        os.close(lock)


@contextmanager
def _rejects(path: Path, done: int) -> Iterator[TextIO]:
    """The file of rejected rows, with those of the lines that are done already."""
    kept: list[list[str]] = []
    try:
        if done and path.exists():
            with path.open(newline="", encoding="utf-8") as stream:
                known = list(csv.reader(stream))[1:]
            kept = [row for row in known if len(row) == 3 and int(row[0]) <= done]
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("line", "reason", "cells"))
            writer.writerows(kept)
            yield stream
    except OSError as error:
        raise BadFile(f"{path}: the rejected rows cannot be written: {error.strerror}.") from None
