"""Views declared in SQL: a SELECT over events, compiled to what is recorded of it."""

import logging
import re
from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from domain.declaration import Declaration, checked
from domain.declared_sql_columns import Aggregate, aggregate
from domain.declared_sql_rules import Draft
from domain.declared_sql_words import MEMORY, Words
from domain.wrong_expression import WrongExpression

_SELECT = frozenset({"expressions", "from_", "where", "group", "with_"})
_MEMORY = _SELECT - {"with_"}
_CREATE = frozenset({"this", "kind", "expression", "replace"})
_AT = re.compile(r"(\d+):(\d+)")

# Besides raising, the parser would write to the error output of what it does not know.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def of_sql(text: str) -> Declaration:
    """What a SELECT declares; without CREATE VIEW it has no name. Raises WrongExpression."""
    statement, words = _parsed(text), Words(text, {})
    name, select = _named(words, statement)
    memory = _memory(words, select)
    remembered = {alias: _columns(words, of) for alias, of in memory.items()}
    columns = _columns(words, select)
    key = {one: columns[one] for one in _group(words, select, columns)}
    words = Words(text, {alias: frozenset(of) for alias, of in remembered.items()})
    kept = {alias: _aggregates(words, memory[alias], of) for alias, of in remembered.items()}
    others = {one: of for one, of in columns.items() if one not in key}
    draft = Draft(words)
    definition = draft.definition(
        names=list(columns),
        key=key,
        told=_aggregates(words, select, others),
        kept=kept.get("kept", []),
        before=kept.get("before", []),
    )
    return checked(Declaration(name=name, title=_title(text), definition=definition), draft.places)


def _parsed(text: str) -> exp.Expr:
    try:
        found = [one for one in sqlglot.parse(text, dialect="postgres") if one is not None]
    except ParseError as error:
        told = error.errors[0]
        # It tells where a word ends.
        column = (told["col"] or 1) - max(0, len(told["highlight"] or "") - 1)
        rule = f"{told['description']}.".replace("..", ".")
        raise WrongExpression(told["line"] or 1, max(1, column), rule) from None
    except SqlglotError as error:
        at = _AT.search(str(error.__cause__))
        line, column = (int(at[1]), int(at[2])) if at else (1, 1)
        raise WrongExpression(line, column, "a quotation or a comment does not end.") from None
    if len(found) != 1:
        raise WrongExpression(1, 1, "a declaration is one SELECT.")
    return found[0]


def _title(text: str) -> str:
    """What the comments before the statement say."""
    found = []
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("--"):
            break
        found.append(line.removeprefix("--").strip())
    return " ".join(part for part in found if part)


def _named(words: Words, statement: exp.Expr) -> tuple[str, exp.Select]:
    """The name in CREATE VIEW, if there is one, and the SELECT."""
    name = ""
    if isinstance(statement, exp.Create) and statement.kind == "VIEW":
        _require_parts(words, statement, _CREATE)
        head, statement = statement.this, statement.expression
        if not isinstance(head, exp.Table) or len(head.parts) != 1:
            words.refuse(head, "a view has a name, and its columns have theirs by AS.")
        name = head.name
    if not isinstance(statement, exp.Select):
        words.refuse(statement, "a declaration is a SELECT, or CREATE VIEW … AS SELECT.")
    _require_parts(words, statement, _SELECT)
    return name, statement


def _memory(words: Words, select: exp.Select) -> dict[str, exp.Select]:
    """What WITH says is kept of each record."""
    found: dict[str, exp.Select] = {}
    said_with = select.args.get("with_")
    if said_with is not None:
        _require_parts(words, said_with, frozenset({"expressions"}))
    for one in said_with.expressions if said_with else ():
        _require_parts(words, one, frozenset({"this", "alias"}))
        _require_parts(words, one.args["alias"], frozenset({"this"}))
        alias, inner = one.alias, one.this
        if alias not in MEMORY or alias in found or not isinstance(inner, exp.Select):
            words.refuse(one, "WITH tells kept AS (SELECT …) and before AS (SELECT …), each once.")
        _require_parts(words, inner, _MEMORY)
        by = [[part.name for part in column.parts] for column in _grouped(words, inner)]
        if by != [["record", "id"]]:
            words.refuse(one, f"{alias} is grouped by record.id.")
        found[alias] = inner
    return found


def _columns(words: Words, select: exp.Select) -> dict[str, exp.Expr]:
    """The columns by their names."""
    origin = select.args.get("from_")
    table = origin.this if origin else select
    if not isinstance(table, exp.Table) or table.name != "events":
        words.refuse(table, "it is FROM events.")
    _require_parts(words, table, frozenset({"this"}))
    found: dict[str, exp.Expr] = {}
    for one in select.expressions:
        if not isinstance(one, exp.Alias):
            words.refuse(one, "a column has a name by AS.")
        if one.alias in found:
            words.refuse(one.args["alias"], f"{one.alias[:80]} is there already.")
        found[one.alias] = one.this
    return found


def _grouped(words: Words, select: exp.Select) -> list[exp.Column]:
    group = select.args.get("group")
    if group is None:
        words.refuse(select, "GROUP BY names the columns that a row is found by.")
    _require_parts(words, group, frozenset({"expressions"}))
    for one in group.expressions:
        if not isinstance(one, exp.Column):
            words.refuse(one, "GROUP BY names columns.")
    return list(group.expressions)


def _group(words: Words, select: exp.Select, columns: Mapping[str, exp.Expr]) -> Iterator[str]:
    """The names of the columns of the key."""
    for one in _grouped(words, select):
        if len(one.parts) != 1 or one.name not in columns:
            words.refuse(one, f"there is no column {one.name[:80]} to group by.")
        yield one.name


def _aggregates(
    words: Words, select: exp.Select, columns: Mapping[str, exp.Expr]
) -> list[Aggregate]:
    """What some of its columns are told by."""
    where = select.args.get("where")
    return [
        aggregate(words, name, node, where.this if where else None)
        for name, node in columns.items()
    ]


def _require_parts(words: Words, node: exp.Expr, known: frozenset[str]) -> None:
    for part, value in node.args.items():
        if value and part not in known:
            one = value[0] if isinstance(value, list) else value
            place = one if isinstance(one, exp.Expr) else node
            words.refuse(place, f"{part.strip('_').upper()} is not known here.")
