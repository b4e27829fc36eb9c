"""Signatures of votes: what somebody said they decide, about what, and by what they proved who
they are, anew, for this decision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.approval import Vote

Method = Literal["password"]
"""By what somebody proves who they are: the password was given again with the vote."""

_SAID: dict[Vote, str] = {
    "approve": "I approve",
    "reject": "I reject",
    "abstain": "I abstain from deciding on",
}


class Proven(Struct, frozen=True, kw_only=True):
    """That whoever votes has proved anew who they are, for this vote."""

    method: Method
    at: datetime


class Signature(Struct, frozen=True, kw_only=True):
    """What a voter signed.

    meaning: the sentence that is signed. digest: the SHA-256 of all fields of the record that votes
    can be about, as they were, in 64 hexadecimal digits.
    """

    meaning: str
    method: Method
    at: datetime
    digest: str


def meaning(
    vote: Vote, what: str, number: str, stage: str, voter: str, conditions: Sequence[str]
) -> str:
    """What a signature says; `voter` is the number of somebody else whose vote it is, or empty."""
    behalf = f", on behalf of {voter}" if voter else ""
    several = "s" if len(conditions) > 1 else ""
    how = f", on {len(conditions)} condition{several}" if conditions else ""
    return f"{_SAID[vote]} the {what} {number} in the stage {stage}{behalf}{how}."
