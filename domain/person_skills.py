"""What people are good at: the words by which assignment rules find who can take a ticket."""

from collections.abc import Collection
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.person_access import Access
from domain.provenance import Provenance
from domain.rules import require

SKILLS_MAX = 50


class Skilled(Access, abstract=True):
    skills: tuple[str, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.skills = ()

    def set_skills(self, skills: Collection[str], *, by: Provenance) -> None:
        """Say what the person is good at, in place of what was said before."""
        self._require_active()
        require(len(skills) <= SKILLS_MAX, f"A person has at most {SKILLS_MAX} skills.")
        clean = tuple(sorted({text.name(skill, "A skill") for skill in skills}))
        if clean != self.skills:
            self.record(self.SkillsSet(by=by, skills=clean))

    class SkillsSet(Event):
        skills: tuple[str, ...] = ()

        def apply(self, person: "Skilled", /) -> None:
            person.skills = self.skills
