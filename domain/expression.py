"""Expressions in CEL, the Common Expression Language: compiled, checked, and evaluated in bounds.

An expression has no clock and no side effect, so it gives the same answer whenever it is asked
again. What it may take is limited: its text, its nesting (32 levels, by the library), its loops
(10,000 steps, by the library) and what `domain.expression_rules` says. https://cel.dev
"""

import re
from collections.abc import Mapping
from typing import Any

from domain.cel import library
from domain.expression_hints import Vocabulary, sentence
from domain.expression_rules import check
from domain.expression_tree import Tree, read
from domain.rules import Refused
from domain.text import body
from domain.wrong_expression import WrongExpression, at_offset

TEXT_MAX = 4_000
SHOWN_MAX = 200
"""So much of an expression is repeated in a refusal, in characters."""


class Expression:
    """A compiled expression, with its tree."""

    def __init__(self, text: str, environment: Any, vocabulary: Vocabulary) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        self.text = text
        self._compiled = _compile(text, environment, vocabulary)
        self.tree: Tree = read(self._compiled.serialize(), vocabulary.container)
        check(text, self.tree, vocabulary)

    @property
    def type(self) -> str:
        """The type of its value as CEL writes it, such as bool or list(string)."""
        return _type(self._compiled)

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Its value for these values of its variables.

        Raises Refused where it has none, as when it divides by zero or takes too many steps.
        """
        cel = library()
        try:
            answer = self._compiled.eval(data=values)
            if answer.type() == cel.Type.ERROR:
                raise Refused(self._no_answer(str(answer.value())))
            return answer.plain_value()
        except RuntimeError as error:
            raise Refused(self._no_answer(str(error))) from None

    def _no_answer(self, error: str) -> str:
        shown = self.text if len(self.text) <= SHOWN_MAX else f"{self.text[:SHOWN_MAX]}…"
        return f"The expression {shown} has no answer: {_reason(error)}"


def _type(compiled: Any) -> str:
    name = str(compiled.return_type().name()).replace("<", "(").replace(">", ")")
    return re.sub(r"\b[A-Z]+\b", lambda word: word[0].lower(), name)


def _compile(text: str, environment: Any, vocabulary: Vocabulary) -> Any:
    try:
        clean = body(text, "an expression", TEXT_MAX)
    except Refused as refused:
        raise WrongExpression(1, 1, str(refused)) from None
    if clean == "":
        raise WrongExpression(1, 1, "an expression is needed here.")
    try:
        return environment.compile(text)
    except RuntimeError as error:
        message = str(error)
    place, rule = sentence(text, message, vocabulary)
    raise at_offset(text, place, rule)


REASONS = {
    "Iteration budget exceeded": "it takes more than 10,000 steps.",
    "divide by zero": "it divides by zero.",
    "modulus by zero": "it divides by zero.",
    "integer overflow": "a number gets too large.",
    "Key not found in map": "there is no entry of that name",
    "No value with name": "a field is not given",
    "Index error": "a list has fewer items than it asks for.",
}
"""What errors of the library mean; those without a full stop are told in full."""


def _reason(error: str) -> str:
    for part, reason in REASONS.items():
        if part in error:
            if reason.endswith("."):
                return reason
            return f"{reason}: {error[error.index(part) + len(part) :].strip(' :')}."
    return f"{error.removesuffix('[INTERNAL]').strip()}."
