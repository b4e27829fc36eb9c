"""What people wrote in a record: its texts, which stand in its history and not in its state.

They are sealed under the keys of people, so the state of a record must not hold them, nor a digest
that could be guessed after an erasure.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.aggregate import Entry, Event

DETAIL = "details."
"""What the name of a detail has before it, as that of a text."""


class Worded(Event):
    """An event that says what somebody wrote."""

    @property
    def texts(self) -> Mapping[str, str | None]:
        """The texts by name; None for what it does not say."""
        raise NotImplementedError


def texts_of(history: Iterable[Entry]) -> dict[str, str]:
    """The texts of a record as they are after its history, by name."""
    found: dict[str, str] = {}
    for entry in history:
        if isinstance(entry.event, Worded):
            found |= {name: said for name, said in entry.event.texts.items() if said is not None}
    return found


def title_of(history: Sequence[Entry]) -> str:
    """The title of a ticket as it is after its history."""
    first: Any = history[0].event
    title: str = texts_of(history).get("title", first.title)
    return title


def detail_texts(details: Mapping[str, str]) -> dict[str, str]:
    """The details of a record as texts of it."""
    return {f"{DETAIL}{name}": said for name, said in details.items()}


def unless_known(said: str | None, known: str | None) -> str | None:
    """What is said, or None where it is known already."""
    return None if said == known else said
