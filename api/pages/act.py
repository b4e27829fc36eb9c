"""An act that the page of a record offers, with the fields that its form asks for."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

Options = Sequence[tuple[str, str]]


class Field(Struct, frozen=True, kw_only=True):
    name: str
    label: str
    kind: str = "area"
    """`area`, `text`, `whole`, `choice`, `level` (a whole number of some), `person`, `team`,
    `template`, `moment` (in the time zone of whoever visits), `numbers` (of records, with
    blanks between them)."""
    options: Options = ()
    is_needed: bool = True
    hint: str = ""
    shown: str = ""
    """The field of the record that says how it is now, with a dot before a part of it."""


class Act(Struct, frozen=True, kw_only=True):
    name: str
    """Of the command, as in the domain and in the policy."""
    title: str
    button: str
    fields: tuple[Field, ...] = ()
    is_usual: bool = False
    """Whether its button stands beside the ticket, as what is done next."""


def same(literal: Any) -> Options:
    """What can be chosen, each called as it is."""
    return tuple((word, word) for word in literal.__args__)


REASON = Field(name="reason", label="Reason")
TEAM = Field(name="team", label="Team", kind="team", is_needed=False, shown="team")
