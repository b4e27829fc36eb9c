from typing import Any

import pytest
from msgspec.structs import replace

from domain import definition
from domain.approval import All, Count, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.ids import record_id
from domain.rules import NotFound, Refused
from tests.facts import fact, new_facts
from tests.people import ANN

CAB = Stage(
    name="CAB",
    approvers=("role:change-manager",),
    quorum=All(),
    patience="2bd",
    on_timeout="escalate",
    escalate_to=("manager-of:requester",),
)
NORMAL = Definition(
    subjects=("change",),
    when='subject.type == "normal"',
    stages=(CAB,),
    fallback=("team:Service desk",),
)
URGENT = replace(NORMAL, when='subject.risk == "low"')


@pytest.fixture
def process() -> ApprovalProcess:
    process = ApprovalProcess.draft(record_id("APR", 1), name="Normal", definition=NORMAL, by=ANN)
    new_facts(process)
    return process


def test_a_draft_is_not_in_use_until_it_is_published(process: ApprovalProcess) -> None:
    assert process.published is None

    process.publish(by=ANN)

    assert new_facts(process) == [
        fact(
            ApprovalProcess.VersionPublished,
            number=1,
            definition=NORMAL,
            digest=definition.digest(NORMAL),
        )
    ]
    assert process.published == NORMAL


def test_a_revision_is_published_as_the_next_version(process: ApprovalProcess) -> None:
    process.publish(by=ANN)

    process.revise(URGENT, by=ANN)
    assert process.published == NORMAL
    process.publish(by=ANN)

    assert process.published_version == 2
    assert (process.definition_of(1), process.definition_of(2)) == (NORMAL, URGENT)
    with pytest.raises(NotFound, match="no version 3"):
        process.definition_of(3)


def test_the_same_again_records_nothing(process: ApprovalProcess) -> None:
    process.publish(by=ANN)
    new_facts(process)

    process.revise(NORMAL, by=ANN)
    process.publish(by=ANN)

    assert new_facts(process) == []


def test_a_retired_process_is_not_in_use_any_more(process: ApprovalProcess) -> None:
    process.publish(by=ANN)

    process.retire(by=ANN)
    process.retire(by=ANN)

    assert process.published is None
    assert process.definition_of(1) == NORMAL
    with pytest.raises(Refused, match="A retired approval process cannot be changed"):
        process.revise(URGENT, by=ANN)


def test_equal_definitions_have_equal_digests() -> None:
    assert definition.digest(NORMAL) == definition.digest(replace(URGENT, when=NORMAL.when))
    assert definition.digest(NORMAL) != definition.digest(URGENT)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"subjects": ()}, "subjects: at least one"),
        ({"when": "subject.typ == 1"}, "when: .*'?subject.typ"),
        ({"order": -1}, "order: a number from 0"),
        ({"stages": ()}, "at least one stage"),
        ({"stages": (CAB, CAB)}, r"stages\[1\].name: two stages are called 'CAB'"),
        ({"stages": (replace(CAB, name=" "),)}, r"stages\[0\].name: the name of a stage is needed"),
        (
            {"stages": (replace(CAB, name=" CAB"),)},
            r"stages\[0\].name: a name has no spaces around",
        ),
        (
            {"stages": (replace(CAB, approvers=()),)},
            r"stages\[0\].approvers: nobody is named to approve",
        ),
        (
            {"stages": (replace(CAB, approvers=("bea",)),)},
            r"stages\[0\].approvers\[0\]: 'bea' selects",
        ),
        ({"stages": (replace(CAB, escalate_to=()),)}, r"stages\[0\].escalate_to: it escalates"),
        (
            {"stages": (replace(CAB, approvers=("person:bea",), quorum=Count(2)),)},
            r"stages\[0\].quorum: 2 approvals are needed of 1 person",
        ),
        ({"stages": (replace(CAB, patience="soon"),)}, r"stages\[0\].patience: 'soon' is not"),
        ({"stages": (replace(CAB, patience="9999h"),)}, r"stages\[0\].patience: .* at most 366"),
        ({"fallback": ("everybody",)}, r"fallback\[0\]: 'everybody' selects nobody"),
        ({"fallback": ("person:bea",) * 101}, "fallback: at most 100"),
    ],
)
def test_a_definition_that_is_wrong_is_refused_with_its_place(
    changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        ApprovalProcess.draft(
            record_id("APR", 1), name="Normal", definition=replace(NORMAL, **changes), by=ANN
        )
