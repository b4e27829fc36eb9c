"""Types of tickets, and values for their fields, for the tests that try anything."""

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.field_definitions import FieldDefinition, Needed
from domain.priority import Matrix
from domain.ticket_type import Category, TypeDefinition
from tests.people import person

SITE = FieldDefinition(
    name="site",
    label="Site",
    type="choice",
    choices=("Berne", "Geneva"),
    needed=(Needed(at="close", when='ticket.priority == 1 && ticket.category != ""'),),
)
SITE_AND_MORE = TypeDefinition(
    fields=(
        SITE,
        FieldDefinition(name="note", label="Note", type="text", length_max=40, is_personal=True),
        FieldDefinition(name="seats", label="Seats", type="integer", minimum="1", maximum="9"),
        FieldDefinition(name="cost", label="Cost", type="decimal", minimum="0"),
        FieldDefinition(name="is_vip", label="VIP", type="boolean"),
        FieldDefinition(name="day", label="Day", type="date", minimum="2026-01-01"),
        FieldDefinition(name="tags", label="Tags", type="multi-choice", choices=("a", "b")),
        FieldDefinition(name="owner", label="Owner", type="person"),
    )
)
PLAIN = TypeDefinition(matrix=Matrix(rows=((1, 1, 2), (1, 2, 3), (2, 3, 4))))
TYPES = st.sampled_from(
    [
        SITE_AND_MORE,
        PLAIN,
        replace(PLAIN, categories=(Category(name="hardware", subcategories=("screen",)),)),
        replace(PLAIN, matrix=Matrix(rows=((5, 1, 2), (1, 2, 3), (2, 3, 4)))),
        TypeDefinition(fields=(SITE, SITE)),
        TypeDefinition(fields=(replace(SITE, needed=(Needed(at="explode"),)),)),
    ]
)
SOME_VALUES = st.dictionaries(
    st.sampled_from(["site", "note", "seats", "cost", "is_vip", "day", "tags", "owner", "none"]),
    st.sampled_from(
        [
            *(None, "Berne", "Basel", "Words.", "x" * 41, "", 3, 10, 2.5, True, "12.50", "-1"),
            *("2026-03-02", "2025-12-31", ["b", "a"], ["a", "a"], [], str(person("bea"))),
        ]
    ),
    max_size=2,
)
