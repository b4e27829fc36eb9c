"""Companies in small tables, for checks of approval processes."""

from collections.abc import Iterable, Mapping, Sequence

from domain.approval import Stage
from domain.approval_process import Definition
from domain.quorum import Any, Quorum
from domain.soundness_company import Names, Someone, Subject


class Table:
    """People, teams and roles by name. Ids are user names."""

    def __init__(
        self,
        *names: str,
        teams: Mapping[str, Sequence[str]] | None = None,
        managers: Mapping[str, str] | None = None,
        delegates: Mapping[str, str] | None = None,
        inactive: Sequence[str] = (),
    ) -> None:
        managers, delegates = managers or {}, delegates or {}
        self.people: Mapping[str, Someone] = {
            name: Someone(
                id=name,
                username=name,
                is_active=name not in inactive,
                manager=managers.get(name),
                delegate=delegates.get(name),
            )
            for name in names
        }
        self.teams = teams or {}

    def knows(self, selector: str) -> bool:
        form, _, name = selector.partition(":")
        if form == "person":
            return name in self.people
        return form not in ("team", "role") or name in self.teams

    def names(self, of: Names) -> Iterable[str]:
        return {"people": self.people, "teams": self.teams}.get(of, ())

    def resolve(self, selector: str, subject: Subject) -> Iterable[str]:
        return [one for one in self._named(selector, subject) if self.people[one].is_active]

    def _named(self, selector: str, subject: Subject) -> Sequence[str]:
        form, _, name = selector.partition(":")
        match form:
            case "person":
                return [name] if name in self.people else []
            case "team" | "role":
                return self.teams.get(name, ())
            case "manager-of":
                of = subject.requester if name == "requester" else subject.assignee
                manager = self.people[of].manager if of else None
                return [manager] if manager else []
        return ()


def stage(
    name: str = "CAB", *approvers: str, quorum: Quorum | None = None, **more: object
) -> Stage:
    given = {"patience": "1d", "on_timeout": "reject", **more}
    return Stage(name=name, approvers=approvers, quorum=quorum or Any(), **given)  # type: ignore[arg-type]  # any fields


def changes(*stages: Stage, **more: object) -> Definition:
    return Definition(**{"subjects": ("change",), "stages": stages, **more})  # type: ignore[arg-type]  # any fields
