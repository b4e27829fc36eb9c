"""What is wrong with an agreement of a service level policy: all of it, each with its place."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

from domain import text
from domain.agreement import WELL_KNOWN, Agreement, EscalationStep, TargetPromise
from domain.business_time import duration
from domain.clock_marks import check_mark
from domain.definition import check_order, check_selectors, check_wait
from domain.near import near
from domain.priority import NAMES
from domain.process_mistakes import Finding
from domain.rules import Refused
from domain.service_conditions import condition
from domain.service_level_proofs import agreement_proofs
from domain.wrong_expression import WrongExpression

NAMED_MAX = 1_000
TARGETS_MAX = 20
STEPS_MAX = 50
NEXT_LEVEL = "next level"
CONDITIONS = ("start", "pause", "stop", "reset")


def mistakes(agreement: Agreement) -> Iterator[Finding]:
    """All that is wrong as far as the agreement itself tells: whether what it names exists is seen
    when it is published."""
    yield from _told("order", check_order, agreement.order)
    yield from _scope_mistakes(agreement)
    wrong = list(_condition_mistakes("when", agreement.when))
    yield from wrong
    targets = list(_target_mistakes(agreement))
    yield from targets
    yield from _escalation_mistakes(agreement)
    if not wrong and not targets:
        # What cannot be read cannot be proven.
        yield from agreement_proofs(agreement)


def _scope_mistakes(agreement: Agreement) -> Iterator[Finding]:
    for place, named in (
        ("priorities", agreement.priorities),
        ("categories", agreement.categories),
        ("services", agreement.services),
        ("organisations", agreement.organisations),
    ):
        if len(named) > NAMED_MAX:
            yield Finding(place, f"at most {NAMED_MAX} can be named.")
    for place, words in (("categories", agreement.categories), ("services", agreement.services)):
        for index, word in enumerate(words[:NAMED_MAX]):
            yield from _name_mistakes(f"{place}[{index}]", word, "A category or service")
    yield from _priority_mistakes("priorities", agreement.priorities)
    if not agreement.subjects:
        yield Finding("subjects", "at least one kind of tickets is needed.")
    if len(set(agreement.subjects)) < len(agreement.subjects):
        yield Finding("subjects", "each kind is named once.")


# Targets ----------------------------------------------------------------------------------


def _target_mistakes(agreement: Agreement) -> Iterator[Finding]:
    targets = agreement.targets
    if not targets:
        yield Finding("targets", "at least one target is needed.")
    if len(targets) > TARGETS_MAX:
        yield Finding("targets", f"a policy has at most {TARGETS_MAX} targets.")
        return
    names = [promise.name for promise in targets]
    if len(set(names)) < len(names):
        twice = next(name for index, name in enumerate(names) if name in names[:index])
        yield Finding("targets", f"each target is promised once, and {twice!r:.80} is twice.")
    for index, promise in enumerate(targets):
        place = f"targets[{index}]"
        yield from _target_name_mistakes(f"{place}.name", promise.name)
        yield from _budget_mistakes(f"{place}.budget", promise, agreement.priorities)
        for field in CONDITIONS:
            yield from _condition_mistakes(f"{place}.{field}", getattr(promise, field))
        if len(set(promise.pausing)) < len(promise.pausing):
            yield Finding(f"{place}.pausing", "each reason is named once.")
        yield from _missing_conditions(place, promise)


def _target_name_mistakes(place: str, name: str) -> Iterator[Finding]:
    yield from _name_mistakes(place, name, "The name of a target")
    if ": " in name:
        yield Finding(place, "a name has no colon: the clocks of other policies have one.")
    elif name not in WELL_KNOWN and name.casefold() in WELL_KNOWN:
        yield Finding(place, f"{name!r} is not known{near(name, WELL_KNOWN)}")


def _missing_conditions(place: str, promise: TargetPromise) -> Iterator[Finding]:
    if promise.name in WELL_KNOWN:
        return
    for field in ("start", "stop"):
        if not getattr(promise, field):
            meant = near(promise.name, WELL_KNOWN)
            known = f"only {', '.join(WELL_KNOWN)} have one of their own{meant}"
            rule = f"{promise.name!r:.80} needs a {field} condition: {known}"
            yield Finding(f"{place}.{field}", rule)


def _budget_mistakes(
    place: str, promise: TargetPromise, priorities: Collection[int]
) -> Iterator[Finding]:
    budget = promise.budget
    if isinstance(budget, str):
        yield from _told(place, check_wait, place, budget)
        return
    if not budget:
        yield Finding(place, "a budget is needed.")
    yield from _priority_mistakes(place, tuple(budget))
    for priority, each in budget.items():
        yield from _told(f"{place}.{priority}", check_wait, f"{place}.{priority}", each)
    if priorities and budget and not set(priorities) & set(budget):
        rule = "it has a budget for none of the priorities that the policy is for."
        yield Finding(place, rule)


# Escalation -------------------------------------------------------------------------------


def _escalation_mistakes(agreement: Agreement) -> Iterator[Finding]:
    steps = agreement.escalation
    if len(steps) > STEPS_MAX:
        yield Finding("escalation", f"at most {STEPS_MAX} steps.")
        return
    for index, step in enumerate(steps):
        yield from _step_mistakes(f"escalation[{index}]", step, agreement)
    for promise in agreement.targets:
        own = [(index, step) for index, step in enumerate(steps) if step.target == promise.name]
        yield from _order_mistakes(own, promise)


def _step_mistakes(place: str, step: EscalationStep, agreement: Agreement) -> Iterator[Finding]:
    names = [promise.name for promise in agreement.targets]
    if step.target not in names:
        rule = f"{step.target!r:.80} is not promised{near(step.target, names)}"
        yield Finding(f"{place}.target", rule)
    yield from _mark_mistakes(f"{place}.mark", step.mark)
    yield from _told(f"{place}.wait", check_wait, f"{place}.wait", step.wait)
    acts = (step.managers, step.reassign, step.raise_priority, step.propose_major_incident)
    if not step.notify and not any(acts):
        yield Finding(f"{place}.notify", "nobody is named to tell, and nothing else is done.")
    if len(step.notify) > NAMED_MAX:
        yield from _told(f"{place}.notify", check_selectors, f"{place}.notify", step.notify)
    for number, selector in enumerate(step.notify[:NAMED_MAX]):
        yield from _selector_mistakes(f"{place}.notify[{number}]", selector)
    if step.reassign and step.reassign != NEXT_LEVEL:
        yield from _name_mistakes(f"{place}.reassign", step.reassign, "The name of a team")
    if step.raise_priority is not None:
        yield from _priority_mistakes(f"{place}.raise_priority", (step.raise_priority,))
    if step.propose_major_incident and "incident" not in agreement.subjects:
        yield Finding(f"{place}.propose_major_incident", "only an incident can be a major one.")


def _selector_mistakes(place: str, selector: str) -> Iterator[Finding]:
    if selector.startswith("cel:"):
        yield Finding(place, "an expression finds nobody here: name a person, team or role.")
    elif selector == "manager-of:approver":
        yield Finding(place, "an escalation has no approver: say `managers: true`.")
    else:
        yield from _told(place, check_selectors, place, (selector,))


def _mark_mistakes(place: str, mark: str) -> Iterator[Finding]:
    try:
        check_mark(mark)
    except Refused as refused:
        yield Finding(place, str(refused))
        return
    if mark[0] in "+-":
        yield from _told(place, check_wait, place, mark[1:])


def _order_mistakes(
    steps: Sequence[tuple[int, EscalationStep]], promise: TargetPromise
) -> Iterator[Finding]:
    """Marks of a target that come in another order than they are written, or before its start:
    by each of its budgets, as far as they can be compared."""
    budgets = [budget for budget in promise.budgets if _is_wait(budget)]
    steps = [(index, step) for index, step in steps if _is_mark(step.mark)]
    for index, step in steps:
        if budgets and all(_is_before_the_start(step.mark, budget) for budget in budgets):
            rule = f"{step.mark} comes before the clock starts: no budget is longer than that."
            yield Finding(f"escalation[{index}].mark", rule)
    for (_, first), (index, second) in pairwise(steps):
        if budgets and all(_is_after(first.mark, second.mark, budget) for budget in budgets):
            rule = f"{second.mark} comes before {first.mark}, which stands before it in the list."
            yield Finding(f"escalation[{index}].mark", rule)


def _is_before_the_start(mark: str, budget: str) -> bool:
    distance, unit = _distance(mark, budget)
    whole, counted = _amount(budget)
    return mark[0] == "-" and unit == counted and distance <= -whole


def _is_after(mark: str, other: str, budget: str) -> bool:
    """Whether a mark comes later than another. Days and open hours are not compared, but for the
    side of the due moment on which they are."""
    (here, unit), (there, counted) = _distance(mark, budget), _distance(other, budget)
    if (here > 0, here < 0) != (there > 0, there < 0):
        return here > there
    return unit == counted and here > there


def _distance(mark: str, budget: str) -> tuple[float, str]:
    """How far a mark is from the due moment, negative before it, and in which unit."""
    if mark.endswith("%"):
        whole, unit = _amount(budget)
        return whole * (int(mark[:-1]) - 100) / 100, unit
    amount, unit = _amount(mark[1:])
    return (-amount if mark[0] == "-" else amount), unit


def _amount(wait: str) -> tuple[float, str]:
    found = duration(wait)
    if (open_time := found.open_time) is not None:
        return open_time.total_seconds(), "open time"
    return float(found.amount), found.unit


def _is_wait(wait: str) -> bool:
    return not list(_told("", check_wait, "", wait))


def _is_mark(mark: str) -> bool:
    return not list(_told("", check_mark, mark))


# Parts ------------------------------------------------------------------------------------


def _name_mistakes(place: str, name: str, what: str) -> Iterator[Finding]:
    try:
        clean = text.name(name, what)
    except Refused as refused:
        yield Finding(place, str(refused))
        return
    if clean != name:
        rule = "a name has no spaces around it, and no two beside each other."
        yield Finding(place, f"{name[:80]!r} is no name: {rule}")


def _priority_mistakes(place: str, priorities: Collection[int]) -> Iterator[Finding]:
    if not set(priorities) <= set(NAMES):
        yield Finding(place, "a priority is a number from 1 to 5.")


def _condition_mistakes(place: str, given: str) -> Iterator[Finding]:
    try:
        condition(given)
    except WrongExpression as wrong:
        yield Finding(place, wrong.rule, (wrong.line, wrong.column))
    except Refused as refused:
        yield Finding(place, str(refused))


def _told(place: str, check: Callable[..., None], *given: Any) -> Iterator[Finding]:
    """What a check refuses: its words, without the place that it may say first."""
    try:
        check(*given)
    except Refused as refused:
        yield Finding(place, str(refused).removeprefix(f"{place}: "))
