"""What the table of the policy is made of: rows, who may, and the acts that all tickets share."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.person import Role, Scope
from domain.relation import (
    ANY,
    ASKED,
    IN_SIGHT,
    IN_SIGHT_OR_PART,
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
        for role in actor.roles:
            condition = self.grants.get(role)
            if condition is not None and condition.holds(actor, about):
                return True
        return False


READ, WRITE, ADMIN = Scope.READ, Scope.WRITE, Scope.ADMIN

_READING = (
    Role.AGENT,
    Role.APPROVER,
    Role.CHANGE_MANAGER,
    Role.PROCESS_OWNER,
    Role.AUDITOR,
)


def everyone(condition: Condition) -> Grants:
    return dict.fromkeys(Role, condition)


def readers(condition: Condition) -> Grants:
    return dict.fromkeys(_READING, condition)


def staff(condition: Condition) -> Grants:
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
VOTERS: Grants = {
    **everyone(ASKED),
    Role.APPROVER: IN_SIGHT_OR_PART,
}
SELF_OR_ADMINISTRATOR: Grants = {**everyone(SELF), **ADMINISTRATOR}


def rows(grants: Grants, scope: Scope, acts: Mapping[str, str]) -> dict[str, Row]:
    if scope is WRITE:
        # An auditor changes nothing, whatever part they have in a record.
        grants = {role: condition for role, condition in grants.items() if role != Role.AUDITOR}
    return {act: Row(phrase, scope, grants) for act, phrase in acts.items()}


def keeping(what: str, a: str, keepers: Grants) -> dict[str, Row]:
    """The acts on what a record says that is removed in time: `a` is what it is called."""
    return {
        **rows(
            keepers,
            WRITE,
            {
                f"{what}.place_legal_hold": f"place {a} under a legal hold",
                f"{what}.lift_legal_hold": f"lift the legal hold of {a}",
            },
        ),
        **rows(NOBODY, WRITE, {f"{what}.remove_words": f"remove what {a} says"}),
    }


def of_tickets(what: str, workers: Grants) -> dict[str, Row]:
    name = what.replace("_", " ")
    a = f"an {name}" if name[0] in "aeiou" else f"a {name}"
    return {
        **rows(everyone(ANY), READ, {f"{what}.list": f"list {name}s"}),
        **rows(
            {**everyone(PART), **readers(IN_SIGHT_OR_PART)}, READ, {f"{what}.read": f"read {a}"}
        ),
        **rows(
            readers(IN_SIGHT),
            READ,
            {
                f"{what}.read_internal": f"read what agents say among themselves about {a}",
                f"{what}.read_history": f"read the history of {a}",
            },
        ),
        **rows(
            {Role.REQUESTER: PART, Role.APPROVER: IN_SIGHT, **workers},
            WRITE,
            {f"{what}.comment": f"comment on {a}"},
        ),
        **rows(
            {**everyone(PART), **readers(IN_SIGHT_OR_PART)},
            WRITE,
            {f"{what}.acknowledge_mentions": f"say that they have read what mentions them on {a}"},
        ),
        **rows({**REQUESTER_OWN, **workers}, WRITE, {f"{what}.attach": f"attach a file to {a}"}),
        **rows(
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
                f"{what}.add_affected_person": f"say whom {a} affects",
                f"{what}.remove_affected_person": f"say whom {a} affects",
                f"{what}.add_item": f"add an item to the checklist of {a}",
                f"{what}.remove_item": f"remove an item from the checklist of {a}",
                f"{what}.complete_item": f"complete an item on the checklist of {a}",
                f"{what}.reopen_item": f"reopen an item on the checklist of {a}",
                f"{what}.set_fields": f"set the fields of {a}",
                f"{what}.begin_edit": f"say that they are editing {a}",
                f"{what}.end_edit": f"say that they are not editing {a}",
                f"{what}.apply_macro": f"apply a macro to {a}",
                f"{what}.book_time": f"book time on {a}",
                f"{what}.correct_time": f"correct the time on {a}",
            },
        ),
        **rows(
            {Role.PROCESS_OWNER: IN_SIGHT, **CHANGE_MANAGER},
            WRITE,
            {f"{what}.break_lock": f"break the lock of {a}"},
        ),
        **keeping(what, a, {Role.PROCESS_OWNER: IN_SIGHT}),
        # It takes the ticket, and all that was said on it, to another organisation.
        **rows(
            dict.fromkeys(workers, OPERATOR),
            WRITE,
            {f"{what}.change_requester": f"change the requester of {a}"},
        ),
    }


def of_merging(what: str) -> dict[str, Row]:
    """The acts of merging and splitting."""
    name = what.replace("_", " ")
    a = f"an {name}" if name[0] in "aeiou" else f"a {name}"
    return {
        **rows(
            AGENT,
            WRITE,
            {
                f"{what}.merge": f"merge {a} into another",
                f"{what}.unmerge": f"undo the merge of {a}",
                f"{what}.split_off": f"split {a}",
                f"{what}.undo_split": f"undo the split of {a}",
            },
        ),
        **rows(
            {Role.AGENT: OPERATOR},
            WRITE,
            {f"{what}.merge_across": f"merge {a} into one of another organisation"},
        ),
        **rows(
            NOBODY,
            WRITE,
            {
                f"{what}.absorb": f"take in {a} that is merged",
                f"{what}.release": f"give back {a} whose merge is undone",
                f"{what}.begin_split": f"say what {a} was split off",
                f"{what}.take_back": f"take in again what was split off {a}",
            },
        ),
    }


def of_major_incidents() -> dict[str, Row]:
    """The acts on major incidents."""
    return {
        **rows(
            AGENT,
            WRITE,
            {
                "incident.propose_major_incident": "propose an incident as a major one",
                "incident.give_major_role": "give a role in a major incident",
                "incident.name_affected_services": "say what a major incident affects",
                "incident.update_stakeholders": "update the stakeholders of a major incident",
                "incident.note_on_timeline": "add to the timeline of a major incident",
                "incident.begin_review": "begin the review of a major incident",
                "incident.add_review_action": "add an action to a review",
                "incident.complete_review_action": "complete an action of a review",
                "incident.complete_review": "complete the review of a major incident",
            },
        ),
        **rows(
            {**AGENT, Role.PROCESS_OWNER: OPERATOR},
            WRITE,
            {
                "incident.promote": "promote an incident to a major one",
                "incident.decline_promotion": "decline a major incident",
                "incident.stand_down": "stand a major incident down",
                "incident.set_update_cadence": "say how often stakeholders are updated",
            },
        ),
        **rows(
            NOBODY,
            WRITE,
            {
                "incident.remind_of_update": "remind of an update of a major incident",
                "incident.miss_update": "note that an update was not given",
            },
        ),
    }
