from typing import get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from pydantic import TypeAdapter

from domain.approval import Stage
from domain.approval_process import Definition, mistakes
from domain.process_document import DefinitionDocument, StageDocument
from domain.process_quorum import FORMS, WORDS, AGroup, QuorumForm, form_of, rule_of
from domain.process_text import parse
from domain.process_yaml import to_yaml
from domain.quorum_rules import (
    All,
    Any,
    Count,
    Group,
    Groups,
    Majority,
    Percent,
    Quorum,
    Responded,
    Veto,
    Weighted,
)
from tests.domain.process_documents import (
    NAMES,
    OFFICE,
    calendar_of,
    definitions,
    names,
    quorums,
)

QUORUM = TypeAdapter(QuorumForm)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(definition=definitions(), name=names)
def test_what_is_written_back_reads_the_same(definition: Definition, name: str) -> None:
    assume(not list(mistakes(definition)))

    written = to_yaml(definition, name, NAMES.__getitem__)
    read = parse(written, calendar_of)

    assert (read.name, read.definition) == (name, definition)
    assert to_yaml(read.definition, read.name, NAMES.__getitem__) == written


@given(rule=quorums)
def test_a_quorum_is_written_in_its_shortest_form(rule: Quorum) -> None:
    form = form_of(rule)

    assert rule_of(QUORUM.validate_python(form)) == rule
    assert not isinstance(form, dict) or all(rule != known for known in WORDS.values())


@pytest.mark.parametrize(
    ("rule", "form"),
    [
        (Any(), "any"),
        (Majority(), "majority"),
        (Responded(), "responded"),
        (Count(approvals=2), 2),
        (Percent(percent=50), "50%"),
        (Percent(percent="66.7"), "66.7%"),
        (Percent(percent="200/3"), "200/3%"),
        (Percent(percent="50"), {"kind": "percent", "percent": "50"}),
        (Any(abstain=False), {"kind": "any", "abstain": False}),
        (Count(approvals=2, abstain=False), {"kind": "count", "approvals": 2, "abstain": False}),
        (
            Weighted(weights={"person:ada": 3}, percent=1),
            {"kind": "weighted", "weights": {"person:ada": 3}, "others": 1, "percent": 1},
        ),
        (
            Veto(holders=("team:Security",), of=Majority()),
            {"kind": "veto", "holders": ["team:Security"], "of": "majority"},
        ),
        (
            Groups(groups=(Group("IT", ("team:IT",), Count(approvals=2)),), of=All()),
            {
                "kind": "groups",
                "groups": [{"name": "IT", "voters": ["team:IT"], "of": 2}],
                "of": "all",
            },
        ),
    ],
)
def test_the_forms_of_quorums(rule: Quorum, form: object) -> None:
    assert form_of(rule) == form


def test_every_kind_of_quorum_has_a_form() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(Quorum)}

    assert set(FORMS) == kinds
    assert set(WORDS) < kinds
    fields = {kind: set(form.model_fields) for kind, form in FORMS.items()}
    for kind in get_args(Quorum):
        tag = kind.__struct_config__.tag
        assert fields[tag] == {"kind", *kind.__struct_fields__}
    assert set(AGroup.model_fields) == set(Group.__struct_fields__)


def test_the_document_has_every_field_of_a_definition() -> None:
    assert set(DefinitionDocument.model_fields) == set(Definition.__struct_fields__)
    assert set(StageDocument.model_fields) == set(Stage.__struct_fields__)


def test_what_is_written_reads_well() -> None:
    definition = Definition(
        subjects=("change",),
        when='subject.type == "normal"',
        calendar=OFFICE,
        stages=(
            Stage(
                name="Technical",
                approvers=("team:Network",),
                quorum=Any(),
                patience="4h",
                escalate_to=("role:change-manager",),
            ),
            Stage(
                name="CAB",
                after=("Technical",),
                approvers=("role:approver",),
                quorum=Percent(percent="66.7"),
                patience="2bd",
                on_timeout="reject",
                when='subject.risk == "high" ||\nsubject.risk == "very high"\n',
            ),
        ),
    )

    assert (
        to_yaml(definition, "Normal changes", NAMES.__getitem__)
        == """\
name: Normal changes
subjects: [change]
when: subject.type == "normal"
calendar: Office hours
stages:
  - name: Technical
    approvers: [team:Network]
    quorum: any
    patience: 4h
    on_timeout: escalate
    escalate_to: [role:change-manager]
  - name: CAB
    after: [Technical]
    when: |
      subject.risk == "high" ||
      subject.risk == "very high"
    approvers: [role:approver]
    quorum: 66.7%
    patience: 2bd
    on_timeout: reject
"""
    )
