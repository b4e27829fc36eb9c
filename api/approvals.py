"""Rounds of approval over HTTP: the acts that all kinds of records share which people approve."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.commands import Command, Use
from api.fields import Name, Note, OptionalName, PersonRef, Reason, Version, Words
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem
from api.passwords import PASSWORD_MAX
from api.tickets import Nothing, WithReason
from domain.approval import Vote as VoteWord
from domain.approval_round import CONDITIONS_MAX, STAGES_MAX, ApprovalRounds
from domain.desk import Desk
from domain.recorder import Receipt
from domain.signature import Proven
from domain.versioned import Versioned

Conditions = Annotated[list[Name], Field(max_length=CONDITIONS_MAX)]


class Vote(Body):
    vote: VoteWord
    comment: Note = ""
    conditions: Conditions = []
    stage: OptionalName = ""
    on_behalf_of: PersonRef | None = None
    password: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=PASSWORD_MAX,
            description="That of whoever votes, which signs the vote. Needed where the stage asks "
            "for a signature, whatever the request is authenticated by.",
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        said = super().arguments()
        del said["password"]
        return said

    def known_by(self, raw: bytes) -> bytes:
        # The digest of a password would be a second, quick way to try passwords.
        if self.password is None:
            return raw
        return self.model_dump_json(exclude={"password"}).encode()


async def proven(call: Call, record: Any, body: Any) -> dict[str, Any]:
    """That whoever votes has given their password, if they have. Raises Problem for a wrong one."""
    if body.password is None:
        return {}
    person = call.caller.person
    if not await call.context.passwords.proves(
        body.password, person.username, person, call.address
    ):
        rule = "This is not your password."
        errors = [{"pointer": "/password", "detail": rule}]
        raise Problem("invalid", f"/password: {rule}", errors=errors)
    return {"proven": Proven(method="password", at=call.context.clock())}


class OfStage(Body):
    reason: Reason
    stage: OptionalName = ""


class RetractVote(OfStage):
    on_behalf_of: PersonRef | None = None


class HandOnVote(OfStage):
    to: PersonRef


class ReassignVote(HandOnVote):
    voter: PersonRef


class AddApprover(OfStage):
    person: PersonRef


class MigrateApproval(Body):
    to_version: Version
    mapping: Annotated[
        dict[Name, Name],
        Field(
            max_length=STAGES_MAX,
            description="The stages of that version that take the place of those of the running "
            "approval, by their names; where it says nothing, the one of the same name.",
        ),
    ] = {}


class RequestInformation(Body):
    question: Reason
    stage: OptionalName = ""


class ProvideInformation(Body):
    answer: Reason
    stage: OptionalName = ""


class Comment(Body):
    said: Words = Field(alias="text")


class Retire(Body):
    reason: Note = ""


def in_round(method: Callable[..., object]) -> Use:
    """The use of a command that counts on the business hours of the round."""

    async def use(desk: Desk, id: UUID, **given: Any) -> Receipt:
        return await desk.act_in_round(id, method, **given)

    return use


def commands_of_rounds(kind: type[ApprovalRounds]) -> tuple[Command, ...]:
    """The acts of a round, from a vote to its move to another version of its process."""
    return (
        Command(
            method=kind.vote,
            body=Vote,
            summary="Vote in an open stage",
            description="A vote is final, unless it is taken back while the stage is open. A "
            "rejection needs a comment; an approval may be given on conditions, which become "
            "tasks. Nobody votes on what is their own. The stage is named where there are several "
            "to vote in. Where it asks for a signature, the password is given again.",
            use=Desk.vote,
            look_up=proven,
            example={"vote": "approve", "comment": "The plan is sound."},
        ),
        Command(
            method=kind.retract_vote,
            body=RetractVote,
            summary="Take one's vote back while the stage is open",
            use=in_round(kind.retract_vote),
            example={"reason": "I looked at the wrong plan."},
        ),
        Command(
            method=kind.hand_on_vote,
            body=HandOnVote,
            summary="Let somebody else vote in one's place",
            use=in_round(kind.hand_on_vote),
            example={"to": "PER0000005", "reason": "It is their network."},
        ),
        Command(
            method=kind.reassign_vote,
            body=ReassignVote,
            summary="Let somebody vote in place of a voter who has not voted",
            use=in_round(kind.reassign_vote),
            example={"voter": "PER0000004", "to": "PER0000005", "reason": "On leave."},
        ),
        Command(
            method=kind.add_approver,
            body=AddApprover,
            summary="Ask one more person in an open stage",
            use=in_round(kind.add_approver),
            example={"person": "PER0000005", "reason": "It touches their service."},
        ),
        Command(
            method=kind.migrate_approval,
            body=MigrateApproval,
            summary="Let its running approval go on in another version of its process",
            description="People are looked up anew. What is passed stays passed, and what is open "
            "goes on with the votes whose voters have one there, and with a fresh patience. "
            "Refused where a stage that is open, or a passed branch of a join, has no counterpart.",
            use=Desk.migrate_approval,
            example={"to_version": 2, "mapping": {"Board": "Change advisory board"}},
        ),
        Command(
            method=kind.request_information,
            body=RequestInformation,
            summary="Return it to the requester with a question; the patience stands",
            use=Desk.request_information,
            example={"question": "Which links will be down?"},
        ),
        Command(
            method=kind.provide_information,
            body=ProvideInformation,
            summary="Answer; the patience goes on with what was left of it",
            use=in_round(kind.provide_information),
            example={"answer": "Only the spare one."},
        ),
    )


def commands_of_definitions(
    kind: type[Versioned[Any]],
    *,
    revise: Command,
    publish: Command,
    retire: str,
    submission: type[Body] = Nothing,
    use_of_retire: Use | None = None,
) -> tuple[Command, ...]:
    """The acts on a definition: from its revision, over its approval, to its end. `retire` says
    what that is, and `submission` what is said with a submission."""
    return (
        revise,
        Command(
            method=kind.submit,
            body=submission,
            summary="Ask for the approval of the draft, by the process that governs it",
            description="It is checked as for its publication. Who wrote it, or submits it, has no "
            "vote. When it is approved, it is published.",
            use=Desk.submit_definition,
        ),
        *commands_of_rounds(kind),
        Command(
            method=kind.withdraw,
            body=WithReason,
            summary="Take the submission back; the draft stays",
            example={"reason": "A stage is missing."},
        ),
        Command(
            method=kind.comment,
            body=Comment,
            summary="Say something about it",
            needs_version=False,
            example={"text": "Two days are short at the end of a year."},
        ),
        publish,
        Command(
            method=kind.retire,
            body=Retire,
            summary=retire,
            use=use_of_retire,
            example={"reason": "Another takes its place."},
        ),
    )
