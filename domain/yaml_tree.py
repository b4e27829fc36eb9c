"""YAML that people write, read with the place of everything in it.

Plain YAML 1.2 alone: one document of fields, lists, texts, numbers, yes or no, and nothing. Tags,
anchors and aliases are refused, and so are a field given twice and whatever exceeds a limit, each
with its line and column. Reading goes on after such a mistake, so that all are found at once; only
broken syntax ends it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

BYTES_MAX = 256 * 1024
NODES_MAX = 20_000
DEPTH_MAX = 16
DIGITS_MAX = 15

Place = tuple[str | int, ...]
"""The way to a part: names of fields, and the places in lists, from 0."""

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Mark(NamedTuple):
    """A position in the text, both from 1; the column counts characters."""

    line: int
    column: int


class Mistake(NamedTuple):
    """What is wrong, and where."""

    mark: Mark
    place: Place
    rule: str


class Tree(Struct, frozen=True):
    """What a text says. `mistakes` are those of its form; their parts are None or left out."""

    value: Any
    values: dict[Place, Mark]
    """Where each part begins."""
    keys: dict[Place, Mark]
    """Where the name of each field begins."""
    mistakes: tuple[Mistake, ...]
    is_whole: bool
    """Whether it was read to its end."""
    text: str = ""

    def known(self, place: Place) -> Place:
        """The part of a place that is there: what it names may be missing."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.values:
                return place[:length]
        return ()

    def mark(self, place: Place) -> Mark:
        """Where a part begins, or else what should hold it."""
        return self.values.get(self.known(place), Mark(1, 1))

    def at(self, place: Place) -> Any:
        """What stands at a place that is known."""
        node = self.value
        for step in place:
            node = node[step]
        return node

    def inside(self, place: Place, line: int, column: int) -> Mark | None:
        """Where a line and column of the text at a place are in the document; None where it is
        written in another way than it reads, as with escapes."""
        mark = self.mark(place)
        said = str(self.at(place)).split("\n")
        written = _LINE_END.split(self.text)
        if not 1 <= line <= len(said):
            return None
        # A block begins below its sign, a text in quotes or without on the line itself.
        for number in (mark.line + line - 1, mark.line + line):
            source = written[number - 1] if number <= len(written) else ""
            start = source.find(said[line - 1], mark.column - 1 if number == mark.line else 0)
            if start >= 0 and said[line - 1]:
                return Mark(number, start + column)
        return None


def path_of(place: Place) -> str:
    """A place in words: `stages[0].quorum`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def steps_of(place: str) -> Place:
    """The steps of a place such as `stages[1].when`."""
    steps: list[str | int] = []
    for part in place.replace("[", ".[").split("."):
        is_index = part.startswith("[") and part[1:-1].isdecimal()
        if part:
            steps.append(int(part[1:-1]) if is_index else part)
    return tuple(steps)


def read(content: bytes | str) -> Tree:
    """Read a text. Never raises: whatever is wrong is among the mistakes of the tree."""
    try:
        text = _decoded(content)
        if unreadable := _UNREADABLE.search(text):
            name = f"U+{ord(unreadable[0]):04X}"
            raise _Unusable(_at(text, unreadable.start()), f"the character {name} is not allowed.")
    except _Unusable as unusable:
        return Tree(None, {}, {}, (unusable.mistake,), is_whole=False)
    return _Reading(text).tree()


class _Unusable(Exception):
    """The text cannot be read on from here."""

    def __init__(self, mark: Mark, rule: str, place: Place = ()) -> None:
        super().__init__(rule)
        self.mistake = Mistake(mark, place, rule)


def _decoded(content: bytes | str) -> str:
    too_large = _Unusable(Mark(1, 1), f"a document has at most {BYTES_MAX // 1024} KB.")
    # The length first: what is far too large is not even looked at.
    if len(content) > BYTES_MAX:
        raise too_large
    if isinstance(content, str):
        if len(content.encode("utf-8", "replace")) > BYTES_MAX:
            raise too_large
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        raise _Unusable(_at(before, len(before)), "a document is written in UTF-8.") from None


def _at(text: str, index: int) -> Mark:
    ends = [end.end() for end in _LINE_END.finditer(text, 0, index)]
    return Mark(len(ends) + 1, index - (ends[-1] if ends else 0) + 1)


class _Open:
    """A list or a group of fields whose end has not been read."""

    __slots__ = ("key", "place", "value")

    def __init__(self, place: Place, value: Any) -> None:
        self.place = place
        self.value = value
        self.key: str | None = None
        """The name of the field whose value comes next."""


class _Reading:
    """From the events of the parser to a tree, without recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._value: Any = None
        self._values: dict[Place, Mark] = {}
        self._keys: dict[Place, Mark] = {}
        self._mistakes: list[Mistake] = []
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0
        self._left_out = 0
        """How deep inside a part that is left out the reading is."""

    def tree(self) -> Tree:
        is_whole = True
        try:
            for event in self._events():
                self._take(event)
        except _Unusable as unusable:
            self._mistakes.append(unusable.mistake)
            is_whole = False
        return Tree(
            self._value, self._values, self._keys, tuple(self._mistakes), is_whole, self._text
        )

    def _events(self) -> Iterator[Event]:
        try:
            yield from YAML(typ="safe", pure=True).parse(self._text)
        except MarkedYAMLError as error:
            found = error.problem_mark or error.context_mark
            mark = Mark(found.line + 1, found.column + 1) if found else Mark(1, 1)
            raise _Unusable(mark, _syntax(error, self._line(mark)), self._here()) from None
        # The library lets some broken escapes through to Python's own functions.
        except (YAMLError, ValueError, TypeError, OverflowError, AttributeError) as error:
            said = str(error).partition("\n")[0][:200]
            raise _Unusable(self._last(), f"this is no YAML: {said}.", self._here()) from None

    def _take(self, event: Event) -> None:
        match event:
            case DocumentStartEvent():
                self._begin(event)
            case MappingEndEvent() | SequenceEndEvent():
                if self._left_out:
                    self._left_out -= 1
                else:
                    self._open.pop()
            case NodeEvent():
                self._node(event)

    def _begin(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _Unusable(_mark(event), "a file has one document, and here a second one begins.")
        if event.version or event.tags:
            self._mistakes.append(Mistake(_mark(event), (), "directives such as %TAG have no use."))

    def _node(self, event: NodeEvent) -> None:
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise _Unusable(
                _mark(event), f"a document has at most {NODES_MAX} parts.", self._here()
            )
        is_start = isinstance(event, MappingStartEvent | SequenceStartEvent)
        if is_start and len(self._open) + self._left_out >= DEPTH_MAX:
            rule = f"a document is at most {DEPTH_MAX} levels deep."
            raise _Unusable(_mark(event), rule, self._here())
        if self._left_out:
            self._left_out += is_start
            return
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._name(event, holder)
            return
        place = self._next_place(holder)
        if place in self._values:
            rule = f"this field is given twice, first in line {self._keys[place].line}."
            self._mistakes.append(Mistake(_mark(event), place, rule))
            self._open[-1].key = None
            self._left_out += is_start
            return
        if not self._is_plain(event, place):
            self._put(holder, place, event, None)
            self._left_out += is_start
            return
        if isinstance(event, ScalarEvent):
            self._put(holder, place, event, self._scalar(event, place))
            return
        value: Any = {} if isinstance(event, MappingStartEvent) else []
        self._put(holder, place, event, value)
        self._open.append(_Open(place, value))

    def _name(self, event: NodeEvent, holder: _Open) -> None:
        """Take the name of a field."""
        if not isinstance(event, ScalarEvent):
            raise _Unusable(_mark(event), "the name of a field is a text.", holder.place)
        holder.key = str(event.value)
        place = (*holder.place, holder.key)
        self._is_plain(event, place)
        self._clean(event, holder.place)
        self._keys.setdefault(place, _mark(event))

    def _next_place(self, holder: _Open | None) -> Place:
        if holder is None:
            return ()
        return (*holder.place, len(holder.value) if holder.key is None else holder.key)

    def _put(self, holder: _Open | None, place: Place, event: NodeEvent, value: Any) -> None:
        if holder is None:
            self._value = value
        elif holder.key is None:
            holder.value.append(value)
        else:
            holder.value[holder.key] = value
            holder.key = None
        self._values[place] = _mark(event)

    def _is_plain(self, event: NodeEvent, place: Place) -> bool:
        """Whether a part is read at all: an alias and whatever has a tag is left out."""
        mark = _mark(event)
        if isinstance(event, AliasEvent):
            rule = "aliases (*) are not used here; a text that begins with * is put in quotes."
            self._mistakes.append(Mistake(mark, place, rule))
            return False
        if event.anchor is not None:
            rule = "anchors (&) are not used here; a text that begins with & is put in quotes."
            self._mistakes.append(Mistake(mark, place, rule))
        if getattr(event, "tag", None) is not None:
            rule = "tags (!) are not used here; a text that begins with ! is put in quotes."
            self._mistakes.append(Mistake(mark, place, rule))
            return False
        return True

    def _scalar(self, event: ScalarEvent, place: Place) -> Any:
        self._clean(event, place)
        text = str(event.value)
        if event.style:
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOLEAN.fullmatch(text):
            return text[0] in "tT"
        if _INTEGER.fullmatch(text) and len(text) <= DIGITS_MAX:
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def _clean(self, event: ScalarEvent, place: Place) -> None:
        if unclean := _UNCLEAN.search(str(event.value)):
            rule = f"the character U+{ord(unclean[0]):04X} is not allowed."
            self._mistakes.append(Mistake(_mark(event), place, rule))

    def _here(self) -> Place:
        if not self._open:
            return ()
        holder = self._open[-1]
        return holder.place if holder.key is None else (*holder.place, holder.key)

    def _last(self) -> Mark:
        return max((*self._values.values(), *self._keys.values()), default=Mark(1, 1))

    def _line(self, mark: Mark) -> str:
        lines: Sequence[str] = _LINE_END.split(self._text)
        return lines[mark.line - 1] if mark.line <= len(lines) else ""


def _mark(event: Event) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _syntax(error: MarkedYAMLError, line: str) -> str:
    """The parser's words, and what it mostly is."""
    said = f"this is no YAML: {error.problem or error.context}"
    begun = f"line {error.context_mark.line + 1}" if error.context_mark else "a line before"
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in said:
        hint = "YAML is indented with spaces, never with tabs"
    elif "mapping values are not allowed" in said or "'<scalar>'" in said:
        hint = "a text with quotes or a colon in it is put in quotes as a whole"
    elif "expected <block end>" in said:
        hint = "what belongs together is indented alike"
    elif "but got" in said or "end of stream" in said:
        hint = f"what begins in {begun} is not closed"
    else:
        return f"{said}."
    return f"{said}; {hint}."
