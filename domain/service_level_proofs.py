"""What can be proven of the conditions of an agreement, by trying all situations they tell apart.

A finding is a proof: where a condition does more than compare fields with constants, or tells too
many situations apart, nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from domain.agreement import Agreement, Subject, TargetPromise
from domain.process_mistakes import Finding
from domain.representatives import representatives_of
from domain.rules import Refused
from domain.service_conditions import (
    FIELDS,
    STATES,
    ServiceCondition,
    condition,
)
from domain.subjects import Value

SITUATIONS_MAX = 2_000
"""So many situations are tried for each clock, and nothing is proven where there are more."""

Facts = Mapping[str, Value]

_KIND = 'ticket.kind == "incident"'
_UNDONE = ("new", "asked", "assigned", "in progress", "pending")
_OVER = ("closed", "cancelled", "withdrawn", "being undone", "merged")


class _Clock(Struct, frozen=True):
    """The conditions of a target, each with the place of what was written for it."""

    start: ServiceCondition
    pause: ServiceCondition
    stop: ServiceCondition
    reset: ServiceCondition
    pause_place: str


def agreement_proofs(agreement: Agreement) -> Iterator[Finding]:
    """What can never happen, or always does, of an agreement whose conditions can be read."""
    yield from _when_proofs(agreement)
    for index, promise in enumerate(agreement.targets):
        yield from _target_proofs(f"targets[{index}]", promise, agreement.subjects)


def situations(
    conditions: Sequence[ServiceCondition], subjects: Sequence[Subject]
) -> list[Facts] | None:
    """Situations that stand for all others as far as conditions tell; None if there are too many,
    or they do not stand for all."""
    found = representatives_of((*conditions, condition(_KIND)), FIELDS)
    if not found.is_exact or found.count > SITUATIONS_MAX:
        return None
    return [facts for facts in found.subjects if facts["kind"] in subjects and is_possible(facts)]


def is_possible(facts: Facts) -> bool:
    """Whether a ticket can be in a situation, as far as these fields tell."""
    kind, status = facts["kind"], facts.get("status")
    waits = facts.get("waiting_for")
    resolved, party = facts.get("resolved"), facts.get("party")
    states = STATES[str(kind)]
    if status is not None:
        if status not in states:
            return False
        if waits is not None and (waits != "") != (status == "pending"):
            return False
        if facts.get("is_over", status in _OVER) != (status in _OVER):
            return False
        if resolved and status in _UNDONE:
            return False
        if resolved is False and status in ("resolved", "answered", "fulfilled"):
            return False
    if waits and (resolved or party not in (None, waits) or kind == "change"):
        return False
    if kind != "incident" and facts.get("is_major"):
        return False
    if kind == "change":
        return facts.get("type") != ""
    return not facts.get("type") and (kind == "request" or not facts.get("approval"))


def _when_proofs(agreement: Agreement) -> Iterator[Finding]:
    when = condition(agreement.when)
    found = situations([when], agreement.subjects)
    if not agreement.when or found is None:
        return
    try:
        if not any(when.holds_for(facts) for facts in found):
            kinds = " or ".join(agreement.subjects)
            yield Finding("when", f"it never holds: the policy is for no {kinds}.")
    except Refused as refused:
        yield Finding("when", str(refused))


def _target_proofs(
    place: str, promise: TargetPromise, subjects: Sequence[Subject]
) -> Iterator[Finding]:
    clock = _clock(promise)
    conditions = (clock.start, clock.pause, clock.stop, clock.reset)
    found = situations(conditions, subjects)
    if found is None:
        return
    answers: list[tuple[bool, bool, bool, bool]] = []
    for facts in found:
        row = []
        for field, one in zip(("start", "pause", "stop", "reset"), conditions, strict=True):
            try:
                row.append(one.holds_for(facts))
            except Refused as refused:
                yield Finding(f"{place}.{field}", str(refused))
                return
        answers.append((row[0], row[1], row[2], row[3]))
    yield from _start_proofs(place, answers)
    yield from _pause_proofs(place, clock, promise, answers)
    yield from _stop_proofs(place, answers)
    yield from _reset_proofs(place, promise, answers)


Answers = Sequence[tuple[bool, bool, bool, bool]]


def _clock(promise: TargetPromise) -> _Clock:
    meaning = promise.meaning
    parts = [f"({meaning.pause})"] if meaning.pause else []
    if promise.pausing:
        reasons = ", ".join(f'"{reason}"' for reason in promise.pausing)
        parts.append(f"ticket.waiting_for in [{reasons}]")
    return _Clock(
        start=condition(meaning.start),
        pause=condition(" || ".join(parts) or "false"),
        stop=condition(meaning.stop or "false"),
        reset=condition(meaning.reset or "false"),
        pause_place="pause" if meaning.pause else "pausing",
    )


def _start_proofs(place: str, answers: Answers) -> Iterator[Finding]:
    if not any(start for start, *_ in answers):
        yield Finding(f"{place}.start", "it never holds, so that the clock never starts.")


def _pause_proofs(
    place: str, clock: _Clock, promise: TargetPromise, answers: Answers
) -> Iterator[Finding]:
    where = f"{place}.{clock.pause_place}"
    starting = [row for row in answers if row[0]]
    if starting and all(pause for _, pause, _, _ in starting):
        rule = "its pause covers its start: it holds whenever the clock starts, which never runs."
        yield Finding(where, rule)
    elif promise.pause and not any(pause for _, pause, _, _ in answers):
        yield Finding(where, "it never holds: leave it out.")


def _stop_proofs(place: str, answers: Answers) -> Iterator[Finding]:
    starting = [row for row in answers if row[0]]
    if not any(stop for _, _, stop, _ in answers):
        yield Finding(f"{place}.stop", "it never holds, so that the clock can never stop.")
    elif starting and all(stop for _, _, stop, _ in starting):
        rule = "it holds whenever the clock starts, which is over as it begins."
        yield Finding(f"{place}.stop", rule)
    elif all(pause or stop for _, pause, stop, _ in answers) and any(
        pause for _, pause, _, _ in answers
    ):
        rule = "where it does not hold the clock stands, so that it never runs."
        yield Finding(f"{place}.stop", rule)


def _reset_proofs(place: str, promise: TargetPromise, answers: Answers) -> Iterator[Finding]:
    if not promise.reset:
        return
    if not any(reset for *_, reset in answers):
        yield Finding(f"{place}.reset", "it never holds: leave it out.")
    elif all(reset for *_, reset in answers):
        yield Finding(f"{place}.reset", "it always holds, so that it never becomes true.")
