"""What becomes of the register by what a source says of an asset: a plan, with a reason for all
that is left as it is."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from domain.asset import Asset, Status
from domain.asset_attributes import Schema, Value, Values
from domain.asset_reminders import ENDS
from domain.ids import number_of
from domain.provenance import Provenance

MANUAL = "manual"
"""The source of what somebody said at the desk."""
DEFAULT = "*"
"""The attribute that stands for all that have no order of their own."""

FIELDS = (
    *("location", "supplier", "contract", "owner", "user", "entitled"),
    *(f"ends.{end}" for end in ENDS),
)
"""What is changed besides attributes. A name and a tag are given at registration. The owner and the
user are people, the ends are days, and of a licence so many installations are entitled."""
HANDED_OUT = (Status.IN_STOCK, Status.IN_USE)

Given = str | UUID | date | int
Fields = Mapping[str, Given]

Precedence = Mapping[str, Sequence[str]]
"""By attribute or field: the sources, the first before the others. Unnamed ones come last."""
Planned = Mapping[str, Mapping[UUID, Value]]
"""By attribute: the values that approved changes are giving it."""


class Said(Struct, frozen=True, kw_only=True):
    """What a source says of one asset."""

    source: str
    fields: Fields
    attributes: Values


class Plan(Struct, frozen=True, kw_only=True):
    fields: Fields
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
    fields, left = _planned_fields(asset, said, precedence)
    attributes: dict[str, Value] = {}
    drifts: dict[str, Value] = {}
    cleared: list[str] = []
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


def _planned_fields(
    asset: Asset, said: Said, precedence: Precedence
) -> tuple[dict[str, Given], dict[str, str]]:
    """What is given besides attributes, and why the rest is left."""
    fields: dict[str, Given] = {}
    left: dict[str, str] = {}
    for name, new in said.fields.items():
        present = _present(asset, name)
        if name not in FIELDS or new == present:
            continue
        if name == "user" and asset.status not in HANDED_OUT:
            left[name] = f"it is {asset.status}"
        elif present not in (None, "") and (
            before := _goes_before(asset, said.source, name, precedence)
        ):
            left[name] = before
        else:
            fields[name] = new
    return fields, left


def give(asset: Asset, fields: Fields, *, source: str, by: Provenance) -> None:
    """Give an asset what a source says of it besides attributes."""

    def text(name: str) -> str | None:
        return str(fields[name]) if name in fields else None

    owner, user = fields.get("owner"), fields.get("user")
    asset.describe(
        owner=owner if isinstance(owner, UUID) else None,
        location=text("location"),
        supplier=text("supplier"),
        contract=text("contract"),
        ends={end: day for end in ENDS if isinstance(day := fields.get(f"ends.{end}"), date)},
        source=source,
        by=by,
    )
    if isinstance(entitled := fields.get("entitled"), int):
        asset.entitle(installations=entitled, source=source, by=by)
    if isinstance(user, UUID) and user != asset.holder:
        if asset.status is Status.IN_USE:
            asset.return_(condition=f"Somebody else has it, says {source}.", by=by)
        asset.issue(user, source=source, by=by)


def _present(asset: Asset, name: str) -> Given | None:
    if name == "user":
        return asset.holder
    field, _, end = name.partition(".")
    found: Given | None = asset.ends.get(end) if end else getattr(asset, field, None)
    return found


def _is_said(present: Given | None) -> bool:
    """Whether there is something: no installations are something, too."""
    return present not in (None, "")


def _goes_before(asset: Asset, source: str, name: str, precedence: Precedence) -> str:
    """Why what is registered stays, if its source goes before the one that says otherwise."""
    order = list(precedence.get(name, precedence.get(DEFAULT, ())))
    known = asset.sources.get(name, MANUAL)
    if _rank(known, order) < _rank(source, order):
        return f"{known} goes before {source}"
    return ""


def _rank(source: str, order: Sequence[str]) -> int:
    return order.index(source) if source in order else len(order)
