"""Views that are declared in TOML, JSON, SQL or Python: all say the same."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.cel import library
from domain.condition_types import variables_of
from domain.declaration import Declaration, Language, declaration_of, of_source
from domain.declared_definition import Rule, ViewDefinition
from domain.declared_rules import Plan
from domain.declared_text import as_json, as_toml
from domain.expression import Expression
from domain.expression_hints import Vocabulary
from domain.expression_tree import Call, Constant, Items, Name, Node
from domain.rules import Refused
from domain.subjects import Field, FieldType
from tests.domain.declarations import BY_TEAM, LOGGED
from tests.domain.declared_forms import (
    Form,
    expressions,
    forms,
    in_cel,
    in_python,
    in_sql,
    view_in_python,
    view_in_sql,
)

NAMED: dict[str, FieldType] = {
    "event.position": "integer",
    **dict.fromkeys(("record.number", "record.kind", "by.day", "by.channel"), "text"),
    **dict.fromkeys(("by.at", "by.effective_at", "never"), "moment"),
    "row.an_integer": "integer",
    "kept.a_text": "text",
}
FIELDS = {name: Field(name, type, "") for name, type in NAMED.items()}
ENVIRONMENT = library().NewEnv(variables=variables_of(FIELDS.values(), ""))
CELLS = frozenset({"row.an_integer", "kept.a_text"})


@given(forms())
def test_a_view_in_sql_and_in_python_is_the_same(form: Form) -> None:
    in_one, in_other = view_in_sql(form), view_in_python(form)

    assert of_source(in_one, "sql").definition == of_source(in_other, "py").definition


@given(st.sampled_from(["integer", "text", "boolean"]).flatmap(lambda of: expressions(of, CELLS)))
def test_an_expression_means_the_same_in_each_language(node: tuple[Any, ...]) -> None:
    meant = shape(in_cel(node))

    assert shape(told("sql", in_sql(node, frozenset({"a_text"})))) == meant
    assert shape(told("py", in_python(node))) == meant


def told(language: Language, text: str) -> str:
    """What a condition becomes that compares an expression, or is one."""
    if language == "sql":
        import sqlglot

        from domain.declared_sql_words import Words as SqlWords

        words = SqlWords(text, {"before": frozenset({"a_text"})})
        parsed: Any = sqlglot.parse_one(f"SELECT {text}", dialect="postgres")
        return words.cel(parsed.expressions[0]).text
    import ast

    from domain.declared_python_words import Words

    return Words(text).cel(ast.parse(text, mode="eval").body).text


def shape(text: str) -> Any:
    """The tree of an expression, of which joined conditions are one list."""
    return _shape(Expression(text, ENVIRONMENT, Vocabulary("an event", FIELDS, root="")).tree.root)


def _shape(node: Node) -> Any:
    match node:
        case Constant():
            return type(node.value), node.value
        case Name():
            return node.name
        case Items():
            return [_shape(item) for item in node.items]
        case Call(function="_&&_" | "_||_"):
            return (node.function, *_parts(node, node.function))
        case Call():
            return (node.function, *map(_shape, node.arguments))
    raise AssertionError(node)


def _parts(node: Node, function: str) -> list[Any]:
    if isinstance(node, Call) and node.function == function:
        return [part for argument in node.arguments for part in _parts(argument, function)]
    return [_shape(node)]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
RULES = st.builds(
    Rule,
    on=st.lists(TEXTS, max_size=2).map(tuple),
    when=TEXTS,
    remember=st.dictionaries(st.sampled_from(["team", "since"]), TEXTS),
    set=st.dictionaries(st.sampled_from(["reopened", "last_at"]), TEXTS),
    removes=st.booleans(),
)


@given(st.sampled_from([BY_TEAM, LOGGED]), st.lists(RULES, min_size=1, max_size=3), TEXTS)
def test_what_was_declared_is_printed_so_that_it_can_be_declared_again(
    definition: ViewDefinition, rules: list[Rule], title: str
) -> None:
    of = ViewDefinition(
        columns=definition.columns,
        key=definition.key,
        rules=tuple(rules),
        remembered=definition.remembered,
    )
    declaration = Declaration(name="any", title=title, definition=of)

    assert declaration_of(as_toml(declaration), "toml") == declaration
    assert declaration_of(as_json(declaration), "json") == declaration


@given(
    st.sampled_from(["sql", "py"]), st.text() | st.text("()'\"[]{}:;,.-+*/\\\n \tselctfromwhav1")
)
def test_whatever_is_sent_is_refused_and_never_an_error(language: Language, text: str) -> None:
    with pytest.raises(Refused):
        of_source(text, language)


@given(forms(), st.data())
def test_a_view_that_is_broken_somewhere_is_refused_or_can_be_folded(
    form: Form, data: st.DataObject
) -> None:
    language: Language = data.draw(st.sampled_from(["sql", "py"]))
    text = view_in_sql(form) if language == "sql" else view_in_python(form)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    instead = data.draw(st.sampled_from(["", "(", "'", " AS ", "\n", "x"]))

    with suppress(Refused):
        Plan(of_source(text[:start] + instead + text[end:], language).definition)


DEEP = {
    "parentheses": "(" * 9_000,
    "brackets": "[" * 9_000,
    "signs": "-" * 30_000 + "1",
    "negations": "NOT " * 7_000 + "1",
    "dots": "a" + ".b" * 15_000,
    "sums": "1" + "+1" * 15_000,
    "cases": "CASE WHEN " * 3_000,
    "selects": "(SELECT " * 3_000,
    "conditions": "1" + " if 1 else 1" * 2_500,
    "digits": "9" * 30_000,
    "too long": " " * 32_001,
}


@pytest.mark.parametrize("what", DEEP)
@pytest.mark.parametrize("language", ["sql", "py"])
def test_what_is_nested_or_long_beyond_measure_is_refused(language: Language, what: str) -> None:
    inside = {
        "sql": f"SELECT by.day AS day, latest({DEEP[what]}",
        "py": f"class A:\n  day: str = key({DEEP[what]}",
    }

    for text in (DEEP[what], inside[language], f"{inside[language]})"):
        with pytest.raises(Refused, match=r"^line \d+, column \d+: "):
            of_source(text, language)
