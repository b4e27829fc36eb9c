"""Arguments for the commands of tickets."""

from datetime import datetime
from typing import get_args

from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.change import Change, ClosureCode, Outcome
from domain.ids import record_id
from domain.incident import Incident, PendingReason
from domain.problem import PendingReason as ProblemPendingReason
from domain.problem import Problem
from domain.question import PendingReason as QuestionPendingReason
from domain.question import Question
from domain.service_request import ServiceRequest
from domain.subjects import WRITTEN
from domain.tasks import PHASES
from domain.ticket import LinkType, Visibility
from tests.domain.arguments import (
    HOLDS,
    NOTHING,
    NUMBER,
    REASON,
    ROUND,
    SUBMISSION,
    Arguments,
    maybe,
    said,
)
from tests.domain.examples import (
    BUSY,
    CHANGES,
    COMMITMENTS,
    IN_BAY_1,
    IN_STORAGE,
    MODEL,
    OFFICE,
    TEMPLATES,
    UPDATE_DUE,
    digests,
    hours,
    levels,
    moments,
    organisations,
    others,
    people,
    teams,
    texts,
)
from tests.domain.ticket_types import SITE_AND_MORE, SOME_VALUES
from tests.people import MONDAY

NUMBERS = st.lists(NUMBER, max_size=2)

KNOWN = st.dictionaries(st.sampled_from([one.name for one in WRITTEN["change"]]), texts)

TICKET: dict[str, Arguments] = {
    "amend": said(
        title=maybe(texts),
        description=maybe(texts),
        details=maybe(st.dictionaries(texts, texts, max_size=3)),
    ),
    "categorise": said(category=texts, subcategory=texts, service=texts),
    "prioritise": said(impact=levels, urgency=levels),
    "assign": said(team=maybe(teams), assignee=maybe(people)),
    "comment": said(
        said=texts,
        visibility=st.sampled_from(Visibility),
        mentions=st.lists(people, max_size=2),
        teams=st.lists(teams, max_size=1),
    ),
    "acknowledge_mentions": NOTHING,
    "begin_edit": said(
        minutes=st.sampled_from([0, 15, 240, 241]), anyway=st.booleans(), locks=st.booleans()
    ),
    "break_lock": REASON,
    "end_edit": NOTHING,
    "prolong_edit": NOTHING,
    "require_unlocked": NOTHING,
    "apply_macro": said(macro=st.just(record_id("MAC", 1)), version=st.just(1)),
    "attach": said(
        name=texts,
        media_type=st.just("text/plain"),
        size=st.sampled_from([0, 1, 25 * 1024 * 1024, 25 * 1024 * 1024 + 1]),
        sha256=digests,
    ),
    "link": said(other=others, type=st.sampled_from(get_args(LinkType))),
    "unlink": said(other=others, type=st.sampled_from(get_args(LinkType))),
    "add_affected_person": said(person=people),
    "remove_affected_person": said(person=people),
    "watch": said(person=people),
    "unwatch": said(person=people),
    "change_requester": said(requester=people, organisation=organisations, reason=texts),
    "set_fields": said(
        values=SOME_VALUES,
        definitions=st.just(SITE_AND_MORE.fields),
        type=st.just(record_id("TYP", 1)),
        type_version=st.sampled_from([1, 2]),
    ),
    **HOLDS,
    "add_item": said(title=texts, assignee=maybe(people)),
    "remove_item": said(number=NUMBER),
    "complete_item": said(number=NUMBER),
    "reopen_item": said(number=NUMBER),
    "book_time": said(
        minutes=st.sampled_from([0, 1, 30, 1_441]),
        activity=texts,
        is_billable=st.booleans(),
        day=maybe(moments.map(datetime.date)),
        note=texts,
    ),
    "correct_time": said(
        number=NUMBER,
        minutes=st.sampled_from([-1, 0, 15, 30]),
        is_billable=maybe(st.booleans()),
        reason=texts,
    ),
}

RATING: dict[str, Arguments] = {
    "plan_survey": said(
        policy=st.just(record_id("SUR", 1)), version=st.just(1), asks_at=maybe(moments)
    ),
    "ask_rating": said(until=moments, remind_at=maybe(moments)),
    "leave_out_rating": NOTHING,
    "remind_of_rating": NOTHING,
    "rate": said(score=st.sampled_from([0, 1, 5, 6]), comment=texts),
}

TASKS: dict[str, Arguments] = {
    "order_task": said(number=NUMBER, after=NUMBERS),
    "assign_task": said(number=NUMBER, team=maybe(teams), assignee=maybe(people)),
    "start_task": said(number=NUMBER),
    "complete_task": said(number=NUMBER, note=texts),
    "cancel_task": said(number=NUMBER, reason=texts),
}
"""What is done about the tasks of a ticket."""

MERGING: dict[str, Arguments] = {
    "merge": said(into=others),
    "unmerge": NOTHING,
    "absorb": said(other=others),
    "release": said(other=others),
    "split_off": said(part=others, comments=st.lists(st.integers(1, 5), max_size=3)),
    "begin_split": said(source=others, comments=st.lists(st.integers(1, 5), max_size=3)),
    "undo_split": NOTHING,
    "take_back": said(part=others),
}

WORKAROUNDS: dict[str, Arguments] = {
    "give_workaround": said(
        problem=st.sampled_from([record_id("PRB", 1), record_id("PRB", 2)]),
        number=st.integers(1, 3),
        said=texts,
        author=people.map(str),
        visibility=st.sampled_from(Visibility),
    ),
}

HAND_OVER: dict[str, Arguments] = {
    "escalate_functionally": said(
        team=teams,
        support_level=st.sampled_from([1, 2, 3, 4]),
        reason=texts,
        assignee=maybe(people),
    ),
}

CADENCES = st.sampled_from(["", "30m", "1h", "1m", "often"])

DUES = st.sampled_from([UPDATE_DUE, MONDAY])

MAJOR: dict[str, Arguments] = {
    "propose_major_incident": REASON,
    "promote": said(reason=texts, update_every=CADENCES),
    "decline_promotion": REASON,
    "stand_down": REASON,
    "give_major_role": said(
        role=st.sampled_from(["communications", "incident manager", "cook"]), person=people
    ),
    "name_affected_services": said(services=st.lists(texts, max_size=2)),
    "update_stakeholders": said(
        said=texts,
        template=maybe(st.just(record_id("UPT", 1))),
        template_version=maybe(st.just(2)),
    ),
    "set_update_cadence": said(every=CADENCES),
    "remind_of_update": said(due=DUES, told=st.lists(people, max_size=1)),
    "miss_update": said(due=DUES, told=st.lists(people, max_size=1)),
    "note_on_timeline": said(said=texts, happened_at=maybe(hours)),
    "begin_review": NOTHING,
    "add_review_action": said(title=texts, owner=people),
    "complete_review_action": said(number=st.integers(1, 2)),
    "complete_review": said(summary=texts, cause=texts),
}

PROMISES: dict[str, Arguments] = {
    "escalate_hierarchically": said(
        to=st.lists(people, max_size=2), level=st.sampled_from([0, 1, 2, 3]), reason=texts
    ),
    "acknowledge_escalation": NOTHING,
    "apply_rule": said(
        rule=st.just(record_id("RUL", 1)),
        version=st.just(1),
        trigger=st.just("logged"),
        did=st.sampled_from([(), ("assign",)]),
        refused=st.sampled_from([(), ("notify: No.",)]),
        told=st.lists(people, max_size=2),
    ),
    "take_escalation_step": said(
        round=st.sampled_from([1, 1, 2]),
        target=st.sampled_from(["resolution", "Network: resolution"]),
        mark=st.sampled_from(["75%", "100%"]),
        step=st.sampled_from([1, 2]),
        did=st.just(("notify",)),
        refused=st.sampled_from([(), ("reassign: No.",)]),
    ),
    "apply_service_level": st.one_of(
        said(
            policy=st.just(record_id("SLP", 1)),
            policy_version=st.just(1),
            calendar=st.just(record_id("CAL", 1)),
            calendar_version=st.just(1),
            commitments=COMMITMENTS,
        ),
        said(
            policy=st.just(record_id("SLP", 2)),
            policy_version=st.just(1),
            calendar=st.just(record_id("CAL", 1)),
            calendar_version=st.just(1),
            kind=st.sampled_from(["SLA", "OLA", "contract", "OLA"]),
            label=st.sampled_from(["Network", "Network", ""]),
            zone=st.sampled_from(["", "Asia/Tokyo"]),
            commitments=COMMITMENTS,
        ),
    ),
    "mark": said(
        target=st.sampled_from(["first response", "resolution", "none", "Network: resolution"]),
        mark=st.sampled_from(["75%", "100%"]),
        round=st.sampled_from([0, 1, 1, 2]),
        due=moments,
    ),
    "note_pause": said(
        reason=st.sampled_from(["customer", "vendor", "weather"]), since=hours, until=hours
    ),
}


OF_TICKETS: dict[type[Aggregate], dict[str, Arguments]] = {
    Change: {
        **TICKET,
        **PROMISES,
        "classify": said(type=st.sampled_from(["standard", "normal", "emergency"])),
        "assess_risk": st.one_of(
            said(impact=levels, likelihood=levels),
            said(
                model=st.just(MODEL),
                answers=st.sampled_from([{}, {"tested": "yes"}, {"tested": "no"}]),
                facts=st.just(IN_STORAGE),
            ),
        ),
        "reassess_risk": said(
            model=st.just(MODEL), facts=st.sampled_from([IN_STORAGE, {"category": ""}])
        ),
        "amend": said(
            title=maybe(texts),
            description=maybe(texts),
            details=maybe(st.dictionaries(texts, texts, max_size=3)),
            reason=maybe(texts),
            known=KNOWN,
        ),
        "plan": said(implementation=texts, backout=texts, test=texts, known=KNOWN),
        "plan_attributes": said(
            asset=others, attributes=st.sampled_from([{}, {"memory": 64}, {"serial": "S2"}])
        ),
        "apply_template": said(
            template=st.just(record_id("TPL", 1)),
            version=st.just(1),
            definition=TEMPLATES,
            form=st.sampled_from([{}, IN_BAY_1]),
        ),
        "affect": said(asset=others),
        "unaffect": said(asset=others),
        "add_task": said(
            title=texts,
            phase=st.sampled_from(PHASES),
            after=NUMBERS,
            team=maybe(teams),
            assignee=maybe(people),
        ),
        **TASKS,
        "submit": SUBMISSION,
        **ROUND,
        "request_time": said(start=moments, end=moments),
        "schedule": said(start=moments, end=moments),
        "note_conflicts": said(
            occasion=st.sampled_from(["approval", "scheduling"]),
            conflicts=st.sampled_from([(), (BUSY,), (BUSY,) * 201]),
            start=st.just(BUSY.start),
            end=st.just(BUSY.end),
        ),
        "start_implementation": said(hours=maybe(st.just(OFFICE))),
        "note_overdue": NOTHING,
        "complete_implementation": said(outcome=st.sampled_from(get_args(Outcome))),
        "back_out": REASON,
        "review": said(outcome=st.sampled_from(get_args(Outcome)), notes=texts),
        "close": said(code=st.sampled_from([*get_args(ClosureCode), "done"])),
        "make_template": said(template=st.sampled_from([record_id("TPL", 1), record_id("TPL", 2)])),
        "withdraw": REASON,
        "cancel": REASON,
    },
    Incident: {
        **TICKET,
        **RATING,
        **PROMISES,
        **MERGING,
        **MAJOR,
        **WORKAROUNDS,
        "start": NOTHING,
        "respond": NOTHING,
        **HAND_OVER,
        "pend": said(reason=st.sampled_from(get_args(PendingReason)), note=texts),
        "resume": NOTHING,
        "resolve": said(code=texts, resolution=texts),
        "reopen": REASON,
        "close": NOTHING,
        "cancel": REASON,
    },
    Problem: {
        **TICKET,
        **MERGING,
        "investigate": NOTHING,
        "add_task": said(title=texts, after=NUMBERS, team=maybe(teams), assignee=maybe(people)),
        **TASKS,
        "note_symptom": said(symptom=texts),
        "plan_fix": said(change=CHANGES),
        "review": said(notes=texts),
        "accept": NOTHING,
        "decline": REASON,
        "document_workaround": said(workaround=texts, visibility=st.sampled_from(Visibility)),
        "identify_cause": said(cause=texts),
        "declare_known_error": NOTHING,
        "pend": said(reason=st.sampled_from(get_args(ProblemPendingReason)), note=texts),
        "resume": NOTHING,
        "resolve": said(code=texts, resolution=texts),
        "reopen": REASON,
        "close": NOTHING,
        "cancel": REASON,
    },
    Question: {
        **TICKET,
        **HAND_OVER,
        **RATING,
        **PROMISES,
        **MERGING,
        "start": NOTHING,
        "pend": said(reason=st.sampled_from(get_args(QuestionPendingReason)), note=texts),
        "resume": NOTHING,
        "give_answer": said(
            answer=texts,
            source=maybe(others),
            address=st.sampled_from(
                ["", "", "https://example.org/a", "javascript:a", "http://a b"]
            ),
        ),
        "ask_again": said(question=texts),
        "close": NOTHING,
        "cancel": REASON,
    },
    ServiceRequest: {
        **TICKET,
        **HAND_OVER,
        **RATING,
        **PROMISES,
        **MERGING,
        "amend": said(
            title=maybe(texts),
            description=maybe(texts),
            details=maybe(st.dictionaries(texts, texts, max_size=3)),
            known=KNOWN,
        ),
        "submit": SUBMISSION,
        **ROUND,
        "add_task": said(title=texts, after=NUMBERS, team=maybe(teams), assignee=maybe(people)),
        **TASKS,
        "start_fulfilment": said(needs_approval=st.booleans()),
        "pend": said(reason=st.sampled_from(get_args(PendingReason)), note=texts),
        "resume": NOTHING,
        "fulfil": said(fulfilment=texts),
        "reopen": REASON,
        "close": NOTHING,
        "cancel": REASON,
    },
}
