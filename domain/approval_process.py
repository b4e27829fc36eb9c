"""Approval processes: who approves which changes, in definitions that are published by version."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from domain import approval, approval_flow, text
from domain.approval import Stage
from domain.definition import check_condition, check_order, check_selectors, check_wait
from domain.rules import require
from domain.subjects import SubjectKind
from domain.versioned import Versioned

STAGES_MAX = 20


class Definition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which subjects are approved, and the stages that they go through."""

    subjects: tuple[SubjectKind, ...]
    stages: tuple[Stage, ...]
    when: str = ""
    """A condition on the subject; all subjects of these kinds without one."""
    order: int = 100
    """Of several processes for a type, the one with the lowest order is taken."""
    calendar: UUID | None = None
    """The calendar on which patience counts; day and night without one."""
    fallback: tuple[str, ...] = ()
    """Who is asked in a stage for which nobody else is found."""
    exclude: tuple[str, ...] = ()
    """Selectors of people who never vote, besides requester, proposer and assignee."""
    material: tuple[str, ...] = ()
    """The fields of the subject that a vote is about: a vote falls when one of them changes."""
    repeat_voters: bool = False
    """Whether who has voted in one stage counts in another as well."""


def of_change_types(state: dict[str, Any]) -> None:
    """Turn the types of changes of a stored definition of old into a condition."""
    definition = state["definition"]
    types = ", ".join(f'"{type}"' for type in definition.pop("change_types"))
    definition |= {
        "subjects": ["change"],
        "when": f"subject.type in [{types}]",
        "repeat_voters": True,
    }


class ApprovalProcess(Versioned[Definition]):
    prefix = "APR"
    noun = "approval process"

    draft_definition: Definition | None
    versions: tuple[Definition, ...]

    @staticmethod
    def check(definition: Definition) -> None:
        check(definition)

    class Drafted(Versioned.Drafted):
        class_version = 2
        upcast_v1_v2 = staticmethod(of_change_types)

        definition: Definition

    class Revised(Versioned.Revised):
        class_version = 2
        upcast_v1_v2 = staticmethod(of_change_types)

        definition: Definition

    class VersionPublished(Versioned.VersionPublished):
        class_version = 2
        upcast_v1_v2 = staticmethod(of_change_types)

        definition: Definition


def check(definition: Definition) -> None:
    """Refuse a definition that fits no change, or could leave one without an end."""
    require(len(definition.subjects) > 0, "subjects: at least one kind is needed.")
    for kind in definition.subjects:
        check_condition("when", definition.when, kind)
    check_order(definition.order)
    stages = definition.stages
    require(len(stages) <= STAGES_MAX, f"stages: an approval has at most {STAGES_MAX} stages.")
    for index, stage in enumerate(stages):
        place = f"stages[{index}]"
        clean = text.name(stage.name, f"{place}: the name of a stage")
        require(clean == stage.name, f"{place}: a name has no spaces around it.")
        check_wait(f"{place}.patience", stage.patience)
        check_selectors(f"{place}.approvers", stage.approvers)
        check_selectors(f"{place}.escalate_to", stage.escalate_to)
        check_selectors(f"{place}.exclude", stage.exclude)
        for kind in definition.subjects:
            check_condition(f"{place}.when", stage.when, kind)
    check_selectors("fallback", definition.fallback)
    check_selectors("exclude", definition.exclude)
    approval.check(stages)
    approval_flow.check(stages)
