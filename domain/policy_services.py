"""Who may do what with services and offerings: their owners and the process owners design services,
everybody else reads about those that are live for them, and orders what is offered to them."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_approvals import of_definitions, of_rounds, part_or
from domain.policy_rows import NOBODY, READ, WRITE, Grants, Row, everyone, rows, staff
from domain.relation import (
    ANY,
    ASKED,
    IN_SIGHT,
    MEMBER,
    OPERATOR,
    OPERATOR_OR_READER,
    OWN,
    PART,
    READER,
)

DESIGNERS: Grants = {Role.CHANGE_MANAGER: OPERATOR, Role.PROCESS_OWNER: OPERATOR}
OWNER_OR_DESIGNERS: Grants = {**everyone(OWN), **DESIGNERS}

SERVICES: Mapping[str, Row] = {
    **rows(everyone(ANY), READ, {"service.list": "list services"}),
    **rows(
        {**everyone(READER), **staff(OPERATOR_OR_READER)}, READ, {"service.read": "read a service"}
    ),
    **rows(
        {**everyone(PART), **part_or(staff(OPERATOR))},
        READ,
        {"service.read_internal": "read the design of a service"},
    ),
    **rows(staff(OPERATOR), READ, {"service.read_history": "read the history of a service"}),
    **rows({**DESIGNERS, Role.AGENT: OPERATOR}, WRITE, {"service.propose": "propose a service"}),
    **rows(
        OWNER_OR_DESIGNERS,
        WRITE,
        {
            "service.amend": "amend a service",
            "service.write_gate": "write what is accepted at a gate of a service",
            "service.submit": "submit a gate of a service for approval",
            "service.withdraw": "take the submission of a gate back",
            "service.begin_design": "take a service into design",
            "service.charter": "charter a service",
            "service.redesign": "take a service back into design",
            "service.go_live": "let a service go live",
            "service.begin_retirement": "begin the retirement of a service",
            "service.keep": "keep a service that was to be retired",
            "service.retire": "retire a service",
        },
    ),
    **rows(everyone(OWN), WRITE, {"service.pass_gate": "pass a gate of a service"}),
    **rows(
        {**everyone(PART), **part_or(DESIGNERS)},
        WRITE,
        {"service.comment": "comment on the design of a service"},
    ),
    **of_rounds(
        "service",
        voters=everyone(ASKED),
        workers=DESIGNERS,
        choosers=DESIGNERS,
        movers=DESIGNERS,
    ),
    **rows(NOBODY, WRITE, {"service.take_up": "say which gate of a service is next"}),
    **of_definitions("offering", DESIGNERS, staff(OPERATOR)),
    **rows(everyone(ANY), READ, {"offering.list": "list offerings"}),
    **rows(
        {**everyone(READER), **staff(OPERATOR_OR_READER)},
        READ,
        {"offering.read": "read an offering"},
    ),
    **rows(
        {**everyone(PART), **part_or(staff(OPERATOR))},
        READ,
        {"offering.read_internal": "read the draft of an offering"},
    ),
    **rows(staff(OPERATOR), READ, {"offering.read_versions": "read the versions of an offering"}),
    **rows(
        {
            **dict.fromkeys(sorted(set(Role) - {Role.AUDITOR}), READER),
            Role.AGENT: OPERATOR_OR_READER,
        },
        WRITE,
        {"offering.order": "order what is offered"},
    ),
    **rows(
        everyone(ANY),
        READ,
        {
            "order_guide.list": "list order guides",
            "order_guide.read": "read an order guide",
            "order_guide.read_trial": "see what a guide puts together",
        },
    ),
    **rows(staff(OPERATOR), READ, {"order_guide.read_history": "read the history of a guide"}),
    **rows(
        DESIGNERS,
        WRITE,
        {
            "order_guide.define": "define an order guide",
            "order_guide.revise": "revise an order guide",
            "order_guide.retire": "retire an order guide",
        },
    ),
    **rows(
        dict.fromkeys(sorted(set(Role) - {Role.AUDITOR}), ANY),
        WRITE,
        {"order_guide.order": "order by a guide"},
    ),
    **rows(
        {Role.REQUESTER: MEMBER, Role.AGENT: IN_SIGHT},
        WRITE,
        {"offering.order_for_another": "order something for somebody else"},
    ),
}
