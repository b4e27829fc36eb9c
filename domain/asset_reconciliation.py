"""What becomes of the register by what a source says of an asset: a plan, with a reason for all
that is left as it is."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from domain.asset import Asset
from domain.asset_attributes import Schema, Value, Values
from domain.ids import number_of

MANUAL = "manual"
"""The source of what somebody said at the desk."""
DEFAULT = "*"
"""The attribute that stands for all that have no order of their own."""

FIELDS = ("location", "supplier", "contract")
"""What is changed besides attributes. A name and a tag are given at registration."""

Precedence = Mapping[str, Sequence[str]]
"""By attribute or field: the sources, the first before the others. Unnamed ones come last."""
Planned = Mapping[str, Mapping[UUID, Value]]
"""By attribute: the values that approved changes are giving it."""


class Said(Struct, frozen=True, kw_only=True):
    """What a source says of one asset."""

    source: str
    fields: Mapping[str, str]
    attributes: Values


class Plan(Struct, frozen=True, kw_only=True):
    fields: Mapping[str, str]
    attributes: Values
    drifts: Values
    """Found, and not to be: nobody has planned it."""
    cleared: tuple[str, ...]
    """Found again as the register says."""
    left: Mapping[str, str]
    """Why something else that was said does not count."""

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.attributes or self.drifts or self.cleared)


def planned(
    asset: Asset,
    schema: Schema,
    said: Said,
    precedence: Precedence,
    by_changes: Planned,
) -> Plan:
    """What is to be done with an asset of the type. What is said already is not said again."""
    fields: dict[str, str] = {}
    attributes: dict[str, Value] = {}
    drifts: dict[str, Value] = {}
    cleared: list[str] = []
    left: dict[str, str] = {}
    for name, text in said.fields.items():
        if name not in FIELDS or text == getattr(asset, name):
            continue
        if getattr(asset, name) and (before := _goes_before(asset, said.source, name, precedence)):
            left[name] = before
        else:
            fields[name] = text
    for name, value in said.attributes.items():
        old = asset.attributes.get(name)
        if old == value:
            if name in asset.drifts:
                cleared.append(name)
        elif old is not None and schema.attributes[name].is_controlled:
            change = next(
                (id for id, new in by_changes.get(name, {}).items() if new == value), None
            )
            if change is not None:
                left[name] = f"{number_of(change)} is making it so"
            else:
                drifts[name] = value
        elif old is not None and (before := _goes_before(asset, said.source, name, precedence)):
            left[name] = before
        else:
            attributes[name] = value
    return Plan(
        fields=fields, attributes=attributes, drifts=drifts, cleared=tuple(cleared), left=left
    )


def _goes_before(asset: Asset, source: str, name: str, precedence: Precedence) -> str:
    """Why what is registered stays, if its source goes before the one that says otherwise."""
    order = list(precedence.get(name, precedence.get(DEFAULT, ())))
    known = asset.sources.get(name, MANUAL)
    if _rank(known, order) < _rank(source, order):
        return f"{known} goes before {source}"
    return ""


def _rank(source: str, order: Sequence[str]) -> int:
    return order.index(source) if source in order else len(order)
