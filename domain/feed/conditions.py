"""Conditions on events, in CEL: which of those that are wanted are told.

They ask for what an event says of itself, as rules of declared views do: what people wrote is
sealed, and no condition asks for it. Where an event does not have a field, or who asks does not see
it, what is asked of that field is neither so nor not so: the condition holds if the rest of it says
so by itself.
"""

from collections.abc import Mapping

from domain.aggregate import Entry, Event
from domain.cel import library
from domain.condition_types import variables_of, yes_or_no
from domain.declared_fields import fields_of_any, sealed_in
from domain.expression import Expression
from domain.expression_hints import Vocabulary
from domain.expression_tree import Name
from domain.rules import Refused
from domain.subjects import Field
from domain.wrong_expression import WrongExpression, at_offset

TEXT_MAX = 2_000

OF_OUTLINES = frozenset(
    {
        *("record.id", "record.number", "record.kind", "event.topic", "event.position"),
        *("by.at", "by.effective_at", "by.day", "by.month", "never"),
    }
)
"""What is known of an event to whoever may only know that it happened."""


class EventCondition:
    """A compiled condition on some types of events."""

    def __init__(self, text: str, events: frozenset[type[Event]]) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        if len(text) > TEXT_MAX:
            raise WrongExpression(1, 1, f"a condition has at most {TEXT_MAX:,} characters.")
        told = fields_of_any(events)
        fields = {name: field for name, (field, _) in told.items()}
        self._expression = _compiled(text, fields, events)
        nodes = self._expression.tree.walk()
        asked = {node.name for node in nodes if isinstance(node, Name)}
        self._reads = {name: told[name][1] for name in asked if name in told}

    def holds(self, entry: Entry, *, is_whole: bool) -> bool:
        """Whether it holds for an event, of which somebody sees the whole or only that it happened.
        Raises Refused where there is no answer, as when it divides by zero."""
        seen = {
            name: value
            for name, read in self._reads.items()
            if (is_whole or name in OF_OUTLINES) and (value := read(entry)) is not None
        }
        try:
            return bool(self._expression.evaluate(seen))
        except Refused:
            if len(seen) < len(self._reads):
                return False
            raise


def _compiled(text: str, fields: Mapping[str, Field], events: frozenset[type[Event]]) -> Expression:
    environment = library().NewEnv(variables=variables_of(fields.values(), ""))
    try:
        return yes_or_no(text, environment, Vocabulary("an event", fields, root=""))
    except WrongExpression:
        for name in sorted(sealed_in(events) - fields.keys()):
            if (at := text.find(name)) >= 0:
                rule = f"{name} is sealed, as somebody wrote it: no condition asks for it."
                raise at_offset(text, at, rule) from None
        raise
