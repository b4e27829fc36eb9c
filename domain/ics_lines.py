"""The lines of an iCalendar file (RFC 5545), unfolded, with their numbers; bounded for any text."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, NoReturn

from domain.rules import Refused

TEXT_MAX = 1_000_000
LINE_MAX = 20_000
EVENTS_MAX = 5_000
DEPTH_MAX = 5

_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(
    r';([A-Za-z0-9-]+)=((?:"[^"\x00-\x08]*"|[^";:,])*(?:,(?:"[^"]*"|[^";:,]*))*)'
)


class Line(NamedTuple):
    """One content line: `NAME;PARAMETER=…:value`. `number` counts from 1."""

    number: int
    name: str
    parameters: dict[str, str]
    value: str

    def wrong(self, rule: str) -> NoReturn:
        """Refuse what the line says."""
        raise Refused(f"line {self.number}: {rule}")


class Component(NamedTuple):
    """An event: the line on which it begins, and its properties by their names."""

    number: int
    properties: dict[str, list[Line]]

    def first(self, name: str) -> Line | None:
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        line = self.first(name)
        return "" if line is None else unescaped(line.value)

    def wrong(self, rule: str) -> NoReturn:
        raise Refused(f"line {self.number}: {rule}")


class Parts(NamedTuple):
    """What is of interest in a file: its events, and the properties of the whole."""

    events: list[Component]
    properties: dict[str, list[Line]]


def parts(text: str) -> Parts:
    """The events of a file. Raises Refused with the number of the line that is wrong."""
    if len(text) > TEXT_MAX:
        raise Refused(f"The file is too large: at most {TEXT_MAX // 1000} kB are read.")
    found = Parts([], {})
    open_: list[tuple[str, int]] = []
    is_closed = False
    for line in lines(text):
        if line.name == "BEGIN":
            _begin(line, open_, found)
        elif not open_:
            line.wrong(
                "nothing comes after END:VCALENDAR."
                if is_closed
                else "a file begins with BEGIN:VCALENDAR."
            )
        elif line.name == "END":
            _end(line, open_)
            is_closed = not open_
        elif open_[-1][0] == "VEVENT":
            found.events[-1].properties.setdefault(line.name, []).append(line)
        elif len(open_) == 1:
            found.properties.setdefault(line.name, []).append(line)
    if open_:
        raise Refused(f"line {open_[-1][1]}: BEGIN:{open_[-1][0][:40]} is never closed.")
    if not is_closed:
        raise Refused("line 1: a file begins with BEGIN:VCALENDAR.")
    return found


def _begin(line: Line, open_: list[tuple[str, int]], found: Parts) -> None:
    name = line.value.upper()
    if (not open_) != (name == "VCALENDAR"):
        line.wrong("a file begins with BEGIN:VCALENDAR, which stands nowhere else.")
    if len(open_) == DEPTH_MAX:
        line.wrong("the file is nested too deeply.")
    if name == "VEVENT":
        if len(open_) != 1:
            line.wrong("an event stands in nothing but the calendar.")
        if len(found.events) == EVENTS_MAX:
            line.wrong(f"at most {EVENTS_MAX} events are read.")
        found.events.append(Component(line.number, {}))
    open_.append((name, line.number))


def _end(line: Line, open_: list[tuple[str, int]]) -> None:
    if open_[-1][0] != line.value.upper():
        line.wrong(f"END:{line.value[:40]} closes nothing that is open.")
    open_.pop()


def lines(text: str) -> Iterator[Line]:
    """The content lines, those of several lines as one. Raises Refused."""
    held: list[str] = []
    held_at = size = 0
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        row = raw.removesuffix("\r")
        if held and row[:1] in (" ", "\t"):
            held.append(row[1:])
            size += len(row)
            if size > LINE_MAX:
                raise Refused(f"line {held_at}: a line has at most {LINE_MAX} characters.")
            continue
        if held:
            yield _line(held_at, "".join(held))
        held, held_at, size = ([row], number, len(row)) if row.strip() else ([], 0, 0)
    if held:
        yield _line(held_at, "".join(held))


def _line(number: int, row: str) -> Line:
    if len(row) > LINE_MAX:
        raise Refused(f"line {number}: a line has at most {LINE_MAX} characters.")
    name = _NAME.match(row)
    if name is None:
        raise Refused(f"line {number}: {row[:40]!r} is no line such as SUMMARY:Christmas.")
    at = name.end()
    parameters: dict[str, str] = {}
    while row[at : at + 1] == ";":
        found = _PARAMETER.match(row, at)
        if found is None:
            raise Refused(
                f"line {number}: {row[at : at + 40]!r} is no parameter such as ;TZID=UTC."
            )
        parameters[found[1].upper()] = found[2].replace('"', "")
        at = found.end()
    if row[at : at + 1] != ":":
        raise Refused(f"line {number}: {row[:40]!r} is no line such as SUMMARY:Christmas.")
    return Line(number, name[0].upper(), parameters, row[at + 1 :].strip())


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def unescaped(value: str) -> str:
    """A text as its author wrote it."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def escaped(value: str) -> str:
    """A text as a file has it."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, written)
    return value


def folded(rows: Sequence[str]) -> str:
    """Content lines as a file has them: none longer than 75 bytes, none cut within a character."""
    found: list[str] = []
    for row in rows:
        at, size = 0, 0
        for index, character in enumerate(row):
            width = len(character.encode())
            if size + width > 75:
                found.append(row[at:index])
                # What goes on begins with a space.
                at, size = index, 1
                found.append("\r\n ")
            size += width
        found.append(row[at:])
        found.append("\r\n")
    return "".join(found)
