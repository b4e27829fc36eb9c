"""Arguments for every command of every kind, good and bad, for the tests that try anything."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.article import Article
from domain.assignment_rule import AssignmentRule
from domain.bulk_job import BulkJob, Result
from domain.bulk_job import Outcome as RowOutcome
from domain.cab_meeting import CabMeeting
from domain.calendar import Calendar
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.choice_list import ChoiceList
from domain.data_rule import DataRule
from domain.declared_view import DeclaredView
from domain.ids import record_id
from domain.macro import Macro
from domain.offering import Offering
from domain.order_guide import OrderGuide
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.read_log import ReadLog, Why
from domain.release import Release
from domain.release_phases import Outcome as PhaseOutcome
from domain.report_schedule import Delivery, ReportSchedule
from domain.risk_model import RiskModel
from domain.saved_view import Mailing, SavedView
from domain.service import GATES, Service
from domain.service_level_policy import (
    Effects,
    ServiceLevelPolicy,
)
from domain.survey_policy import SurveyPolicy
from domain.team import Team
from domain.text_module import TextModule
from domain.ticket_type import TicketType
from domain.update_template import UpdateTemplate
from domain.webhook import Webhook
from tests.domain.arguments import (
    ASKINGS,
    CHOICES,
    CUSTOMERS,
    HOLDS,
    MOVED,
    NOTHING,
    NUMBER,
    REASON,
    ROUND,
    SCHEDULED,
    SENT,
    SUBMISSION,
    Arguments,
    maybe,
    said,
)
from tests.domain.articles import CONTENTS
from tests.domain.assignment_rules import RULES
from tests.domain.commands_of_assets import OF_ASSETS
from tests.domain.commands_of_tickets import OF_TICKETS
from tests.domain.declarations import DECLARATIONS
from tests.domain.examples import (
    AGREEMENTS,
    ALL_HOURS,
    ALL_NAMES,
    ALL_PUBLIC,
    CHANGES,
    DEFINITIONS,
    IMPORTED,
    QUESTIONNAIRES,
    TEMPLATES,
    WINDOWS,
    digests,
    moments,
    organisations,
    others,
    people,
    teams,
    texts,
)
from tests.domain.offerings import ITEMS
from tests.domain.plain_definitions import CONDITIONS, GUIDES, MACROS, SURVEYS, TEXTS, UPDATES
from tests.domain.ticket_types import TYPES

SCOPED = said(scopes=st.sampled_from([[], ["read"], ["read", "write"]]))

ROW_RESULTS = st.builds(
    Result,
    st.integers(0, 3),
    st.just("incident.log"),
    st.sampled_from(RowOutcome),
    st.none() | others,
    st.integers(0, 3),
)

PHASE = st.sampled_from(["Pilot", "Pilot", "All", "Third", ""])

later = st.integers(0, 5).map(lambda days: datetime(2026, 4, 1 + days, tzinfo=UTC))

GATE = st.sampled_from([*GATES, "requirements", "none"])


def of_definitions(definitions: SearchStrategy[Any]) -> dict[str, Arguments]:
    """What is done to definitions that are published by version."""
    return {
        **ROUND,
        "revise": said(definition=definitions),
        "adopt": NOTHING,
        "submit": SUBMISSION,
        "withdraw": REASON,
        "comment": said(said=texts),
        "publish": NOTHING,
        "put_off": REASON,
        "retire": said(reason=texts),
    }


MAILINGS = st.builds(
    Mailing,
    every=st.sampled_from(["change", "day", "week"]),
    at=st.sampled_from(["08:00", "8:00"]),
    weekday=st.sampled_from(["MO", "SU"]),
)


COMMANDS: dict[type[Aggregate], dict[str, Arguments]] = {
    **OF_TICKETS,
    **OF_ASSETS,
    ApprovalProcess: of_definitions(DEFINITIONS),
    Article: {
        **of_definitions(CONTENTS),
        "request_review": NOTHING,
        "send_back": REASON,
        "fall_due": NOTHING,
        "confirm": NOTHING,
        "give_feedback": said(helpful=st.booleans(), comment=texts),
        "deflect": said(shown=st.sampled_from([(), (record_id("KBA", 2),) * 2, range(21)])),
        "answer": said(ticket=others),
        "withdraw_answer": said(ticket=others),
        **HOLDS,
    },
    ReadLog: {
        "note": said(
            act=st.just("person.read_history"),
            place=st.just("/api/v1/people/PER0000001/history"),
            why=st.lists(st.sampled_from(Why), max_size=2, unique=True),
            subject=maybe(people),
            asked=st.sampled_from([{}, {"as_of": "@7"}]),
            address=st.sampled_from(["", "192.0.2.7"]),
        ),
    },
    CabMeeting: {
        "reschedule": said(start=moments, end=moments),
        "fix_agenda": said(changes=st.lists(CHANGES, max_size=3)),
        "open": said(present=st.lists(people, max_size=3)),
        "record_vote": said(
            change=CHANGES,
            member=people,
            vote=st.sampled_from(["approve", "reject", "abstain", "maybe"]),
        ),
        "minute": said(change=CHANGES, said=texts),
        "close": NOTHING,
        "cancel": REASON,
    },
    Calendar: {
        "revise": said(
            hours=ALL_HOURS,
            names=maybe(ALL_NAMES),
            public_holidays=maybe(ALL_PUBLIC),
            applies_to=st.sampled_from(["new", "open"]),
        ),
        "note_moved": MOVED,
        "renew_holidays": said(public_holidays=ALL_PUBLIC),
        "import_file": said(hours=ALL_HOURS, names=ALL_NAMES, imported=st.just(IMPORTED)),
        "retire": NOTHING,
    },
    ChangeTemplate: of_definitions(TEMPLATES),
    ChangeWindow: {
        **of_definitions(WINDOWS),
        "except_change": said(change=CHANGES, reason=texts),
        "withdraw_exception": said(change=CHANGES),
    },
    Offering: of_definitions(ITEMS),
    Organisation: {
        "rename": said(name=texts),
        "locate": said(zone=st.sampled_from(["Europe/Zurich", "Mars"])),
        "set_retention": said(days=st.sampled_from([None, 0, 30, 40_000])),
        "set_words_retention": said(
            kind=st.sampled_from(["incident", "article"]),
            days=st.sampled_from([None, 0, 30, 40_000]),
            files_days=st.sampled_from([None, 0, 10, 30, 40_000]),
        ),
        "deactivate": NOTHING,
    },
    Person: {
        "amend": said(
            name=maybe(texts),
            email=maybe(st.one_of(st.just("ann@example.org"), texts)),
            language=maybe(st.sampled_from(["en", "de-CH", "English"])),
            zone=maybe(st.sampled_from(["UTC", "Europe/Zurich", "Mars"])),
        ),
        "move": said(organisation=organisations),
        "set_manager": said(manager=maybe(people)),
        "set_skills": said(skills=st.lists(texts, max_size=3)),
        "grant_role": said(role=st.sampled_from(Role)),
        "revoke_role": said(role=st.sampled_from(Role)),
        "deactivate": REASON,
        "reactivate": NOTHING,
        "place_legal_hold": REASON,
        "lift_legal_hold": REASON,
        "request_erasure": REASON,
        "withdraw_erasure": NOTHING,
        "erase": NOTHING,
        "delegate": said(
            to=people,
            start=moments,
            end=moments,
            risks=st.sets(st.sampled_from(["low", "high"])),
            process=maybe(st.just(record_id("APR", 1))),
            reason=texts,
        ),
        "end_delegation": said(number=st.sampled_from([1, 1, 2, 9])),
        "set_password": said(hash=st.sampled_from(["$argon2id$a", "$argon2id$b", "secret", ""])),
        "issue_token": said(
            token_id=st.integers(1, 3).map(lambda number: UUID(int=number)),
            digest=digests,
            hint=texts,
            name=texts,
            scopes=st.sets(st.sampled_from(Scope)),
            expires=maybe(moments),
        ),
        "open_feed": said(
            token_id=st.integers(1, 3).map(lambda number: UUID(int=number)),
            digest=digests,
            hint=texts,
            name=texts,
            calendar=st.just(record_id("CAL", 1)),
            with_windows=st.booleans(),
            expires=maybe(moments),
        ),
        "revoke_token": said(token_id=st.integers(1, 3).map(lambda number: UUID(int=number))),
    },
    AssignmentRule: {
        **of_definitions(st.sampled_from(RULES)),
        "take_turn": said(person=people, ticket=others),
    },
    Release: {
        **ROUND,
        "amend": said(
            name=maybe(texts),
            description=maybe(texts),
            backout=maybe(texts),
            service=maybe(texts),
            owner=maybe(people),
        ),
        "comment": said(said=texts),
        "add_phase": said(
            name=PHASE, start=later, end=later, changes=st.lists(CHANGES, max_size=2)
        ),
        "plan_phase": said(
            number=NUMBER, start=later, end=later, changes=st.lists(CHANGES, max_size=2)
        ),
        "write_gate": said(gate=PHASE, said=texts),
        "take_up": said(gate=PHASE),
        "submit": SUBMISSION,
        "withdraw": REASON,
        "pass_gate": said(note=texts),
        "start_phase": said(number=NUMBER),
        "complete_phase": said(
            number=NUMBER, outcome=st.sampled_from([*get_args(PhaseOutcome), "?"]), notes=texts
        ),
        "stop": REASON,
        "resume": REASON,
        "back_out": REASON,
        "cancel": REASON,
    },
    RiskModel: of_definitions(QUESTIONNAIRES),
    Service: {
        **ROUND,
        "amend": said(
            name=maybe(texts),
            description=maybe(texts),
            owner=maybe(people),
            team=maybe(teams),
            criticality=maybe(st.sampled_from(["low", "critical", "none"])),
            customers=maybe(CUSTOMERS),
        ),
        "comment": said(said=texts),
        "write_gate": said(gate=GATE, said=texts),
        "take_up": said(gate=GATE),
        "submit": SUBMISSION,
        "withdraw": REASON,
        "pass_gate": said(note=texts),
        "begin_design": NOTHING,
        "charter": NOTHING,
        "redesign": REASON,
        "go_live": NOTHING,
        "begin_retirement": REASON,
        "keep": REASON,
        "retire": REASON,
    },
    ServiceLevelPolicy: {
        **of_definitions(AGREEMENTS),
        "choose_tickets": said(applies_to=st.sampled_from(["new", "open"])),
        "publish": said(applies_to=st.sampled_from(["new", "open", None])),
        "note_moved": MOVED,
        "what_if": said(
            digest=st.just("0" * 64), effects=st.builds(Effects, tickets=st.integers(0, 9))
        ),
    },
    TicketType: {"revise": said(definition=TYPES)},
    SurveyPolicy: {"revise": said(name=texts, definition=SURVEYS), "retire": NOTHING},
    TextModule: {"revise": said(name=texts, definition=TEXTS), "retire": NOTHING},
    UpdateTemplate: {"revise": said(name=texts, definition=UPDATES), "retire": NOTHING},
    Macro: {"revise": said(name=texts, definition=MACROS), "retire": NOTHING},
    OrderGuide: {"revise": said(name=texts, definition=GUIDES), "retire": NOTHING},
    DataRule: {"revise": said(name=texts, definition=CONDITIONS), "retire": NOTHING},
    ChoiceList: {"replace": said(choices=CHOICES), "retire": NOTHING},
    DeclaredView: {"revise": said(title=texts, definition=DECLARATIONS), "retire": NOTHING},
    SavedView: {
        "amend": said(name=texts, asking=ASKINGS),
        "share": said(
            shared_with=st.sampled_from(["nobody", "team", "organisation"]), team=maybe(teams)
        ),
        "subscribe": said(person=people, mailing=maybe(MAILINGS)),
        "unsubscribe": said(
            person=people, because=st.sampled_from(["asked", "may not use it any more"])
        ),
        "remove": NOTHING,
    },
    Team: {
        "rename": said(name=texts),
        "add_member": said(person=people, is_lead=st.booleans()),
        "remove_member": said(person=people),
        "disband": NOTHING,
    },
    BulkJob: {
        "record_rows": said(
            results=st.lists(ROW_RESULTS, max_size=3, unique_by=lambda result: result.row),
            problems=st.dictionaries(st.sampled_from(["1", "2"]), st.just({"code": "refused"})),
        ),
        "start": SCOPED,
        "retry": SCOPED,
        "preview_undo": SCOPED,
        "undo": SCOPED,
        "stop": REASON,
        "give_up": REASON,
        "finish": NOTHING,
    },
    ReportSchedule: {
        "amend": said(**SCHEDULED),
        "pause": NOTHING,
        "resume": NOTHING,
        "fall_due": said(
            moment=moments, position=st.just(118), recipients=st.lists(people, max_size=3)
        ),
        "run_now": said(person=people, position=st.just(118)),
        "note_delivery": said(
            delivery=st.builds(
                Delivery,
                person=people,
                moment=moments,
                position=st.just(118),
                since=moments,
                is_preview=st.booleans(),
            ),
            outcome=st.sampled_from(["sent", "withheld", "failed"]),
        ),
        "end": NOTHING,
    },
    Webhook: {
        "amend": said(**SENT),
        "rotate_secret": said(overlap_hours=st.sampled_from([-1, 0, 24, 169])),
        "test": NOTHING,
        "rewind": said(after=st.integers(-1, 9)),
        "disable": REASON,
        "enable": NOTHING,
        "give_up": said(reason=texts, failing_since=moments),
        "remove": NOTHING,
    },
}
