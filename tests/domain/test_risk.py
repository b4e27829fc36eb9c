from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.change import Change
from domain.change_draft import ModelInUse
from domain.ids import record_id
from domain.risk import (
    RISKS,
    Answer,
    Band,
    Question,
    Questionnaire,
    Rule,
    assessed,
    band_of,
    by_matrix,
    highest,
)
from domain.risk_model import RiskModel, check
from domain.rules import Refused
from domain.subjects import Value
from tests.domain.changes import proposed
from tests.facts import fact, new_facts
from tests.people import ANN, BEA

MODEL = record_id("RSK", 1)

TESTED = Question(
    name="tested",
    text="Was it tested?",
    answers=(Answer(text="yes", score=0), Answer(text="no", score=8)),
)
UNDONE = Question(
    name="undone",
    text="Can it be undone?",
    answers=(Answer(text="yes", score=0), Answer(text="no", score=10)),
)
ASKED = Questionnaire(
    questions=(TESTED, UNDONE),
    bands=(
        Band(score=0, risk="low"),
        Band(score=8, risk="moderate"),
        Band(score=15, risk="high"),
    ),
    rules=(
        Rule(name="Storage", when='subject.category == "storage"', risk="high"),
        Rule(name="Many assets", when="subject.assets > 3", risk="very high"),
    ),
)
CALM: dict[str, Value] = {"category": "office", "assets": 0}


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """Questionnaires that can be published, with rules that hold or do not."""
    questions = [
        Question(
            name=f"q{number}",
            text="How much?",
            answers=tuple(
                Answer(text=str(place), score=score)
                for place, score in enumerate(draw(st.lists(SCORES, min_size=2, max_size=4)))
            ),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    scores = sorted(draw(st.sets(SCORES, max_size=4)) | {0})
    risks = sorted(
        draw(st.lists(st.sampled_from(RISKS), min_size=len(scores), max_size=len(scores))),
        key=RISKS.index,
    )
    rules = [
        Rule(name=f"Rule {number}", when=draw(st.sampled_from(["true", "false"])), risk=risk)
        for number, risk in enumerate(draw(st.lists(st.sampled_from(RISKS), max_size=3)))
    ]
    return Questionnaire(
        questions=tuple(questions),
        bands=tuple(Band(score=s, risk=r) for s, r in zip(scores, risks, strict=True)),
        rules=tuple(rules),
    )


SCORES = st.integers(0, 30)


def answering(draw: Any, asked: Questionnaire) -> dict[str, str]:
    return {
        question.name: draw(st.sampled_from([answer.text for answer in question.answers]))
        for question in asked.questions
    }


@given(data=st.data())
def test_the_higher_of_answers_and_rules_wins(data: st.DataObject) -> None:
    asked = data.draw(questionnaires())
    answers = answering(data.draw, asked)
    check(asked)

    found = assessed(asked, answers, {})

    holding = [rule for rule in asked.rules if rule.when == "true"]
    assert found.rules == tuple(rule.name for rule in holding)
    assert found.by_answers == band_of(asked, found.score)
    assert found.risk == highest([found.by_answers, *(rule.risk for rule in holding)])
    assert assessed(asked, dict(reversed(answers.items())), {}) == found


@given(data=st.data())
def test_a_worse_answer_or_one_more_rule_never_lowers_the_risk(data: st.DataObject) -> None:
    asked = data.draw(questionnaires())
    answers, others = answering(data.draw, asked), answering(data.draw, asked)
    scores = {
        question.name: {answer.text: answer.score for answer in question.answers}
        for question in asked.questions
    }
    worse = {
        name: max(answers[name], others[name], key=scores[name].__getitem__) for name in answers
    }
    stricter = replace(asked, rules=(*asked.rules, Rule(name="More", when="true", risk="moderate")))

    risk = RISKS.index(assessed(asked, answers, {}).risk)

    assert RISKS.index(assessed(asked, worse, {}).risk) >= risk
    assert RISKS.index(assessed(stricter, answers, {}).risk) >= max(risk, 1)


def test_the_risk_of_the_matrix_never_falls_with_impact_or_likelihood() -> None:
    for impact in (1, 2):
        for likelihood in (1, 2, 3):
            here, less = by_matrix(impact, likelihood), by_matrix(impact + 1, likelihood)  # type: ignore[arg-type]  # 1 to 3
            assert RISKS.index(here) >= RISKS.index(less)
            assert by_matrix(likelihood, impact) == here


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (replace(ASKED, bands=()), "bands: at least one is needed"),
        (replace(ASKED, bands=(Band(score=1, risk="low"),)), r"bands\[0\].score: the lowest"),
        (
            replace(ASKED, bands=(Band(score=0, risk="high"), Band(score=5, risk="low"))),
            r"bands\[1\].risk: a higher score is no lower risk",
        ),
        (
            replace(ASKED, bands=(Band(score=0, risk="low"), Band(score=0, risk="high"))),
            r"bands\[1\].score: the scores ascend",
        ),
        (replace(ASKED, questions=(TESTED, TESTED)), "questions: no two have the same name"),
        (
            replace(ASKED, questions=(replace(TESTED, name="A b"),)),
            r"questions\[0\].name: a word of small letters",
        ),
        (
            replace(ASKED, questions=(replace(TESTED, answers=TESTED.answers[:1]),)),
            r"questions\[0\].answers: a question has 2 to 20 answers",
        ),
        (replace(ASKED, rules=(Rule(name="x", when=" ", risk="low"),)), r"rules\[0\].when: a cond"),
        (
            replace(ASKED, rules=(Rule(name="x", when="subject.size > 3", risk="low"),)),
            r"rules\[0\].when",
        ),
        (
            replace(ASKED, rules=(Rule(name="x", when='subject.risk == "low"', risk="high"),)),
            r"rules\[0\].when: .* cannot ask for the risk",
        ),
    ],
)
def test_a_model_that_would_leave_the_risk_open_is_refused(asked: Questionnaire, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        RiskModel.draft(MODEL, name="Wrong", definition=asked, by=BEA)


def test_what_was_answered_and_what_followed_is_recorded() -> None:
    change = proposed()

    change.assess_risk(
        model=ModelInUse(MODEL, 3, ASKED),
        answers={"tested": "no", "undone": "yes"},
        facts={"category": "storage", "assets": 1},
        by=ANN,
    )

    assert new_facts(change) == [
        fact(
            Change.RiskAssessed,
            impact=None,
            likelihood=None,
            risk="high",
            model=MODEL,
            model_version=3,
            answers={"tested": "no", "undone": "yes"},
            score=8,
            by_answers="moderate",
            rules=("Storage",),
        )
    ]


@pytest.mark.parametrize(
    ("given_", "rule"),
    [
        ({"answers": {"tested": "no"}}, "answers.undone: Can it be undone?"),
        ({"answers": {"tested": "no", "undone": "perhaps"}}, "answers.undone: one of yes, no"),
        ({"answers": {"colour": "red"}}, "answers.colour: there is no such question"),
        ({"impact": 1, "likelihood": 1}, "follows from the answers to the questions"),
    ],
)
def test_a_model_asks_for_an_answer_to_each_of_its_questions(
    given_: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        proposed().assess_risk(model=ModelInUse(MODEL, 1, ASKED), facts=CALM, **given_, by=ANN)


def test_without_a_model_both_impact_and_likelihood_are_needed() -> None:
    with pytest.raises(Refused, match="from impact and likelihood: give both"):
        proposed().assess_risk(impact=1, by=ANN)
    with pytest.raises(Refused, match="answers: no risk model is published"):
        proposed().assess_risk(answers={"tested": "no"}, by=ANN)


def test_the_rules_are_applied_again_to_the_fields_as_they_are() -> None:
    change, model = proposed(), ModelInUse(MODEL, 1, ASKED)
    change.assess_risk(model=model, answers={"tested": "yes", "undone": "yes"}, facts=CALM, by=ANN)
    new_facts(change)

    change.reassess_risk(model, facts=CALM, by=BEA)
    assert new_facts(change) == []
    change.reassess_risk(model, facts={**CALM, "assets": 4}, by=BEA)

    assert change.risk == "very high"
    assert len(new_facts(change)) == 1
