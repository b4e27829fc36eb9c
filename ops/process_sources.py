"""Where the commands on approval processes find one: in a file, or in the ledger by its number."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from domain.approval_process import ApprovalProcess, Definition
from domain.calendar import Calendar
from domain.calendar_names import CalendarNames
from domain.ids import named_id, number_of, parse_reference, prefix_of
from domain.ledger import Ledger
from domain.process_document import CalendarOf
from domain.process_text import BadDocument, Located, parse
from domain.process_yaml import CalendarName
from domain.rules import NotFound
from domain.yaml_tree import BYTES_MAX
from ops.compose import open_ledger
from ops.problems import UserProblem
from ops.settings import Settings

_NUMBER = re.compile(r"(APR[0-9]{1,19})(@([0-9]{1,6}|draft))?")
DRAFT = "draft"


class Source(Struct, frozen=True):
    """A process as it was found. `located` says where its parts stand in its file."""

    title: str
    name: str
    definition: Definition
    located: Located | None = None


class Calendars:
    """The calendars that documents name: those of the ledger, or any name without one."""

    def __init__(self, known: CalendarNames | None = None) -> None:
        self._known = known
        self._made: dict[UUID, str] = {}

    def calendar_of(self, text: str) -> UUID:
        if self._known is not None:
            return self._known.calendar_of(text)
        id = named_id(Calendar.prefix, text)
        self._made[id] = text
        return id

    def name_of(self, id: UUID) -> str:
        return self._known.name_of(id) if self._known else self._made.get(id) or number_of(id)


class Sources:
    """Finds processes. Without a ledger, files alone."""

    def __init__(self, ledger: Ledger | None) -> None:
        self.ledger = ledger
        known = None
        if ledger is not None:
            known = CalendarNames(calendar for calendar, _ in ledger.all_of(Calendar))
        calendars = Calendars(known)
        self.calendar_of: CalendarOf = calendars.calendar_of
        self.calendar_name: CalendarName = calendars.name_of

    async def find(self, text: str) -> Source:
        """The process of a file, or of `APR0000001`, `APR0000001@2` or `APR0000001@draft`."""
        if numbered := _NUMBER.fullmatch(text):
            return await self.numbered(numbered[1], numbered[3])
        return self.in_file(Path(text))

    def in_file(self, path: Path) -> Source:
        """Raises UserProblem with all mistakes of the file."""
        try:
            located = parse(content_of(path), self.calendar_of)
        except BadDocument as bad:
            number = len(bad.mistakes)
            mistakes = f"{number} mistake{'s' if number > 1 else ''}"
            raise UserProblem(f"{path}: {mistakes}\n{bad}") from None
        return Source(str(path), located.name, located.definition, located)

    async def numbered(self, number: str, version: str | None = None) -> Source:
        """A version of a recorded process: the latest without one, or the draft before the first.

        Raises NotFound.
        """
        if self.ledger is None:
            raise NotFound(f"There is no ledger to find {number} in.")
        id = parse_reference(number)
        if prefix_of(id) != ApprovalProcess.prefix:
            raise NotFound(f"{number} is no approval process.")
        try:
            process = await self.ledger.find(ApprovalProcess, id)
        except NotFound:
            raise NotFound(f"There is no approval process {number}.") from None
        chosen = version or str(process.published_version or DRAFT)
        if chosen != DRAFT:
            definition = process.definition_of(int(chosen))
            return Source(f"{process.number} version {chosen}", process.name, definition)
        if process.draft_definition is None:
            raise NotFound(f"{process.number} has no draft.")
        return Source(f"{process.number} draft", process.name, process.draft_definition)


def names_record(texts: Sequence[str]) -> bool:
    """Whether one of these means a process in the ledger."""
    return any(_NUMBER.fullmatch(text) for text in texts)


@asynccontextmanager
async def open_sources(settings: Settings, *texts: str) -> AsyncIterator[Sources]:
    """The sources of these processes. The ledger is opened only if one of them is in it."""
    if not names_record(texts):
        yield Sources(None)
        return
    async with open_ledger(settings) as ledger:
        yield Sources(ledger)


def content_of(path: Path) -> bytes:
    """The bytes of a document, and not more than tell that it is too large."""
    try:
        with path.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except OSError as error:
        raise UserProblem(f"{path}: {error.strerror or error}.") from None
    except ValueError:
        raise UserProblem(f"{str(path)!r} is no name of a file.") from None
