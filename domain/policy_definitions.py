"""Who may do what with definitions, which hold for all organisations and may name any."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_approvals import of_definitions
from domain.policy_articles import ARTICLES
from domain.policy_rows import (
    NOBODY,
    OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    OPERATORS_PROCESS_OWNER,
    READ,
    WRITE,
    Row,
    everyone,
    readers,
    rows,
    staff,
)
from domain.relation import (
    ANY,
    OPERATOR,
)

DEFINITIONS: Mapping[str, Row] = {
    **of_definitions("approval_process", OPERATORS_PROCESS_OWNER, staff(OPERATOR)),
    **of_definitions("service_level_policy", OPERATORS_PROCESS_OWNER, staff(OPERATOR)),
    **of_definitions("risk_model", OPERATORS_PROCESS_OWNER, staff(OPERATOR)),
    **of_definitions("assignment_rule", OPERATORS_PROCESS_OWNER, staff(OPERATOR)),
    **of_definitions("change_window", OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER, staff(OPERATOR)),
    **of_definitions(
        "change_template",
        OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
        everyone(ANY),
        historians=staff(OPERATOR),
    ),
    **ARTICLES,
    # A process that keeps everybody from publishing is taken out of use by somebody else.
    **rows(
        {**OPERATORS_PROCESS_OWNER, Role.ADMINISTRATOR: OPERATOR},
        WRITE,
        {"approval_process.retire": "retire an approval process"},
    ),
    **rows(
        staff(OPERATOR),
        READ,
        {
            "cab_meeting.list": "list meetings of a change advisory board",
            "cab_meeting.read": "read about a meeting of a change advisory board",
            "cab_meeting.read_history": "read the history of a meeting",
        },
    ),
    **rows(
        {Role.CHANGE_MANAGER: OPERATOR},
        WRITE,
        {
            "cab_meeting.schedule": "schedule a meeting of a change advisory board",
            "cab_meeting.reschedule": "reschedule a meeting",
            "cab_meeting.fix_agenda": "fix the agenda of a meeting",
            "cab_meeting.open": "open a meeting",
            "cab_meeting.record_vote": "record a vote of a meeting",
            "cab_meeting.minute": "write the minutes of a meeting",
            "cab_meeting.close": "close a meeting",
            "cab_meeting.cancel": "cancel a meeting",
        },
    ),
    **rows(
        {Role.CHANGE_MANAGER: OPERATOR},
        WRITE,
        {
            "change_window.except_change": "except a change from a change window",
            "change_window.withdraw_exception": "withdraw an exception from a change window",
        },
    ),
    **rows(
        everyone(ANY),
        READ,
        {
            "calendar.list": "list calendars",
            "calendar.read": "read a calendar",
            "calendar.read_history": "read the history of a calendar",
            "ticket_type.list": "list types of tickets",
            "ticket_type.read": "read about a type of ticket",
            "ticket_type.read_history": "read the history of a type of ticket",
        },
    ),
    **rows(
        OPERATORS_PROCESS_OWNER,
        WRITE,
        {
            "ticket_type.define": "define a type of ticket",
            "ticket_type.revise": "revise a type of ticket",
            "declared_view.declare": "declare a view",
            "declared_view.revise": "revise a declared view",
            "declared_view.retire": "retire a declared view",
        },
    ),
    **rows(
        staff(OPERATOR),
        READ,
        {
            "declared_view.list": "list declared views",
            "declared_view.read": "read how a view is declared",
            "declared_view.read_history": "read the history of a declared view",
        },
    ),
    **rows(
        readers(OPERATOR), READ, {"declared_view.read_rows": "read the rows of a declared view"}
    ),
    **rows(
        {**OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER, Role.AUDITOR: OPERATOR},
        READ,
        {"approval_process.read_running": "read which approvals run on an older version"},
    ),
    **rows(
        OPERATORS_PROCESS_OWNER,
        WRITE,
        {
            "service_level_policy.what_if": "ask what a service level policy would change",
            "calendar.define": "define a calendar",
            "calendar.revise": "revise a calendar",
            "calendar.renew_holidays": "renew the public holidays of a calendar",
            "calendar.import_file": "import a file into a calendar",
            "calendar.retire": "retire a calendar",
        },
    ),
    **rows(
        {**OPERATORS_PROCESS_OWNER, Role.AUDITOR: OPERATOR},
        READ,
        {"assignment_rule.read_trial": "see what an assignment rule would do"},
    ),
    **rows(
        NOBODY,
        WRITE,
        {
            "assignment_rule.take_turn": "say whose turn it was by a rule",
            "service_level_policy.choose_tickets": "say for which tickets a policy is submitted",
            "service_level_policy.note_moved": "say which open tickets were given a policy",
            "calendar.note_moved": "say which open tickets were given the hours of a calendar",
        },
    ),
    **rows(
        everyone(ANY),
        READ,
        {
            "process_schema.read": "read how processes are written",
            "service_level_policy_schema.read": "read how service level policies are written",
        },
    ),
}
