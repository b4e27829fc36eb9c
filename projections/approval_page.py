"""The rounds of approval on the page of a record: each with its stages and the votes in them."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.change import Change
from projections.tables import Json, id_or_none, instant
from projections.view import Cases


class HasRounds(Protocol):
    """A row with the rounds of approval by number."""

    approval: Json

    @property
    def written(self) -> Mapping[str, str]:
        """The texts that votes may be about, by the names of their fields."""
        ...


CASES = Cases[Any]()


@CASES.on(ApprovalRounds.Submitted)
def _submitted(event: ApprovalRounds.Submitted, row: HasRounds) -> None:
    round = {
        "process": id_or_none(event.process),
        "process_version": event.process_version,
        "digest": event.digest,
        "submitted_at": instant(event.by.effective_at),
        "outcome": "pending",
        "reason": "",
        "material": list(event.material),
        "stages": _stages(event),
        "conditions": [],
        "edits": [],
        "migrations": [],
    }
    row.approval = {**row.approval, str(event.round): round}


def _stages(event: ApprovalRounds.Submitted | ApprovalRounds.ApprovalMigrated) -> list[Json]:
    stages = [
        _stage_of(
            stage.name,
            after=None if stage.after is None else list(stage.after),
            voters=list(stage.voters),
            quorum=msgspec.to_builtins(stage.quorum, str_keys=True),
            needs_signature=stage.needs_signature,
        )
        for stage in event.stages
    ]
    skipped = [_stage_of(one.name, state="skipped", reason=one.reason) for one in event.skipped]
    return [*stages, *skipped]


def _stage_of(name: str, **more: Any) -> Json:
    return {
        "name": name,
        "after": None,
        "voters": [],
        "quorum": None,
        "needs_signature": False,
        "state": "waiting",
        "due": None,
        "reason": "",
        "escalated_to": [],
        "fallback": [],
        "information": [],
        "votes": [],
        **more,
    }


def _in_round(row: HasRounds, round: int, **changes: Any) -> None:
    old = row.approval[str(round)]
    row.approval = {**row.approval, str(round): {**old, **changes}}


def _in_stage(row: HasRounds, round: int, name: str, **changes: Any) -> None:
    stages = row.approval[str(round)]["stages"]
    _in_round(
        row,
        round,
        stages=[{**stage, **changes} if stage["name"] == name else stage for stage in stages],
    )


def _stage(row: HasRounds, round: int, name: str) -> Json:
    found: Json = next(
        stage for stage in row.approval[str(round)]["stages"] if stage["name"] == name
    )
    return found


def _ask(row: HasRounds, event: Any, people: Iterable[str], **changes: Any) -> None:
    """With more voters in a stage."""
    known = _stage(row, event.round, event.stage)["voters"]
    voters = list(dict.fromkeys((*known, *people)))
    _in_stage(row, event.round, event.stage, voters=voters, **changes)


@CASES.on(ApprovalRounds.StageOpened)
def _opened(event: ApprovalRounds.StageOpened, row: HasRounds) -> None:
    _ask(row, event, event.managers, state="open", due=_due(row, event), reason="")


@CASES.on(ApprovalRounds.VoteCast)
def _voted(event: ApprovalRounds.VoteCast, row: HasRounds) -> None:
    vote = {
        "voter": event.voter or event.by.actor,
        "cast_by": event.by.actor,
        "vote": event.vote,
        "comment": event.comment,
        "seen": event.seen,
        "at": instant(event.by.effective_at),
        "channel": event.by.channel,
        "signature": msgspec.to_builtins(event.signature),
    }
    known = _stage(row, event.round, event.stage)["votes"]
    _in_stage(row, event.round, event.stage, votes=[*known, vote])
    if texts := _texts(row, event.round):
        _in_round(row, event.round, texts=texts)


def _texts(row: HasRounds, round: int) -> dict[str, str]:
    """The texts that the votes of a round are about, as they are."""
    material = row.approval[str(round)]["material"]
    return {name: said for name, said in row.written.items() if name in material}


@CASES.on(ApprovalRounds.VoteRetracted)
def _retracted(event: ApprovalRounds.VoteRetracted, row: HasRounds) -> None:
    _drop(row, event.round, event.stage, (event.voter,))


def _drop(row: HasRounds, round: int, stage: str, voters: Iterable[str]) -> None:
    """Without the votes of some, and the conditions that they made."""
    gone = set(voters)
    votes = [vote for vote in _stage(row, round, stage)["votes"] if vote["voter"] not in gone]
    _in_stage(row, round, stage, votes=votes)
    conditions = [
        one
        for one in row.approval[str(round)]["conditions"]
        if not (one["stage"] == stage and one["voter"] in gone)
    ]
    _in_round(row, round, conditions=conditions)


@CASES.on(ApprovalRounds.VoteReassigned)
def _reassigned(event: ApprovalRounds.VoteReassigned, row: HasRounds) -> None:
    known = _stage(row, event.round, event.stage)["voters"]
    voters = [event.to if voter == event.voter else voter for voter in known]
    _in_stage(row, event.round, event.stage, voters=voters)


@CASES.on(ApprovalRounds.VoterAdded)
def _added(event: ApprovalRounds.VoterAdded, row: HasRounds) -> None:
    _ask(row, event, (event.voter,))


@CASES.on(ApprovalRounds.StageEscalated)
def _escalated(event: ApprovalRounds.StageEscalated, row: HasRounds) -> None:
    known = _stage(row, event.round, event.stage)["escalated_to"]
    _ask(row, event, event.to, escalated_to=[*known, *event.to], due=_due(row, event))


@CASES.on(ApprovalRounds.FallbackAsked)
def _handed_over(event: ApprovalRounds.FallbackAsked, row: HasRounds) -> None:
    known = _stage(row, event.round, event.stage)["fallback"]
    _ask(row, event, event.to, fallback=[*known, *event.to], due=_due(row, event))


@CASES.on(ApprovalRounds.InformationRequested)
def _asked(event: ApprovalRounds.InformationRequested, row: HasRounds) -> None:
    question = {
        "question": event.question,
        "asked_by": event.by.actor,
        "asked_at": instant(event.by.effective_at),
        "answer": "",
    }
    known = _stage(row, event.round, event.stage)["information"]
    _in_stage(row, event.round, event.stage, information=[*known, question], due=None)


@CASES.on(ApprovalRounds.InformationProvided)
def _answered(event: ApprovalRounds.InformationProvided, row: HasRounds) -> None:
    *earlier, last = _stage(row, event.round, event.stage)["information"]
    answered = {
        **last,
        "answer": event.answer,
        "answered_by": event.by.actor,
        "answered_at": instant(event.by.effective_at),
    }
    information = [*earlier, answered]
    _in_stage(row, event.round, event.stage, information=information, due=_due(row, event))


@CASES.on(ApprovalRounds.ApprovalHeld)
def _held(event: ApprovalRounds.ApprovalHeld, row: HasRounds) -> None:
    approval = row.approval[str(event.round)]
    stages = [
        {**stage, "due": None} if stage["state"] == "open" else stage
        for stage in approval["stages"]
    ]
    held_by = [*approval.get("held_by", ()), str(event.window)]
    _in_round(row, event.round, stages=stages, held_by=held_by)


@CASES.on(ApprovalRounds.ApprovalResumed)
def _resumed(event: ApprovalRounds.ApprovalResumed, row: HasRounds) -> None:
    held_by = row.approval[str(event.round)].get("held_by", ())
    left = [window for window in held_by if window != str(event.window)]
    _in_round(row, event.round, held_by=left)
    for stage, due in event.due.items():
        _in_stage(row, event.round, stage, due=instant(due))


def _due(row: HasRounds, event: Any) -> str | None:
    """When a patience ends that begins with an event; None while a freeze holds the round."""
    return None if row.approval[str(event.round)].get("held_by") else instant(event.due)


@CASES.on(Change.ConditionSet)
def _set(event: Change.ConditionSet, row: HasRounds) -> None:
    condition = {
        "number": event.number,
        "stage": event.stage,
        "voter": event.voter,
        "condition": event.condition,
        "is_fulfilled": False,
        "note": "",
    }
    known = row.approval[str(event.round)]["conditions"]
    _in_round(row, event.round, conditions=[*known, condition])


@CASES.on(Change.ConditionFulfilled)
def _fulfilled(event: Change.ConditionFulfilled, row: HasRounds) -> None:
    conditions = [
        {**one, "is_fulfilled": True, "note": event.note} if one["number"] == event.number else one
        for one in row.approval[str(event.round)]["conditions"]
    ]
    _in_round(row, event.round, conditions=conditions)


@CASES.on(Change.TaskAdded)
def _made_a_task(event: Change.TaskAdded, row: HasRounds) -> None:
    """A condition of a vote, which is a task: `number` is that of the task."""
    if event.condition_of:
        round = _latest(row)
        condition = {
            "number": event.number,
            "stage": event.condition_of,
            "voter": event.condition_by,
            "condition": event.title,
            "is_fulfilled": False,
            "note": "",
            "is_task": True,
        }
        known = row.approval[str(round)]["conditions"]
        _in_round(row, round, conditions=[*known, condition])


@CASES.on(Change.TaskCompleted)
def _task_done(event: Change.TaskCompleted, row: HasRounds) -> None:
    if row.approval:
        round = _latest(row)
        conditions = [
            {**one, "is_fulfilled": True, "note": event.note}
            if one.get("is_task") and one["number"] == event.number
            else one
            for one in row.approval[str(round)]["conditions"]
        ]
        _in_round(row, round, conditions=conditions)


def _latest(row: HasRounds) -> int:
    return max(map(int, row.approval))


@CASES.on(ApprovalRounds.VotesInvalidated)
def _edited(event: ApprovalRounds.VotesInvalidated, row: HasRounds) -> None:
    for stage, voters in event.votes.items():
        _drop(row, event.round, stage, voters)
    for stage in event.again:
        _in_stage(row, event.round, stage, state="waiting", due=None, reason="")
    round = row.approval[str(event.round)]
    # Any edit since the last vote would have felled that: so it saw the texts as they were.
    seen, texts = round.get("texts", {}), _texts(row, event.round)
    edit = {
        "by": event.by.actor,
        "at": instant(event.by.effective_at),
        "fields": list(event.fields),
        "old": event.old | {name: seen[name] for name in event.fields if name in seen},
        "new": event.new | {name: texts[name] for name in event.fields if name in seen},
        "votes": {stage: list(voters) for stage, voters in event.votes.items()},
    }
    _in_round(row, event.round, edits=[*round["edits"], edit])


@CASES.on(ApprovalRounds.ApprovalMigrated)
def _migrated(event: ApprovalRounds.ApprovalMigrated, row: HasRounds) -> None:
    for stage, voters in event.dropped.items():
        _drop(row, event.round, stage, voters)
    round = row.approval[str(event.round)]
    old = {stage["name"]: stage for stage in round["stages"]}
    stages = {stage["name"]: stage for stage in _stages(event)}
    for name, counterpart in event.mapping.items():
        known, new = old[name], stages[counterpart]
        new |= {
            "state": known["state"],
            "reason": known["reason"],
            "information": [*new["information"], *known["information"]],
            "votes": _united(new["votes"], known["votes"]),
        }
    for name, due in event.due.items():
        waits = any(not one["answer"] for one in stages[name]["information"])
        stages[name]["due"] = None if waits or round.get("held_by") else instant(due)
    for name in event.again:
        stages[name]["state"] = "waiting"
    migration = {
        "by": event.by.actor,
        "at": instant(event.by.effective_at),
        "from_version": event.from_version,
        "to_version": event.to_version,
        "mapping": event.mapping,
        "dropped": {stage: list(voters) for stage, voters in event.dropped.items()},
    }
    conditions = [
        {**one, "stage": event.mapping[one["stage"]]}
        for one in round["conditions"]
        if one["stage"] in event.mapping
    ]
    _in_round(
        row,
        event.round,
        process_version=event.to_version,
        digest=event.digest,
        material=list(event.material),
        stages=list(stages.values()),
        conditions=conditions,
        migrations=[*round["migrations"], migration],
    )
    _in_round(row, event.round, texts=_texts(row, event.round))


def _united(votes: list[Json], more: list[Json]) -> list[Json]:
    """The votes of stages that become one: each person's once, a rejection before others."""
    found = {vote["voter"]: vote for vote in votes}
    for vote in more:
        if vote["voter"] not in found or vote["vote"] == "reject":
            found[vote["voter"]] = vote
    return list(found.values())


@CASES.on(ApprovalRounds.StageDecided)
def _decided(event: ApprovalRounds.StageDecided, row: HasRounds) -> None:
    _in_stage(row, event.round, event.stage, state=event.outcome, reason=event.reason, due=None)


@CASES.on(ApprovalRounds.Approved)
def _approved(event: ApprovalRounds.Approved, row: HasRounds) -> None:
    _end(row, event.round, "approved", event.reason)


@CASES.on(ApprovalRounds.Rejected)
def _rejected(event: ApprovalRounds.Rejected, row: HasRounds) -> None:
    _end(row, event.round, "rejected", event.reason)


@CASES.on(GivenUp)
def _given_up(event: Event, row: HasRounds) -> None:
    round = max(map(int, row.approval), default=0)
    if round and row.approval[str(round)]["outcome"] == "pending":
        _end(row, round, "given up", getattr(event, "reason", ""))


def _end(row: HasRounds, round: int, outcome: str, reason: str) -> None:
    for stage in row.approval[str(round)]["stages"]:
        if stage["state"] == "open":
            _in_stage(row, round, stage["name"], state="closed", due=None)
    _in_round(row, round, outcome=outcome, reason=reason)
