"""Rounds of approval that move to another version."""

from datetime import timedelta
from typing import Any

from domain.approval import Count, OpenStage
from domain.approval_migration import Plan
from domain.approval_round import Terms
from domain.change import Change
from domain.provenance import Provenance
from tests.domain.changes import stage
from tests.facts import new_facts
from tests.people import MONDAY, signed

LATER = MONDAY + timedelta(hours=5)

OLGA = signed("olga", LATER)

BOARD = stage("Board", "dan", "eve", quorum=Count(2))


def migrate(change: Change, *stages: OpenStage, by: Provenance = OLGA, **more: Any) -> Plan:
    new_facts(change)
    given = {"terms": Terms(), **more}
    return change.migrate_approval(2, stages=stages, by=by, **given)
