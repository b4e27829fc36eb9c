import msgspec
import pytest
from hypothesis import given

from domain.approval import (
    Any,
    Count,
    OpenStage,
    Percent,
    Quorum,
    Stage,
    check,
)
from domain.rules import Refused
from tests.domain.quorums import rules

PEOPLE = ("ada", "bob", "cyd", "dan")


def stage(**changes: object) -> Stage:
    fields = {
        "name": "CAB",
        "approvers": ("role:cab",),
        "quorum": Any(),
        "patience": "2bd",
        "on_timeout": "reject",
    }
    return Stage(**(fields | changes))  # type: ignore[arg-type]  # any fields


def opened(**changes: object) -> OpenStage:
    fields = {
        "name": "CAB",
        "voters": PEOPLE,
        "quorum": Any(),
        "patience": "8h",
        "on_timeout": "approve",
    }
    return OpenStage(**(fields | changes))  # type: ignore[arg-type]  # any fields


def test_sound_stages_are_accepted() -> None:
    check(
        [
            stage(approvers=("manager-of:requester",), name="Manager"),
            stage(approvers=("team:Service Desk", "person:ada"), quorum=Count(2)),
            stage(name="Board", on_timeout="escalate", escalate_to=("person:ada",)),
        ]
    )
    check([opened(quorum=Count(4)), opened(name="Board", quorum=Percent("200/3"))])


@pytest.mark.parametrize(
    ("stages", "reason"),
    [
        ([], "at least one stage"),
        ([stage(), stage()], "CAB: two stages have this name"),
        ([stage(name=" ")], "needs a name"),
        ([stage(approvers=())], "CAB: Nobody is named"),
        ([stage(approvers=("ada",))], "CAB: 'ada' selects nobody"),
        ([stage(approvers=("person:",))], "CAB: 'person:' selects nobody"),
        ([stage(approvers=("manager-of:ada",))], "CAB: 'manager-of:ada' selects nobody"),
        ([stage(patience="soon")], "CAB: 'soon' is not a duration"),
        ([stage(quorum=Count(0))], "CAB: A quorum needs at least one"),
        (
            [stage(quorum=Count(2), approvers=("person:ada", "person:ada"))],
            "CAB: 2 approvals are needed of 1 person",
        ),
        ([stage(quorum=Percent(0))], "CAB: A percentage is more than 0"),
        ([stage(quorum=Percent(101))], "CAB: A percentage is more than 0"),
        ([stage(quorum=Percent("1e999999"))], "CAB: '1e999999' is not a percentage"),
        ([stage(quorum=Percent("1/0"))], "CAB: '1/0' is not a percentage"),
        ([stage(on_timeout="escalate")], "CAB: It escalates"),
        (
            [stage(on_timeout="escalate", escalate_to=("the boss",))],
            "CAB: 'the boss' selects nobody",
        ),
        ([opened(voters=())], "CAB: Nobody is there to vote"),
        ([opened(quorum=Count(5))], "CAB: 5 approvals are needed of 4 people"),
        ([opened(quorum=Count(2), voters=("ada", "ada"))], "CAB: 2 approvals are needed of 1"),
    ],
)
def test_stages_that_could_never_end_are_refused(
    stages: list[Stage] | list[OpenStage], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(stages)

    assert reason in str(refused.value)


@given(rules)
def test_stages_are_json_that_says_its_kind(quorum: Quorum) -> None:
    written = msgspec.json.encode(opened(quorum=quorum))

    assert b'"kind":' in written
    assert msgspec.json.decode(written, type=OpenStage) == opened(quorum=quorum)
    assert opened(quorum=quorum).verdict({}).outcome in ("pending", "rejected")
