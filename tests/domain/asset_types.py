"""Types of assets that tests share: hardware, and servers that are made from it."""

from hypothesis import strategies as st

from domain.asset_attributes import Attribute, Level, Schema
from domain.ids import record_id

HARDWARE_ID, SERVER_ID = record_id("ATY", 7), record_id("ATY", 8)
COLOUR = Attribute(name="colour", kind="choice", choices=("black", "grey"))
HEIGHT = Attribute(name="height", kind="decimal", at_least="0.5")
SERIAL = Attribute(name="serial", kind="text", is_required=True, is_unique=True, at_most="20")
MEMORY = Attribute(name="memory", kind="integer", at_least="1", at_most="65536")

HARDWARE = Schema(
    name="Hardware", levels=(Level(type=HARDWARE_ID, version=1, attributes=(COLOUR,)),)
)
HARDWARE_LATER = Schema(
    name="Hardware", levels=(Level(type=HARDWARE_ID, version=2, attributes=(COLOUR, HEIGHT)),)
)
A_SERVER = Schema(
    name="Server",
    levels=(*HARDWARE.levels, Level(type=SERVER_ID, version=1, attributes=(SERIAL, MEMORY))),
)
A_SERVER_LATER = Schema(
    name="Server",
    levels=(*HARDWARE_LATER.levels, Level(type=SERVER_ID, version=2, attributes=(SERIAL,))),
)

SCHEMAS = st.sampled_from([A_SERVER, A_SERVER, A_SERVER_LATER, HARDWARE])
ATTRIBUTES = st.lists(
    st.sampled_from([SERIAL, MEMORY, HEIGHT, COLOUR, Attribute(name="", kind="text")]),
    max_size=3,
).map(tuple)
GIVEN = st.dictionaries(
    st.sampled_from(["serial", "serial", "memory", "height", "colour", "age"]),
    st.sampled_from(["S1", "black", "2.50", 64, 0, True, None]),
    max_size=3,
)
