"""Approval processes: who approves which changes, in definitions that are published by version."""

from typing import Any, Self
from uuid import UUID

from msgspec import Struct

from domain import approval, approval_flow, text
from domain.aggregate import Aggregate, Event
from domain.approval import Stage
from domain.definition import check_condition, check_order, check_selectors, check_wait, digest
from domain.provenance import Provenance
from domain.rules import NotFound, require
from domain.subjects import SubjectKind

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


class ApprovalProcess(Aggregate):
    prefix = "APR"

    name: str
    draft_definition: Definition | None
    versions: tuple[Definition, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.draft_definition = None
        self.versions = ()
        self.is_retired = False

    @property
    def published(self) -> Definition | None:
        """The latest published version, if there is one in use."""
        return self.versions[-1] if self.versions and not self.is_retired else None

    @property
    def published_version(self) -> int:
        """The number of the latest published version, 0 before the first."""
        return len(self.versions)

    def definition_of(self, version: int) -> Definition:
        """A published version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    def _require_in_use(self) -> None:
        require(not self.is_retired, "A retired approval process cannot be changed.")

    # Draft and revise ----------------------------------------------------------------------

    @classmethod
    def draft(cls, id: UUID, *, name: str, definition: Definition, by: Provenance) -> Self:
        name = text.name(name, "The name of an approval process")
        check(definition)
        return cls.begin(id, cls.Drafted(by=by, name=name, definition=definition))

    class Drafted(Event):
        class_version = 2
        upcast_v1_v2 = staticmethod(of_change_types)

        name: str
        definition: Definition

        def apply(self, process: "ApprovalProcess", /) -> None:
            process.name = self.name
            process.draft_definition = self.definition

    def revise(self, definition: Definition, *, by: Provenance) -> None:
        """Change the draft. What is published stays until the draft is published."""
        self._require_in_use()
        check(definition)
        if definition != self.draft_definition:
            self.record(self.Revised(by=by, definition=definition))

    class Revised(Event):
        class_version = 2
        upcast_v1_v2 = staticmethod(of_change_types)

        definition: Definition

        def apply(self, process: "ApprovalProcess", /) -> None:
            process.draft_definition = self.definition

    # Publish -----------------------------------------------------------------------------

    def publish(self, *, by: Provenance) -> None:
        """Put the draft into use as the next version. Changes in approval keep their version."""
        self._require_in_use()
        draft = self.draft_definition
        if draft is not None and draft != self.published:
            self.record(
                self.VersionPublished(
                    by=by,
                    number=self.published_version + 1,
                    definition=draft,
                    digest=digest(draft),
                )
            )

    class VersionPublished(Event):
        class_version = 2
        upcast_v1_v2 = staticmethod(of_change_types)

        number: int
        definition: Definition
        digest: str

        def apply(self, process: "ApprovalProcess", /) -> None:
            process.versions = (*process.versions, self.definition)

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, by: Provenance) -> None:
        """Take it out of use for new submissions."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, process: "ApprovalProcess", /) -> None:
            process.is_retired = True


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
