"""How an expression is refused: with its place and the rule."""

from domain.rules import Refused


class WrongExpression(Refused):
    """What is wrong with an expression, at a line and a column of its text, 1 first."""

    def __init__(self, line: int, column: int, rule: str) -> None:
        super().__init__(f"line {line}, column {column}: {rule}")
        self.line = line
        self.column = column
        self.rule = rule


def at_offset(text: str, offset: int, rule: str) -> WrongExpression:
    """The refusal of what stands after so many characters of a text."""
    before = text[:offset]
    line_start = before.rfind("\n") + 1
    return WrongExpression(before.count("\n") + 1, offset - line_start + 1, rule)
