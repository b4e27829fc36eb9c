"""What is wrong with a definition of an approval process: all of it, each with its place."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from domain import approval, approval_flow, quorum_rules, text
from domain import quorum as quorums
from domain.approval import Stage
from domain.conditions import condition
from domain.definition import check_order, check_selectors, check_wait
from domain.near import near
from domain.people_expression import people_expression
from domain.rules import Refused
from domain.subjects import SubjectKind, material_fields
from domain.wrong_expression import WrongExpression

EXPRESSION = "cel:"
STAGES_MAX = 20
REMINDERS_MAX = 10


class Finding(NamedTuple):
    """A mistake: the place in the definition, such as `stages[0].approvers[1]`, and the rule."""

    place: str
    rule: str
    within: tuple[int, int] | None = None
    """The line and column in the text that stands there, from 1, where that is an expression."""

    @property
    def sentence(self) -> str:
        if self.within is None:
            return f"{self.place}: {self.rule}"
        line, column = self.within
        return f"{self.place}: line {line}, column {column}: {self.rule}"


def subject_mistakes(
    subjects: Sequence[SubjectKind], when: str, material: Sequence[str]
) -> Iterator[Finding]:
    if not subjects:
        yield Finding("subjects", "at least one kind is needed.")
    if len(set(subjects)) < len(subjects):
        yield Finding("subjects", "each kind is named once.")
    yield from _condition_mistakes("when", when, subjects)
    if len(set(material)) < len(material):
        yield Finding("material", "each field is named once.")
    for index, name in enumerate(material):
        for kind in dict.fromkeys(subjects):
            fields = [field.name for field in material_fields(kind)]
            if name not in fields:
                rule = f"{name!r} is no field of the subject {kind!r}{near(name, fields)}"
                yield Finding(f"material[{index}]", rule)


def people_mistakes(
    order: int,
    fallback: Sequence[str],
    exclude: Sequence[str],
    subjects: Sequence[SubjectKind],
) -> Iterator[Finding]:
    yield from _told("order", check_order, order)
    yield from _selector_mistakes("fallback", fallback, subjects)
    yield from _selector_mistakes("exclude", exclude, subjects)


def wait_mistakes(place: str, wait: str) -> Iterator[Finding]:
    yield from _told(place, check_wait, place, wait)


def stage_mistakes(stages: Sequence[Stage], subjects: Sequence[SubjectKind]) -> Iterator[Finding]:
    if not stages:
        yield Finding("stages", "at least one stage is needed.")
    if len(stages) > STAGES_MAX:
        yield Finding("stages", f"an approval has at most {STAGES_MAX} stages.")
        return
    names: list[str] = []
    for index, stage in enumerate(stages):
        place = f"stages[{index}]"
        found = list(_stage_mistakes(place, stage, names, subjects))
        # What the running approval demands besides is that its quorum can be reached.
        yield from found or _told(f"{place}.quorum", approval.check, [stage], name=stage.name)
        names.append(stage.name)
    yield from _after_mistakes(stages)


def _stage_mistakes(
    place: str, stage: Stage, earlier: Collection[str], subjects: Sequence[SubjectKind]
) -> Iterator[Finding]:
    yield from _name_mistakes(f"{place}.name", stage.name, earlier)
    if not stage.approvers:
        yield Finding(f"{place}.approvers", "nobody is named to approve.")
    for field in ("approvers", "escalate_to", "exclude"):
        yield from _selector_mistakes(f"{place}.{field}", getattr(stage, field), subjects)
    yield from _told(f"{place}.quorum", quorums.check, stage.quorum)
    for selector in quorum_rules.selectors(stage.quorum):
        yield from _selector_mistake(f"{place}.quorum", selector, subjects)
    yield from _told(f"{place}.patience", check_wait, f"{place}.patience", stage.patience)
    if len(stage.remind) > REMINDERS_MAX:
        yield Finding(f"{place}.remind", f"at most {REMINDERS_MAX} reminders are sent.")
    for number, wait in enumerate(stage.remind[:REMINDERS_MAX]):
        yield from _told(f"{place}.remind[{number}]", check_wait, f"{place}.remind[{number}]", wait)
    if stage.on_timeout == "escalate" and not stage.escalate_to:
        rule = "it escalates when patience ends, but nobody is named to escalate to."
        yield Finding(f"{place}.escalate_to", rule)
    yield from _condition_mistakes(f"{place}.when", stage.when, subjects)


def _name_mistakes(place: str, name: str, earlier: Collection[str]) -> Iterator[Finding]:
    try:
        clean = text.name(name, "the name of a stage")
    except Refused as refused:
        yield Finding(place, str(refused))
        return
    if clean != name:
        yield Finding(place, "a name has no spaces around it, and no two beside each other.")
    if name in earlier:
        yield Finding(place, f"two stages are called {name!r}.")


def _after_mistakes(stages: Sequence[Stage]) -> Iterator[Finding]:
    all_names = [stage.name for stage in stages]
    is_right = True
    for index, stage in enumerate(stages):
        for number, name in enumerate(stage.after or ()):
            place = f"stages[{index}].after[{number}]"
            if name not in all_names[:index]:
                is_right = False
                if name in all_names:
                    rule = f"{name!r} does not stand before this stage in the list."
                else:
                    rule = f"there is no stage {name!r}{near(name, all_names[:index])}"
                yield Finding(place, rule)
        if stage.after and len(set(stage.after)) < len(stage.after):
            yield Finding(f"stages[{index}].after", "each stage is named once.")
    if is_right:
        yield from _told("stages", approval_flow.check, stages)


def _selector_mistakes(
    place: str, selectors: Sequence[str], subjects: Iterable[SubjectKind]
) -> Iterator[Finding]:
    counted = list(_told(place, check_selectors, place, selectors)) if len(selectors) > 100 else []
    yield from counted
    for index, selector in enumerate(() if counted else selectors):
        yield from _selector_mistake(f"{place}[{index}]", selector, subjects)


def _selector_mistake(
    place: str, selector: str, subjects: Iterable[SubjectKind]
) -> Iterator[Finding]:
    found = list(_told(place, check_selectors, place, (selector,)))
    yield from found
    expression = selector.removeprefix(EXPRESSION)
    if found or expression == selector:
        return
    for kind in dict.fromkeys(subjects):
        try:
            people_expression(expression, kind)
        except WrongExpression as wrong:
            before = len(EXPRESSION) if wrong.line == 1 else 0
            yield Finding(place, wrong.rule, (wrong.line, wrong.column + before))
            return


def _condition_mistakes(
    place: str, when: str, subjects: Iterable[SubjectKind]
) -> Iterator[Finding]:
    for kind in dict.fromkeys(subjects):
        try:
            condition(when, kind)
        except WrongExpression as wrong:
            yield Finding(place, wrong.rule, (wrong.line, wrong.column))
            return
        except Refused as refused:
            yield Finding(place, str(refused))
            return


def _told(place: str, check: Callable[..., None], *given: Any, name: str = "") -> Iterator[Finding]:
    """What a check refuses: its words, without the name that it may say first."""
    try:
        check(*given)
    except Refused as refused:
        yield Finding(place, str(refused).removeprefix(f"{name or place}: "))
