"""Steps of lives, which lives of several kinds share."""

from datetime import timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from domain.approval_round import Skipped, Terms
from domain.ids import record_id
from domain.provenance import Provenance
from domain.signature import Proven
from domain.ticket import Visibility
from domain.triage import Candidate, Chosen
from tests.domain.examples import (
    BEA,
    BOARD,
    CAB,
    CEM,
    DAN,
    OWNERS,
)
from tests.domain.ticket_types import SITE_AND_MORE
from tests.people import CUSTOMER, MONDAY, OPERATOR, person

CEM_ALONE = replace(CAB, name="Cem alone", voters=(CEM,))

EXACTING = Terms(fallback=(BEA,), material=("category",))


class Attempt(NamedTuple):
    command: str
    arguments: dict[str, Any]
    by: Provenance


class Step(NamedTuple):
    command: str
    arguments: dict[str, Any] = {}
    actor: str = "bea"


def step(command: str, actor: str = "bea", **arguments: Any) -> Step:
    return Step(command, arguments, actor)


TEAM, SERVER = record_id("TEA", 1), record_id("AST", 1)

OTHER = record_id("PRB", 2)

NEW: dict[str, Any] = {"title": "No mail", "requester": person("ann"), "organisation": CUSTOMER}

TICKET = [
    step("amend", title="No mail at all", description="On 3.", details={"floor": "3"}),
    step("categorise", category="software", subcategory="mail", service="Mail"),
    step("prioritise", impact=1, urgency=2),
    step("assign", team=TEAM, assignee=person("bea")),
    step("begin_edit", minutes=240),
    step("end_edit"),
    step("begin_edit", minutes=240, locks=True),
    step("break_lock", "olga", reason="Bea is ill."),
    step("apply_macro", macro=record_id("MAC", 1), version=1),
    step("comment", said="We are looking into it.", visibility=Visibility.PUBLIC),
    step(
        "comment",
        said="Cem and the team, look.",
        visibility=Visibility.INTERNAL,
        mentions=[person("cem")],
        teams=[TEAM],
    ),
    step("acknowledge_mentions", "cem"),
    step("attach", "ann", name="log.txt", media_type="text/plain", size=12, sha256="a" * 64),
    step("link", other=OTHER, type="caused by"),
    step("unlink", other=OTHER, type="caused by"),
    step("add_affected_person", person=person("max")),
    step("remove_affected_person", person=person("max")),
    step("watch", person=person("cem")),
    step("unwatch", person=person("cem")),
    step(
        "change_requester",
        requester=person("max"),
        organisation=OPERATOR,
        reason="She called for Max.",
    ),
    step(
        "change_requester",
        requester=person("ann"),
        organisation=CUSTOMER,
        reason="He asked for Ann.",
    ),
    step(
        "set_fields",
        values={"site": "Berne", "tags": ["a"], "seats": 3, "note": "Ask Ann.", "is_vip": True},
        definitions=SITE_AND_MORE.fields,
        type=record_id("TYP", 1),
        type_version=1,
    ),
    step("add_item", title="Ask the neighbours.", assignee=person("bea")),
    step("add_item", title="Look at the cable."),
    step("complete_item", number=1),
    step("reopen_item", number=1),
    step("remove_item", number=2),
    step("book_time", minutes=30, activity="remote support", is_billable=True, note="A call."),
    step("correct_time", number=1, minutes=20, reason="It was shorter."),
]

CANCELLED = step("cancel", reason="It was not plugged in.")

KEPT_AND_REMOVED = [
    step("place_legal_hold", "zoe", reason="A case before the court."),
    step("lift_legal_hold", "zoe", reason="The case is closed."),
    step("remove_words", "clock", part="files", days=30),
    step("remove_words", "clock", part="words", days=90),
]

DUE = MONDAY + timedelta(hours=1)

PAUSE_NOTED = step(
    "note_pause",
    reason="customer",
    since=MONDAY,
    until=MONDAY + timedelta(hours=2),
    note="Ann was away.",
)

RULE_APPLIED = step(
    "apply_rule",
    "rules",
    rule=record_id("RUL", 1),
    version=2,
    trigger="logged",
    did=["assign", "notify"],
    refused=["propose major incident: Only an open incident can be proposed as a major one."],
    told=[person("bea")],
    chosen=Chosen(
        person=person("cem"),
        why="They have the fewest open tickets: 2.",
        considered=(Candidate(person=person("cem"), load=2), Candidate(person=person("bea"))),
    ),
)

PROVEN = Proven(method="password", at=MONDAY)

PASSED = [
    step("hold_approval", "clock", window=record_id("WIN", 1)),
    step("resume_approval", "clock", window=record_id("WIN", 1)),
    step("remind", "clock", round=1, stage="CAB"),
    step("escalate_stage", "clock", round=1, stage="CAB", to=[DAN], hours=None),
    step("vote", "bea", vote="approve", comment="Yes.", proven=PROVEN, hours=None),
    step("vote", "cem", vote="approve", hours=None),
    step("vote", "dan", vote="approve", hours=None),
    step("time_out_stage", "clock", round=1, stage="Board", hours=None),
]
"""The first round, by the stages of CAB and Board, from its beginning to its approval."""


def unsettled(edit: Step, terms: Terms) -> list[Step]:
    """A round with a question, another version, an edit, and votes that come and go."""
    return [
        step("submit", "ann", stages=(OWNERS, CEM_ALONE), terms=terms),
        step("request_information", "dan", question="Until when?"),
        step("provide_information", "ann", answer="Until Monday.", hours=None),
        step("vote", "bea", vote="approve"),
        step(
            "migrate_approval",
            "dan",
            to_version=2,
            stages=(replace(OWNERS, patience="5d"), CEM_ALONE),
            terms=terms,
        ),
        edit,
        step("vote", "bea", vote="approve", stage="Owners"),
        step("retract_vote", "bea", reason="Not yet."),
        step("hand_on_vote", "bea", to=person("cem"), reason="Away."),
        step("add_approver", "dan", person=person("bea"), reason="She is back."),
        step("vote", "cem", vote="approve"),
        step("vote", "dan", vote="approve"),
    ]


def governed(name: str, one: Any, other: Any) -> list[Step]:
    """The life of a definition that a process governs: one is approved and published, the other
    withdrawn, rejected, and in the end approved and published as well."""
    return [
        step("draft", "ann", name=name, definition=one),
        step("adopt", "desk"),
        step(
            "submit",
            "desk",
            process=record_id("APR", 1),
            process_version=1,
            stages=(CAB, BOARD),
            terms=Terms(digest="d" * 64, repeat_voters=True, skipped=(Skipped("Owners", "No."),)),
        ),
        *PASSED,
        step("publish", "clock"),
        step("revise", "ann", definition=other),
        *unsettled(step("revise", "desk", definition=one), EXACTING),
        step("comment", "dan", said="Cem has voted already."),
        step("withdraw", "ann", reason="It is as before."),
        step("revise", "ann", definition=other),
        step("submit", "ann", stages=(CAB,)),
        step("vote", "cem", vote="reject", comment="Not this one."),
        step("submit", "ann", stages=(BOARD,)),
        step("vote", "dan", vote="approve"),
        step("put_off", "dan", reason="There is no team Board."),
        step("publish", "ann"),
        step("retire", "ann", reason="Another takes its place."),
    ]
