"""From the cells of a row to what they mean, checked: everything that one row alone can tell."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from msgspec import Struct

from domain.person import USERNAME_MAX
from ops.importing.errors import BadRow
from ops.importing.mapping import PLACEHOLDER, SERIAL, Mapping, Source, State
from ops.importing.related import username
from ops.importing.shapes import DETAIL, SHAPES, FieldRule
from ops.importing.times import time_reader, write_time

SERIAL_MAX = 999_999_999_999
CACHED_MAX = 50_000
KEY_CHARACTERS_MAX = 200
FUTURE_MAX = timedelta(days=1)

_SEPARATOR = "\x1f"
_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1e\ud800-\udfff]")
"""What no text has: control characters but the separator, and lone surrogates."""

Cells = Sequence[str]
Read = Callable[[Cells], str]


class Row(Struct, array_like=True, frozen=True, gc=False):
    """What one row says. A value that it does not give is empty."""

    line: int
    key: str
    """The foreign number."""
    digest: str
    """Of all cells: the same row in another file is the same row."""
    at: datetime
    actor: str
    opened_at: datetime | None
    opened_by: str
    status: str
    """Empty if the row tells nothing about it."""
    reason: str
    fields: tuple[str, ...]
    details: tuple[str, ...]
    links: tuple[str, ...]


class Parsed(NamedTuple):
    row: Row
    order: tuple[str | int, ...]
    serial: int | None
    """Of our number, where it is made from the foreign one."""


class Parser:
    """A mapping made ready for the columns of one file, which has all that it names."""

    def __init__(self, mapping: Mapping, columns: Sequence[str], now: datetime) -> None:
        self._index = {name: index for index, name in reversed(list(enumerate(columns)))}
        self._missing = frozenset(mapping.missing)
        self._origin = mapping.source
        self._times = mapping.times
        self._read_time = _cached(time_reader(mapping.times))
        self._latest = now + FUTURE_MAX
        shape = SHAPES[mapping.record]
        self._key = self._column(mapping.number.column)
        self._serial = serial_reader(mapping.number.pattern)
        self._at = self._column(mapping.time)
        self._actor = self._source(mapping.actor, "actor")
        opened = mapping.opened
        self._opened_at = self._column(opened.time) if opened else _nothing
        self._opened_by = self._source(opened.actor if opened else None, "opened")
        self._state = self._states(mapping.state)
        self._fields = [
            self._source(source, name, shape.fields[name])
            for name, source in mapping.fields.items()
        ]
        self._details = [
            self._source(source, name, DETAIL) for name, source in mapping.details.items()
        ]
        self._links = [self._link(link.column, link.pattern) for link in mapping.links]
        self._order = [self._order_key(key.column, key.as_) for key in mapping.order]

    def parse(self, line: int, cells: Cells) -> Parsed:
        """What a row says. Raises BadRow."""
        joined = _SEPARATOR.join(cells)
        if _UNCLEAN.search(joined) or joined.count(_SEPARATOR) >= len(cells):
            raise BadRow(f"{self._unclean_column(cells)}: there is a control character in the text")
        key = self._key(cells)
        if not key:
            raise BadRow("the number is missing")
        if len(key) > KEY_CHARACTERS_MAX:
            raise BadRow(f"a number has at most {KEY_CHARACTERS_MAX} characters")
        stamp = self._at(cells)
        if not stamp:
            raise BadRow("the time is missing")
        at = self._read_time(stamp)
        if at > self._latest:
            raise BadRow(f"{stamp!r} lies in the future")
        opened = self._opened_at(cells)
        status, reason = self._state(cells)
        row = Row(
            line=line,
            key=key,
            digest=blake2b(joined.encode(), digest_size=16).hexdigest(),
            at=at,
            actor=self._actor(cells),
            opened_at=self._read_time(opened) if opened else None,
            opened_by=self._opened_by(cells),
            status=status,
            reason=reason,
            fields=tuple([read(cells) for read in self._fields]),
            details=tuple([read(cells) for read in self._details]),
            links=tuple([read(cells) for read in self._links]),
        )
        serial = self._serial(key) if self._serial else None
        return Parsed(row, tuple([read(cells) for read in self._order]), serial)

    def _unclean_column(self, cells: Cells) -> str:
        return next(
            name
            for name, index in self._index.items()
            if _UNCLEAN.search(cells[index]) or _SEPARATOR in cells[index]
        )

    # Making ready ------------------------------------------------------------------------

    def _column(self, name: str) -> Read:
        index, missing = self._index[name], self._missing

        def read(cells: Cells) -> str:
            text = cells[index].strip()
            return "" if text in missing else text

        return read

    def _source(self, source: Source | None, name: str, rule: FieldRule = DETAIL) -> Read:
        if source is None:
            return _nothing
        if source.person is not None:
            rule = FieldRule(
                "person", USERNAME_MAX - len(username(self._origin, source.person, ""))
            )
        finish = self._finish(source, name, rule)
        if source.constant is not None:
            constant = finish(source.constant)
            return lambda _: constant
        if source.column is not None:
            return self._cell(source.column, finish)
        template = self._template(source.template or "")
        return lambda cells: finish(template(cells))

    def _cell(self, column: str, finish: Callable[[str], str]) -> Read:
        """The value of a column: few columns have more than some thousand different ones."""
        index, missing = self._index[column], self._missing

        def convert(text: str) -> str:
            text = text.strip()
            return finish("" if text in missing else text)

        known = _cached(convert)
        return lambda cells: known(cells[index])

    def _template(self, template: str) -> Read:
        parts: list[Read] = []
        end = 0
        for match in PLACEHOLDER.finditer(template):
            parts.append(_constantly(template[end : match.start()]))
            parts.append(_or_else(self._column(match[1]), match[2] or ""))
            end = match.end()
        parts.append(_constantly(template[end:]))
        return lambda cells: "".join([part(cells) for part in parts])

    def _finish(self, source: Source, name: str, rule: FieldRule) -> Callable[[str], str]:
        """From the text of the cells to the value: mapped, in form, and checked."""
        values = {key: str(value) for key, value in (source.values or {}).items()}
        default = source.default or ""
        is_line = rule.limit <= 250 or source.person is not None
        is_bounded = source.template is not None

        def finish(text: str) -> str:
            if not text:
                return default
            if source.values is not None:
                if text in values:
                    text = values[text]
                elif source.unknown == "reject":
                    raise BadRow(f"{name}: {text[:80]!r} is not among the values of the mapping")
            if source.time:
                return write_time(self._read_time(text))
            if is_line:
                text = " ".join(text.split())
            if is_bounded and len(text) > rule.limit:
                text = text[: rule.limit - 1].rstrip() + "…"
            if refusal := rule.refusal(text):
                raise BadRow(f"{name}: {refusal}")
            return text

        return finish

    def _states(self, state: State | None) -> Callable[[Cells], tuple[str, str]]:
        if state is None:
            return lambda _: ("", "")
        columns = [self._column(column) for column in state.columns]
        moves = {
            name: (move.status, move.reason or "") if move else ("", "")
            for name, move in state.values.items()
        }
        ignores = state.stray == "ignore"

        def read(cells: Cells) -> tuple[str, str]:
            name = " / ".join([column(cells) for column in columns])
            move = moves.get(name)
            if move is None:
                if not ignores:
                    raise BadRow(f"state: {name[:80]!r} is not among the values of the mapping")
                return "", ""
            return move

        return read

    def _link(self, column: str, pattern: str) -> Read:
        serial = serial_reader(pattern)

        def finish(text: str) -> str:
            text = " ".join(text.split())
            if text and serial:
                serial(text)
            if len(text) > KEY_CHARACTERS_MAX:
                raise BadRow(f"{column}: a name has at most {KEY_CHARACTERS_MAX} characters")
            return text

        return self._cell(column, finish)

    def _order_key(self, column: str, kind: str) -> Callable[[Cells], str | int]:
        read = self._column(column)
        if kind == "text":
            return read

        def order(cells: Cells) -> int:
            text = read(cells)
            if not text:
                return -1
            if kind == "time":
                return int(self._read_time(text).timestamp() * 1_000_000)
            try:
                number = int(text)
            except ValueError:
                raise BadRow(f"{column}: {text[:80]!r} is no whole number") from None
            if not -(10**15) < number < 10**15:
                raise BadRow(f"{column}: the number {text[:80]} is too large")
            return number

        return order


def serial_reader(pattern: str) -> Callable[[str], int] | None:
    """A function from a foreign number to the serial in it, which raises BadRow."""
    if not pattern:
        return None
    before, _, after = pattern.partition(SERIAL)
    form = re.compile(re.escape(before) + r"([0-9]{1,18})" + re.escape(after))

    def read(number: str) -> int:
        match = form.fullmatch(number)
        if match is None:
            raise BadRow(f"{number[:80]!r} is no number of the form {pattern}")
        serial = int(match[1])
        if serial > SERIAL_MAX:
            raise BadRow(f"the serial of {number} is above {SERIAL_MAX}")
        return serial

    return read


def _cached(function: Callable[[str], Any]) -> Callable[[str], Any]:
    known: dict[str, Any] = {}

    def look_up(text: str) -> Any:
        found = known.get(text)
        if found is None:
            found = function(text)
            if len(known) >= CACHED_MAX:
                known.clear()
            if len(text) <= KEY_CHARACTERS_MAX:
                known[text] = found
        return found

    return look_up


def _nothing(_: Cells) -> str:
    return ""


def _constantly(text: str) -> Read:
    return lambda _: text


def _or_else(read: Read, default: str) -> Read:
    return lambda cells: read(cells) or default
