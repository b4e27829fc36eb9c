import re
from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.quorum import (
    All,
    Any,
    Count,
    Group,
    Groups,
    Majority,
    Mandatory,
    Outcome,
    Percent,
    Quorum,
    Unless,
    Verdict,
    Veto,
    Vote,
    Weighted,
    outcome,
    verdict,
)
from tests.domain.quorums import PEOPLE, VOTES, approvals, nested, rejections, scales


def clauses(said: str) -> list[str]:
    return [clause[0].lower() + clause[1:] for clause in said.removesuffix(".").split("; ")]


def listed(names: str) -> list[str]:
    return re.split(", | and | or ", names)


THREE = PEOPLE[:3]
some_votes = st.dictionaries(st.sampled_from(THREE), st.sampled_from(VOTES), max_size=2)


@given(nested(THREE), some_votes)
def test_what_it_says_it_needs_it_needs(rule: Quorum, votes: dict[str, Vote]) -> None:
    silent = [voter for voter in THREE if voter not in votes]
    found = verdict(rule, THREE, votes)
    if found.outcome != "pending":
        return

    def is_approved_by(some: Sequence[str]) -> bool:
        return outcome(rule, THREE, {**votes, **approvals(some)}) == "approved"

    for clause in clauses(found.next):
        if match := re.fullmatch(r"needs (?:the answers? of )?([a-z, ]+)", clause):
            for voter in listed(match[1]):
                assert not is_approved_by([one for one in silent if one != voter])
        elif match := re.fullmatch(r"needs (\d+) more of (\d+)( to be safe .*)?", clause):
            assert int(match[2]) == len(silent)
            assert not any(map(is_approved_by, combinations(silent, int(match[1]) - 1)))
        elif match := re.fullmatch(r"needs (\d+) more answers?", clause):
            assert int(match[1]) == len(silent)
            assert not is_approved_by(silent[1:])
        else:
            assert "weigh" in clause or not clause.startswith("needs")


@given(nested(THREE), some_votes)
def test_what_it_says_would_end_it_ends_it(rule: Quorum, votes: dict[str, Vote]) -> None:
    silent = [voter for voter in THREE if voter not in votes]
    found = verdict(rule, THREE, votes)
    if found.outcome != "pending":
        return

    def is_rejected_by(some: Sequence[str]) -> bool:
        return outcome(rule, THREE, {**votes, **rejections(some)}) == "rejected"

    for clause in clauses(found.next):
        if match := re.fullmatch(r"cannot be reached if (.+) rejects", clause):
            assert all(is_rejected_by([voter]) for voter in listed(match[1]))
        elif match := re.fullmatch(r"needs the answers? of (.+)", clause):
            assert "one veto ends it" in found.next
            assert all(is_rejected_by([voter]) for voter in listed(match[1]))
        elif match := re.fullmatch(r"(\d+) more rejections? (makes? it|ends? it).*", clause):
            assert all(map(is_rejected_by, combinations(silent, int(match[1]))))
        elif match := re.fullmatch(r"the first vote of (\d+) (person|people) decides", clause):
            assert int(match[1]) == len(silent)
            assert all(is_rejected_by([voter]) for voter in silent)
        else:
            assert "weigh" in clause or clause.startswith("needs") or clause == "one veto ends it"


plain_rules = st.one_of(
    st.sampled_from((Any(), All(), Majority())),
    st.builds(Count, st.integers(1, 5)),
    st.builds(Percent, st.integers(1, 100)),
)
all_votes = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(VOTES))


@given(plain_rules, all_votes)
def test_the_numbers_of_a_plain_rule_decide_and_one_less_does_not(
    rule: Quorum, votes: dict[str, Vote]
) -> None:
    found = verdict(rule, PEOPLE, votes)
    silent = [voter for voter in PEOPLE if voter not in votes]
    if found.outcome != "pending":
        return
    said = re.fullmatch(
        r"Needs (\d+) more of (\d+); (\d+) more rejections? makes? it unreachable\.", found.next
    )
    assert said is not None
    needed, waiting, spare = (int(number) for number in said.groups())

    def after(more: dict[str, Vote]) -> Outcome:
        return outcome(rule, PEOPLE, {**votes, **more})

    assert (needed, waiting) == (found.still_needed, len(silent))
    assert after(approvals(silent[:needed])) == "approved"
    assert after(approvals(silent[: needed - 1])) == "pending"
    assert after(rejections(silent[:spare])) == "rejected"
    assert after(rejections(silent[: spare - 1])) == "pending"


@given(scales(PEOPLE), all_votes)
def test_the_weights_that_it_names_decide_and_less_does_not(
    rule: Weighted, votes: dict[str, Vote]
) -> None:
    found = verdict(rule, PEOPLE, votes)
    silent = [voter for voter in PEOPLE if voter not in votes]
    if found.outcome != "pending":
        return

    def weight(of: Sequence[str]) -> int:
        return sum(rule.weights.get(voter, rule.others) for voter in of)

    needs, ends = clauses(found.next)
    said = re.fullmatch(r"needs approvals that weigh (\d+) more, of (\d+) waiting", needs)
    assert said is not None
    assert int(said[2]) == weight(silent)
    decisive: list[str] = []
    for number in range(len(silent) + 1):
        for some in combinations(silent, number):
            approved = outcome(rule, PEOPLE, {**votes, **approvals(some)}) == "approved"
            assert approved == (weight(some) >= int(said[1]))
            rejected = outcome(rule, PEOPLE, {**votes, **rejections(some)}) == "rejected"
            if number == 1 and rejected:
                decisive.extend(some)
            if match := re.fullmatch(r"rejections that weigh (\d+) more make it unreachable", ends):
                assert rejected == (weight(some) >= int(match[1]))
    if match := re.fullmatch(r"cannot be reached if (.*) rejects", ends):
        assert listed(match[1])[:3] == decisive[:3]
    else:
        assert decisive == []


@given(plain_rules, all_votes)
def test_the_rejections_that_it_names_reject_and_one_less_does_not(
    reject: Quorum, votes: dict[str, Vote]
) -> None:
    rule = Unless(reject, Any())
    found = verdict(rule, PEOPLE, votes)
    silent = [voter for voter in PEOPLE if voter not in votes]
    match = re.search(r"[;\s](\d+) more rejections? ends? it", found.next)
    if match is None:
        return
    number = int(match[1])

    assert outcome(rule, PEOPLE, {**votes, **rejections(silent[:number])}) == "rejected"
    if number < len(silent):
        assert outcome(rule, PEOPLE, {**votes, **rejections(silent[: number - 1])}) == "pending"


def test_it_says_what_would_decide_it() -> None:
    names = {"a": "Ann", "b": "Bob", "c": "Cyd", "d": "Dan", "e": "Eve", "f": "Fay"}
    people = tuple(names)
    board = Veto(("c", "d"), Mandatory(("a",), Count(3)))

    found = verdict(board, people, {"e": "approve"}, names.__getitem__)

    assert found == Verdict(
        "pending",
        "2 of 2 with a veto have yet to answer. 0 of 1 approved whose approval is mandatory. "
        "1 approved and 0 rejected of 6: 3 approvals are needed.",
        3,
        "Needs the answers of Cyd and Dan; needs Ann; needs 2 more of 5; one veto ends it; "
        "cannot be reached if Ann rejects; 4 more rejections make it unreachable.",
    )


def test_it_says_what_each_group_waits_for() -> None:
    rule = Groups(
        (
            Group("Network", ("a", "b", "c"), Count(2)),
            Group("Legal", ("d",), Any()),
            Group("Security", ("e", "f"), All()),
        ),
        Count(2),
    )

    found = verdict(rule, "abcdef", {"d": "reject", "a": "approve"})
    ended = verdict(rule, "abcdef", {"d": "reject", "e": "reject"})

    assert found == Verdict(
        "pending",
        "0 approved and 1 rejected of 3 groups: 2 approvals are needed.",
        3,
        "Needs 2 more of 2 groups; 1 more rejected group makes it unreachable; "
        "Network: needs 1 more of 2, 2 more rejections make it unreachable; "
        "Security: needs 2 more of 2, 1 more rejection makes it unreachable.",
    )
    assert ended.reason == (
        "0 approved and 2 rejected of 3 groups: 2 approvals are needed, and out of reach. "
        "Legal: 0 approved and 1 rejected of 1: 1 approval is needed, and out of reach. "
        "Security: 0 approved and 1 rejected of 2: 2 approvals are needed, and out of reach."
    )


def test_a_long_list_of_names_is_cut_short() -> None:
    found = verdict(Mandatory(PEOPLE, Any()), PEOPLE, {})

    assert found.next.startswith("Needs ada, bob, cyd and 2 others;")
