"""The table of the policy: every act, what it asks of a token, and whom it lets do it when.

It is grouped by who may. The acts of `NOBODY` are left to the desk itself: clocks and workflows.
"""

from collections.abc import Mapping
from typing import NamedTuple

from domain.person import Role, Scope
from domain.relation import (
    ANY,
    ASKED,
    FOR_SELF,
    IN_SIGHT,
    IN_SIGHT_OR_PART,
    MEMBER,
    OPERATOR,
    OTHERS,
    OWN,
    PART,
    SELF,
    About,
    Actor,
    Condition,
)

Grants = Mapping[Role, Condition]


class Row(NamedTuple):
    phrase: str
    """Completes "Only an agent can …"."""
    scope: Scope
    grants: Grants

    def lets(self, actor: Actor, about: About) -> bool:
        return any(
            role in actor.roles and condition.holds(actor, about)
            for role, condition in self.grants.items()
        )


READ, WRITE, ADMIN = Scope.READ, Scope.WRITE, Scope.ADMIN

_READING = (
    Role.AGENT,
    Role.APPROVER,
    Role.CHANGE_MANAGER,
    Role.PROCESS_OWNER,
    Role.AUDITOR,
)


def _everyone(condition: Condition) -> Grants:
    return dict.fromkeys(Role, condition)


def _readers(condition: Condition) -> Grants:
    return dict.fromkeys(_READING, condition)


def _staff(condition: Condition) -> Grants:
    return dict.fromkeys((*_READING, Role.ADMINISTRATOR), condition)


NOBODY: Grants = {}
REQUESTER_OWN: Grants = {Role.REQUESTER: OWN}
AGENT: Grants = {Role.AGENT: IN_SIGHT}
CHANGE_MANAGER: Grants = {Role.CHANGE_MANAGER: IN_SIGHT}
AGENT_OR_CHANGE_MANAGER: Grants = {**AGENT, **CHANGE_MANAGER}
AUDITOR_OR_ADMINISTRATOR: Grants = {Role.AUDITOR: IN_SIGHT, Role.ADMINISTRATOR: IN_SIGHT}
ADMINISTRATOR: Grants = {Role.ADMINISTRATOR: IN_SIGHT}
OTHER_ADMINISTRATOR: Grants = {Role.ADMINISTRATOR: OTHERS}
OPERATORS_ADMINISTRATOR: Grants = {Role.ADMINISTRATOR: OPERATOR}
OPERATORS_PROCESS_OWNER: Grants = {Role.PROCESS_OWNER: OPERATOR}
OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER: Grants = {
    Role.CHANGE_MANAGER: OPERATOR,
    Role.PROCESS_OWNER: OPERATOR,
}
SELF_OR_ADMINISTRATOR: Grants = {**_everyone(SELF), **ADMINISTRATOR}


def _rows(grants: Grants, scope: Scope, acts: Mapping[str, str]) -> dict[str, Row]:
    return {act: Row(phrase, scope, grants) for act, phrase in acts.items()}


def _of_tickets(what: str, workers: Grants) -> dict[str, Row]:
    a = f"an {what}" if what[0] in "aeiou" else f"a {what}"
    return {
        **_rows(_everyone(ANY), READ, {f"{what}.list": f"list {what}s"}),
        **_rows(
            {**_everyone(PART), **_readers(IN_SIGHT_OR_PART)}, READ, {f"{what}.read": f"read {a}"}
        ),
        **_rows(
            _readers(IN_SIGHT),
            READ,
            {
                f"{what}.read_internal": f"read what agents say among themselves about {a}",
                f"{what}.read_history": f"read the history of {a}",
            },
        ),
        **_rows(
            {Role.REQUESTER: PART, Role.APPROVER: IN_SIGHT, **workers},
            WRITE,
            {f"{what}.comment": f"comment on {a}"},
        ),
        **_rows({**REQUESTER_OWN, **workers}, WRITE, {f"{what}.attach": f"attach a file to {a}"}),
        **_rows(
            workers,
            WRITE,
            {
                f"{what}.comment_internally": f"comment on {a} among agents",
                f"{what}.amend": f"amend {a}",
                f"{what}.categorise": f"categorise {a}",
                f"{what}.prioritise": f"prioritise {a}",
                f"{what}.assign": f"assign {a}",
                f"{what}.link": f"link {a}",
                f"{what}.unlink": f"unlink {a}",
                f"{what}.watch": f"let people watch {a}",
                f"{what}.unwatch": f"stop people watching {a}",
            },
        ),
    }


TABLE: Mapping[str, Row] = {
    # Incidents
    **_of_tickets("incident", AGENT),
    **_rows({Role.REQUESTER: FOR_SELF, **AGENT}, WRITE, {"incident.log": "log an incident"}),
    **_rows(
        {**REQUESTER_OWN, **AGENT},
        WRITE,
        {
            "incident.reopen": "reopen an incident",
            "incident.close": "close an incident",
            "incident.cancel": "cancel an incident",
        },
    ),
    **_rows(
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
    **_rows(
        NOBODY,
        WRITE,
        {
            "incident.apply_service_level": "apply a service level to an incident",
            "incident.mark": "say that a clock has passed a mark",
        },
    ),
    # Problems
    **_of_tickets("problem", AGENT),
    **_rows(
        {**REQUESTER_OWN, **AGENT},
        WRITE,
        {
            "problem.reopen": "reopen a problem",
            "problem.close": "close a problem",
            "problem.cancel": "cancel a problem",
        },
    ),
    **_rows(
        AGENT,
        WRITE,
        {
            "problem.raise": "raise a problem",
            "problem.investigate": "investigate a problem",
            "problem.document_workaround": "document a workaround",
            "problem.identify_cause": "identify the cause of a problem",
            "problem.declare_known_error": "declare a known error",
            "problem.pend": "let a problem wait",
            "problem.resume": "resume a problem",
            "problem.resolve": "resolve a problem",
        },
    ),
    # Changes
    **_of_tickets("change", AGENT_OR_CHANGE_MANAGER),
    **_rows(
        {Role.REQUESTER: FOR_SELF, **AGENT_OR_CHANGE_MANAGER},
        WRITE,
        {"change.propose": "propose a change"},
    ),
    **_rows(
        AGENT_OR_CHANGE_MANAGER,
        WRITE,
        {
            "change.classify": "classify a change",
            "change.assess_risk": "assess the risk of a change",
            "change.plan": "plan a change",
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
        },
    ),
    **_rows(
        {
            **dict.fromkeys(sorted(set(Role) - {Role.AUDITOR}), ASKED),
            Role.APPROVER: IN_SIGHT_OR_PART,
        },
        WRITE,
        {
            "change.vote": "vote on a change",
            "change.retract_vote": "take a vote on a change back",
            "change.hand_on_vote": "hand a vote on a change on",
            "change.request_information": "ask for information on a change",
        },
    ),
    **_rows(
        {**_everyone(OWN), **AGENT_OR_CHANGE_MANAGER},
        WRITE,
        {"change.provide_information": "provide information on a change"},
    ),
    **_rows(
        CHANGE_MANAGER,
        WRITE,
        {
            "change.reassign_vote": "reassign a vote on a change",
            "change.add_approver": "ask somebody else to vote on a change",
            "change.schedule": "schedule a change",
            "change.review": "review a change",
            "change.close": "close a change",
            "change.cancel": "cancel a change",
        },
    ),
    **_rows(
        OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
        WRITE,
        {
            "change.migrate_approval": "move an approval to another version of its process",
            "change.make_template": "draft a template of a change",
        },
    ),
    **_rows(
        {**OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER, Role.AUDITOR: OPERATOR},
        READ,
        {"change.read_migration": "see what moving an approval to another version does"},
    ),
    **_rows(
        dict.fromkeys((Role.REQUESTER, *AGENT_OR_CHANGE_MANAGER), OWN),
        WRITE,
        {"change.withdraw": "withdraw a change"},
    ),
    **_rows(
        NOBODY,
        WRITE,
        {
            "change.apply_service_level": "apply a service level to a change",
            "change.mark": "say that a clock has passed a mark",
            "change.remind": "remind the voters of a change",
            "change.escalate_stage": "escalate a stage of an approval",
            "change.time_out_stage": "end a stage of an approval whose time is over",
            "change.note_overdue": "note what a change owes and has not got in time",
            "change.note_conflicts": "note what speaks against the time of a change",
            "change.hold_approval": "hold the approval of a change during a freeze",
            "change.resume_approval": "let the approval of a change go on after a freeze",
        },
    ),
    # Assets
    **_rows(_everyone(ANY), READ, {"asset.list": "list assets"}),
    **_rows(
        {**_everyone(PART), **_readers(IN_SIGHT_OR_PART)}, READ, {"asset.read": "read an asset"}
    ),
    **_rows(_readers(IN_SIGHT), READ, {"asset.read_history": "read the history of an asset"}),
    **_rows(
        AGENT,
        WRITE,
        {
            "asset.register": "register an asset",
            "asset.amend": "amend an asset",
            "asset.relate": "relate an asset to another",
            "asset.unrelate": "take a relation of assets away",
            "asset.issue": "issue an asset",
            "asset.return": "take an asset back",
            "asset.repair": "send an asset for repair",
            "asset.complete_repair": "take an asset back from repair",
            "asset.retire": "retire an asset",
            "asset.dispose": "dispose of an asset",
        },
    ),
    # People
    **_rows(_staff(ANY), READ, {"person.list": "list people"}),
    **_rows({**_everyone(SELF), **_staff(IN_SIGHT)}, READ, {"person.read": "read about a person"}),
    **_rows(
        AUDITOR_OR_ADMINISTRATOR, READ, {"person.read_history": "read the history of a person"}
    ),
    **_rows(
        {**_everyone(SELF), **AUDITOR_OR_ADMINISTRATOR, Role.PROCESS_OWNER: IN_SIGHT},
        READ,
        {"person.read_delegations": "read the delegations of a person"},
    ),
    **_rows(ADMINISTRATOR, ADMIN, {"person.register": "register a person"}),
    **_rows(
        SELF_OR_ADMINISTRATOR,
        ADMIN,
        {
            "person.amend": "amend what is known of a person",
            "person.delegate": "delegate the votes of a person",
            "person.end_delegation": "end a delegation of a person",
            "person.set_password": "set the password of a person",
            "person.issue_token": "issue a token to a person",
            "person.revoke_token": "revoke a token of a person",
        },
    ),
    # Who sets their own manager chooses who approves what they ask for.
    **_rows(
        OTHER_ADMINISTRATOR,
        ADMIN,
        {
            "person.set_manager": "set the manager of a person",
            "person.grant_role": "grant a role to a person",
            "person.revoke_role": "revoke a role of a person",
            "person.deactivate": "deactivate a person",
            "person.reactivate": "reactivate a person",
        },
    ),
    # A move changes what a person sees, so an organisation does not move people into another.
    **_rows(OPERATORS_ADMINISTRATOR, ADMIN, {"person.move": "move a person"}),
    # Teams
    **_rows(_staff(ANY), READ, {"team.list": "list teams"}),
    **_rows(_staff(IN_SIGHT), READ, {"team.read": "read about a team"}),
    **_rows(AUDITOR_OR_ADMINISTRATOR, READ, {"team.read_history": "read the history of a team"}),
    **_rows(
        ADMINISTRATOR,
        ADMIN,
        {
            "team.form": "form a team",
            "team.rename": "rename a team",
            "team.add_member": "add a member to a team",
            "team.remove_member": "remove a member from a team",
            "team.disband": "disband a team",
        },
    ),
    # Organisations
    **_rows(_staff(ANY), READ, {"organisation.list": "list organisations"}),
    **_rows(
        {**_everyone(MEMBER), **_staff(IN_SIGHT)},
        READ,
        {"organisation.read": "read about an organisation"},
    ),
    **_rows(
        AUDITOR_OR_ADMINISTRATOR,
        READ,
        {"organisation.read_history": "read the history of an organisation"},
    ),
    **_rows(
        OPERATORS_ADMINISTRATOR,
        ADMIN,
        {
            "organisation.register": "register an organisation",
            "organisation.rename": "rename an organisation",
            "organisation.locate": "say where an organisation is",
            "organisation.deactivate": "deactivate an organisation",
        },
    ),
    # Definitions, which hold for all organisations and may name any
    **_rows(
        _staff(OPERATOR),
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
    **_rows(
        _everyone(ANY),
        READ,
        {
            "change_template.list": "list change templates",
            "change_template.read": "read a change template",
            "change_template.read_history": "read the history of a change template",
        },
    ),
    **_rows(
        _staff(OPERATOR),
        READ,
        {
            "cab_meeting.list": "list meetings of a change advisory board",
            "cab_meeting.read": "read about a meeting of a change advisory board",
            "cab_meeting.read_history": "read the history of a meeting",
        },
    ),
    **_rows(
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
    **_rows(
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
    **_rows(
        {Role.CHANGE_MANAGER: OPERATOR},
        WRITE,
        {
            "change_window.except_change": "except a change from a change window",
            "change_window.withdraw_exception": "withdraw an exception from a change window",
        },
    ),
    **_rows(
        _everyone(ANY),
        READ,
        {
            "calendar.list": "list calendars",
            "calendar.read": "read a calendar",
            "calendar.read_history": "read the history of a calendar",
        },
    ),
    **_rows(
        {**OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER, Role.AUDITOR: OPERATOR},
        READ,
        {"approval_process.read_running": "read which approvals run on an older version"},
    ),
    **_rows(
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
    **_rows(
        NOBODY,
        WRITE,
        {
            "service_level_policy.note_moved": "say which open tickets were given a policy",
            "calendar.note_moved": "say which open tickets were given the hours of a calendar",
        },
    ),
    **_rows(
        _everyone(ANY),
        READ,
        {
            "process_schema.read": "read how processes are written",
            "service_level_policy_schema.read": "read how service level policies are written",
        },
    ),
    # Views, whose rows are those that the actor sees
    **_rows(_everyone(ANY), READ, {"approvals_inbox.read": "read what waits for their vote"}),
    **_rows(
        _readers(ANY),
        READ,
        {
            "work_queue.read": "read the work queue",
            "change_board.read": "read the change board",
            "sla_board.read": "read the service level board",
            "attainment.read": "read which service levels were kept",
            "audit_findings.read": "read what changes owe",
        },
    ),
    # The ledger itself
    **_rows({Role.AUDITOR: OPERATOR}, READ, {"ledger.read_events": "read all events"}),
    **_rows(
        {Role.AUDITOR: OPERATOR, Role.ADMINISTRATOR: OPERATOR},
        READ,
        {
            "ledger.verify": "verify the ledger",
            "ledger.read_status": "read how the desk is doing",
        },
    ),
}
