"""The pages of meetings of change advisory boards: agenda, votes and minutes."""

from collections.abc import Collection
from typing import Any, get_args

from api import cab_meetings
from api.http.answers import Answer
from api.pages import acting
from api.pages.act import REASON, Act, Field
from api.pages.acting import chosen_of, names
from api.pages.page import Page
from api.pages.people import name_of
from api.pages.visits import Visit
from domain.approval import Vote
from domain.cab_meeting import CabMeeting, Status
from domain.ids import number_of

LIMIT = 50
PRACTICE = cab_meetings.PRACTICE


async def show_all(visit: Visit) -> Answer:
    page = await visit.get(
        "/cab-meetings", limit=LIMIT, sort="-starts_at", min_position=visit.position
    )
    return visit.draw("meetings.html", page=page, name=lambda id: name_of(visit, id))


async def show(visit: Visit) -> Answer:
    record = await acting.find(visit, PRACTICE)
    assert isinstance(record, CabMeeting)
    meeting = await visit.get("/cab-meetings/{ref}", record.number)
    return visit.draw(
        "meeting.html",
        meeting=meeting,
        acts=acting.possible(visit, PRACTICE, record, acts_of(visit, meeting), turns),
        people=_members(visit, record),
        name=lambda id: name_of(visit, id),
    )


def _members(visit: Visit, meeting: CabMeeting) -> list[str]:
    """The numbers and names of those who may be there."""
    directory = visit.context.desk.directory
    team = directory.team(meeting.team)
    found = {*(team.members if team else ()), *((meeting.chair,) if meeting.chair else ())}
    return sorted(f"{number_of(id)} {name_of(visit, str(id))}" for id in found)


async def send(visit: Visit) -> Answer:
    record = await acting.find(visit, PRACTICE)
    meeting = await visit.get("/cab-meetings/{ref}", record.number)
    place = f"/meetings/{record.number}"
    return await acting.send(visit, PRACTICE, record.number, acts_of(visit, meeting), place)


def turns(meeting: Any) -> Collection[str]:
    if meeting.status is Status.SCHEDULED:
        return ("fix_agenda", "reschedule", "open", "cancel")
    return ("record_vote", "minute", "close") if meeting.status is Status.IN_SESSION else ()


def acts_of(visit: Visit, meeting: dict[str, Any]) -> tuple[Act, ...]:
    """What can be done in a meeting, with its agenda and those who are there to choose from."""
    change = chosen_of("change", "Change", names(meeting["agenda"], "number", "number"))
    there = [(id, name_of(visit, id)) for id in meeting["present"]]
    return (
        Act(name="fix_agenda", title="Agenda", button="Fill the agenda", is_usual=True),
        Act(
            name="open",
            title="Open it",
            button="Open",
            fields=(
                Field(
                    name="present",
                    label="Who is there",
                    kind="numbers",
                    hint="Numbers of people with blanks between them.",
                ),
            ),
        ),
        Act(
            name="record_vote",
            title="Record a vote",
            button="Record",
            fields=(
                change,
                chosen_of("member", "Member", there),
                chosen_of("vote", "Vote", [(word, word) for word in get_args(Vote)]),
                Field(name="comment", label="Comment", is_needed=False),
            ),
        ),
        Act(
            name="minute",
            title="Write minutes",
            button="Write",
            fields=(change, Field(name="text", label="What was said")),
        ),
        Act(name="close", title="Close", button="Close it", is_usual=True),
        Act(
            name="reschedule",
            title="Reschedule",
            button="Reschedule",
            fields=(
                Field(name="start", label="From", kind="moment", shown="starts_at"),
                Field(name="end", label="Until", kind="moment", shown="ends_at"),
            ),
        ),
        Act(name="cancel", title="Cancel it", button="Cancel it", fields=(REASON,)),
    )


PAGES = [
    Page(path="/meetings", show=show_all),
    Page(path="/meetings/{ref}", show=show, send=send),
]
