"""What is refused in an expression that compiles: what costs too much, and what never holds."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.cel import is_pattern
from domain.expression_hints import Vocabulary, did_you_mean
from domain.expression_tree import (
    DYNAMIC,
    TEXT,
    Call,
    Constant,
    Items,
    Loop,
    Name,
    Node,
    Select,
    Tree,
    Type,
    parts,
)
from domain.subjects import Field
from domain.wrong_expression import at_offset

LOOPS_MAX = 5
ITEMS_MAX = 500
LIST_JOINS_MAX = 5
IN_LOOPS_MAX = {"values": 100, "functions": 5, "parts": 80}
"""How many constants, calls of functions, and other parts loops may repeat."""
DEPTH_MAX = 2
PATTERN_MAX = 100
PATTERN_IN_LOOP_MAX = 30

EQUALITY = ("_==_", "_!=_")
ORDER = ("_<_", "_<=_", "_>_", "_>=_")


def check(text: str, tree: Tree, vocabulary: Vocabulary) -> None:
    """Refuse an expression that is written against its purpose. Raises WrongExpression."""
    problems = (*_costs(tree), *_loops(tree), *_literals(tree), *_values(tree, vocabulary))
    if problems:
        at, rule = min(problems)
        raise at_offset(text, at, rule)


Problem = tuple[int, str]


# Costs -----------------------------------------------------------------------------------


def _costs(tree: Tree) -> Iterator[Problem]:
    """Values that could grow without bound, or whose type is not known."""
    for node in tree.walk():
        type = tree.types.get(node.id, DYNAMIC if isinstance(node, Items) else TEXT)
        if _is_dynamic(type):
            yield node.at, "a list or a map has values of one type, and dyn is not known here."
        elif _depth(type) > DEPTH_MAX:
            yield node.at, f"lists stand in each other at most {DEPTH_MAX} deep."
        if isinstance(node, Items):
            if len(node.items) > ITEMS_MAX:
                yield node.at, f"a list has at most {ITEMS_MAX} values."
            if not node.is_list and type[0] != "map":
                yield node.at, "messages are not known here."


def _loops(tree: Tree) -> Iterator[Problem]:
    """Loops that could take much more than their steps, as when each doubles a text."""
    loops = [node for node in tree.walk() if isinstance(node, Loop)]
    if len(loops) > LOOPS_MAX:
        yield loops[LOOPS_MAX].at, f"an expression has at most {LOOPS_MAX} loops (exists, map…)."
    inside = [node for loop in _outermost(tree.root) for node in _inside(loop)]
    yield from _joined(tree, inside, loops)
    repeated: dict[str, list[Node]] = {"values": [], "functions": [], "parts": []}
    for node in inside:
        repeated["values" if isinstance(node, Constant) else "parts"].append(node)
        if isinstance(node, Call) and node.function[0].isalpha():
            repeated["functions"].append(node)
    for what, nodes in repeated.items():
        if len(nodes) > IN_LOOPS_MAX[what]:
            rule = f"at most {IN_LOOPS_MAX[what]} {what} stand inside loops (exists, map…)."
            yield nodes[IN_LOOPS_MAX[what]].at, rule


def _joined(tree: Tree, inside: Sequence[Node], loops: Sequence[Loop]) -> Iterator[Problem]:
    """Texts and lists that grow, from one step of a loop to the next or before it."""
    repeated = {node.id for node in inside}
    results = {loop.result for loop in loops}
    lists = 0
    for node in tree.walk():
        if not (isinstance(node, Call) and node.function == "_+_") or _adds_result(node, results):
            continue
        type = tree.types.get(node.id, TEXT)
        is_list = type[0] == "list"
        lists += is_list
        if (is_list and node.id in repeated) or (type == TEXT and loops):
            yield node.at, "texts and lists are not joined where there is a loop (exists, map…)."
        if lists > LIST_JOINS_MAX:
            yield node.at, f"lists are joined at most {LIST_JOINS_MAX} times."


def _is_dynamic(type: Type) -> bool:
    return type == DYNAMIC or any(_is_dynamic(part) for part in type[1:])


def _depth(type: Type) -> int:
    return 1 + max(map(_depth, type[1:])) if len(type) > 1 else 0


def _outermost(node: Node) -> Iterator[Loop]:
    if isinstance(node, Loop):
        yield node
        node = node.over
    for part in (node,) if isinstance(node, Loop) else parts(node):
        yield from _outermost(part)


def _inside(loop: Loop) -> Iterator[Node]:
    waiting = [loop.step, loop.condition, loop.end]
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting.extend(parts(node))


def _adds_result(node: Call, results: set[str]) -> bool:
    """Whether this is how map and filter gather what they give."""
    first = node.arguments[0]
    return isinstance(first, Name) and first.name in results


# Literals --------------------------------------------------------------------------------

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"-?(\d{1,9}(\.\d{1,9})?(h|m|s|ms|us|ns)){1,6}")


def moment(node: Node) -> datetime | None:
    """The moment of `timestamp("…")` with a text that is written there, or None."""
    if not (isinstance(node, Call) and node.function == "timestamp"):
        return None
    (given,) = node.arguments
    if not (isinstance(given, Constant) and isinstance(given.value, str)):
        return None
    if _MOMENT.fullmatch(given.value) is None:
        return None
    try:
        return datetime.fromisoformat(given.value)
    except ValueError:
        return None


def _literals(tree: Tree) -> Iterator[Problem]:
    """Moments, durations and patterns that are written as texts, and cannot be read."""
    repeated = {node.id for loop in _outermost(tree.root) for node in _inside(loop)}
    patterns = 0
    for node in tree.walk():
        if not isinstance(node, Call) or not node.arguments:
            continue
        last = node.arguments[-1]
        if not (isinstance(last, Constant) and isinstance(last.value, str)):
            if node.function == "matches":
                yield node.at, "a pattern is written there as a text."
            continue
        match node.function:
            case "timestamp" if moment(node) is None:
                yield last.at, 'a moment is written as in timestamp("2026-01-31T12:00:00Z").'
            case "duration" if _DURATION.fullmatch(last.value) is None:
                yield last.at, 'a duration is written as in duration("36h") or duration("90m").'
            case "matches":
                yield from _pattern(last.at, last.value, is_repeated=node.id in repeated)
                patterns += node.id in repeated
                if patterns > 1:
                    yield last.at, "at most one pattern is matched inside loops (exists, map…)."


def _pattern(at: int, pattern: str, *, is_repeated: bool) -> Iterator[Problem]:
    # A pattern is prepared anew whenever it is matched: a large one takes 0.1 s each time.
    if len(pattern) > PATTERN_MAX:
        yield at, f"a pattern has at most {PATTERN_MAX} characters."
    elif r"\p" in pattern.lower():
        yield at, r"a pattern has no classes such as \pL: write [a-z] or \w."
    elif is_repeated and (len(pattern) > PATTERN_IN_LOOP_MAX or "{" in pattern):
        yield (
            at,
            (
                "inside a loop (exists, map…), a pattern has no {…} and at most "
                f"{PATTERN_IN_LOOP_MAX} characters."
            ),
        )
    elif not is_pattern(pattern):
        yield at, "this is no pattern (RE2): a bracket is open, or a sign has no meaning."


# Values ----------------------------------------------------------------------------------


def _values(tree: Tree, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Values that a field can never have, and an order where there is none."""
    for node in tree.walk():
        if not (isinstance(node, Call) and len(node.arguments) == 2):
            continue
        for one, other in (node.arguments, reversed(node.arguments)):
            name, field = _field(one, tree, vocabulary)
            if field is None:
                continue
            if node.function in ORDER and field.type == "text" and field.values:
                yield node.at, _no_order(name, field)
            elif node.function in (*EQUALITY, "@in"):
                for constant in constants_of(other):
                    yield from _never(name, field, constant)


def _field(node: Node, tree: Tree, vocabulary: Vocabulary) -> tuple[str, Field | None]:
    """How a field is called in an expression, and the field, where a node is one."""
    match node:
        case Name():
            return node.name, vocabulary.fields.get(node.name)
        case Select(of=Name(name=person)) if tree.types.get(node.of.id, TEXT)[0] != "map":
            return f"{person}.{node.field}", vocabulary.people.get(node.field)
    return "", None


def constants_of(node: Node) -> tuple[Constant, ...]:
    """The constant that a node is, or those of a list."""
    parts = node.items if isinstance(node, Items) else (node,)
    return tuple(part for part in parts if isinstance(part, Constant))


def _never(name: str, field: Field, constant: Constant) -> Iterator[Problem]:
    value = constant.value
    if value is None:
        return
    if field.values and value not in field.values:
        known = [f'"{one}"' if isinstance(one, str) else str(one) for one in field.values]
        shown = f'"{value}"' if isinstance(value, str) else str(value)
        hint = did_you_mean(shown, known)
        yield constant.at, f"{name} is never {shown}; {hint}"
    elif field.type == "number" and isinstance(value, int) and value < 0:
        yield constant.at, f"{name} is never below 0."


def _no_order(name: str, field: Field) -> str:
    last = ", ".join(f'"{value}"' for value in field.values[-2:])
    return (
        f"{name} is a text, so < and > go by the alphabet: name the values that are "
        f"meant, as in {name} in [{last}]."
    )
