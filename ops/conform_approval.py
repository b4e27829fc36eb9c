"""Conformance cases of quorums, `approval-case/1`."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from domain.quorum import First, Percent, Quorum, Vote, combined, tallied, verdict
from ops.conform_answers import Answer, NotOffered

Json = dict[str, Any]

_LETTERS: dict[str, Vote | None] = {"A": "approve", "R": "reject", "W": None}


def answers(case: Json) -> Iterator[Answer]:
    """What a case expects beside what we say. Raises NotOffered for a kind we do not have."""
    kind = case["kind"]
    if kind == "percent":
        tally, needed = case["tally"], case["quorum"]["value"]
        shares = (needed, tally["approve_pct"], tally["reject_pct"])
        got = tallied(*(Fraction(str(share)) / 100 for share in shares))
        yield Answer("outcome", case["expected"]["outcome"], got)
    elif kind == "stages":
        yield Answer("outcome", case["expected"]["outcome"], _stages(case))
    elif kind == "sequence":
        for number, step in enumerate(case["steps"], 1):
            yield Answer(f"step {number}", step["outcome"], _letters(step))
    else:
        raise NotOffered(kind)


def _stages(case: Json) -> str:
    outcomes = []
    for stage in case["stages"]:
        votes = {
            vote["by"]: vote["vote"] for vote in case["votes"] if vote["stage"] == stage["name"]
        }
        outcomes.append(verdict(_quorum(stage["quorum"]), stage["approvers"], votes).outcome)
    return combined(outcomes)


def _letters(step: Json) -> str:
    votes: dict[str, Vote] = {}
    for number, letter in enumerate(step["votes"]):
        if (vote := _LETTERS[letter]) is not None:
            votes[str(number)] = vote
    voters = [str(number) for number in range(len(step["votes"]))]
    quorum = _quorum({"type": "percent", "value": step["quorum_pct"]})
    return verdict(quorum, voters, votes).outcome


def _quorum(rule: Json) -> Quorum:
    if rule["type"] != "percent":
        raise NotOffered(f"quorum {rule['type']}")
    # Of nobody at all, whoever answers first decides.
    return First() if rule["value"] == 0 else Percent(str(rule["value"]))
