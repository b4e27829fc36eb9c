"""Decisions by link and by mail: what whoever is asked is shown, and their vote.

A vote that comes so goes the way of every other: the same policy, and the same rules of the round.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain import quorum
from domain.approval import Vote
from domain.approval_round import ApprovalRounds
from domain.decision_link import Asking, require_asked
from domain.desk.rounds import Rounds, kind_of
from domain.directory import Directory
from domain.feed.wanted import what_of
from domain.ids import as_id, number_of
from domain.person import Person
from domain.policy import about, allow
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Forbidden
from domain.signature import Proven
from domain.subjects import Value
from domain.wording import texts_of

UNSAID = frozenset({"requester", "organisation", "is_emergency", "asset_types", "details"})
"""Fields that tell nothing that is not told beside them."""


class Decision(Struct, frozen=True, kw_only=True):
    """What somebody is asked to decide, in words for them.

    facts: what the record says, each under its label; that of which votes are about comes first.
    """

    number: str
    what: str
    title: str
    stage: str
    asked_by: str
    until: datetime
    next: str
    needs_signature: bool
    may_abstain: bool
    facts: tuple[tuple[str, str], ...]


class Decisions(Rounds):
    async def decision(self, record: ApprovalRounds, stage: str, voter: str) -> Decision:
        """What a voter in an open stage is asked."""
        texts = texts_of(self.ledger.history(record.id))
        state = record.standing
        asked = state.stage(stage)
        requester = self.directory.person(record.requester)
        return Decision(
            number=record.number,
            what=record.what,
            title=texts.pop("title", "") or getattr(record, "name", ""),
            stage=stage,
            asked_by=requester.name if requester else "",
            until=state.open[stage].patience_ends,
            next=state.verdict(stage).next,
            needs_signature=record.needs_signature(stage),
            may_abstain=quorum.may_abstain(asked.quorum, voter),
            facts=tuple(_facts(record, texts, self.directory)),
        )

    async def decide(
        self,
        asking: Asking,
        vote: Vote,
        *,
        comment: str = "",
        proven: Proven | None = None,
        by: Provenance,
    ) -> Receipt:
        """Vote as one was asked to, signed by the voter. The same command twice counts once.

        Raises Over and Superseded where that is not asked any more, and Forbidden for somebody who
        may not vote.
        """
        kind = kind_of(asking.record)
        record = await self.ledger.find(kind, asking.record)
        require_asked(record, asking, by.at)
        voter = self.voter(asking.voter)
        allow(self.directory.actor(voter), f"{what_of(kind)}.vote", about(record))

        def act(record: ApprovalRounds, **given: object) -> None:
            stage = require_asked(record, asking, by.at)
            record.vote(vote, comment=comment, stage=stage, proven=proven, **given)  # type: ignore[arg-type]  # the hours, and who signs

        return await self.act_in_round(asking.record, act, by=by, is_repeatable=True)

    def voter(self, id: UUID) -> Person:
        """Who is asked. Raises Forbidden for somebody who is not there any more."""
        self.directory.catch_up()
        person = self.directory.person(id)
        if person is None or not person.is_active:
            raise Forbidden("Your account at this desk is not active.")
        return person


def _facts(
    record: ApprovalRounds, texts: Mapping[str, str], directory: Directory
) -> Iterable[tuple[str, str]]:
    content = record.content()
    material = record.standing.material
    for field in dict.fromkeys((*material, *texts, *content)):
        if field in UNSAID:
            continue
        said = texts.get(field) if field in texts else _said(content.get(field), directory)
        if said and field != "title":
            yield _label(field), said


def _label(field: str) -> str:
    return field.removeprefix("details.").replace("_", " ").capitalize()


def _said(value: Value | None, directory: Directory) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(_said(each, directory) for each in value)
        case dict():
            return ", ".join(f"{name}: {_said(each, directory)}" for name, each in value.items())
        case str() if id := as_id(value):
            known = directory.person(id) or directory.team(id)
            return known.name if known else number_of(id)
        case _:
            return str(value)
