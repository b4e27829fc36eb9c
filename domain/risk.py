"""The risk of a change: by its answers to questions and by rules on its fields, the higher wins.

Where no risk model is published, the risk follows from impact and likelihood.
"""

from collections.abc import Iterable, Mapping
from typing import get_args

from msgspec import Struct

from domain.change_moves import Risk
from domain.conditions import condition
from domain.priority import LEVELS, Level
from domain.rules import require
from domain.subjects import Value

RISKS: tuple[Risk, ...] = get_args(Risk)
"""From the lowest to the highest."""

MATRIX: dict[tuple[Level, Level], Risk] = {
    (1, 1): "very high",
    (1, 2): "high",
    (2, 1): "high",
    (1, 3): "moderate",
    (2, 2): "moderate",
    (3, 1): "moderate",
    (2, 3): "low",
    (3, 2): "low",
    (3, 3): "low",
}
"""The risk of an impact and a likelihood: 1 high, 2 medium, 3 low."""


class Answer(Struct, frozen=True, kw_only=True):
    text: str
    score: int


class Question(Struct, frozen=True, kw_only=True):
    name: str
    text: str
    answers: tuple[Answer, ...]


class Band(Struct, frozen=True, kw_only=True):
    """The risk of a score of at least so much, up to the next band."""

    score: int
    risk: Risk


class Rule(Struct, frozen=True, kw_only=True):
    """A change for which the condition holds has at least this risk."""

    name: str
    when: str
    risk: Risk


class Questionnaire(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of whoever plans a change, what the answers amount to, and the rules."""

    bands: tuple[Band, ...]
    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    when: str = ""
    """A condition on the change; all changes without one."""
    order: int = 100
    """Of several risk models for a change, the one with the lowest order is taken."""


class Assessment(Struct, frozen=True, kw_only=True):
    score: int
    by_answers: Risk
    rules: tuple[str, ...]
    """The names of the rules that hold."""
    risk: Risk


def by_matrix(impact: Level, likelihood: Level) -> Risk:
    """The risk where no risk model is published. Raises Refused for levels that do not exist."""
    require(impact in LEVELS, "An impact is 1 high, 2 medium or 3 low.")
    require(likelihood in LEVELS, "A likelihood is 1 high, 2 medium or 3 low.")
    return MATRIX[impact, likelihood]


def highest(risks: Iterable[Risk]) -> Risk:
    """The highest of some risks, at least one."""
    return max(risks, key=RISKS.index)


def assessed(
    asked: Questionnaire, answers: Mapping[str, str], facts: Mapping[str, Value]
) -> Assessment:
    """The risk of a change with these answers, by the name of the question, and these fields.

    Raises Refused for a question without an answer, and for an answer that is none of its own.
    """
    score = scored(asked, answers)
    by_answers = band_of(asked, score)
    holding = [rule for rule in asked.rules if condition(rule.when, "change").holds(facts)]
    return Assessment(
        score=score,
        by_answers=by_answers,
        rules=tuple(rule.name for rule in holding),
        risk=highest([by_answers, *(rule.risk for rule in holding)]),
    )


def scored(asked: Questionnaire, answers: Mapping[str, str]) -> int:
    """The sum of the scores of all answers. Raises Refused."""
    known = {question.name for question in asked.questions}
    for name in answers:
        require(name in known, f"answers.{name[:80]}: there is no such question.")
    score = 0
    for question in asked.questions:
        scores = {answer.text: answer.score for answer in question.answers}
        given = answers.get(question.name)
        require(given is not None, f"answers.{question.name}: {question.text}")
        require(given in scores, f"answers.{question.name}: one of {', '.join(scores)}.")
        score += scores[given or ""]
    return score


def band_of(asked: Questionnaire, score: int) -> Risk:
    """The risk of the last band that a score reaches."""
    return [band.risk for band in asked.bands if band.score <= score][-1]
