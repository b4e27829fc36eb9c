"""Merging and splitting tickets over HTTP, and what is seen through them."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from api.commands import Command
from api.fields import Text, TicketRef, Title
from api.http.bodies import Body
from api.tickets import Nothing, of
from domain.desk import Desk
from domain.merging import COMMENTS_MAX, Mergeable


class Merge(Body):
    into: TicketRef
    across_organisations: Annotated[
        bool, Field(description="That the other may belong to another organisation.")
    ] = False


class SplitOff(Body):
    comments: Annotated[
        list[Annotated[int, Field(ge=1, le=2**53)]],
        Field(
            min_length=1,
            max_length=COMMENTS_MAX,
            description="The positions of the comments that the new one begins with.",
        ),
    ]
    title: Title
    description: Text = ""


def act_of_merge(body: Any) -> str:
    return "merge_across" if body.across_organisations else "merge"


def merging_of(kind: type[Mergeable]) -> Iterator[Command]:
    """Merging and splitting tickets of a kind."""
    yield Command(
        method=kind.merge,
        body=Merge,
        summary="Merge it into another, through which it is seen from then on",
        description="It ends, and its clocks end without a verdict; the other keeps its own.",
        use=of(kind, Desk.merge),
        act=act_of_merge,
        example={"into": f"{kind.prefix}0000041"},
    )
    yield Command(
        method=kind.unmerge,
        body=Nothing,
        summary="Undo its merge: it stands as it stood before, and its clocks run on",
        use=of(kind, Desk.unmerge),
    )
    yield Command(
        method=kind.split_off,
        body=SplitOff,
        summary="Make a new ticket of some of its comments",
        description="The answer is that of the new one, which has clocks of its own.",
        use=of(kind, Desk.split),
        example={"comments": [1207], "title": "The printer on floor 3, too"},
    )
    yield Command(
        method=kind.undo_split,
        body=Nothing,
        summary="Merge it back into the ticket that it was split off",
        use=of(kind, Desk.undo_split),
    )
