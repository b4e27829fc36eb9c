"""Who is asked to approve a subject: looked up once, at its submission, and kept as it was then."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domain import approval, approval_flow, quorum
from domain.approval import MANAGERS, OpenStage, Stage
from domain.approval_process import Definition
from domain.approval_round import Skipped, Terms
from domain.asset import Asset
from domain.conditions import condition
from domain.definition import digest
from domain.directory import Directory
from domain.directory_selectors import Owners, Subject
from domain.ledger import Ledger
from domain.people_expression import people
from domain.rules import NotFound, Refused
from domain.subjects import SubjectKind, Value

IMPACT_MAX = 1_000
"""So many assets of an impact graph are looked at, the nearest first."""


class Asked:
    """The stages of a process as they are for a subject now. Raises Refused, with the stage, where
    nobody can be asked, and if no stage applies."""

    def __init__(
        self,
        directory: Directory,
        subject: Subject,
        definition: Definition,
        *,
        kind: SubjectKind,
        facts: Mapping[str, Value],
        owners: Owners,
        barred: Iterable[str],
    ) -> None:
        self.directory = directory
        self.subject = subject
        self.kind = kind
        self.facts = facts
        self.definition = definition
        self.owners = owners
        self.exclude = self._people(definition.exclude)
        self.out = {*barred, *self.exclude}
        self.fallback = self._free(definition.fallback)
        self.skipped = tuple(
            Skipped(stage.name, f"{stage.when} does not hold.")
            for stage in definition.stages
            if not condition(stage.when, kind).holds(facts)
        )
        names = {one.name for one in self.skipped}
        if len(names) == len(definition.stages):
            raise Refused("No stage of the approval process applies to it.")
        before = approval_flow.before(definition.stages, names)
        resolved: list[OpenStage] = []
        for stage in definition.stages:
            if stage.name in names:
                continue
            after = before[stage.name]
            asked_before = [one for one in resolved if one.name in after]
            try:
                resolved.append(self._resolved(stage, after, asked_before))
            except Refused as refused:
                raise Refused(f"{stage.name}: {refused}") from None
        self.stages = tuple(resolved)
        approval.check(self.stages)

    @property
    def terms(self) -> Terms:
        definition = self.definition
        return Terms(
            digest=digest(definition),
            skipped=self.skipped,
            exclude=self.exclude,
            fallback=self.fallback,
            material=definition.material,
            managers=self._managers(),
            repeat_voters=definition.repeat_voters,
        )

    def _resolved(
        self, stage: Stage, after: tuple[str, ...], asked_before: Sequence[OpenStage]
    ) -> OpenStage:
        exclude = self._people(stage.exclude)
        voters = self._free(stage.approvers, exclude)
        asks_managers = MANAGERS in stage.approvers
        if not voters and not (asks_managers and self._has_managers(asked_before, exclude)):
            voters = self._or_fallback("approve", stage.approvers, exclude)
        escalate_to: tuple[str, ...] = ()
        if stage.on_timeout == "escalate":
            escalate_to = self._free(stage.escalate_to, exclude) or self._or_fallback(
                "escalate to", stage.escalate_to, exclude
            )

        def voting(selector: str) -> tuple[str, ...]:
            named = self._free((selector,), exclude)
            return tuple(one for one in named if asks_managers or one in voters)

        return OpenStage(
            name=stage.name,
            voters=voters,
            quorum=quorum.resolved(stage.quorum, voting),
            patience=stage.patience,
            on_timeout=stage.on_timeout,
            escalate_to=escalate_to,
            after=after,
            exclude=exclude,
            remind=stage.remind,
            asks_managers=asks_managers,
            needs_signature=self.definition.needs_signature(stage),
        )

    def _or_fallback(
        self, what: str, selectors: Sequence[str], exclude: Sequence[str]
    ) -> tuple[str, ...]:
        if found := tuple(one for one in self.fallback if one not in exclude):
            return found
        named = ", ".join((*selectors, *self.definition.fallback))
        raise Refused(
            f"nobody is found to {what} ({named}) who is active, not excluded, and "
            f"not barred: nobody votes on their own {self.subject.what}."
        )

    def _people(self, selectors: Sequence[str]) -> tuple[str, ...]:
        found = (person for selector in selectors for person in self._selected(selector))
        return tuple(dict.fromkeys(map(str, found)))

    def _selected(self, selector: str) -> Iterable[UUID]:
        form, _, expression = selector.partition(":")
        if form != "cel":
            yield from self.directory.resolve((selector,), self.subject, self.owners)
            return
        for name in people(expression, self.kind, self.facts, self.directory.people_rows()):
            person = self.directory.person_by_username(name)
            if person is not None and person.is_active:
                yield person.id

    def _free(self, selectors: Sequence[str], exclude: Sequence[str] = ()) -> tuple[str, ...]:
        out = {*self.out, *exclude}
        return tuple(one for one in self._people(selectors) if one not in out)

    def _has_managers(self, stages: Sequence[OpenStage], exclude: Sequence[str]) -> bool:
        """Whether somebody whom these stages ask has a manager who may be asked."""
        if any(stage.asks_managers for stage in stages):
            return True
        asked = (voter for stage in stages for voter in stage.voters)
        managers = {self.directory.active_manager(UUID(voter)) for voter in asked}
        return any(one and str(one) not in {*self.out, *exclude} for one in managers)

    def _managers(self) -> dict[str, str]:
        """The active manager of everybody who may come to approve something."""
        found: dict[str, str] = {}
        if not any(stage.asks_managers for stage in self.stages):
            return found
        asked = {*self.fallback}
        for stage in self.stages:
            asked |= {*stage.voters, *stage.escalate_to}
        for _ in self.stages:
            for person in asked - found.keys():
                if (manager := self.directory.active_manager(UUID(person))) is not None:
                    found[person] = str(manager)
            asked = {*found.values()}
        return found


async def owners_for(
    ledger: Ledger, directory: Directory, definition: Definition, subject: Subject
) -> Owners:
    """Who owns what a subject affects, if the definition asks for any of them. A service of the
    portfolio belongs to its owner; one that there is none of, to the owners of the assets of that
    name."""
    owners = Owners()
    if not any(one.startswith("owner-of:") for one in _selectors(definition)):
        return owners
    service = directory.service_by_name(subject.service) if subject.service else None
    known = service.owner if service else None
    if known is not None:
        owners.service.append(known)
    affected = [other for type, other in subject.links if type in ("affects", "relates to")]
    seen: dict[UUID, Asset] = {}
    queue = [(id, True) for id in affected]
    while queue and len(seen) < IMPACT_MAX:
        id, is_affected = queue.pop(0)
        if id in seen:
            continue
        try:
            asset = await ledger.find(Asset, id)
        except NotFound:
            continue
        seen[id] = asset
        is_service = asset.asset_class.casefold() == "service"
        if asset.owner is not None:
            owners.impact.append(asset.owner)
            if is_affected:
                owners.assets.append(asset.owner)
            is_it = not subject.service or asset.name == subject.service
            if is_service and is_it and known is None:
                owners.service.append(asset.owner)
        queue += [(other, False) for _, other in asset.relations]
    return owners


def _selectors(definition: Definition) -> Iterable[str]:
    yield from definition.fallback
    yield from definition.exclude
    for stage in definition.stages:
        yield from stage.approvers
        yield from stage.escalate_to
        yield from stage.exclude
        yield from quorum.selectors(stage.quorum)
