"""The tree of a checked CEL expression, read from its serialised form (`cel.expr.CheckedExpr`).

The form is a protocol buffer of a published schema: https://github.com/google/cel-spec, in
proto/cel/expr/checked.proto. The few fields that are asked for are read here directly, as the
protobuf library costs 10 MB of memory in each process.
"""

import struct
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

Literal = str | bytes | int | float | bool | None
Type = tuple[Any, ...]
"""As ("list", of what), ("map", of which keys, to what), TEXT, DYNAMIC, or PLAIN for others."""

TEXT: Type = ("text",)
DYNAMIC: Type = ("dynamic",)
PLAIN: Type = ("plain",)
_TEXTS = (5, 6)
"""The numbers of the types string and bytes in the schema."""


class Node(Struct, frozen=True):
    """A part of an expression; `at` counts the characters before its place in the text."""

    id: int
    at: int


class Constant(Node, frozen=True):
    value: Literal


class Name(Node, frozen=True):
    name: str


class Select(Node, frozen=True):
    """`of.field`, or `has(of.field)`."""

    of: Node
    field: str
    is_test: bool


class Call(Node, frozen=True):
    """A function or an operator, as `_==_`. Of a method, the first argument is its object."""

    function: str
    arguments: tuple[Node, ...]


class Items(Node, frozen=True):
    """A list as it is written, or the keys and values of a map or message, in turn."""

    items: tuple[Node, ...]
    is_list: bool


class Loop(Node, frozen=True):
    """What exists, all, map and filter stand for: each step makes a new `result` of the last."""

    variable: str
    over: Node
    result: str
    begin: Node
    condition: Node
    step: Node
    end: Node


class Tree(Struct, frozen=True):
    root: Node
    types: dict[int, Type]
    """Of each node, by its id."""

    def walk(self) -> Iterator[Node]:
        """All nodes, each before its parts."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(parts(node)))


def parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Select():
            return (node.of,)
        case Call():
            return node.arguments
        case Items():
            return node.items
        case Loop():
            return (node.over, node.begin, node.condition, node.step, node.end)
    return ()


def read(serialised: bytes, container: str = "") -> Tree:
    """The tree of `Expression.serialize()`: a CheckedExpr, packed into an Any. Names are told as
    they stand in a container."""
    checked = _message(_message(serialised)[2][0])
    source = _message(checked[5][0])
    places = dict(_entry(entry) for entry in source.get(4, ()))
    types = {}
    for entry in checked.get(3, ()):
        pair = _message(entry)
        types[pair[1][0]] = _type(pair[2][0])
    within = f"{container}." if container else ""
    return Tree(root=_node(checked[4][0], places, within), types=types)


Fields = dict[int, list[Any]]


def _message(data: bytes) -> Fields:
    """The values of each field of a message: whole numbers, or bytes that are still to be read."""
    found: Fields = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value: int | bytes
        match key & 7:
            case 0:
                value, at = _varint(data, at)
            case 1:
                value, at = data[at : at + 8], at + 8
            case 2:
                length, at = _varint(data, at)
                value, at = data[at : at + length], at + length
            case wire_type:
                raise ValueError(f"A field of wire type {wire_type} is not part of the schema.")
        found.setdefault(key >> 3, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _entry(data: bytes) -> tuple[int, int]:
    pair = _message(data)
    return pair.get(1, [0])[0], pair.get(2, [0])[0]


def _text(fields: Fields, number: int) -> str:
    value: bytes = fields.get(number, [b""])[0]
    return value.decode()


def _node(data: bytes, places: dict[int, int], within: str) -> Node:
    fields = _message(data)
    id: int = fields.get(2, [0])[0]
    at = places.get(id, 0)
    number = next((number for number in range(3, 10) if number in fields), 0)
    inner: Fields = _message(fields[number][0]) if number else {}

    def node(part: int) -> Node:
        return _node(inner[part][0], places, within)

    match number:
        case 3:
            return Constant(id, at, _constant(inner))
        case 4:
            return Name(id, at, _text(inner, 1).removeprefix(within))
        case 5:
            return Select(id, at, node(1), _text(inner, 2), bool(inner.get(3, [0])[0]))
        case 6:
            arguments = (*inner.get(1, ()), *inner.get(3, ()))
            return Call(
                id, at, _text(inner, 2), tuple(_node(each, places, within) for each in arguments)
            )
        case 7:
            items = tuple(_node(each, places, within) for each in inner.get(1, ()))
            return Items(id, at, items, is_list=True)
        case 8:
            entries = [_message(each) for each in inner.get(2, ())]
            pairs = (entry[part][0] for entry in entries for part in (3, 4) if part in entry)
            return Items(
                id, at, tuple(_node(each, places, within) for each in pairs), is_list=False
            )
        case 9:
            return Loop(
                id,
                at,
                variable=_text(inner, 1),
                over=node(2),
                result=_text(inner, 3),
                begin=node(4),
                condition=node(5),
                step=node(6),
                end=node(7),
            )
    return Node(id, at)


def _constant(fields: Fields) -> Literal:
    ((number, (value,)),) = fields.items()
    match number:
        case 2:
            return bool(value)
        case 3:
            return value - (1 << 64) if value >> 63 else int(value)
        case 4:
            return int(value)
        case 5:
            (double,) = struct.unpack("<d", value)
            return float(double)
        case 6:
            return str(value, "utf-8")
        case 7:
            return bytes(value)
    return None


def _type(data: bytes) -> Type:
    fields = _message(data)
    if 1 in fields:
        return DYNAMIC
    if 6 in fields:
        inner = _message(fields[6][0])
        return ("list", _type(inner[1][0]) if 1 in inner else DYNAMIC)
    if 7 in fields:
        inner = _message(fields[7][0])
        return ("map", *(_type(inner[part][0]) if part in inner else DYNAMIC for part in (1, 2)))
    return TEXT if fields.get(3, [0])[0] in _TEXTS else PLAIN
