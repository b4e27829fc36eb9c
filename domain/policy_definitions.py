"""Who may do what with definitions, which hold for all organisations and may name any."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_rows import (
    NOBODY,
    OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    OPERATORS_PROCESS_OWNER,
    READ,
    WRITE,
    Row,
    everyone,
    rows,
    staff,
)
from domain.relation import (
    ANY,
    OPERATOR,
)

DEFINITIONS: Mapping[str, Row] = {
    **rows(
        staff(OPERATOR),
        READ,
        {
            "approval_process.list": "list approval processes",
            "approval_process.read": "read an approval process",
            "approval_process.read_history": "read the history of an approval process",
            "service_level_policy.list": "list service level policies",
            "service_level_policy.read": "read a service level policy",
            "service_level_policy.read_history": "read the history of a service level policy",
            "risk_model.list": "list risk models",
            "risk_model.read": "read a risk model",
            "risk_model.read_history": "read the history of a risk model",
            "change_window.list": "list change windows",
            "change_window.read": "read a change window",
            "change_window.read_history": "read the history of a change window",
        },
    ),
    **rows(
        everyone(ANY),
        READ,
        {
            "change_template.list": "list change templates",
            "change_template.read": "read a change template",
            "change_template.read_history": "read the history of a change template",
        },
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
        {Role.PROCESS_OWNER: OPERATOR, Role.CHANGE_MANAGER: OPERATOR},
        WRITE,
        {
            "change_template.draft": "draft a change template",
            "change_template.revise": "revise a change template",
            "change_template.publish": "publish a change template",
            "change_template.retire": "retire a change template",
            "change_window.draft": "draft a change window",
            "change_window.revise": "revise a change window",
            "change_window.publish": "publish a change window",
            "change_window.retire": "retire a change window",
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
        },
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
            "approval_process.draft": "draft an approval process",
            "approval_process.revise": "revise an approval process",
            "approval_process.publish": "publish an approval process",
            "approval_process.retire": "retire an approval process",
            "service_level_policy.draft": "draft a service level policy",
            "service_level_policy.revise": "revise a service level policy",
            "service_level_policy.publish": "publish a service level policy",
            "service_level_policy.retire": "retire a service level policy",
            "service_level_policy.what_if": "ask what a service level policy would change",
            "risk_model.draft": "draft a risk model",
            "risk_model.revise": "revise a risk model",
            "risk_model.publish": "publish a risk model",
            "risk_model.retire": "retire a risk model",
            "calendar.define": "define a calendar",
            "calendar.revise": "revise a calendar",
            "calendar.renew_holidays": "renew the public holidays of a calendar",
            "calendar.import_file": "import a file into a calendar",
            "calendar.retire": "retire a calendar",
        },
    ),
    **rows(
        NOBODY,
        WRITE,
        {
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
