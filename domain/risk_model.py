"""Risk models: the questionnaires and rules by which the risk of changes is assessed, by version.

The scores of the bands ascend and their risks never fall, so a higher score never means less risk.
"""

import re
from collections.abc import Mapping, Sequence

from domain import text
from domain.conditions import condition
from domain.definition import check_condition, check_order
from domain.risk import RISKS, Band, Question, Questionnaire, Rule
from domain.rules import require
from domain.subjects import Value
from domain.versioned import Versioned

QUESTIONS_MAX = 50
ANSWERS_MAX = 20
RULES_MAX = 50
SCORE_MAX = 1_000

_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


class RiskModel(Versioned[Questionnaire]):
    prefix = "RSK"
    what = "risk model"
    subject = "risk model"

    draft_definition: Questionnaire | None
    versions: tuple[Questionnaire, ...]

    @staticmethod
    def check(definition: Questionnaire) -> None:
        check(definition)

    @staticmethod
    def described(definition: Questionnaire) -> Mapping[str, Value]:
        return {
            "order": definition.order,
            "questions": len(definition.questions),
            "rules": len(definition.rules),
        }

    class Drafted(Versioned.Drafted):
        definition: Questionnaire

    class Revised(Versioned.Revised):
        definition: Questionnaire

    class VersionPublished(Versioned.VersionPublished):
        definition: Questionnaire


def check(asked: Questionnaire) -> None:
    """Refuse a questionnaire that would leave the risk of a change open."""
    check_condition("when", asked.when, "change")
    _check_blind("when", asked.when)
    check_order(asked.order)
    _check_questions(asked.questions)
    _check_bands(asked.bands, lowest=_lowest_score(asked.questions))
    _check_rules(asked.rules)


def _check_questions(questions: Sequence[Question]) -> None:
    require(
        len(questions) <= QUESTIONS_MAX, f"questions: at most {QUESTIONS_MAX} questions are asked."
    )
    _check_distinct("questions", [question.name for question in questions])
    for index, question in enumerate(questions):
        place = f"questions[{index}]"
        require(
            _WORD.fullmatch(question.name) is not None,
            f"{place}.name: a word of small letters, digits and underscores.",
        )
        text.name(question.text, f"{place}.text")
        answers = question.answers
        require(
            2 <= len(answers) <= ANSWERS_MAX,
            f"{place}.answers: a question has 2 to {ANSWERS_MAX} answers.",
        )
        _check_distinct(f"{place}.answers", [answer.text for answer in answers])
        for answer in answers:
            clean = text.name(answer.text, f"{place}.answers")
            require(clean == answer.text, f"{place}.answers: no spaces stand around an answer.")
            _check_score(f"{place}.answers", answer.score)


def _check_bands(bands: Sequence[Band], *, lowest: int) -> None:
    require(len(bands) > 0, "bands: at least one is needed.")
    for index, band in enumerate(bands):
        _check_score(f"bands[{index}].score", band.score)
        _check_risk(f"bands[{index}].risk", band.risk)
        if index:
            before = bands[index - 1]
            require(before.score < band.score, f"bands[{index}].score: the scores ascend.")
            require(
                RISKS.index(before.risk) <= RISKS.index(band.risk),
                f"bands[{index}].risk: a higher score is no lower risk.",
            )
    require(
        bands[0].score <= lowest,
        f"bands[0].score: the lowest score is {lowest}, and would be in no band.",
    )


def _check_rules(rules: Sequence[Rule]) -> None:
    require(len(rules) <= RULES_MAX, f"rules: there are at most {RULES_MAX} rules.")
    _check_distinct("rules", [rule.name for rule in rules])
    for index, rule in enumerate(rules):
        place = f"rules[{index}]"
        text.name(rule.name, f"{place}.name")
        require(rule.when.strip() != "", f"{place}.when: a condition is needed.")
        check_condition(f"{place}.when", rule.when, "change")
        _check_blind(f"{place}.when", rule.when)
        _check_risk(f"{place}.risk", rule.risk)


def _lowest_score(questions: Sequence[Question]) -> int:
    return sum(min(answer.score for answer in question.answers) for question in questions)


def _check_blind(place: str, when: str) -> None:
    require(
        "risk" not in condition(when, "change").fields,
        f"{place}: what the risk follows from cannot ask for the risk.",
    )


def _check_distinct(place: str, names: Sequence[str]) -> None:
    require(len(set(names)) == len(names), f"{place}: no two have the same name.")


def _check_score(place: str, score: int) -> None:
    require(0 <= score <= SCORE_MAX, f"{place}: a score is a number from 0 to {SCORE_MAX}.")


def _check_risk(place: str, risk: str) -> None:
    require(risk in RISKS, f"{place}: one of {', '.join(RISKS)}.")
