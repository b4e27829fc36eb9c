"""What can be done with a ticket on its page: each act with the fields that its form asks for.

Which of them somebody sees is decided by the policy and by the moves of the ticket, as for every
client.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from api.commands import Practice
from api.pages.act import REASON, TEAM, Act, Field, Options, same
from api.pages.change_acts import CHANGE_ACTS, risk_questions
from api.pages.forms import Form
from api.pages.people import number_in
from api.pages.problem_acts import PROBLEM_ACTS
from api.pages.visits import Visit
from domain import change_moves
from domain.change import Change
from domain.life_cycle import PendingReason
from domain.policy import about
from domain.problem import Problem
from domain.satisfaction import Satisfaction
from domain.ticket import LinkType, Ticket

LEVELS: Options = (("1", "1 high"), ("2", "2 medium"), ("3", "3 low"))
SCORES: Options = (
    ("5", "5 very good"),
    ("4", "4 good"),
    ("3", "3 fair"),
    ("2", "2 poor"),
    ("1", "1 bad"),
)
CODES: Options = tuple(
    (code, code)
    for code in ("solved", "solved by a workaround", "solved by the requester", "not reproducible")
)
_ASSIGNEE = Field(
    name="assignee",
    label="Person",
    kind="person",
    is_needed=False,
    hint="A name of the list, or a user name.",
    shown="assignee",
)

ACTS: Sequence[Act] = (
    Act(
        name="acknowledge_mentions",
        title="You were mentioned",
        button="I have read what mentions me",
        is_usual=True,
    ),
    Act(name="start", title="Start work", button="Start work", is_usual=True),
    Act(name="resume", title="Wait no longer", button="Resume", is_usual=True),
    Act(name="submit", title="Ask for approval", button="Submit for approval", is_usual=True),
    Act(name="start_fulfilment", title="Start", button="Start fulfilment", is_usual=True),
    Act(
        name="give_answer",
        title="Answer the question",
        button="Answer",
        fields=(
            Field(name="text", label="Answer"),
            Field(name="address", label="Where to read more", kind="text", is_needed=False),
        ),
    ),
    Act(
        name="resolve",
        title="Resolve",
        button="Resolve",
        fields=(
            Field(name="code", label="Closure code", kind="choice", options=CODES),
            Field(name="resolution", label="What was done"),
        ),
    ),
    Act(
        name="fulfil",
        title="Fulfil",
        button="Fulfil",
        fields=(Field(name="fulfilment", label="What was done"),),
    ),
    Act(
        name="pend",
        title="Let it wait",
        button="Wait",
        fields=(
            Field(name="reason", label="For whom", kind="choice", options=same(PendingReason)),
            Field(name="note", label="Note", is_needed=False),
        ),
    ),
    Act(name="assign", title="Assign", button="Assign", fields=(TEAM, _ASSIGNEE)),
    Act(
        name="escalate_functionally",
        title="Hand over to another level",
        button="Hand over",
        fields=(
            Field(name="team", label="Team", kind="team"),
            Field(name="support_level", label="Level", kind="level", options=LEVELS),
            REASON,
        ),
    ),
    Act(
        name="prioritise",
        title="Prioritise",
        button="Prioritise",
        fields=(
            Field(name="impact", label="Impact", kind="level", options=LEVELS, shown="impact"),
            Field(name="urgency", label="Urgency", kind="level", options=LEVELS, shown="urgency"),
        ),
    ),
    Act(
        name="categorise",
        title="Categorise",
        button="Categorise",
        fields=(
            Field(name="category", label="Category", kind="text", shown="category"),
            Field(
                name="subcategory",
                label="Subcategory",
                kind="text",
                is_needed=False,
                shown="subcategory",
            ),
            Field(name="service", label="Service", kind="text", is_needed=False, shown="service"),
        ),
    ),
    Act(name="begin_edit", title="Edit it", button="Tell that I edit it", is_usual=True),
    Act(name="end_edit", title="Edit it no more", button="Edit it no more", is_usual=True),
    Act(name="break_lock", title="Break the lock", button="Break it", fields=(REASON,)),
    Act(
        name="update_stakeholders",
        title="Tell the stakeholders",
        button="Tell them",
        fields=(
            Field(name="template", label="Template", kind="template", is_needed=False),
            Field(
                name="text",
                label="Update",
                is_needed=False,
                hint="Without one, what the template says.",
            ),
        ),
    ),
    Act(
        name="link",
        title="Link",
        button="Link",
        fields=(
            Field(name="type", label="How", kind="choice", options=same(LinkType)),
            Field(name="other", label="Number of the other record", kind="text"),
        ),
    ),
    Act(
        name="add_item",
        title="Add to the checklist",
        button="Add",
        fields=(Field(name="title", label="What is to be done", kind="text"),),
    ),
    Act(
        name="add_task",
        title="Add a task",
        button="Add",
        fields=(Field(name="title", label="What is to be done", kind="text"), TEAM),
    ),
    Act(
        name="book_time",
        title="Book time",
        button="Book",
        fields=(
            Field(name="minutes", label="Minutes", kind="whole"),
            Field(name="activity", label="Activity", kind="text"),
        ),
    ),
    Act(
        name="rate",
        title="How well was it done?",
        button="Send",
        fields=(
            Field(name="score", label="Score", kind="level", options=SCORES),
            Field(name="comment", label="In your words", is_needed=False),
        ),
    ),
    Act(
        name="ask_again",
        title="Ask again",
        button="Ask again",
        fields=(Field(name="text", label="What the answer leaves open"),),
    ),
    Act(name="reopen", title="It is not solved", button="Reopen", fields=(REASON,)),
    Act(name="close", title="Close it for good", button="Close"),
    Act(name="withdraw", title="Withdraw", button="Withdraw", fields=(REASON,)),
    Act(name="cancel", title="Cancel", button="Cancel it", fields=(REASON,)),
)
"""In the order in which they are shown."""

_BETWEEN = re.compile(r"[\s,;]+")
OF_KINDS: Mapping[str, Sequence[Act]] = {
    Change.prefix: CHANGE_ACTS,
    Problem.prefix: PROBLEM_ACTS,
}
"""What one kind has besides, or in another way."""

_WHILE_OPEN = (
    "assign",
    "prioritise",
    "categorise",
    "escalate_functionally",
    "add_item",
    "add_task",
    *("note_symptom", "identify_cause", "document_workaround", "plan_fix"),
)


def acts_of(prefix: str) -> list[Act]:
    """All acts of a kind of tickets, in the order in which they are shown."""
    own = OF_KINDS.get(prefix, ())
    names = {act.name for act in own}
    return [*own, *(act for act in ACTS if act.name not in names)]


async def act_of(visit: Visit, record: Ticket, name: str) -> Act | None:
    """An act with what its form asks for this ticket."""
    act = next((act for act in acts_of(record.prefix) if act.name == name), None)
    if act is not None and isinstance(record, Change) and name == "assess_risk":
        questions = await risk_questions(visit, record)
        return replace(act, fields=questions or act.fields)
    return act


async def possible(visit: Visit, practice: Practice, record: Ticket) -> list[Act]:
    """The acts that the policy and the state of the ticket leave to whoever visits."""
    known = {command.name for command in practice.commands}
    seen = about(record)
    names = [
        act.name
        for act in acts_of(record.prefix)
        if act.name in known
        and _is_its_turn(visit, record, act.name)
        and visit.may(f"{practice.what}.{act.name}", seen)
    ]
    return [act for name in names if (act := await act_of(visit, record, name))]


_OF_EDITING: Mapping[str, Callable[[Visit, Ticket], bool]] = {
    "begin_edit": lambda visit, record: not record.is_over and not record.editor_at(visit.now),
    "end_edit": lambda visit, record: record.editor_at(visit.now) == visit.me.person.id,
    "break_lock": lambda visit, record: (
        record.holder_at(visit.now) not in (None, visit.me.person.id)
    ),
}


def _is_its_turn(visit: Visit, record: Any, act: str) -> bool:
    if act == "acknowledge_mentions":
        return visit.me.person.id in record.unread
    if act in _OF_EDITING:
        return _OF_EDITING[act](visit, record)
    if act == "update_stakeholders":
        return bool(record.is_major)
    if act == "rate":
        until = record.asks_until if isinstance(record, Satisfaction) else None
        is_own = record.requester == visit.me.person.id
        return is_own and until is not None and until >= visit.now
    if isinstance(record, Change):
        is_urgent = act == "start_implementation" and record.type == "emergency"
        if is_urgent and record.status in change_moves.AT_ONCE:
            return True
        if act == "unaffect":
            return bool(record.affected_assets) and _is_its_turn(visit, record, "affect")
    moves = change_moves.MOVES if isinstance(record, Change) else getattr(record, "moves", {})
    if act in moves:
        return record.status in moves[act].sources and record.status != moves[act].target
    return not (record.is_over and act in _WHILE_OPEN)


def body_of(visit: Visit, act: Act, form: Form) -> dict[str, Any]:
    """What was typed into the form of an act, as the API takes it."""
    body: dict[str, Any] = {}
    for field in act.fields:
        text = form.text(field.name)
        if not text and not field.is_needed:
            continue
        inside, _, name = field.name.rpartition(".")
        into = body.setdefault(inside, {}) if inside else body
        if field.kind in ("whole", "level"):
            into[name] = form.whole(field.name)
        elif field.kind == "person":
            into[name] = number_in(visit, text)
        elif field.kind == "numbers":
            into[name] = _BETWEEN.split(text) if text else []
        elif field.kind == "moment":
            into[name] = instant_of(text, visit.zone)
        else:
            into[name] = text
    return body


def instant_of(text: str, zone: ZoneInfo) -> str:
    """A moment by the clock of a zone, as the API takes it; what is none stays as it is."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        return text
