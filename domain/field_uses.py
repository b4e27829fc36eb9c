"""What an expression asks of each field: with which constants it compares it, and how else."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from domain.expression_rules import EQUALITY, ORDER, moment
from domain.expression_tree import Call, Constant, Items, Name, Node, Select, Tree, parts
from domain.rules import Refused
from domain.subjects import Field, Value

PREFIX = "subject."
TEXTS = ("text", "texts by name")
"""Types whose values are compared as texts, by the alphabet."""

Plain = str | int | bool | datetime


class Use(Struct):
    """How an expression uses a field, or one of the texts of a field that has them by name."""

    constants: set[Plain] = set()
    """What it is compared with."""
    is_compared_only: bool = True
    """Whether nothing matters of it but how it compares with these constants."""
    is_tested: bool = False
    """Whether it is asked if there is such a text."""


Uses = dict[tuple[str, str], Use]
"""By the name of the field without `subject.`, and that of the text in it or ""."""


def uses(tree: Tree, fields: tuple[Field, ...], prefix: str = PREFIX) -> Uses:
    """The use of each field that an expression reads; `prefix` is what their names begin with."""
    types = {field.name: field.type for field in fields}
    found: Uses = defaultdict(lambda: Use(constants=set()))

    def look(node: Node) -> None:
        if isinstance(node, Call) and len(node.arguments) == 2:
            left, right = node.arguments
            comparison = _comparison(node.function, left, right, prefix)
            if comparison is not None:
                compared, constants, is_equality = comparison
                use = found[compared]
                use.constants |= constants
                use.is_compared_only &= is_equality or types[compared[0]] not in TEXTS
                return
            if (
                node.function == "@in"
                and isinstance(left, Constant)
                and (field := _field(right, prefix))
            ):
                if types[field] == "texts by name":
                    found[field, str(left.value)].is_tested = True
                else:
                    found[field, ""].constants |= _plain(left)
                return
        if key := _key(node, prefix):
            use = found[key]
            if isinstance(node, Select) and node.is_test:
                use.is_tested = True
            else:
                use.is_compared_only = False
            return
        for part in parts(node):
            look(part)

    look(tree.root)
    return dict(found)


class Reading:
    """The fields that an expression reads, and how they are handed to it."""

    def __init__(self, tree: Tree, fields: tuple[Field, ...], prefix: str = PREFIX) -> None:
        self.uses = uses(tree, fields, prefix)
        self.fields = frozenset(field for field, _ in self.uses)
        self._names = tuple((f"{prefix}{field}", field) for field in sorted(self.fields))
        self._blanks: dict[str, dict[str, str]] = {}
        """The texts that a field is given where it has none: those that are read, not tested."""
        for (field, name), use in self.uses.items():
            if name and not use.is_tested:
                self._blanks.setdefault(field, {})[name] = ""

    def values(self, facts: Mapping[str, Value]) -> dict[str, Value]:
        """What is read of a subject with these fields. Raises Refused where one is missing."""
        values: dict[str, Value] = {}
        for name, field in self._names:
            if field not in facts:
                raise Refused(f"{name} is asked for, which is not known of this subject.")
            value = facts[field]
            if isinstance(value, Mapping):
                value = {**self._blanks.get(field, {}), **value}
            elif isinstance(value, tuple):
                value = list(value)
            values[name] = value
        return values


def literals(tree: Tree) -> frozenset[Plain]:
    """All texts, numbers and moments that are written in an expression."""
    return frozenset().union(*(_plain(node) for node in tree.walk()))


def _comparison(
    function: str, left: Node, right: Node, prefix: str
) -> tuple[tuple[str, str], set[Plain], bool] | None:
    """The field, the constants it is compared with, and whether by equality."""
    if function == "@in":
        key = _key(left, prefix)
        if key and isinstance(right, Items) and all(_plain(item) for item in right.items):
            return key, set().union(*(_plain(item) for item in right.items)), True
        return None
    if function not in (*EQUALITY, *ORDER):
        return None
    for one, other in ((left, right), (right, left)):
        if (key := _key(one, prefix)) and (constants := _plain(other)):
            return key, constants, function in EQUALITY
    return None


def _field(node: Node, prefix: str) -> str | None:
    if isinstance(node, Name) and node.name.startswith(prefix):
        return node.name.removeprefix(prefix)
    return None


def _key(node: Node, prefix: str) -> tuple[str, str] | None:
    """The field that a node is, with the name of a text in it."""
    if field := _field(node, prefix):
        return field, ""
    match node:
        case Select() if field := _field(node.of, prefix):
            return field, node.field
        case Call(function="_[_]", arguments=(of, Constant(value=str(name)))) if field := _field(
            of, prefix
        ):
            return field, name
    return None


def _plain(node: Node) -> set[Plain]:
    if isinstance(node, Constant) and isinstance(node.value, str | int):
        return {node.value}
    at = moment(node)
    return set() if at is None else {at}
