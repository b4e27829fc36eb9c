"""Rows of imports."""

from domain.ids import record_id
from tests.importing import rows

INC7 = record_id("INC", 7)


LIFE = rows(
    {"state": "New", "team": "Desk"},
    {"state": "Work", "at": "1.3.2026 09:10", "team": "Desk", "agent": "Bea"},
    {"state": "Wait", "at": "1.3.2026 09:20", "team": "Desk", "agent": "Bea", "place": "Bern"},
    {"state": "Done", "at": "1.3.2026 09:30", "team": "Desk", "agent": "Bea", "code": "solved"},
    {"state": "Closed", "at": "2.3.2026 09:30", "team": "Desk", "agent": "Bea", "by": "-"},
)


ALLOCATED = {'pattern: "INC{serial}"': "allocate: true"}
