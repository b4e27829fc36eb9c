from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.conditions import Condition, condition
from domain.representatives import SUBJECTS_MAX, representatives
from domain.subjects import NEVER, Value

MAY = datetime(2026, 5, 4, tzinfo=UTC)


def conditions(*texts: str) -> list[Condition]:
    return [condition(text, "change") for text in texts]


def test_an_enumerated_field_has_all_its_values() -> None:
    found = representatives(conditions('subject.risk == "high" || subject.is_emergency'), "change")

    assert found.values == {
        "is_emergency": (False, True),
        "risk": ("low", "moderate", "high", "very high"),
    }
    assert found.is_exact
    assert len(list(found.subjects)) == found.count == 8


def test_a_text_has_every_constant_of_all_conditions_the_empty_text_and_one_other() -> None:
    found = representatives(
        conditions('subject.service == "Mail"', '"other" != subject.service', "subject.team == ''"),
        "change",
    )

    assert found.values == {"service": ("", "Mail", "other", "other1"), "team": ("", "other")}
    assert found.is_exact


def test_a_number_has_every_constant_and_one_below_above_and_between() -> None:
    found = representatives(conditions("subject.assets > 3 && subject.assets in [9, 10]"), "change")

    assert found.values == {"assets": (0, 2, 3, 4, 8, 9, 10, 11)}
    assert found.is_exact


def test_a_moment_has_every_constant_and_one_before_and_after() -> None:
    text = 'subject.planned_start < timestamp("2026-05-04T00:00:00Z")'

    found = representatives(conditions(text), "change")

    step = timedelta(microseconds=1)
    assert found.values == {"planned_start": (NEVER, MAY - step, MAY, MAY + step)}
    assert found.is_exact


def test_texts_have_every_choice_of_the_constants() -> None:
    found = representatives(
        conditions('"a" in subject.asset_types && !("b" in subject.asset_types)'), "change"
    )

    assert found.values == {"asset_types": ((), ("a",), ("b",), ("a", "b"))}
    assert found.is_exact


def test_texts_by_name_have_every_combination_of_those_that_are_asked_for() -> None:
    found = representatives(
        conditions('subject.details.a == "x"', "has(subject.details.b)"), "change"
    )

    assert found.is_exact
    assert found.count == 9
    assert {"a": "x"} in found.values["details"]
    assert {"a": "", "b": "other"} in found.values["details"]


def test_what_does_more_than_compare_gives_a_sample() -> None:
    for text, field in (
        ('subject.team.startsWith("Net")', "team"),
        ("subject.team == subject.service", "service"),
        ('subject.team < "m"', "team"),
        ('subject.details.a < "m"', "details"),
        ("subject.assets + 1 > 3", "assets"),
        ("subject.planned_start.getHours() > 20", "planned_start"),
        ("size(subject.asset_types) > 1", "asset_types"),
        ('["a"].exists(x, x == subject.team)', "team"),
        ("size(subject.details) > 1", "details"),
    ):
        found = representatives(conditions(text), "change")

        assert field in found.sampled
        assert not found.is_exact
    assert (
        "Net"
        in representatives(conditions('subject.team.startsWith("Net")'), "change").values["team"]
    )


def test_functions_on_an_enumerated_field_are_still_exact() -> None:
    assert representatives(conditions('subject.risk.startsWith("very")'), "change").is_exact


def test_of_too_many_subjects_a_spread_sample_is_given() -> None:
    found = representatives(
        conditions(*(f"subject.{name} > {n}" for n in range(12) for name in FIELDS)), "change"
    )

    subjects = list(found.subjects)

    assert found.count > SUBJECTS_MAX
    assert not found.is_exact
    assert len({str(subject) for subject in subjects}) == SUBJECTS_MAX
    for name, values in found.values.items():
        assert {subject[name] for subject in subjects} == set(values)


FIELDS = ("assets", "submissions", "impact", "urgency", "priority")


def test_no_condition_asks_for_nothing() -> None:
    found = representatives(conditions("", "true"), "change")

    assert (dict(found.values), list(found.subjects), found.is_exact) == ({}, [{}], True)


texts = st.sampled_from(["", "a", "b", "other"])
comparisons = st.one_of(
    st.tuples(st.sampled_from(["service", "team"]), st.sampled_from(["==", "!="]), texts).map(
        lambda part: f'subject.{part[0]} {part[1]} "{part[2]}"'
    ),
    st.lists(texts, max_size=3).map(lambda items: f"subject.service in {items}"),
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(0, 5)).map(
        lambda part: f"subject.assets {part[0]} {part[1]}"
    ),
    st.sampled_from(["a", "b"]).map(lambda item: f'"{item}" in subject.asset_types'),
    texts.map(lambda text: f'subject.details.key == "{text}"'),
    st.just("has(subject.details.k2)"),
    st.just("subject.is_emergency"),
)
exact = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
            lambda part: f"({part[0]}) {part[1]} ({part[2]})"
        ),
        inner.map("!({})".format),
    ),
    max_leaves=5,
)
subjects: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["", "a", "b", "c", "other", "x"]),
        "team": st.sampled_from(["", "a", "b", "c", "other", "x"]),
        "assets": st.integers(0, 9),
        "asset_types": st.sets(st.sampled_from(["a", "b", "c"])).map(sorted),
        "details": st.dictionaries(st.sampled_from(["key", "k2"]), texts, max_size=2),
        "is_emergency": st.booleans(),
    }
)


@given(st.lists(exact, min_size=1, max_size=3), subjects)
def test_conditions_answer_for_every_subject_as_for_one_of_the_representatives(
    texts: list[str], subject: dict[str, Value]
) -> None:
    asked = conditions(*texts)
    found = representatives(asked, "change")

    answers = {tuple(one.holds(each) for one in asked) for each in found.subjects}

    assert found.is_exact
    assert tuple(one.holds(subject) for one in asked) in answers
