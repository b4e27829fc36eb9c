"""Small companies and processes, by seed, as the checker and as the oracle read them."""

from fractions import Fraction
from random import Random

from domain.approval import Stage as RealStage
from domain.approval_process import Definition
from domain.quorum_rules import All, Any, Count, First, Majority, Mandatory, Percent, Quorum
from tests.domain.companies import Table
from tests.domain.oracle import RISKS, TYPES, House, Process, Rule, Stage, Test

PEOPLE = ("ann", "bea", "cem", "dan")
PERCENTS = (34, 50, 67, 100)
TIMEOUTS = ("reject", "reject", "approve", "escalate", "fallback")


def house(random: Random) -> House:
    people = PEOPLE[: random.randint(2, 4)]
    teams = {
        name: tuple(sorted(random.sample(people, random.randint(1, len(people)))))
        for name in ("A", "B")
    }
    managers = {
        person: random.choice([other for other in people if other != person])
        for person in people
        if random.random() < 0.5
    }
    return House(people, teams, managers)


def process(random: Random, house: House) -> Process:
    number = random.randint(1, 3)
    fallback = _selectors(random, house) if random.random() < 0.5 else ()
    names = ("one", "two", "three")[:number]
    return Process(
        stages=tuple(_stage(random, house, names[:index], fallback) for index in range(number)),
        when=_test(random) if random.random() < 0.4 else None,
        fallback=fallback,
        exclude=(f"person:{random.choice(house.people)}",) if random.random() < 0.1 else (),
        repeat=random.random() < 0.2,
    )


def _stage(
    random: Random, house: House, earlier: tuple[str, ...], fallback: tuple[str, ...]
) -> Stage:
    name = ("one", "two", "three")[len(earlier)]
    approvers = _selectors(random, house)
    if earlier and random.random() < 0.15:
        approvers = ("manager-of:approver", *approvers[: random.randint(0, 1)])
    timeout = random.choice([one for one in TIMEOUTS if fallback or one != "fallback"])
    return Stage(
        name=name,
        approvers=approvers,
        rule=_rule(random),
        on_timeout=timeout,
        patience=random.choice(("1d", "1d", "2d", "3d")),
        escalate_to=_selectors(random, house) if timeout == "escalate" else (),
        after=tuple(one for one in earlier if random.random() < 0.6),
        when=_test(random) if random.random() < 0.4 else None,
        exclude=(f"person:{random.choice(house.people)}",) if random.random() < 0.1 else (),
        mandatory=random.choice(house.people) if random.random() < 0.1 else "",
    )


def _selectors(random: Random, house: House) -> tuple[str, ...]:
    choices = ["team:A", "team:B", "team:A", "team:B", "manager-of:requester"]
    choices += [f"person:{person}" for person in house.people]
    return tuple(dict.fromkeys(random.choices(choices, k=random.choice((1, 1, 2)))))


def _rule(random: Random) -> Rule:
    kind = random.choice(("any", "any", "all", "count", "count", "majority", "percent", "first"))
    if kind == "count":
        return kind, Fraction(random.randint(1, 3))
    return kind, Fraction(random.choice(PERCENTS) if kind == "percent" else 0)


def _test(random: Random) -> Test:
    field, values = random.choice((("type", TYPES), ("risk", RISKS)))
    return field, random.choice(("==", "!=")), random.choice(values)


def table(house: House) -> Table:
    return Table(*house.people, teams=house.teams, managers=house.managers)


def definition(process: Process) -> Definition:
    return Definition(
        subjects=("change",),
        when=_text(process.when),
        fallback=process.fallback,
        exclude=process.exclude,
        repeat_voters=process.repeat,
        stages=tuple(
            RealStage(
                name=stage.name,
                approvers=stage.approvers,
                quorum=_quorum(stage),
                patience=stage.patience,
                on_timeout=stage.on_timeout,  # type: ignore[arg-type]  # one of the words
                escalate_to=stage.escalate_to,
                after=stage.after,
                when=_text(stage.when),
                exclude=stage.exclude,
            )
            for stage in process.stages
        ),
    )


def _text(test: Test) -> str:
    return "" if test is None else f'subject.{test[0]} {test[1]} "{test[2]}"'


def _quorum(stage: Stage) -> Quorum:
    kind, number = stage.rule
    plain: dict[str, Quorum] = {
        "any": Any(),
        "all": All(),
        "majority": Majority(),
        "first": First(),
        "count": Count(approvals=int(number)),
        "percent": Percent(percent=int(number)),
    }
    if stage.mandatory:
        return Mandatory(voters=(f"person:{stage.mandatory}",), of=plain[kind])
    return plain[kind]
