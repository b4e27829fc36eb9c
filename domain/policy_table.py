"""The table of the policy: every act, what it asks of a token, and whom it lets do it when.

It is grouped by who may. The acts of `NOBODY` are left to the desk itself: clocks and workflows.
"""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_approvals import of_rounds
from domain.policy_assets import ASSETS
from domain.policy_bulk import BULK
from domain.policy_definitions import DEFINITIONS
from domain.policy_helps import HELPS
from domain.policy_people import PEOPLE
from domain.policy_releases import RELEASES
from domain.policy_requests import REQUESTS
from domain.policy_rows import (
    AGENT,
    AGENT_OR_CHANGE_MANAGER,
    CHANGE_MANAGER,
    NOBODY,
    OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    READ,
    REQUESTER_OWN,
    VOTERS,
    WRITE,
    Row,
    everyone,
    of_major_incidents,
    of_merging,
    of_tickets,
    readers,
    rows,
)
from domain.policy_services import SERVICES
from domain.policy_views import VIEWS
from domain.policy_webhooks import WEBHOOKS
from domain.relation import (
    ANY,
    FOR_SELF,
    OPERATOR,
    OWN,
)

__all__ = ["TABLE", "Row"]

TABLE: Mapping[str, Row] = {
    # Incidents
    **of_tickets("incident", AGENT),
    **of_merging("incident"),
    **rows({Role.REQUESTER: FOR_SELF, **AGENT}, WRITE, {"incident.log": "log an incident"}),
    **rows(
        {**REQUESTER_OWN, **AGENT},
        WRITE,
        {
            "incident.reopen": "reopen an incident",
            "incident.close": "close an incident",
            "incident.cancel": "cancel an incident",
        },
    ),
    **rows(
        AGENT,
        WRITE,
        {
            "incident.start": "start work on an incident",
            "incident.respond": "respond to an incident",
            "incident.escalate_functionally": "escalate an incident",
            "incident.escalate_hierarchically": "escalate an incident",
            "incident.acknowledge_escalation": "acknowledge an escalation",
            "incident.pend": "let an incident wait",
            "incident.note_pause": "note afterwards that an incident had to wait",
            "incident.resume": "resume an incident",
            "incident.resolve": "resolve an incident",
        },
    ),
    **rows(
        NOBODY,
        WRITE,
        {
            "incident.apply_rule": "say what an assignment rule did to an incident",
            "incident.give_workaround": "give an incident the workaround of a known error",
            "incident.apply_service_level": "apply a service level to an incident",
            "incident.mark": "say that a clock has passed a mark",
            "incident.take_escalation_step": "take a step of the escalation of a policy",
        },
    ),
    **rows(everyone(OWN), WRITE, {"incident.rate": "rate an incident"}),
    **of_major_incidents(),
    # Problems
    **of_tickets("problem", AGENT),
    **of_merging("problem"),
    **rows(
        {**REQUESTER_OWN, **AGENT},
        WRITE,
        {
            "problem.reopen": "reopen a problem",
            "problem.close": "close a problem",
            "problem.cancel": "cancel a problem",
        },
    ),
    **rows(
        AGENT,
        WRITE,
        {
            "problem.raise": "raise a problem",
            "problem.accept": "accept a problem",
            "problem.decline": "decline a problem",
            "problem.investigate": "investigate a problem",
            "problem.note_symptom": "note a symptom of a problem",
            "problem.add_task": "add a task to a problem",
            "problem.order_task": "put the tasks of a problem in order",
            "problem.assign_task": "assign a task of a problem",
            "problem.start_task": "start a task of a problem",
            "problem.complete_task": "complete a task of a problem",
            "problem.cancel_task": "cancel a task of a problem",
            "problem.plan_fix": "say which change fixes a problem",
            "problem.review": "review a problem",
            "problem.document_workaround": "document a workaround",
            "problem.identify_cause": "identify the cause of a problem",
            "problem.declare_known_error": "declare a known error",
            "problem.pend": "let a problem wait",
            "problem.resume": "resume a problem",
            "problem.resolve": "resolve a problem",
        },
    ),
    **rows(NOBODY, WRITE, {"problem.propose": "propose a problem"}),
    # Questions
    **of_tickets("question", AGENT),
    **of_merging("question"),
    **rows({Role.REQUESTER: FOR_SELF, **AGENT}, WRITE, {"question.ask": "ask a question"}),
    **rows(
        {**REQUESTER_OWN, **AGENT},
        WRITE,
        {
            "question.ask_again": "ask a question again",
            "question.close": "close a question",
            "question.cancel": "cancel a question",
        },
    ),
    **rows(
        AGENT,
        WRITE,
        {
            "question.start": "start work on a question",
            "question.pend": "let a question wait",
            "question.note_pause": "note afterwards that a question had to wait",
            "question.resume": "resume a question",
            "question.give_answer": "answer a question",
            "question.escalate_functionally": "escalate a question",
            "question.escalate_hierarchically": "escalate a question",
            "question.acknowledge_escalation": "acknowledge an escalation",
        },
    ),
    **rows(
        NOBODY,
        WRITE,
        {
            "question.apply_rule": "say what an assignment rule did to a question",
            "question.apply_service_level": "apply a service level to a question",
            "question.mark": "say that a clock has passed a mark",
            "question.take_escalation_step": "take a step of the escalation of a policy",
        },
    ),
    **rows(everyone(OWN), WRITE, {"question.rate": "rate a question"}),
    **REQUESTS,
    # Changes
    **of_tickets("change", AGENT_OR_CHANGE_MANAGER),
    **rows(
        {Role.REQUESTER: FOR_SELF, **AGENT_OR_CHANGE_MANAGER},
        WRITE,
        {"change.propose": "propose a change"},
    ),
    **rows(
        AGENT_OR_CHANGE_MANAGER,
        WRITE,
        {
            "change.classify": "classify a change",
            "change.assess_risk": "assess the risk of a change",
            "change.plan": "plan a change",
            "change.plan_attributes": "plan attributes of assets by a change",
            "change.apply_template": "make a change from a template",
            "change.affect": "say what a change affects",
            "change.unaffect": "say what a change affects",
            "change.add_task": "add a task to a change",
            "change.order_task": "put the tasks of a change in order",
            "change.assign_task": "assign a task of a change",
            "change.start_task": "start a task of a change",
            "change.complete_task": "complete a task of a change",
            "change.cancel_task": "cancel a task of a change",
            "change.request_time": "say when a change is to be implemented",
            "change.submit": "submit a change for approval",
            "change.start_implementation": "start to implement a change",
            "change.complete_implementation": "complete the implementation of a change",
            "change.back_out": "back out a change",
            "change.note_pause": "note afterwards that a change had to wait",
            "change.acknowledge_escalation": "acknowledge an escalation",
        },
    ),
    **of_rounds(
        "change",
        voters=VOTERS,
        workers=AGENT_OR_CHANGE_MANAGER,
        choosers=CHANGE_MANAGER,
        movers=OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    ),
    **rows(
        CHANGE_MANAGER,
        WRITE,
        {
            "change.schedule": "schedule a change",
            "change.review": "review a change",
            "change.close": "close a change",
            "change.cancel": "cancel a change",
        },
    ),
    **rows(
        OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
        WRITE,
        {
            "change.make_template": "draft a template of a change",
        },
    ),
    **rows(
        dict.fromkeys((Role.REQUESTER, *AGENT_OR_CHANGE_MANAGER), OWN),
        WRITE,
        {"change.withdraw": "withdraw a change"},
    ),
    **rows(
        NOBODY,
        WRITE,
        {
            "change.apply_rule": "say what an assignment rule did to a change",
            "change.apply_service_level": "apply a service level to a change",
            "change.mark": "say that a clock has passed a mark",
            "change.take_escalation_step": "take a step of the escalation of a policy",
            "change.escalate_hierarchically": "tell management of a change",
            "change.note_overdue": "note what a change owes and has not got in time",
            "change.note_conflicts": "note what speaks against the time of a change",
        },
    ),
    **ASSETS,
    # Services and what is ordered of them
    **SERVICES,
    **RELEASES,
    # What helps those who work at the desk
    **HELPS,
    # People, teams and organisations
    **PEOPLE,
    # Definitions, which hold for all organisations and may name any
    **DEFINITIONS,
    # Views, whose rows are those that the actor sees
    **rows(
        everyone(ANY),
        READ,
        {
            "approvals_inbox.read": "read what waits for their vote",
            "own_tickets.read": "list their own tickets",
            "mentions.read": "list where they were mentioned",
            "search.read": "search",
        },
    ),
    **rows(
        readers(ANY),
        READ,
        {
            "work_queue.read": "read the work queue",
            "change_board.read": "read the change board",
            "fulfilment_work.read": "read the tasks of requests",
            "sla_board.read": "read the service level board",
            "attainment.read": "read which service levels were kept",
            "time_spent.read": "read who spent time on what",
            "reports.read": "read reports on tickets",
            "audit_findings.read": "read what changes owe",
        },
    ),
    # Who read what
    **rows(
        {Role.AUDITOR: OPERATOR},
        READ,
        {
            "read_log.list": "list who read what",
            "read_log.read": "read who read what",
            "read_log.read_history": "read who read what, event by event",
        },
    ),
    **rows(
        NOBODY,
        WRITE,
        {"read_log.open": "open a log of reads", "read_log.note": "note that something was read"},
    ),
    **BULK,
    **WEBHOOKS,
    # The ledger itself. Of its events everybody sees those that they may read
    **rows(
        everyone(ANY),
        READ,
        {"ledger.list_events": "read events", "ledger.read_as_consumer": "consume events"},
    ),
    **rows({Role.AUDITOR: OPERATOR}, READ, {"ledger.read_events": "read all events"}),
    **rows(
        {Role.AUDITOR: OPERATOR, Role.ADMINISTRATOR: OPERATOR},
        READ,
        {
            "ledger.verify": "verify the ledger",
            "ledger.read_status": "read how the desk is doing",
        },
    ),
    # Saved views
    **VIEWS,
}
