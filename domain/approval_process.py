"""Approval processes: who approves which changes, in definitions that are published by version."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.approval import Signing, Stage
from domain.obligations import APPROVAL_WITHIN
from domain.process_mistakes import (
    STAGES_MAX,
    Finding,
    people_mistakes,
    stage_mistakes,
    subject_mistakes,
    wait_mistakes,
)
from domain.rules import Refused
from domain.subjects import SubjectKind, Value
from domain.versioned import Versioned

__all__ = ["STAGES_MAX", "ApprovalProcess", "Definition", "Finding", "check", "mistakes"]


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
    signature: Signing = "none"
    """Whether the votes of all stages are signed; a stage can ask for it alone."""
    retrospective: str = APPROVAL_WITHIN
    """How soon an emergency change that was begun without an approval is to have one."""

    def needs_signature(self, stage: Stage) -> bool:
        return "required" in (self.signature, stage.signature)


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
    what = "approval process"
    subject = "approval process"

    draft_definition: Definition | None
    versions: tuple[Definition, ...]

    @staticmethod
    def check(definition: Definition) -> None:
        check(definition)

    @staticmethod
    def described(definition: Definition) -> Mapping[str, Value]:
        return {
            "order": definition.order,
            "subjects": sorted(set(definition.subjects)),
            "stages": len(definition.stages),
            "has_fallback": len(definition.fallback) > 0,
        }

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


def mistakes(definition: Definition) -> Iterator[Finding]:
    """All that is wrong with a definition, each mistake with its place."""
    yield from subject_mistakes(definition.subjects, definition.when, definition.material)
    yield from people_mistakes(
        definition.order, definition.fallback, definition.exclude, definition.subjects
    )
    yield from wait_mistakes("retrospective", definition.retrospective)
    yield from stage_mistakes(definition.stages, definition.subjects)
    for index, stage in enumerate(definition.stages):
        if definition.needs_signature(stage) and stage.on_timeout == "approve":
            rule = "it asks for signatures, so that nothing is approved by silence."
            yield Finding(f"stages[{index}].on_timeout", rule)


def check(definition: Definition) -> None:
    """Refuse a definition that fits no subject, or could leave one without an end."""
    for finding in mistakes(definition):
        raise Refused(finding.sentence)
