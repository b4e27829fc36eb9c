"""Who may do what with people, teams and organisations."""

from domain.person import Role
from domain.policy_rows import (
    ADMIN,
    ADMINISTRATOR,
    AUDITOR_OR_ADMINISTRATOR,
    OPERATORS_ADMINISTRATOR,
    OTHER_ADMINISTRATOR,
    READ,
    SELF_OR_ADMINISTRATOR,
    WRITE,
    everyone,
    rows,
    staff,
)
from domain.relation import (
    ANY,
    IN_SIGHT,
    MEMBER,
    OPERATOR,
    SELF,
)

PEOPLE = {
    **rows(staff(ANY), READ, {"person.list": "list people"}),
    **rows({**everyone(SELF), **staff(IN_SIGHT)}, READ, {"person.read": "read about a person"}),
    **rows(AUDITOR_OR_ADMINISTRATOR, READ, {"person.read_history": "read the history of a person"}),
    **rows(
        {**everyone(SELF), **AUDITOR_OR_ADMINISTRATOR, Role.PROCESS_OWNER: IN_SIGHT},
        READ,
        {"person.read_delegations": "read the delegations of a person"},
    ),
    **rows(ADMINISTRATOR, ADMIN, {"person.register": "register a person"}),
    **rows(
        SELF_OR_ADMINISTRATOR,
        ADMIN,
        {
            "person.amend": "amend what is known of a person",
            "person.delegate": "delegate the votes of a person",
            "person.end_delegation": "end a delegation of a person",
            "person.set_password": "set the password of a person",
            "person.issue_token": "issue a token to a person",
            "person.revoke_token": "revoke a token of a person",
            "person.request_erasure": "ask for the erasure of a person",
            "person.withdraw_erasure": "withdraw what was asked for of a person",
            "person.export": "export what is known of a person",
        },
    ),
    **rows(everyone(SELF), WRITE, {"person.open_feed": "open a feed for a person"}),
    # Who sets their own manager chooses who approves what they ask for.
    **rows(
        OTHER_ADMINISTRATOR,
        ADMIN,
        {
            "person.set_manager": "set the manager of a person",
            "person.grant_role": "grant a role to a person",
            "person.revoke_role": "revoke a role of a person",
            "person.deactivate": "deactivate a person",
            "person.reactivate": "reactivate a person",
            "person.place_legal_hold": "place a person under a legal hold",
            "person.lift_legal_hold": "lift the legal hold of a person",
            "person.erase": "confirm the erasure of a person",
        },
    ),
    **rows(ADMINISTRATOR, ADMIN, {"person.set_skills": "say what a person is good at"}),
    # A move changes what a person sees, so an organisation does not move people into another.
    **rows(OPERATORS_ADMINISTRATOR, ADMIN, {"person.move": "move a person"}),
    # Teams
    **rows(staff(ANY), READ, {"team.list": "list teams"}),
    **rows(staff(IN_SIGHT), READ, {"team.read": "read about a team"}),
    **rows(AUDITOR_OR_ADMINISTRATOR, READ, {"team.read_history": "read the history of a team"}),
    **rows(
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
    **rows(staff(ANY), READ, {"organisation.list": "list organisations"}),
    **rows(
        {**everyone(MEMBER), **staff(IN_SIGHT)},
        READ,
        {"organisation.read": "read about an organisation"},
    ),
    **rows(
        AUDITOR_OR_ADMINISTRATOR,
        READ,
        {"organisation.read_history": "read the history of an organisation"},
    ),
    **rows(
        {Role.AUDITOR: OPERATOR, **OPERATORS_ADMINISTRATOR},
        READ,
        {"organisation.read_retention": "read what is kept no longer"},
    ),
    **rows(
        OPERATORS_ADMINISTRATOR,
        ADMIN,
        {
            "organisation.register": "register an organisation",
            "organisation.rename": "rename an organisation",
            "organisation.locate": "say where an organisation is",
            "organisation.set_retention": "say how long the people of an organisation are kept",
            "organisation.set_words_retention": "say how long what records say is kept",
            "organisation.deactivate": "deactivate an organisation",
        },
    ),
}
