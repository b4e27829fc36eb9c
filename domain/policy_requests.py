"""Who may do what with service requests."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_approvals import of_rounds
from domain.policy_rows import (
    AGENT,
    NOBODY,
    OPERATORS_PROCESS_OWNER,
    REQUESTER_OWN,
    VOTERS,
    WRITE,
    Row,
    everyone,
    of_merging,
    of_tickets,
    rows,
)
from domain.relation import FOR_SELF, OWN

REQUESTS: Mapping[str, Row] = {
    **of_tickets("service_request", AGENT),
    **of_merging("service_request"),
    **rows(
        {Role.REQUESTER: FOR_SELF, **AGENT},
        WRITE,
        {"service_request.order": "order something"},
    ),
    **rows(
        {**REQUESTER_OWN, **AGENT},
        WRITE,
        {
            "service_request.submit": "submit a request for approval",
            "service_request.reopen": "reopen a request",
            "service_request.close": "close a request",
            "service_request.cancel": "cancel a request",
        },
    ),
    **of_rounds(
        "service_request",
        voters=VOTERS,
        workers=AGENT,
        choosers=OPERATORS_PROCESS_OWNER,
        movers=OPERATORS_PROCESS_OWNER,
    ),
    **rows(
        AGENT,
        WRITE,
        {
            "service_request.start_fulfilment": "start to fulfil a request",
            "service_request.add_task": "add a task to a request",
            "service_request.order_task": "put the tasks of a request in order",
            "service_request.assign_task": "assign a task of a request",
            "service_request.start_task": "start a task of a request",
            "service_request.complete_task": "complete a task of a request",
            "service_request.cancel_task": "cancel a task of a request",
            "service_request.pend": "let a request wait",
            "service_request.note_pause": "note afterwards that a request had to wait",
            "service_request.resume": "resume a request",
            "service_request.fulfil": "fulfil a request",
            "service_request.escalate_functionally": "escalate a request",
            "service_request.escalate_hierarchically": "escalate a request",
            "service_request.acknowledge_escalation": "acknowledge an escalation",
        },
    ),
    **rows(everyone(OWN), WRITE, {"service_request.rate": "rate a request"}),
    **rows(
        NOBODY,
        WRITE,
        {
            "service_request.apply_rule": "say what an assignment rule did to a request",
            "service_request.apply_service_level": "apply a service level to a request",
            "service_request.mark": "say that a clock has passed a mark",
            "service_request.take_escalation_step": "take a step of the escalation of a policy",
        },
    ),
}
