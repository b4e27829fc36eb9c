"""Who may do what with knowledge articles: those who work at the desk write and read all of them,
everybody else reads what is published for them."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_approvals import of_definitions, part_or
from domain.policy_rows import (
    NOBODY,
    OPERATORS_PROCESS_OWNER,
    READ,
    WRITE,
    Grants,
    Row,
    everyone,
    keeping,
    rows,
    staff,
)
from domain.relation import ANY, OPERATOR, OPERATOR_OR_READER, PART, READER

AUTHORS: Grants = {
    Role.AGENT: OPERATOR,
    Role.CHANGE_MANAGER: OPERATOR,
    Role.PROCESS_OWNER: OPERATOR,
}

ARTICLES: Mapping[str, Row] = {
    **of_definitions("article", AUTHORS, staff(OPERATOR)),
    **rows(everyone(ANY), READ, {"article.list": "list articles"}),
    **rows(
        {**everyone(READER), **staff(OPERATOR_OR_READER)}, READ, {"article.read": "read an article"}
    ),
    **rows(
        {**everyone(PART), **part_or(staff(OPERATOR))},
        READ,
        {"article.read_internal": "read the draft of an article"},
    ),
    **rows(staff(OPERATOR), READ, {"article.read_versions": "read the versions of an article"}),
    **rows(
        AUTHORS,
        WRITE,
        {
            "article.send_back": "send the draft of an article back",
            "article.confirm": "confirm an article",
            "article.answer": "answer a ticket by an article",
            "article.withdraw_answer": "take an answer by an article back",
        },
    ),
    **rows(
        {role: READER for role in Role if role is not Role.AUDITOR}
        | {role: OPERATOR_OR_READER for role in AUTHORS},
        WRITE,
        {
            "article.give_feedback": "say whether an article helped",
            "article.deflect": "say that an article made a ticket needless",
        },
    ),
    **keeping("article", "an article", OPERATORS_PROCESS_OWNER),
    **rows(NOBODY, WRITE, {"article.fall_due": "say that an article needs a review"}),
}
