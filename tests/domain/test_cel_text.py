"""Expressions that are put together have the parentheses that they need."""

from itertools import product
from typing import get_args

import pytest

from domain import cel_text as cel
from domain.cel import library
from domain.cel_text import Operator, Text
from domain.expression_tree import Call, Constant, Items, Name, Node, read

ENVIRONMENT = library().NewEnv(
    variables=dict.fromkeys("abc", library().Type.DYN)  # any operator is for any of them
)
A, B, C = map(Text, "abc")
OPERATORS = get_args(Operator)


def shape(text: str) -> str:
    """The tree of an expression; "" if its types do not meet."""
    try:
        return _shape(read(ENVIRONMENT.compile(text).serialize()).root)
    except RuntimeError as error:
        if "no matching overload" not in str(error):
            raise
        return ""


def _shape(node: Node) -> str:
    match node:
        case Name():
            return node.name
        case Constant():
            return repr(node.value)
        case Call():
            return f"{node.function}({', '.join(map(_shape, node.arguments))})"
        case Items():
            return f"[{', '.join(map(_shape, node.items))}]"
    raise AssertionError(node)


@pytest.mark.parametrize("one", OPERATORS)
def test_parts_stay_together(one: Operator) -> None:
    shapes = [shape(f"(a) {one} ((b) {other} (c))") for other in OPERATORS]
    assert len(set(shapes)) > 5

    for other in OPERATORS:
        right = cel.joined(one, A, cel.joined(other, B, C))
        left = cel.joined(one, cel.joined(other, A, B), C)

        assert shape(right.text) == shape(f"(a) {one} ((b) {other} (c))")
        assert shape(left.text) == shape(f"((a) {other} (b)) {one} (c)")


@pytest.mark.parametrize("operator", OPERATORS)
def test_choices_signs_and_calls_hold_their_parts_together(operator: Operator) -> None:
    joined = cel.joined(operator, A, B)
    choice = cel.chosen(A, B, C)

    assert shape(cel.joined(operator, choice, choice).text) == shape(
        f"(a ? b : c) {operator} (a ? b : c)"
    )
    for whole, meant in (
        (cel.negated(joined), f"!((a) {operator} (b))"),
        (cel.minus(joined), f"-((a) {operator} (b))"),
        (cel.joined(operator, cel.negated(A), cel.minus(B)), f"(!a) {operator} (-b)"),
        (cel.asked(joined, "size"), f"((a) {operator} (b)).size()"),
        (cel.called("size", joined), f"size((a) {operator} (b))"),
        (cel.listed([joined, C]), f"[((a) {operator} (b)), c]"),
    ):
        assert shape(whole.text) == shape(meant)


def test_choices_stand_in_each_other() -> None:
    inner = cel.chosen(A, B, C)

    for parts in product((A, inner), repeat=3):
        meant = "({}) ? ({}) : ({})".format(*(part.text for part in parts))
        assert shape(cel.chosen(*parts).text) == shape(meant)


def test_no_more_parentheses_than_needed() -> None:
    assert cel.joined("+", cel.joined("+", A, B), cel.joined("*", B, C)).text == "a + b + b * c"
    assert (
        cel.chosen(cel.joined("||", A, B), C, cel.chosen(A, B, C)).text == "a || b ? c : a ? b : c"
    )
    assert cel.minus(cel.whole(-1)).text == "-(-1)"
    assert cel.quoted('ä"\n').text == '"ä\\"\\n"'
