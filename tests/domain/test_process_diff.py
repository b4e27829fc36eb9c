import pytest
from hypothesis import given
from msgspec.structs import replace

from domain.approval import Stage
from domain.approval_process import Definition
from domain.process_diff import Side, differences
from domain.quorum_rules import Any, Count, Majority, Veto
from tests.domain.process_documents import NAMES, OFFICE, definitions

TECHNICAL = Stage(name="Technical", approvers=("team:Network",), quorum=Any(), patience="4h")
SECURITY = Stage(
    name="Security", approvers=("team:Security",), quorum=Any(), patience="1d", after=()
)
CAB = Stage(
    name="CAB",
    approvers=("role:approver",),
    quorum=Count(approvals=2),
    patience="2bd",
    after=("Technical", "Security"),
)
NORMAL = Definition(subjects=("change",), stages=(TECHNICAL, SECURITY, CAB))


def told(old: Definition, new: Definition, name: str = "Normal") -> list[str]:
    return differences(Side("Normal", old, NAMES.__getitem__), Side(name, new, NAMES.__getitem__))


def stages(*changed: Stage) -> Definition:
    return replace(NORMAL, stages=changed)


@pytest.mark.parametrize(
    ("new", "lines"),
    [
        (NORMAL, []),
        (replace(NORMAL, when='subject.risk == "high"'), ['when: always → subject.risk == "high"']),
        (replace(NORMAL, order=5), ["order: 100 → 5"]),
        (replace(NORMAL, calendar=OFFICE), ["calendar: day and night → Office hours"]),
        (replace(NORMAL, repeat_voters=True), ["repeat_voters: no → yes"]),
        (replace(NORMAL, fallback=("team:CAB",)), ["fallback: + team:CAB"]),
        (replace(NORMAL, subjects=("release",)), ["subjects: + release, - change"]),
        (
            stages(replace(TECHNICAL, approvers=("team:Server", "person:ada")), SECURITY, CAB),
            ["stage Technical", "  approvers: + team:Server, + person:ada, - team:Network"],
        ),
        (
            stages(replace(TECHNICAL, quorum=Majority(), patience="8h"), SECURITY, CAB),
            ["stage Technical", "  quorum: any → majority", "  patience: 4h → 8h"],
        ),
        (
            stages(
                replace(TECHNICAL, quorum=Veto(holders=("person:ada",), of=Any())), SECURITY, CAB
            ),
            [
                "stage Technical",
                "  quorum: any → {kind: veto, holders: [person:ada], of: any}",
            ],
        ),
        (
            stages(TECHNICAL, SECURITY, replace(CAB, when="subject.impact == 1")),
            ["stage CAB", "  when: always → subject.impact == 1"],
        ),
        (
            stages(TECHNICAL, replace(SECURITY, after=None), CAB),
            ["stage Security", "  from the start → after Technical"],
        ),
        (
            stages(TECHNICAL, replace(CAB, after=None)),
            [
                "- stage Security: team:Security, quorum any, patience 1d",
                "stage CAB",
                "  after Technical, Security → after Technical",
            ],
        ),
        (
            stages(
                TECHNICAL,
                SECURITY,
                CAB,
                Stage(name="Board", approvers=("person:ada",), quorum=Any(), patience="1d"),
            ),
            ["+ stage Board: person:ada, quorum any, patience 1d, after CAB"],
        ),
        (
            stages(
                replace(TECHNICAL, name="Review"),
                SECURITY,
                replace(CAB, after=("Review", "Security")),
            ),
            ["stage Technical, now called Review"],
        ),
        (
            stages(SECURITY, replace(TECHNICAL, after=()), CAB),
            ["order of the stages: Technical, Security, CAB → Security, Technical, CAB"],
        ),
        (
            stages(replace(TECHNICAL, after=()), SECURITY, CAB),
            ["only written in another way: the meaning is the same"],
        ),
    ],
)
def test_what_differs_is_told(new: Definition, lines: list[str]) -> None:
    assert told(NORMAL, new) == lines


def test_another_name_is_told() -> None:
    assert told(NORMAL, NORMAL, "Normal changes") == ["name: Normal → Normal changes"]


def test_the_other_way_round_what_was_added_was_removed() -> None:
    more = replace(NORMAL, exclude=("person:ada",))

    assert told(NORMAL, more) == ["exclude: + person:ada"]
    assert told(more, NORMAL) == ["exclude: - person:ada"]


@given(old=definitions(), new=definitions())
def test_two_definitions_differ_exactly_if_something_is_told(
    old: Definition, new: Definition
) -> None:
    assert told(old, old) == []
    assert bool(told(old, new)) == (old != new)
