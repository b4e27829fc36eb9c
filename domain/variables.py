"""Variables in texts that are written once and said often: `{{requester}}`, `{{number}}`."""

import re
from collections.abc import Iterator, Mapping

from domain.rules import require

VARIABLES = {
    "number": "the number of the ticket",
    "title": "what it is about",
    "status": "its state",
    "priority": "its priority, from 1",
    "category": "its category",
    "service": "its service",
    "requester": "the name of whoever asks",
    "team": "the name of the team that has it",
    "assignee": "the name of the person who has it",
    "me": "the name of whoever says it",
}
"""What can stand in a text, and what it means. What is not known is left empty."""

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def check(place: str, text: str, known: Mapping[str, str] = VARIABLES) -> None:
    """Refuse a variable that there is not."""
    for name in _names(text):
        require(
            name in known,
            f"{place}: there is no variable {{{{{name}}}}}; those that there are: "
            f"{', '.join(known)}.",
        )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in the places of its variables."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)


def _names(text: str) -> Iterator[str]:
    return (found[1] for found in _VARIABLE.finditer(text))
