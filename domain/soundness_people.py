"""Whether people are found and quorums are reached, for every class of subjects and requester."""

from collections.abc import Iterable, Iterator, Sequence

from domain.quorum_rules import selectors
from domain.soundness_best import fewest_votes
from domain.soundness_cases import Case, Cases, Seat, requesters, unknown_fields
from domain.soundness_company import Subject
from domain.soundness_report import Counterexample, Finding, Rule, Severity, Step
from domain.soundness_search import Budget, Outcome, search
from domain.soundness_subjects import Class, Classes, of_requester
from domain.soundness_told import Told, by_requester, constants_of_requester, told
from domain.soundness_voters import Voters, left_min, reaches
from domain.subjects import SubjectKind

AFTER_PATIENCE = {
    "escalate": "others are asked then",
    "approve": "it is approved then",
    "reject": "it is rejected then",
    "fallback": "the fallback is asked then",
}


class People:
    def __init__(self, cases: Cases, budget: Budget) -> None:
        self.cases = cases
        self.company = cases.company
        self.definition = cases.definition
        self.budget = budget
        self.fewest: dict[tuple[int, ...], int] = {}
        """The votes that are enough in some case, by the stages that apply."""
        self._told: set[tuple[Rule, int]] = set()
        self._everybody = frozenset(requesters(self.company))
        self._reached: set[int] = set()
        self._constants: dict[SubjectKind, frozenset[str]] = {}
        self._classes: dict[tuple[str | None, ...], tuple[Class, ...]] = {}

    def findings(self, found: Sequence[Classes]) -> Iterator[Finding]:
        """The first finding of each rule on each stage, with the case in which it is broken."""
        if not self._everybody:
            yield Finding(
                place="",
                severity="warning",
                rule="not proven",
                says="There are no people, so nothing is proven of who could approve.",
            )
        yield from self._delegations()
        if any(stage.on_timeout == "fallback" for stage in self.definition.stages):
            yield from self._no_fallback()
        for classes in found:
            seen: set[object] = set()
            for told_of in told(self.definition, self.company, classes):
                yield from self._of_classes(told_of, seen)
        if self._everybody:
            yield from self._of_nobody(found)

    def _of_classes(self, told_of: Told, seen: set[object]) -> Iterator[Finding]:
        self._classes.clear()
        classes = told_of.classes
        for requester in requesters(self.company):
            groups = self._applying(classes, requester)
            self._reached.update(index for group in groups for index in group.applied)
            subject = Subject(kind=classes.kind, requester=requester, facts=told_of.facts)
            alike = (self.cases.alike(subject), tuple(one.applied for one in groups))
            if not groups or alike in seen:
                continue
            seen.add(alike)
            case = self.cases.case(subject)
            key = (case.signature, alike[1])
            if key not in seen:
                seen.add(key)
                yield from self._of_case(case, groups)

    def _applying(self, classes: Classes, requester: str) -> tuple[Class, ...]:
        """The classes that subjects of a requester can be of, one for each set of stages."""
        read = by_requester(classes.kind) & {
            name for one in classes.governed[:1] for name in one.facts
        }
        if not read:
            return classes.distinct
        person = self.company.people[requester]
        known = {"requester": person.username, "organisation": person.organisation_name}
        own = {name: known[name] for name in sorted(read)}
        compared = self._compared(classes.kind)
        # To conditions that only compare, one name that they do not have is like another.
        key = tuple(
            value if value in compared or not classes.is_exact else None for value in own.values()
        )
        if key not in self._classes:
            among = classes.governed if classes.is_exact else classes.distinct
            self._classes[key] = of_requester(self.definition, classes.kind, among, own)
        return self._classes[key]

    def _compared(self, kind: SubjectKind) -> frozenset[str]:
        if kind not in self._constants:
            self._constants[kind] = constants_of_requester(self.definition, kind)
        return self._constants[kind]

    def _of_nobody(self, found: Sequence[Classes]) -> Iterator[Finding]:
        """Stages that are reached by subjects only that nobody there is today could ask for."""
        asked = {index for classes in found for one in classes.governed for index in one.applied}
        says = "its conditions are for people or organisations that are not there."
        if asked and not self._reached:
            says = f"Nobody can ask for what it governs today: {says}"
            yield Finding(place="when", severity="warning", rule="condition varies", says=says)
            return
        for index in sorted(asked - self._reached):
            yield Finding(
                place=f"stages[{index}].when",
                severity="warning",
                rule="stage is reached",
                says=f"{self.definition.stages[index].name} is never reached today: {says}",
            )

    # Each case -----------------------------------------------------------------------------

    def _of_case(self, case: Case, groups: Sequence[Class]) -> Iterator[Finding]:
        voters = Voters(case, self._everybody)
        applied = sorted({index for group in groups for index in group.applied})
        asked = []
        for index in applied:
            seat = case.seats[index]
            group = next(one for one in groups if index in one.applied)
            if not seat.is_known:
                yield from self._known_later(case, seat, group, voters.beside(index, applied))
            alone = next((one for one in groups if case.is_lonely(seat, one.applied)), None)
            if alone or seat.refusal:
                yield from self._refused(case, seat, alone or group)
                continue
            asked.append(index)
            if voters.opens_with_enough(index):
                yield from self._absent(case, seat, group)
                yield from self._involved(case, seat, voters.fallback[index], group)
                yield from self._silent_again(case, seat, voters.fallback[index], group)
        yield from self._once(voters, asked, applied, groups)
        self._count_votes(case, groups)

    def _count_votes(self, case: Case, groups: Sequence[Class]) -> None:
        for applied in (group.applied for group in groups if group.applied):
            votes = None if case.is_refused(applied) else fewest_votes(case, applied)
            if votes is not None:
                self.fewest[applied] = min(votes, self.fewest.get(applied, votes))

    def _refused(self, case: Case, seat: Seat, group: Class) -> Iterator[Finding]:
        rule: Rule = "quorum is reachable" if seat.field == "quorum" else "people are found"
        name = seat.open.name
        if seat.is_certain:
            refusal = seat.refusal or "nobody is found to approve."
            says = f"{name}: {refusal} The submission would be refused."
            yield from self._tell(rule, seat, "error", says, self._example(case, group))

    def _known_later(
        self, case: Case, seat: Seat, group: Class, beside: Sequence[int]
    ) -> Iterator[Finding]:
        """What may come of it that only a subject tells who is asked."""
        name, needed = seat.open.name, left_min(seat.open.quorum)
        asked = seat.later_escalate if seat.field == "escalate_to" else seat.later
        rule: Rule = "quorum is reachable" if seat.field == "quorum" else "people are found"
        example = self._example(case, group)
        if any(one.startswith("cel:") for one in asked) or (seat.later and needed is None):
            if seat.refusal or needed != 1:
                says = (
                    f"{name}: how many people are asked is known at the submission only"
                    f"{_untried(asked, case.subject)}. That is refused if they are too few and "
                    "there is no fallback."
                )
                yield from self._tell("not proven", seat, "warning", says)
        elif seat.refusal and not seat.is_certain:
            says = (
                f"{name}: where {_where(asked)}, {seat.refusal.removesuffix('.')}, and the "
                "fallback is not enough. The submission would be refused."
            )
            yield from self._tell(rule, seat, "warning", says, example)
            if beside and seat.field == "approvers":
                says = (
                    f"{name}: whether who is asked has voted in another stage is known at the "
                    "submission only."
                )
                yield from self._tell("not proven", seat, "warning", says)
        elif seat.is_by_fallback and needed is not None and needed > 1 and seat.later:
            says = (
                f"{name}: {needed} approvals are needed. Where only one person is found, the "
                "fallback is not asked. The submission would be refused."
            )
            yield from self._tell("quorum is reachable", seat, "warning", says, example)

    def _absent(self, case: Case, seat: Seat, group: Class) -> Iterator[Finding]:
        stage, rule = seat.open, "nobody is indispensable"
        if (rule, seat.index) in self._told or stage.asks_managers:
            return
        for person in _unlike(seat):
            if not reaches(stage.quorum, stage.voters, absent=person):
                says = (
                    f"{stage.name} waits for {self._name(person)} until its patience of "
                    f"{stage.patience} ends: {AFTER_PATIENCE[stage.on_timeout]}."
                )
                example = self._example(case, group, absent=person)
                yield from self._tell("nobody is indispensable", seat, "warning", says, example)
                return

    def _involved(
        self, case: Case, seat: Seat, fallback: frozenset[str], group: Class
    ) -> Iterator[Finding]:
        """An assignee who is no requester has no vote either."""
        stage = seat.open
        if ("others involved", seat.index) in self._told or stage.asks_managers:
            return
        for person in _unlike(seat):
            left = [voter for voter in stage.voters if voter != person] or fallback - {person}
            if not left or not reaches(stage.quorum, left):
                says = (
                    f"{stage.name}: too few are left to approve what {self._name(person)} "
                    "carries out, and its submission would be refused."
                )
                example = self._example(case, group, assignee=person)
                yield from self._tell("others involved", seat, "warning", says, example)
                return

    def _silent_again(
        self, case: Case, seat: Seat, fallback: frozenset[str], group: Class
    ) -> Iterator[Finding]:
        stage = seat.open
        asked = {"escalate": frozenset(stage.escalate_to), "fallback": fallback}
        if stage.on_timeout in asked and asked[stage.on_timeout] <= frozenset(stage.voters):
            says = (
                f"{stage.name}: when its patience ends, nobody else is asked than those who "
                "stayed silent."
            )
            example = self._example(case, group)
            yield from self._tell("no cycle", seat, "warning", says, example)

    # One person counts once ------------------------------------------------------------------

    def _once(
        self,
        voters: Voters,
        asked: Sequence[int],
        applied: Sequence[int],
        groups: Sequence[Class],
    ) -> Iterator[Finding]:
        for index in asked:
            is_told = any(
                (rule, index) in self._told
                for rule in ("one person counts once", "quorum is reachable", "not proven")
            )
            # With fewer stages there are fewer who vote elsewhere, but also fewer with managers.
            asks_managers = voters.case.seats[index].open.asks_managers
            if is_told or (not asks_managers and voters.is_safe(index, applied)):
                continue
            for group in groups:
                if index not in group.applied or voters.is_safe(index, group.applied):
                    continue
                if voters.case.is_refused(group.applied):
                    continue
                yield from self._played(voters, index, group)

    def _played(self, voters: Voters, index: int, group: Class) -> Iterator[Finding]:
        case = voters.case
        outcome = Outcome("unknown")
        if self.budget.plays > 0:
            outcome = search(voters, group.applied, index, self.budget)
        if outcome.found == "fails":
            seat = next(one for one in case.seats if one.open.name == outcome.stage)
            rule, why = _want(voters, seat)
            says = f"{seat.open.name}: too few are left to reach its quorum{why}."
            example = self._example(case, group, steps=outcome.steps)
            yield from self._tell(rule, seat, "error", says, example)
        elif outcome.found == "unknown":
            seat = case.seats[index]
            says = (
                f"{seat.open.name}: whether enough people are left after all orders of votes "
                "in the other stages was neither proven nor refuted."
            )
            yield from self._tell("not proven", seat, "warning", says)

    # The company ---------------------------------------------------------------------------

    def _no_fallback(self) -> Iterator[Finding]:
        for index, stage in enumerate(self.definition.stages):
            if stage.on_timeout == "fallback" and not self.definition.fallback:
                yield Finding(
                    place=f"stages[{index}].on_timeout",
                    severity="error",
                    rule="timeout leads on",
                    says=f"{stage.name} is handed to the fallback, and there is none.",
                )

    def _delegations(self) -> Iterator[Finding]:
        """People who stand in for each other in a circle: each of them waits for the next."""
        people = self.company.people
        for someone in people.values():
            chain = [someone.id]
            while (following := people[chain[-1]].delegate) and following in people:
                if following in chain:
                    break
                chain.append(following)
            if following == someone.id and someone.id == min(chain):
                names = ", ".join(self._name(one) for one in (*chain, someone.id))
                yield Finding(
                    place="stages",
                    severity="warning",
                    rule="no cycle",
                    says=f"Delegations go in a circle: {names}.",
                )

    # Telling -------------------------------------------------------------------------------

    def _tell(
        self,
        rule: Rule,
        seat: Seat,
        severity: Severity,
        says: str,
        example: Counterexample | None = None,
    ) -> Iterator[Finding]:
        if (rule, seat.index) not in self._told:
            self._told.add((rule, seat.index))
            field = seat.field or ("on_timeout" if rule == "no cycle" else "approvers")
            place = f"stages[{seat.index}].{field}"
            yield Finding(
                place=place, severity=severity, rule=rule, says=says, counterexample=example
            )

    def _example(
        self,
        case: Case,
        group: Class,
        *,
        absent: str = "",
        assignee: str = "",
        steps: tuple[Step, ...] = (),
    ) -> Counterexample:
        subject = case.subject
        involved = (subject.requester, absent, assignee, *(step.person for step in steps))
        return Counterexample(
            kind=subject.kind,
            facts=group.facts,
            requester=subject.requester,
            assignee=assignee,
            absent=absent,
            steps=steps,
            names={person: self._name(person) for person in involved if person},
        )

    def _name(self, person: str) -> str:
        return self.company.people[person].username


def _want(voters: Voters, seat: Seat) -> tuple[Rule, str]:
    """The rule that a stage without enough people breaks, and why they are not enough."""
    if not voters.opens_with_enough(seat.index):
        return "quorum is reachable", ", even if all who are asked approve"
    if voters.case.repeat_voters:
        return "quorum is reachable", ", as managers of those who approved before are wanting"
    return (
        "one person counts once",
        ", as who has voted in one stage does not count in another",
    )


def _untried(selectors: Sequence[str], subject: Subject) -> str:
    """Which fields keep it from being known whom expressions find."""
    found = (unknown_fields(one, subject.kind, subject.facts) for one in selectors)
    fields = " and ".join(f"subject.{name}" for name in sorted(frozenset().union(*found)))
    return f", as not all values of {fields} can be tried" if fields else ""


def _where(selectors: Sequence[str]) -> str:
    """When such selectors name nobody."""
    said = {
        "owner-of:service": "nobody owns the affected service",
        "owner-of:assets": "nobody owns an affected asset",
        "owner-of:impact": "nobody owns anything that is affected",
        "manager-of:assignee": "nobody is assigned who has a manager",
    }
    return " and ".join(
        said.get(one) or f"the form names nobody in {one.partition(':')[2]!r}" for one in selectors
    )


def _unlike(seat: Seat) -> Iterable[str]:
    """Of the voters of a stage, one of each sort that its quorum tells apart."""
    stage = seat.open
    if left_min(stage.quorum) is not None:
        return stage.voters[:1]
    named = set(selectors(stage.quorum))
    others = [voter for voter in stage.voters if voter not in named]
    return [*others[:1], *(voter for voter in stage.voters if voter in named)]
