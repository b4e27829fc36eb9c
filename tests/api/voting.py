"""Changes that are voted on over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.house import House

DOCUMENT = """
name: Two branches
subjects: change
when: subject.category == "Branches"
order: 1
fallback: person:zoe
stages:
  - name: Security
    approvers: [person:anna, person:abel]
    quorum: all
    patience: 4h
    after: []
    on_timeout: reject
  - name: Operations
    approvers: [person:anna, person:carl]
    quorum: {kind: any, abstain: false}
    patience: 4h
    after: []
    on_timeout: reject
"""

SIGNED = """
name: Signed
subjects: change
when: subject.category == "Signed"
order: 1
signature: required
stages:
  - name: Board
    approvers: [person:anna, person:abel]
    quorum: all
    patience: 4h
    on_timeout: reject
"""


async def submitted(
    house: House, requester: str = "adam", category: str = "Branches", **risk: int
) -> str:
    """The path of a change that Adam proposes, for himself or for somebody else, whose stages are
    open."""
    adam = house.as_("adam")
    asks = {"requester": house.number(requester)}
    made = await adam.made("/changes", {"title": "New core switch", "type": "normal", **asks})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": category})
    await adam.act(f"{at}/assess-risk", risk or {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    return at


async def delegate(
    house: House, delegator: str, to: str, start: timedelta, length: timedelta, **limits: Any
) -> None:
    begin = datetime.now(UTC) + start
    said = {"start": begin.isoformat(), "end": (begin + length).isoformat(), "reason": "Away."}
    await house.as_(delegator).act(
        f"/people/{house.number(delegator)}/delegate", {"to": house.number(to), **said, **limits}
    )


async def stage(house: House, at: str, name: str, position: int) -> dict[str, Any]:
    page = await house.as_("adam").read(f"{at}?min_position={position}")
    found: dict[str, Any] = next(
        one for one in page["approval"]["1"]["stages"] if one["name"] == name
    )
    return found


DAY = timedelta(days=1)

SOON = timedelta(seconds=-1)


APPROVE = {"vote": "approve"}
