"""Links and reply addresses by which somebody who is asked decides, without signing in.

Each is for one voter, in one stage of one round, about the material as it was; nobody can make one
without the key of the desk. What was changed, decided or voted on since is looked up in the record.
"""

import hmac
import re
from base64 import b32encode
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from domain.approval_round import ApprovalRounds
from domain.ids import number_of, parse_reference
from domain.rules import DomainError, NotFound

LOCAL_MAX = 64
"""Of a mail address before its `@`, in characters."""
_LINK = re.compile(
    r"([A-Z]{3}\d{1,19})\.(\d{1,9})\.(\d{1,2})\.([A-Z]{3}\d{1,19})"
    r"\.(\d{1,11})\.([0-9a-f]{64})?\.([a-z2-7]{32})"
)
_REPLY = re.compile(
    r"([a-z]{3}\d{1,19})\.(\d{1,9})\.(\d{1,2})\.([a-z]{3}\d{1,19})\.([a-z2-7]{16})", re.IGNORECASE
)


class Forged(DomainError):
    """This desk has made no such link, or not for this."""


class Over(DomainError):
    """It was used, or has expired."""


class Superseded(DomainError):
    """Something else is asked by now."""


class Asking(Struct, frozen=True, kw_only=True):
    """What somebody is asked to decide.

    stage: its place among those of the round. until: when the link expires. seen: the digest of the
    material fields of the round, as the record has it; empty where its process names none.
    """

    record: UUID
    round: int
    stage: int
    voter: UUID
    until: datetime
    seen: str = ""

    @property
    def _place(self) -> str:
        return f"{number_of(self.record)}.{self.round}.{self.stage}.{number_of(self.voter)}"


def asking(record: ApprovalRounds, stage: str, voter: str) -> Asking:
    """What a voter in an open stage is asked now."""
    state = record.standing
    return Asking(
        record=record.id,
        round=record.round,
        stage=state.index(stage),
        voter=UUID(voter),
        until=state.open[stage].patience_ends,
        seen=record.material_digest(),
    )


# Links ---------------------------------------------------------------------------------------


def link(key: bytes, asking: Asking) -> str:
    """The secret part of the address of a link, for that alone."""
    until = int(asking.until.timestamp())
    said = f"{asking._place}.{until}.{asking.seen}"
    return f"{said}.{_mark(key, 'link', said, 20)}"


def opened(key: bytes, text: str) -> Asking:
    """What a link asks. Raises Forged."""
    match = _LINK.fullmatch(text)
    said, _, mark = text.rpartition(".")
    if match is None or not hmac.compare_digest(mark, _mark(key, "link", said, 20)):
        raise Forged("This link was cut short or changed, or is none of this desk.")
    return Asking(
        record=_id(match[1]),
        round=int(match[2]),
        stage=int(match[3]),
        voter=_id(match[4]),
        until=datetime.fromtimestamp(int(match[5]), UTC),
        seen=match[6] or "",
    )


# Reply addresses -----------------------------------------------------------------------------


def reply_address(key: bytes, asking: Asking, base: str) -> str:
    """Where a decision is mailed to: the address of the desk, with what is asked after a plus. Its
    letters may change their case on the way. Empty where that would be too long for an address."""
    local, _, domain = base.rpartition("@")
    place = asking._place.lower()
    full = f"{local}+{place}.{_reply_mark(key, asking)}"
    return f"{full}@{domain}" if len(full) <= LOCAL_MAX else ""


class Reply(Struct, frozen=True, kw_only=True):
    """What an address names, before anything of it is known to be true."""

    record: UUID
    round: int
    stage: int
    voter: UUID
    mark: str

    def asking(self, key: bytes, record: ApprovalRounds) -> Asking:
        """What was asked, if that is what is asked now. Raises Forged, Over and Superseded."""
        stages = record.standing.stages
        if self.round > record.round or (self.round == record.round and self.stage >= len(stages)):
            raise Forged("This address is none that this desk has given.")
        if self.round != record.round:
            raise Superseded("It was submitted anew since.")
        asked = Asking(
            record=self.record,
            round=self.round,
            stage=self.stage,
            voter=self.voter,
            until=datetime.max.replace(tzinfo=UTC),
            seen=record.material_digest(),
        )
        if not hmac.compare_digest(self.mark, _reply_mark(key, asked)):
            raise Superseded("It has changed since you were asked, or the address is not right.")
        return asked


def replied(address: str) -> Reply | None:
    """What a reply address names; None for any other address."""
    match = _REPLY.fullmatch(address.rpartition("@")[0].partition("+")[2])
    if match is None:
        return None
    try:
        return Reply(
            record=_id(match[1].upper()),
            round=int(match[2]),
            stage=int(match[3]),
            voter=_id(match[4].upper()),
            mark=match[5].lower(),
        )
    except Forged:
        return None


# Whether it is still asked -------------------------------------------------------------------


def require_asked(record: ApprovalRounds, asking: Asking, at: datetime) -> str:
    """The open stage in which this is asked still. Raises Over and Superseded."""
    state = record.standing
    if asking.round != record.round:
        raise Superseded(f"{record.number} was submitted anew since you were asked.")
    if asking.stage >= len(state.stages):
        raise Superseded("Its approval goes on in another way since you were asked.")
    name, voter = state.stages[asking.stage].name, str(asking.voter)
    if voter in state.ballots.get(name, {}):
        raise Over(f"Your vote in {name} has been cast.")
    if name not in state.open:
        raise Over(f"{name} is not open for votes any more.")
    if asking.until <= at:
        raise Over("This link has expired.")
    if asking.seen != record.material_digest():
        raise Superseded(f"{record.number} has changed since you were asked.")
    if voter not in state.silent(name):
        raise Superseded(f"You are not asked in {name} any more.")
    return name


def _id(number: str) -> UUID:
    try:
        return parse_reference(number)
    except NotFound:
        raise Forged("It names nothing of this desk.") from None


def _reply_mark(key: bytes, asking: Asking) -> str:
    return _mark(key, "mail", f"{asking._place}.{asking.seen}", 10)


def _mark(key: bytes, purpose: str, said: str, size: int) -> str:
    digest = hmac.digest(key, f"decision {purpose} {said}".encode(), "sha256")
    return b32encode(digest[:size]).decode().lower()
