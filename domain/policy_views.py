"""Who may do what with saved views, and with reports that are sent: whoever has a view shares it,
and those whom it is for use it."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_reports import SCHEDULES
from domain.policy_rows import READ, WRITE, Grants, Row, everyone, rows
from domain.relation import ANY, OPERATOR, OPERATOR_OR_READER, OWNER, READER, Condition


def _but_auditors(condition: Condition) -> Grants:
    return {role: condition for role in Role if role is not Role.AUDITOR}


VIEWS: Mapping[str, Row] = {
    **rows(everyone(ANY), READ, {"saved_view.list": "list saved views"}),
    **rows(
        {**_but_auditors(READER), Role.AUDITOR: OPERATOR_OR_READER},
        READ,
        {
            "saved_view.read": "use a saved view",
            "saved_view.read_changes": "read what changes in a saved view",
        },
    ),
    **rows(
        {**_but_auditors(OWNER), Role.AUDITOR: OPERATOR},
        READ,
        {"saved_view.read_history": "read the history of a saved view"},
    ),
    **rows(_but_auditors(ANY), WRITE, {"saved_view.save": "save a view"}),
    **rows(
        _but_auditors(OWNER),
        WRITE,
        {
            "saved_view.amend": "amend a saved view",
            "saved_view.share": "share a saved view",
            "saved_view.remove": "remove a saved view",
        },
    ),
    **rows(
        _but_auditors(READER),
        WRITE,
        {
            "saved_view.subscribe": "subscribe to a saved view",
            "saved_view.unsubscribe": "unsubscribe from a saved view",
        },
    ),
    **SCHEDULES,
}
