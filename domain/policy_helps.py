"""Who may do what with text modules, templates of updates, survey policies, macros, data rules,
contracts and purchase orders, which are the operator's."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_rows import (
    NOBODY,
    OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    OPERATORS_PROCESS_OWNER,
    READ,
    WRITE,
    Grants,
    Row,
    everyone,
    rows,
    staff,
)
from domain.relation import ANY, OPERATOR

OPERATORS_AGENT_OR_PROCESS_OWNER: Grants = {
    Role.AGENT: OPERATOR,
    Role.PROCESS_OWNER: OPERATOR,
}
KEEPERS: Grants = {**OPERATORS_AGENT_OR_PROCESS_OWNER, Role.CHANGE_MANAGER: OPERATOR}


def _definitions(what: str, writers: Grants) -> dict[str, Row]:
    name = what.replace("_", " ")
    return {
        **rows(
            staff(OPERATOR),
            READ,
            {
                f"{what}.list": f"list {name}s",
                f"{what}.read": f"read a {name}",
                f"{what}.read_history": f"read the history of a {name}",
            },
        ),
        **rows(
            writers,
            WRITE,
            {
                f"{what}.define": f"define a {name}",
                f"{what}.revise": f"revise a {name}",
                f"{what}.retire": f"retire a {name}",
            },
        ),
    }


_RATED = {"incident": "an incident", "question": "a question", "service_request": "a request"}


def _surveys(what: str, a: str) -> dict[str, Row]:
    return rows(
        NOBODY,
        WRITE,
        {
            f"{what}.plan_survey": f"plan whether and when {a} is rated",
            f"{what}.ask_rating": f"ask how well {a} was resolved",
            f"{what}.leave_out_rating": f"leave out to ask how well {a} was resolved",
            f"{what}.remind_of_rating": f"remind of rating {a}",
        },
    )


HELPS: Mapping[str, Row] = {
    **{act: row for what, a in _RATED.items() for act, row in _surveys(what, a).items()},
    **_definitions("text_module", OPERATORS_AGENT_OR_PROCESS_OWNER),
    **_definitions("update_template", OPERATORS_AGENT_OR_PROCESS_OWNER),
    **_definitions("survey_policy", OPERATORS_PROCESS_OWNER),
    **_definitions("macro", OPERATORS_PROCESS_OWNER),
    **_definitions("data_rule", OPERATORS_PROCESS_OWNER),
    **rows(
        everyone(ANY),
        READ,
        {
            "choice_list.list": "list choice lists",
            "choice_list.read": "read a choice list",
            "choice_list.read_history": "read the history of a choice list",
        },
    ),
    **rows(
        OPERATORS_AGENT_OR_PROCESS_OWNER,
        WRITE,
        {
            "choice_list.define": "define a choice list",
            "choice_list.replace": "replace the choices of a list",
            "choice_list.retire": "retire a choice list",
        },
    ),
    **rows(staff(OPERATOR), READ, {"data_quality.read": "read how good the data are"}),
    **rows(
        staff(OPERATOR),
        READ,
        {
            "contract.list": "list contracts",
            "contract.read": "read a contract",
            "contract.read_history": "read the history of a contract",
        },
    ),
    **rows(
        KEEPERS,
        WRITE,
        {
            "contract.draft": "draft a contract",
            "contract.amend": "amend a contract",
            "contract.cover": "say which assets a contract is for",
            "contract.sign": "put a contract in force",
            "contract.renew": "renew a contract",
            "contract.end": "end a contract",
        },
    ),
    **rows(NOBODY, WRITE, {"contract.remind_of_ends": "remind of the end of a contract"}),
    **rows(
        staff(OPERATOR),
        READ,
        {
            "purchase_order.list": "list purchase orders",
            "purchase_order.read": "read a purchase order",
            "purchase_order.read_history": "read the history of a purchase order",
        },
    ),
    **rows(
        KEEPERS,
        WRITE,
        {
            "purchase_order.draft": "draft a purchase order",
            "purchase_order.amend": "amend a purchase order",
            "purchase_order.expect": "say when a delivery is to come",
            "purchase_order.receive": "take in a delivery",
            "purchase_order.send_back": "give something back to its supplier",
            "purchase_order.close": "close a purchase order",
        },
    ),
    **rows(
        OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
        WRITE,
        {
            "purchase_order.place": "place a purchase order",
            "purchase_order.cancel": "cancel a purchase order",
        },
    ),
    **rows(
        NOBODY,
        WRITE,
        {"purchase_order.remind_of_ends": "remind of a delivery that is late"},
    ),
}
