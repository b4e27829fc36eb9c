"""Acts on records that are no tickets, on their pages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from api.commands import Practice
from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.act import Act, Field, Options
from api.pages.ticket_acts import body_of
from api.pages.visits import Visit
from domain.aggregate import Aggregate
from domain.ids import parse_reference, prefix_of
from domain.policy import about

Turns = Callable[[Any], Collection[str]]
"""The acts whose turn it is in the state of a record."""


async def find(visit: Visit, practice: Practice) -> Aggregate:
    """The record that the address names. Raises Problem, and NotFound."""
    id = parse_reference(visit.params["ref"])
    if prefix_of(id) != practice.kind.prefix:
        what = practice.what.replace("_", " ")
        raise Problem("not_found", f"{visit.params['ref'][:80]} is no {what}.")
    return await visit.context.ledger.find(practice.kind, id)


def possible(
    visit: Visit, practice: Practice, record: Aggregate, acts: Sequence[Act], turns: Turns
) -> list[Act]:
    """The acts that the policy and the state of the record leave to whoever visits."""
    now, seen = turns(record), about(record)
    return [
        act for act in acts if act.name in now and visit.may(f"{practice.what}.{act.name}", seen)
    ]


async def send(
    visit: Visit, practice: Practice, number: str, acts: Sequence[Act], place: str
) -> Answer:
    """Do what the form that was sent is for."""
    name = visit.form.text("act")
    act = next((one for one in acts if one.name == name), None)
    if act is None:
        raise Problem("bad_request", "There is nothing like this to do here.")
    done = await visit.post(
        f"/{practice.plural}/{{ref}}/{name.replace('_', '-')}",
        number,
        body=body_of(visit, act, visit.form),
        version=visit.form.text("version"),
    )
    return visit.go(place, done=name, after=done)


def chosen_of(name: str, label: str, options: Options, *, kind: str = "choice") -> Field:
    """A field in which one of what a record has is chosen."""
    return Field(name=name, label=label, kind=kind, options=options)


def names(rows: Sequence[Mapping[str, Any]], key: str, label: str) -> Options:
    """The options that rows give."""
    return [(str(row[key]), str(row[label])) for row in rows]
