"""Documents of service level policies: one that is right, and what is wrong with others."""

from domain.ids import record_id
from domain.record_names import Known
from domain.service_level_names import PolicyNames, names_of

OFFICE, NIGHTS, OLD = (record_id("CAL", serial) for serial in (1, 2, 3))
NETWORK, SERVERS, GONE = (record_id("TEA", serial) for serial in (1, 2, 3))
ACME, GLOBEX = (record_id("ORG", serial) for serial in (1, 2))

BASE = """\
name: Gold
kind: SLA
subjects: [incident]
when: ticket.priority <= 3 && ticket.organisation == "Acme"
order: 10
calendar: Office hours
zone: requester
services: [mail]
targets:
  - name: first response
    budget: {1: 15m, 2: 1h, 3: 4h}
  - name: resolution
    budget: 8h
    pausing: [customer, vendor]
  - name: time to own
    budget: 30m
    start: ticket.team == "Network"
    pause: ticket.waiting_for == "evidence"
    stop: ticket.is_assigned
    reset: ticket.reopened > 0
escalation:
  - target: resolution
    mark: 75%
    notify: [team:Network]
    wait: 15m
  - target: resolution
    mark: 100%
    managers: true
    reassign: next level
    raise_priority: 2
    propose_major_incident: true
"""


def names() -> PolicyNames:
    """The names of a desk with three calendars, three teams and two organisations."""
    return names_of(
        [
            Known(OFFICE, "Office hours"),
            Known(NIGHTS, "Nights"),
            Known(record_id("CAL", 4), "Nights"),
            Known(OLD, "Old hours", is_in_use=False),
        ],
        [Known(NETWORK, "Network"), Known(SERVERS, "Servers"), Known(GONE, "Gone", False)],
        [Known(ACME, "Acme"), Known(GLOBEX, "Globex")],
    )


"""A part of BASE and what stands in its place, or a whole text; then the line and column of its
first mistake, the part that it is in, and how the rule begins."""
