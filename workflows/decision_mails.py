"""Starts a workflow for each mail that asks somebody for a decision: one an ask, by its id."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.aggregate import Entry
from domain.approval_round import ApprovalRounds
from domain.desk.rounds import kind_of
from domain.provenance import Cause, Provenance
from workflows.decision_mail_values import DecisionMail, workflow_id
from workflows.follower import stored_names
from workflows.mail_follower import MailFollower

ASKING = {
    "StageOpened",
    "StageEscalated",
    "FallbackAsked",
    "VoterAdded",
    "VoteReassigned",
    "VotersReminded",
    "VotesInvalidated",
    "InformationProvided",
    "ApprovalResumed",
    "ApprovalMigrated",
}
"""What asks somebody, or makes the link that they have void."""


class DecisionMails(MailFollower):
    name = "decision-mails"
    actor = "decision-mails"

    def topics(self) -> list[str]:
        return stored_names(ApprovalRounds, ASKING)

    async def see_to(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> None:
        """Start a workflow for each who is asked, and has not voted by now."""
        event: Any = entry.event
        id = entry.originator_id
        record = await self.desk.ledger.find(kind_of(id), id)
        if event.round != record.round:
            return
        for stage in _stages(event, record):
            for voter in _asked(event, record.standing.silent(stage)):
                person = self.desk.directory.person(voter)
                if person is None or not person.email:
                    continue
                mail = DecisionMail(
                    record=id,
                    round=event.round,
                    stage=stage,
                    voter=person.id,
                    position=entry.position,
                    is_reminder=isinstance(event, ApprovalRounds.VotersReminded),
                )
                await self.temporal.start("DecisionMail", workflow_id(mail, record.number), mail)


def _stages(event: Any, record: ApprovalRounds) -> Sequence[str]:
    """The open stages in which an event asks somebody, or asks them anew."""
    opened = record.standing.open
    match event:
        case ApprovalRounds.VotesInvalidated():
            # What it lets begin again is told of by events of its own.
            return [name for name, stage in opened.items() if stage.since < event.by.effective_at]
        case ApprovalRounds.ApprovalResumed() | ApprovalRounds.ApprovalMigrated():
            return [name for name in opened if name in event.due]
        case _:
            return [event.stage] if event.stage in opened else []


def _asked(event: Any, silent: Iterable[str]) -> list[UUID]:
    """Whom of those who have not voted an event asks; all of them, if it names nobody."""
    match event:
        case ApprovalRounds.VoterAdded():
            named = {event.voter}
        case ApprovalRounds.VoteReassigned():
            named = {event.to}
        case _:
            named = set(silent)
    return [UUID(voter) for voter in silent if voter in named]
