"""Types of assets and of tickets with all kinds of attributes and fields, and values of these."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from domain.asset_attributes import Attribute
from domain.asset_type import AssetType
from domain.field_definitions import FieldDefinition
from domain.ids import record_id
from domain.ticket_type import TicketType, TypeDefinition
from projections.asset_register import REGISTER
from projections.parts import Part, parts_of_assets, parts_of_tickets
from projections.work_queue import QUEUE
from tests.people import BEA

COMPUTER = AssetType.define(
    record_id("ATY", 1),
    name="Computer",
    attributes=(
        Attribute(name="memory", kind="integer"),
        Attribute(name="weight", kind="decimal"),
        Attribute(name='serial "number"', kind="text"),
        Attribute(name="leased", kind="boolean"),
        Attribute(name="bought", kind="date"),
        Attribute(name="os", kind="choice", choices=("Linux", "Windows 10", 'O\'S "?" \\')),
        Attribute(name="responsible", kind="person"),
        Attribute(name="size", kind="integer"),
    ),
    by=BEA,
)
LAPTOP = AssetType.define(
    record_id("ATY", 2),
    name="Laptop",
    parent=COMPUTER.schema,
    attributes=(Attribute(name="grösse des Schirms", kind="decimal"),),
    by=BEA,
)
CHAIR = AssetType.define(
    record_id("ATY", 3), name="Chair", attributes=(Attribute(name="size", kind="text"),), by=BEA
)
ASSET_TYPES = (COMPUTER, LAPTOP, CHAIR)
INCIDENTS = TicketType.define(
    record_id("TYP", 1),
    ticket="incident",
    definition=TypeDefinition(
        fields=(
            FieldDefinition(name="site", label="Site", type="choice", choices=("Rome", "Oslo")),
            FieldDefinition(
                name="colours", label="Colours", type="multi-choice", choices=("a", "b", "é")
            ),
            FieldDefinition(name="size", label="Size", type="integer"),
            FieldDefinition(name="secret", label="Secret", type="text", is_personal=True),
        )
    ),
    by=BEA,
)
PROBLEMS = TicketType.define(
    record_id("TYP", 2),
    ticket="problem",
    definition=TypeDefinition(
        fields=(
            FieldDefinition(name="size", label="Size", type="text"),
            FieldDefinition(name="found", label="Found", type="date"),
        )
    ),
    by=BEA,
)

PARTS: Mapping[str, tuple[Part, ...]] = {
    REGISTER.name: parts_of_assets(ASSET_TYPES),
    QUEUE.name: parts_of_tickets((INCIDENTS, PROBLEMS)),
}
"""By the names of the lists."""

_TYPES = {REGISTER.name: [str(type.id) for type in ASSET_TYPES]}
_VALUES: Mapping[str, tuple[Any, ...]] = {
    "integer": (-3, 0, 1, 8, 2**53 - 1),
    "decimal": ("0", "-0.1", "0.1", "1.1", "12.5", "123456789012345678901234567890.1"),
    "boolean": (True, False),
    "day": ("0001-01-01", "2026-02-28", "2026-03-01"),
    "id": tuple(str(record_id("PER", serial)) for serial in range(1, 5)),
    "text": ("", "a", "A", "é", "😀b", "100%", "x' OR 1=1"),
    "json": ([], ["a"], ["a", "b"], ["é"]),
}
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def made_up_parts(table: str, row: Any, chance: Random) -> None:
    """Give a row values of all kinds in its JSON columns, some of another kind than is defined."""
    if types := _TYPES.get(table):
        row.type = chance.choice([*types, None])
    for of in {part.of for part in PARTS.get(table, ())}:
        values = {}
        for part in PARTS[table]:
            if part.of == of and chance.random() < 0.7:
                kind = part.kind if chance.random() < 0.9 else chance.choice([*_VALUES])
                values[part.key] = chance.choice(part.choices or _VALUES[kind])
        setattr(row, of, values)


def value_of(row: Mapping[str, Any], part: Part) -> Any:
    """What a row has for a part, in Python; None where it has no value of the kind."""
    if part.types and row[part.type_column] not in part.types:
        return None
    value = row[part.of].get(part.key)
    match part.kind:
        case "integer":
            return value if type(value) is int else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "json":
            return value if isinstance(value, list) else None
        case "decimal":
            is_one = isinstance(value, str) and _DECIMAL.fullmatch(value)
            return float(value) if is_one else None
    return value if isinstance(value, str) else None
