"""Comparing a file with what the ledger tells: every record folded, and every row compared.

After the events of a row's command, the record must say what the row says, field by field; the
events must carry its time and its actor; and they must be those that the row alone accounts for.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError
from msgspec import Struct
from msgspec.structs import replace

from domain.aggregate import Entry, Event
from domain.ids import number_of, serial_of
from domain.ledger import Ledger
from ops.importing.comparison import expectations
from ops.importing.errors import BadRow
from ops.importing.interpreter import ACTOR, CHANNEL
from ops.importing.job import Clock, Progress, Tell, laid_out, silently, utc_now
from ops.importing.mapping_file import MappingFile
from ops.importing.related import Reference, Related
from ops.importing.rows import Row
from ops.importing.stage import Stage
from ops.importing.story import Story
from ops.importing.teller import Step, Teller, Telling

DIFFERENCES_LISTED_MAX = 10_000


class Difference(Struct, frozen=True):
    line: int
    """Of the file; 0 for what no row accounts for."""
    number: str
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        where = f"line {self.line}, " if self.line else ""
        return f"{where}{self.number}, {self.field}: {self.expected!r} is {self.found!r}"


class Reconciliation(Struct, frozen=True):
    rows: int
    records: int
    values: int
    """How many values were compared."""
    count: int
    """How many differences there are."""
    differences: tuple[Difference, ...]
    """The first of them."""


async def reconcile(
    ledger: Ledger,
    file: Path,
    mapping: MappingFile,
    *,
    folder: Path | None = None,
    clock: Clock = utc_now,
    progress: Tell = silently,
) -> Reconciliation:
    """List every difference. Rows that cannot be read are none. Raises BadFile, BadMapping."""
    with TemporaryDirectory(prefix="reconcile-", dir=folder) as scratch:
        with laid_out(file, mapping, Path(scratch) / "rows", clock(), progress) as staged:
            comparing = _Comparing(ledger, Teller(mapping.mapping, Related(mapping.mapping)))
            await comparing.run(
                staged, lambda done: progress(Progress("comparing", done, staged.rows))
            )
        return Reconciliation(
            rows=comparing.rows,
            records=comparing.records,
            values=comparing.values,
            count=comparing.count,
            differences=tuple(comparing.differences),
        )


class _Comparing:
    def __init__(self, ledger: Ledger, teller: Teller) -> None:
        self._ledger = ledger
        self._teller = teller
        self.rows = 0
        self.records = 0
        self.values = 0
        self.count = 0
        self.differences: list[Difference] = []

    async def run(self, staged: Stage, progress: Callable[[int], None]) -> None:
        for ordinal, rows in _by_record(staged):
            telling = await self._telling(ordinal, rows[0].key)
            if telling is None:
                self._note(rows[0].line, rows[0].key, "record", rows[0].key, "")
            else:
                await self._compare_record(telling, rows)
            self.records += 1
            self.rows += len(rows)
            progress(self.rows)

    def _note(self, line: int, number: str, field: str, expected: str, found: str) -> None:
        self.count += 1
        if len(self.differences) < DIFFERENCES_LISTED_MAX:
            self.differences.append(Difference(line, number, field, expected, found))

    async def _telling(self, ordinal: int, key: str) -> Telling | None:
        if not self._teller.mapping.number.allocate:
            return self._teller.begin(ordinal, key)
        id = await self._ledger.recorder.claimed(self._teller.begin(ordinal, key).claim)
        return None if id is None else self._teller.begin(ordinal, key, serial_of(id))

    # One record --------------------------------------------------------------------------

    async def _compare_record(self, telling: Telling, rows: list[Row]) -> None:
        steps: list[Step] = []
        for row in rows:
            step = self._teller.step(telling, row)
            steps.append(step._replace(before=steps[-1].row if steps else None))
        try:
            entries = self._ledger.history(telling.id)
        except MapperDeserialisationError as error:
            self._note(0, telling.key, "history", "readable", str(error))
            return
        history = _History(entries, {step.command for step in steps})
        for step in steps:
            try:
                await self._compare_row(telling, step, history)
            except BadRow as bad:
                self._note(step.row.line, telling.key, "row", str(bad), "recorded")
        for entry in history.unaccounted:
            self._note(0, telling.key, "event", "accounted for by a row", repr(entry))

    async def _compare_row(self, telling: Telling, step: Step, history: "_History") -> None:
        row = step.row
        entries = history.fold_before(telling.story, step.command)
        if not entries and not await self._is_silent(step):
            self._note(row.line, telling.key, "row", "recorded", "not recorded")
            return
        reading = self._teller.read(row)
        for reference in self._teller.related.take_new():
            await self._compare_reference(reference, step)
        self._compare_events(telling, step, entries)
        for entry in entries:
            telling.story.fold(entry)
        if row.status:
            history.status = row.status, row.reason
        before = self._teller.read(step.before).links if step.before else []
        for value in expectations(
            self._teller.mapping, telling.story, reading, history.status, before, history.is_foreign
        ):
            self.values += 1
            if value.wanted != value.found:
                self._note(row.line, telling.key, value.field, str(value.wanted), str(value.found))

    async def _is_silent(self, step: Step) -> bool:
        """Whether the row was recorded without an event, as it changed nothing."""
        if self._teller.mapping.unchanged == "keep":
            return False
        return await self._ledger.recorder.receipt(step.command) is not None

    def _compare_events(self, telling: Telling, step: Step, entries: list[Entry]) -> None:
        """Compare with what the row would be told as, on what was told before it."""
        if not entries:
            return
        scratch = Telling(telling.ordinal, telling.key, telling.id, telling.claim)
        scratch.story = telling.story.copy()
        at = entries[0].event.by.at
        told = self._teller.tell(scratch, step, self._teller.read(step.row), at)
        for index in range(max(len(told), len(entries))):
            wanted = told[index] if index < len(told) else None
            found = entries[index] if index < len(entries) else None
            self.values += 1
            if _fact(wanted) != _fact(found):
                self._note(step.row.line, telling.key, "event", _spell(wanted), _spell(found))

    # Related records -----------------------------------------------------------------------

    async def _compare_reference(self, reference: Reference, step: Step) -> None:
        """A record that a row names is there, and began as its name says, or in its own way."""
        number = number_of(reference.id)
        self.values += 1
        try:
            history = self._ledger.history(reference.id)
        except MapperDeserialisationError as error:
            self._note(step.row.line, number, "history", "readable", str(error))
            return
        if not history:
            self._note(step.row.line, number, "record", reference.name, "")
            return
        first = history[0].event
        receipt = await self._ledger.recorder.receipt(first.by.command)
        if receipt is None:
            self._note(step.row.line, number, "event", "recorded by a command", repr(first))
        elif receipt.subject != reference.id:
            is_of_row = first.by.command == step.command
            effective = step.row.at if is_of_row else first.by.effective or step.row.at
            wanted = reference.begin(self._teller.sign(step, ACTOR, first.by.at, effective))
            found = replace(first, by=replace(first.by, command=step.command))
            if wanted != found:
                self._note(step.row.line, number, "event", repr(wanted), repr(found))


class _History:
    """The events of a record, taken row by row."""

    def __init__(self, entries: list[Entry], commands: set[UUID]) -> None:
        self._entries = entries
        self._commands = commands
        self._next = 0
        self.status = ("", "")
        """Where the record stands by the rows so far, and why it waits."""
        self.is_foreign = False
        """Whether something happened to the record that no row of this file tells."""

    def fold_before(self, story: Story, command: UUID) -> list[Entry]:
        """The events of a command, after folding those of nobody's row before them."""
        start = self._next
        while start < len(self._entries) and self._command(start) not in self._commands:
            story.fold(self._entries[start])
            self.is_foreign = True
            start += 1
        end = start
        while end < len(self._entries) and self._command(end) == command:
            end += 1
        self._next = end
        return self._entries[start:end]

    @property
    def unaccounted(self) -> Iterator[Entry]:
        """Events that say that they were imported, and that no row accounts for."""
        for index, entry in enumerate(self._entries):
            is_placeholder = index == 0 and entry.event.by.actor == ACTOR
            is_late = index >= self._next and self._command(index) in self._commands
            is_imported = entry.event.by.channel == CHANNEL and not is_placeholder
            if is_late or (is_imported and self._command(index) not in self._commands):
                yield entry

    def _command(self, index: int) -> UUID:
        command: UUID = self._entries[index].event.by.command
        return command


def _by_record(staged: Stage) -> Iterator[tuple[int, list[Row]]]:
    ordinal = 0
    rows: list[Row] = []
    for item in staged.staged():
        if item.record != ordinal:
            if rows:
                yield ordinal, rows
            ordinal, rows = item.record, []
        rows.append(item.row)
    if rows:
        yield ordinal, rows


def _fact(entry: Entry | None) -> Event | None:
    return entry.event if entry else None


def _spell(entry: Entry | None) -> str:
    return f"{entry.topic} {entry.event!r}" if entry else ""
