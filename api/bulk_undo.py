"""The way back from what a row of a bulk job did: the act, and its body, that undoes it.

What was created is ended as its kind is ended. What was set is set to what it was before, and what
has an opposite is undone by it. For everything else there is no way back.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from pydantic import ValidationError

from api.bulk_acts import Act, acts
from domain.aggregate import Entry
from domain.event_fields import fields_of

ENDS = ("cancel", "retire", "disband", "deactivate", "remove")
"""Acts that end a record, of which a kind has mostly one."""
SETTERS = frozenset({"amend", "assign", "categorise", "prioritise", "rename", "set_fields"})
"""Acts whose bodies say what fields of the record are from then on."""
OPPOSITES = {
    "watch": "unwatch",
    "add_affected_person": "remove_affected_person",
    "link": "unlink",
    "relate": "unrelate",
    "affect": "unaffect",
    "add_member": "remove_member",
    "grant_role": "revoke_role",
}
OPPOSITES |= {there: back for back, there in OPPOSITES.items()}


class Way(NamedTuple):
    act: Act
    body: bytes


def of_creation(act: Act, reason: str) -> Way | None:
    for name in ENDS:
        end = acts().get(f"{act.practice.what}.{name}")
        if end is not None:
            asks = "reason" in end.does.body.model_fields
            return _way(end, {"reason": reason} if asks else {})
    return None


def of_change(
    act: Act, before: Mapping[str, Any], after: Mapping[str, Any], happened: Sequence[Entry]
) -> Way | None:
    """From how the record was shown before and after the row, and from what the row recorded."""
    if act.does.name in SETTERS:
        return _way(act, _set_back(act, before, after))
    opposite = acts().get(f"{act.practice.what}.{OPPOSITES.get(act.does.name)}")
    if opposite is None:
        return None
    said = msgspec.to_builtins(happened[0].event)
    told = fields_of(type(happened[0].event))
    wanted = opposite.does.body.model_fields
    return _way(opposite, {name: said[name] for name in wanted if name in told and name in said})


def _set_back(act: Act, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    fields = act.does.body.model_fields
    # Who amends says what is to be otherwise; all others say everything anew.
    is_partial = act.does.name != "assign" and not any(
        field.is_required() for field in fields.values()
    )
    is_partial = is_partial or act.does.name == "set_fields"
    body: dict[str, Any] = {}
    for name in fields:
        was, became = before.get(name), after.get(name)
        if is_partial and was == became:
            continue
        if isinstance(was, dict) and isinstance(became, dict):
            changed = [key for key in {**was, **became} if was.get(key) != became.get(key)]
            body[name] = {key: was.get(key) for key in changed}
        else:
            body[name] = was
    return body


def _way(act: Act, body: Mapping[str, Any]) -> Way | None:
    """Nothing where the act cannot say that, such as that there was no priority."""
    raw = msgspec.json.encode(body)
    if act.does.body.model_fields and not body:
        return None
    try:
        act.does.body.__pydantic_validator__.validate_json(raw)
    except ValidationError:
        return None
    return Way(act, raw)
