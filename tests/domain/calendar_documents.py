"""Documents of calendars."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from domain.business_time import BusinessHours

WEEK = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"], ["13:00", "17:00"]]}

MONDAY, TUESDAY, SUNDAY = "2026-01-05", "2026-01-06", "2026-01-04"


def hours_of(document: dict[str, Any]) -> BusinessHours:
    return msgspec.convert({"zone": "UTC", "weekly": WEEK} | document, BusinessHours)


days = st.one_of(
    st.text("0123456789-*", max_size=10), st.dates().map(str), st.sampled_from(["*-12-25"])
)
