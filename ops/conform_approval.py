"""Conformance cases of quorums and approvals, `approval-case/1`.

Votes on labels, completions of repeated tasks and owners of folders are told to our quorums in
their own words: the highest value approves and the lowest is a veto, a completion is an approval,
and each folder is a group of its owners.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from domain import ownership
from domain.approval import Stage
from domain.approval_flow import openable
from domain.ownership import Place
from domain.quorum import (
    All,
    Count,
    First,
    Groups,
    Percent,
    Quorum,
    Veto,
    Vote,
    combined,
    outcome,
    tallied,
)
from domain.quorum import Any as AnyOne
from ops.conform_answers import Answer, NotOffered

Json = dict[str, Any]

_LETTERS: dict[str, Vote | None] = {"A": "approve", "R": "reject", "W": None}


def answers(case: Json) -> Iterator[Answer]:
    """What a case expects beside what we say. Raises NotOffered for a kind we do not have."""
    try:
        run = _KINDS[case["kind"]]
    except KeyError:
        raise NotOffered(case["kind"]) from None
    yield from run(case)


def _percent(case: Json) -> Iterator[Answer]:
    tally, needed = case["tally"], case["quorum"]["value"]
    shares = (needed, tally["approve_pct"], tally["reject_pct"])
    got = tallied(*(Fraction(str(share)) / 100 for share in shares))
    yield Answer("outcome", case["expected"]["outcome"], got)


def _stages(case: Json) -> Iterator[Answer]:
    outcomes = []
    for stage in case["stages"]:
        votes = {
            vote["by"]: vote["vote"] for vote in case["votes"] if vote["stage"] == stage["name"]
        }
        outcomes.append(outcome(_quorum(stage["quorum"]), stage["approvers"], votes))
    yield Answer("outcome", case["expected"]["outcome"], combined(outcomes))


def _sequence(case: Json) -> Iterator[Answer]:
    for number, step in enumerate(case["steps"], 1):
        votes: dict[str, Vote] = {}
        for place, letter in enumerate(step["votes"]):
            if (vote := _LETTERS[letter]) is not None:
                votes[str(place)] = vote
        voters = [str(place) for place in range(len(step["votes"]))]
        quorum = _quorum({"type": "percent", "value": step["quorum_pct"]})
        yield Answer(f"step {number}", step["outcome"], outcome(quorum, voters, votes))


def _quorum(rule: Json) -> Quorum:
    if rule["type"] != "percent":
        raise NotOffered(f"quorum {rule['type']}")
    # Of nobody at all, whoever answers first decides.
    return First() if rule["value"] == 0 else Percent(str(rule["value"]))


# Labels: who has voted is known, and one more may still come -----------------------------------

_VETOED = {"MAX_WITH_BLOCK", "ANY_WITH_BLOCK"}
_REQUIRED = {"MAX_WITH_BLOCK", "MAX_NO_BLOCK"}
_OPTIONAL = {"ANY_WITH_BLOCK", "NO_BLOCK", "NO_OP", "PATCH_SET_LOCK"}
_STATUS = {"approved": "OK", "rejected": "REJECT", "pending": "NEED"}


def _label(case: Json) -> Iterator[Answer]:
    function, (lowest, highest) = case["function"], case["range"]
    if function not in _REQUIRED | _OPTIONAL:
        raise NotOffered(f"label_function {function}")

    def meaning(value: int) -> Vote:
        if value == highest > 0:
            return "approve"
        return "reject" if value == lowest < 0 else "abstain"

    votes = {str(place): meaning(value) for place, value in enumerate(case["votes"])}
    voted = tuple(votes)
    rule = Veto(voted, AnyOne()) if function in _VETOED and voted else AnyOne()
    found = outcome(rule, (*voted, "another"), votes)
    status = _STATUS[found]
    if function in _OPTIONAL and status != "REJECT":
        status = "MAY"
    expected = case["expected"]
    yield Answer("status", expected["status"], status)
    if "decided_by_vote" in expected:
        value = {"approved": highest, "rejected": lowest}.get(found)
        yield Answer("decided by", expected["decided_by_vote"], value)


# Repeated tasks: each completion is an approval ------------------------------------------------


def _multi_instance(case: Json) -> Iterator[Answer]:
    expected = case["expected"]
    if "timer" in (events := case.get("events", ())):
        yield Answer("open", expected["open"], _open_after(events, expected["open"]))
        return
    instances, rule = case["instances"], _completion(case["completion"])
    people = [str(number) for number in range(instances)]
    left: list[int] = []
    for number in range(1, instances + 1):
        votes: dict[str, Vote] = dict.fromkeys(people[:number], "approve")
        is_over = outcome(rule, people, votes) == "approved"
        left.append(0 if is_over else instances - number)
        if is_over:
            break
    if "ends_after" in expected:
        yield Answer("ends after", expected["ends_after"], len(left))
    if "open_after_each_completion" in expected:
        yield Answer("open after each", expected["open_after_each_completion"], left)
    if "assignees_in_order" in expected:
        assignees = expected["assignees_in_order"]
        yield Answer("assignees", assignees, _one_after_the_other(sorted(assignees)))


def _completion(condition: Json | str | None) -> Quorum:
    match condition:
        case None:
            return All()
        case {"completed_over_total_gte": share}:
            return Percent(str(Fraction(str(share)) * 100))
        case str() if number := re.search(r"after (\d+)", condition):
            return Count(int(number[1]))
    raise NotOffered(f"completion {condition}")


def _one_after_the_other(names: Sequence[str]) -> list[str]:
    """The stages of a process in the order in which they open, when each is passed at once."""
    stages = [_stage(name) for name in names]
    passed: list[str] = []
    while following := openable(stages, passed, ()):
        passed.extend(following)
    return passed


def _open_after(events: Sequence[str], following: Sequence[str]) -> list[str]:
    """What is open after a stage with two voters and a patience that approves it."""
    stages = [_stage("repeated"), *(_stage(name, ("repeated",)) for name in following)]
    votes: dict[str, Vote] = {}
    passed: set[str] = set()
    for event in events:
        if event.startswith("complete "):
            votes[event.removeprefix("complete ")] = "approve"
        if event == "timer" or outcome(All(), ("1", "2"), votes) == "approved":
            passed.add("repeated")
    return list(openable(stages, passed, ("repeated",)))


def _stage(name: str, after: tuple[str, ...] | None = None) -> Stage:
    return Stage(
        name=name,
        approvers=("role:approver",),
        quorum=All(),
        patience="1d",
        on_timeout="approve",
        after=after,
    )


# Owners of folders: each governing folder is a group -------------------------------------------


def _owners_unapproved(case: Json) -> Iterator[Answer]:
    rule, votes = _ownership(case), _approving(case["approved_by"])
    unapproved = [name for name, found in _by_folder(rule, votes) if found != "approved"]
    yield Answer("unapproved", sorted(case["expected"]["unapproved"]), sorted(unapproved))


def _owners_approved(case: Json) -> Iterator[Answer]:
    rule, votes = _ownership(case), _approving(case["approved_by"])
    got = _is_approved(case, [_outcome(rule, votes)] if rule else [])
    yield Answer("approved", case["expected"]["approved"], got)


def _owners_with_issue(case: Json) -> Iterator[Answer]:
    """A second stage, for those who approve the first: is it right that no issue is linked?"""
    rule, approvals = _ownership(case), case["approved_by"]
    implied = [case["author"]] if case.get("author_implicitly_approves") else []
    votes = _approving([*(each["by"] for each in approvals), *implied])
    waivers = _approving([each["by"] for each in approvals if each["waives_issue"]])
    outcomes = [_outcome(rule, votes)] if rule else []
    if not case["linked_issue"]:
        outcomes.append(outcome(AnyOne(), _voters(rule), waivers))
    yield Answer("approved", case["expected"]["approved"], _is_approved(case, outcomes))


def _owners_status(case: Json) -> Iterator[Answer]:
    rule, written = _ownership(case), {name.casefold(): name for name in case["approved_by"]}
    groups = rule.groups if rule else ()
    got = {
        _folder(group.name): sorted(written[one] for one in group.voters if one in written)
        for group in groups
    }
    expected = {name: sorted(people) for name, people in case["expected"]["status"].items()}
    yield Answer("status", expected, got)


def _ownership(case: Json) -> Groups | None:
    """The quorum of the owners; their names are the same in upper and lower case."""
    owners = {
        _place(folder): [name.casefold() for name in people]
        for folder, people in case["owners"].items()
    }
    free = [_place(folder) for folder in case.get("auto_approve_unowned_subfolders", ())]
    return ownership.quorum(owners, [_place(file) for file in case["files"]], free)


def _place(path: str) -> Place:
    return tuple(part for part in path.split("/") if part)


def _folder(name: str) -> str:
    return "" if name == "/" else name


def _approving(names: Sequence[str]) -> Mapping[str, Vote]:
    return {name.casefold(): "approve" for name in names}


def _voters(rule: Groups | None) -> list[str]:
    return [voter for group in rule.groups for voter in group.voters] if rule else []


def _outcome(rule: Groups, votes: Mapping[str, Vote]) -> str:
    return outcome(rule, _voters(rule), votes)


def _by_folder(rule: Groups | None, votes: Mapping[str, Vote]) -> Iterator[tuple[str, str]]:
    for group in rule.groups if rule else ():
        yield _folder(group.name), outcome(group.of, group.voters, votes)


def _is_approved(case: Json, outcomes: Sequence[Any]) -> bool:
    """What touches no file at all is not approved; what touches only free ones is."""
    return bool(case["files"]) and combined(outcomes) in ("approved", "none")


_KINDS: dict[str, Callable[[Json], Iterator[Answer]]] = {
    "percent": _percent,
    "stages": _stages,
    "sequence": _sequence,
    "label_function": _label,
    "multi_instance": _multi_instance,
    "owners_unapproved": _owners_unapproved,
    "owners_approved": _owners_approved,
    "owners_with_issue": _owners_with_issue,
    "owners_status": _owners_status,
}
