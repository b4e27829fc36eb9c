import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.conditions import TEXT_MAX, Condition, WrongExpression, condition
from domain.rules import Refused
from domain.subjects import FIELDS, NEVER, Value

FACTS: dict[str, Value] = {
    "type": "normal",
    "is_emergency": False,
    "risk": "high",
    "is_scheduled": True,
    "planned_start": datetime(2026, 5, 4, 22, tzinfo=UTC),
    "planned_end": datetime(2026, 5, 4, 23, tzinfo=UTC),
    "submissions": 0,
    "category": "network",
    "subcategory": "",
    "service": "Mail",
    "team": "Network",
    "requester": "ann",
    "organisation": "Customer",
    "impact": 1,
    "urgency": 2,
    "priority": 2,
    "assets": 3,
    "asset_types": ["router", "server"],
    "details": {"cost centre": "4711", "vendor": "Acme"},
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        'subject.risk == "high"',
        'subject.risk in ["high", "very high"] && subject.service != ""',
        "!subject.is_emergency && subject.priority <= 2",
        'subject.planned_start >= timestamp("2026-05-04T22:00:00Z")',
        'subject.planned_end - subject.planned_start <= duration("1h")',
        'subject.planned_start.getHours("Europe/Berlin") == 0',
        '"server" in subject.asset_types && size(subject.asset_types) == 2',
        'subject.asset_types.exists(type, type.startsWith("rout"))',
        'subject.details["cost centre"] == "4711" && subject.details.vendor == "Acme"',
        'subject.details["approved by"] == ""',
        'has(subject.details.vendor) && !("approved by" in subject.details)',
        'subject.category.matches("^net") // a comment',
        'subject.type == "emergency"\n  || subject.requester == "ann"',
        "subject.assets * 2 > 5 ? true : false",
    ],
)
def test_a_condition_holds_for_a_subject_that_it_fits(text: str) -> None:
    assert condition(text, "change").holds(FACTS)


@pytest.mark.parametrize(
    "text",
    [
        'subject.risk == "low"',
        "subject.is_emergency",
        'subject.details["approved by"] != ""',
        "has(subject.details.nothing)",
        'subject.service == "mail"',
    ],
)
def test_a_condition_does_not_hold_for_another(text: str) -> None:
    assert not condition(text, "change").holds(FACTS)


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        ('subject.risc == "low"', (1, 1), "no field subject.risc of a change; did you mean subje"),
        ('subject.risk == "low" ||\n  subject.rsk == "x"', (2, 3), "did you mean subject.risk?"),
        ('risk == "high"', (1, 1), "did you mean subject.risk?"),
        ("subject.risk == high", (1, 17), 'a text stands in quotes, as "high"'),
        ('"é𝔘" == subject.team && subject.risk == 4', (1, 38), "between a text and a number"),
        ("subject.impact > 1.5", (1, 16), "without a decimal point"),
        ('subject.is_emergency == "true"', (1, 22), "true and false stand without quotes"),
        ("subject.risk == null", (1, 14), 'what is not known is ""'),
        ('subject.asset_types == "server"', (1, 21), "to look for a text among others"),
        ('subject.risk in "high"', (1, 14), 'write ["one", "other"]'),
        ('subject.planned_start > "2026-01-01"', (1, 23), "a moment is written timestamp("),
        ('subject.planned_start > timestamp("2026-01-01")', (1, 35), "a moment is written as in"),
        ('subject.planned_start > timestamp("2026-02-30T00:00:00Z")', (1, 35), "a moment is"),
        ('duration("3 days") > duration("1h")', (1, 10), "a duration is written as in"),
        ("subject.planned_start > now", (1, 25), "it has no clock"),
        ("subject.risk", (1, 1), "gives a yes or no, as a comparison does, and this a text"),
        ('subject.risk == "hgh"', (1, 17), 'subject.risk is never "hgh"; did you mean "high"?'),
        ('subject.risk in ["high", "hi"]', (1, 26), 'subject.risk is never "hi"'),
        ("4 != subject.impact", (1, 1), "subject.impact is never 4; known are 0, 1, 2, 3"),
        ("subject.assets == -1", (1, 19), "subject.assets is never below 0"),
        ('subject.risk >= "high"', (1, 14), 'as in subject.risk in ["high", "very high"]'),
        ('subject.risk = "high"', (1, 14), "compared with =="),
        ("subject.is_emergency and true", (1, 22), "and is not known: it is written &&"),
        ("not subject.is_emergency", (1, 5), "not is not known: it is written !"),
        ("subject.is_emergency & true", (1, 22), "it is written &&"),
        ("subject.impact <> 1", (1, 17), "<> is not known: it is written !="),
        ("subject.risk == 'high", (1, 17), "a quote is missing"),
        ("subject.risk == “high”", (1, 17), "straight quotes"),
        ("subject.is_emergency &&", (1, 24), "it ends too early"),
        ('subject.risk.lower() == "x"', (1, 19), "there is no function lower"),
        ('subject.risk.startsWith("x", 1)', (1, 24), "its brackets hold too much"),
        ("subject.risk.startsWith(1)", (1, 24), "startsWith cannot be used with a text and a"),
        ("subject.risk.level == 1", (1, 13), "a text has no fields of its own"),
        ('subject.team.matches("(")', (1, 22), "this is no pattern"),
        ("subject.team.matches(subject.risk)", (1, 21), "a pattern is written there"),
        (r'subject.team.matches("\\pL")', (1, 22), "no classes such as"),
        ("99999999999999999999 == 1", (1, 1), "the number is too large"),
        ("dyn(subject.risk) == 1", (1, 4), "dyn is not known"),
        ('[1, "a"].size() == 2', (1, 1), "a list or a map has values of one type"),
        ("google.protobuf.Int32Value{value: 1} == 1", (1, 1), "messages are not known"),
        ("   ", (1, 1), "an expression is needed"),
        ('subject.title == "x"', (1, 1), "subject.title is what somebody wrote"),
        ("subject.backout_plan == subject.risk", (1, 1), "see `material`"),
        ("true\x00", (1, 1), "no control characters"),
        ("true\ud800", (1, 1), "no control characters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place_and_a_hint(
    text: str, place: tuple[int, int], rule: str
) -> None:
    with pytest.raises(WrongExpression) as refused:
        condition(text, "change")

    assert (refused.value.line, refused.value.column) == place
    assert rule in refused.value.rule
    assert str(refused.value) == f"line {place[0]}, column {place[1]}: {refused.value.rule}"


NUMBERS = ", ".join(["1"] * 400)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f'"{"a" * TEXT_MAX}" == ""', "at most 4000 characters"),
        (f"{'(' * 400}1{')' * 400} == 1", "nested too deeply"),
        (f"{'+'.join(['1'] * 500)} == 1", "nested too deeply"),
        (f"[{', '.join(['1'] * 501)}].size() == 501", "at most 500 values"),
        ('["x"].map(a, a + a).map(a, a + a).size() == 1', "not joined where there is a loop"),
        ('["x" + "x"].all(a, a == "")', "not joined where there is a loop"),
        ("[1].map(a, [[a, a]]).size() == 1", "at most 2 deep"),
        ("[1].all(a, true) && " * 5 + "[1].all(a, true)", "at most 5 loops"),
        (f"[1].all(a, a in [{NUMBERS}])", "at most 100 values stand inside loops"),
        (
            '["a"].all(a, a.matches("a") || a.matches("b"))',
            "at most one pattern is matched inside loops",
        ),
        ('["a"].all(a, a.matches("a{2}"))', "a pattern has no {…}"),
    ],
)
def test_what_could_take_too_much_is_refused(text: str, rule: str) -> None:
    with pytest.raises(WrongExpression) as refused:
        condition(text, "change")

    assert rule in refused.value.rule


def test_a_loop_over_a_huge_list_ends_quickly_with_an_error() -> None:
    loops = condition(
        f"[{NUMBERS}].all(a, subject.asset_types.all(b, b != '')) || subject.is_emergency",
        "change",
    )
    begin = perf_counter()

    with pytest.raises(Refused, match="has no answer: it takes more than 10,000 steps"):
        loops.holds({**FACTS, "asset_types": ["server"] * 1_000})

    assert perf_counter() - begin < 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / subject.submissions == 1", "it divides by zero"),
        ("subject.impact + 9223372036854775807 > 1", "a number gets too large"),
        ("subject.asset_types[7] == ''", "fewer items than it asks for"),
        ("subject.details[subject.team] == ''", 'there is no entry of that name: "Network"'),
    ],
)
def test_a_condition_without_an_answer_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        condition(text, "change").holds(FACTS)

    assert str(refused.value).startswith(f"The expression {text} has no answer: ")
    assert reason in str(refused.value)


def test_a_fact_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(Refused, match=r"subject\.service is asked for, which is not known"):
        condition('subject.service == "Mail"', "change").holds({"risk": "high"})


def test_only_the_fields_that_a_condition_reads_are_needed() -> None:
    asks = condition('subject.risk == "high" && subject.details.a in ["b", "c"]', "change")

    assert asks.fields == {"risk", "details"}
    assert asks.constants("risk") == {"high"}
    assert asks.constants("details") == {"b", "c"}
    assert asks.constants("service") == frozenset()
    assert asks.holds({"risk": "high", "details": {"a": "c"}})


def test_every_kind_has_its_own_fields() -> None:
    for kind, fields in FIELDS.items():
        for field in fields:
            assert condition(f"[subject.{field.name}].size() == 1", kind).fields == {field.name}
    with pytest.raises(WrongExpression, match=r"no field subject\.risk of an asset"):
        condition('subject.risk == "high"', "asset")


def test_a_condition_is_compiled_once() -> None:
    text = 'subject.team == "Network"'

    assert condition(text, "change") is condition(text, "change")
    assert condition(text, "change") is not condition(text, "request")


def test_threads_can_share_conditions() -> None:
    def ask(number: int) -> list[bool]:
        facts: dict[str, Value] = {"assets": number}
        return [Condition(f"subject.assets > {n}", "change").holds(facts) for n in range(50)]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(50)))

    assert answers == [[number > n for n in range(50)] for number in range(50)]


def test_the_library_is_loaded_by_the_first_condition() -> None:
    code = (
        "import sys; from domain.conditions import condition; import domain.kinds\n"
        "condition('', 'change').holds({}); loaded = 'cel_expr_python' in sys.modules\n"
        "condition('true', 'change'); print(loaded, 'cel_expr_python' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["False", "True"]


# Any text ----------------------------------------------------------------------------------

OPERATORS = (" == ", " != ", " < ", " >= ", " && ", " || ", " in ", " + ", " - ", " / ", " % ", ".")
WORDS = (
    *(f"subject.{field.name}" for field in FIELDS["change"]),
    *("subject.risc", "x", "now", "true", "null", '"high"', '"a"', '"é𝔘"', "1", "-1", "1.5", "2u"),
    *("9223372036854775807", "[]", "{}", '["low", "high"]', "[1, 2]", '{"a": "b"}', "[[1]]"),
    *(
        'subject.details["a"]',
        "has(subject.details.a)",
        "size(subject.asset_types)",
        "'",
        '"',
        "\\",
    ),
    *('timestamp("2026-01-01T00:00:00Z")', 'duration("1h")', 'b"a"', "(", ")", "[", "]", "{", "?"),
    *('subject.team.matches("a+")', "\n", "//", "=", "and", "@", "\x7f", "\u2028", "\ud800"),
)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    loops = st.sampled_from(["exists", "all", "map", "filter", "exists_one"])
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map("".join),
        inner.map("({})".format),
        inner.map("!{}".format),
        st.tuples(inner, loops, inner).map(lambda part: f"{part[0]}.{part[1]}(x, {part[2]})"),
        st.tuples(inner, inner, inner).map(lambda part: f"{part[0]} ? {part[1]} : {part[2]}"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    )


expressions = st.one_of(
    st.recursive(st.sampled_from(WORDS), _combined, max_leaves=8), st.text(max_size=40)
)


@settings(deadline=2_000)
@given(expressions)
def test_any_text_either_compiles_or_is_refused_with_its_place(text: str) -> None:
    try:
        compiled: Condition | None = Condition(text, "change")
    except WrongExpression as wrong:
        compiled, refused = None, wrong

    if compiled is None:
        lines = text.split("\n")
        assert 1 <= refused.line <= len(lines)
        assert 1 <= refused.column <= len(lines[refused.line - 1]) + 1
        assert refused.rule
        assert "\n" not in refused.rule
    else:
        assert answer(compiled) == answer(compiled)


def answer(asked: Condition) -> str:
    try:
        return str(asked.holds(FACTS))
    except Refused as refused:
        return str(refused)


@given(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(0, 9), st.integers(0, 9))
def test_numbers_compare_as_in_arithmetic(sign: str, left: int, right: int) -> None:
    expected = bool(eval(f"{left} {sign} {right}"))

    assert condition(f"subject.assets {sign} {right}", "change").holds({"assets": left}) is expected


@given(st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_a_text_equals_itself_alone(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    same = condition(f'subject.team == "{quoted}"', "change")

    assert same.holds({"team": text})
    assert not same.holds({"team": f"{text}x"})


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_moments_compare_to_the_microsecond(seconds: int, micros: int) -> None:
    moment = NEVER + timedelta(seconds=seconds, microseconds=micros)
    text = f'subject.planned_start >= timestamp("{moment.isoformat()}")'
    later = Condition(text, "change")

    assert later.holds({"planned_start": moment})
    assert not later.holds({"planned_start": moment - timedelta(microseconds=1)})
