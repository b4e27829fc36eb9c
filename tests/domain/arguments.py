"""Arguments, good and bad, that commands of several kinds take."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.asset_record import Cost
from domain.fulfilment_plan import PlannedTask
from domain.ids import record_id
from domain.purchase_lines import Line
from domain.report_schedule import Contents
from domain.rhythm import Rhythm
from domain.saved_view import Asking
from domain.signature import Proven
from tests.domain.examples import (
    CHANGES,
    OFFICE,
    STAGES,
    TERMS,
    moments,
    organisations,
    people,
    teams,
    texts,
)
from tests.people import MONDAY

LAPTOP_PLAN = (
    PlannedTask(title="Order it", team=record_id("TEA", 1), compensation="Send it back"),
    PlannedTask(title="Make an account", compensation="Remove the account"),
    PlannedTask(title="Hand it over", after=(1, 2), compensation="Fetch it"),
)

Arguments = SearchStrategy[dict[str, Any]]

last_days = moments.map(lambda moment: moment.date())

BOUGHT = st.lists(
    st.sampled_from(
        [
            Line(item="Laptop", quantity=2, price=99900, asset_class="laptop", warranty_months=24),
            Line(item="Bag", quantity=1, price=2500),
            Line(item="Cable", quantity=0, price=100),
        ]
    ),
    max_size=2,
)

COSTS = st.sampled_from([None, Cost(Decimal("99.50"), "EUR"), Cost(Decimal("-1"), "euro")])


def said(**arguments: SearchStrategy[Any]) -> Arguments:
    return st.fixed_dictionaries(arguments)


def maybe(given: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.one_of(st.none(), given)


NOTHING = said()

REASON = said(reason=texts)

MOVED = said(
    version=st.integers(0, 3),
    after=st.integers(1, 4).map(lambda serial: record_id("INC", serial)),
    seen=st.integers(0, 9),
    moved=st.integers(0, 9),
    is_done=st.booleans(),
)

SUBMISSION = said(
    process=maybe(st.just(record_id("APR", 1))),
    process_version=st.just(1),
    calendar=st.none(),
    calendar_version=st.just(0),
    hours=maybe(st.just(OFFICE)),
    stages=STAGES,
    terms=TERMS,
)

NUMBER = st.sampled_from([1, 1, 2, 2, 3, 9])

ROUND_AND_STAGE = {
    "round": st.sampled_from([1, 1, 2, 3]),
    "stage": st.sampled_from(["CAB", "Board", "Owners", "None"]),
}

OPEN_STAGE = {
    "stage": st.sampled_from(["", "", "CAB", "Board", "Owners", "None"]),
    "hours": maybe(st.just(OFFICE)),
}

CUSTOMERS = st.lists(organisations, max_size=2)

HOLDS: dict[str, Arguments] = {
    "place_legal_hold": REASON,
    "lift_legal_hold": REASON,
    "remove_words": said(part=st.sampled_from(["words", "files"]), days=st.sampled_from([1, 30])),
}

ROUND: dict[str, Arguments] = {
    "vote": said(
        vote=st.sampled_from(["approve", "approve", "reject", "abstain"]),
        comment=texts,
        conditions=st.lists(texts, max_size=2),
        proven=maybe(st.just(Proven(method="password", at=MONDAY))),
        **OPEN_STAGE,
    ),
    "retract_vote": said(reason=texts, **OPEN_STAGE),
    "hand_on_vote": said(to=people, reason=texts, **OPEN_STAGE),
    "reassign_vote": said(voter=people, to=people, reason=texts, **OPEN_STAGE),
    "add_approver": said(person=people, reason=texts, **OPEN_STAGE),
    "migrate_approval": said(
        to_version=st.sampled_from([2, 3]),
        stages=STAGES,
        terms=TERMS,
        hours=maybe(st.just(OFFICE)),
        mapping=st.sampled_from([{}, {}, {"CAB": "Board"}, {"Owners": "CAB", "CAB": "Owners"}]),
    ),
    "request_information": said(question=texts, stage=OPEN_STAGE["stage"]),
    "provide_information": said(answer=texts, **OPEN_STAGE),
    "remind": said(**ROUND_AND_STAGE, number=st.sampled_from([0, 0, 1, 2])),
    "escalate_stage": said(
        **ROUND_AND_STAGE,
        to=st.lists(people.map(str), max_size=3),
        hours=maybe(st.just(OFFICE)),
    ),
    "time_out_stage": said(**ROUND_AND_STAGE, hours=maybe(st.just(OFFICE))),
    "hold_approval": said(window=st.sampled_from([record_id("WIN", 1), record_id("WIN", 2)])),
    "resume_approval": said(
        window=st.sampled_from([record_id("WIN", 1), record_id("WIN", 2)]),
        hours=maybe(st.just(OFFICE)),
    ),
}
"""What is done in rounds of approval."""

ASKINGS = st.builds(
    Asking,
    filter=st.sampled_from(["", "is_open", "x" * 2_001]),
    q=texts,
    sort=st.sampled_from(["", "-due,number"]),
    fields=st.sampled_from([(), ("number", "title")]),
)

SCHEDULED: dict[str, SearchStrategy[Any]] = {
    "name": texts,
    "contents": st.sampled_from(
        [
            Contents(report="backlog", by=("team",), filters={"kind": "incident"}),
            Contents(view=record_id("VIE", 1)),
            Contents(report="backlog", view=record_id("VIE", 1)),
            Contents(),
        ]
    ),
    "rhythm": st.builds(
        Rhythm,
        every=st.sampled_from(["day", "week", "month"]),
        at=st.sampled_from(["08:00", "8"]),
        day=st.sampled_from([1, 31, 32]),
    ),
    "zone": st.sampled_from(["UTC", "Europe/Rome", "Nowhere"]),
    "people": st.lists(people, max_size=2),
    "teams": st.lists(teams, max_size=2),
}

SENT: dict[str, SearchStrategy[Any]] = {
    "url": st.sampled_from(
        ["https://example.org/hooks", "http://[::1]:8080/", "ftp://example.org", "https://"]
    ),
    "description": texts,
    "types": st.sampled_from([(), ("Incident.Logged",)]),
    "kinds": st.sampled_from([(), ("incident",), ("incident",) * 51]),
    "subjects": st.lists(CHANGES, max_size=2),
}

CHOICES = st.lists(st.sampled_from(["4001", "4002", " 4003 ", "a\nb", ""]), max_size=4)
