"""The pages of releases: which there are, and each with its phases, gates and results."""

from collections.abc import Collection
from typing import Any

from api import releases
from api.http.answers import Answer
from api.pages import acting
from api.pages.act import REASON, Act, Field, same
from api.pages.acting import chosen_of, names
from api.pages.page import Page
from api.pages.people import name_of
from api.pages.visits import Visit
from domain.change import Outcome
from domain.ids import number_of, parse_reference
from domain.release_moves import MOVES, OPEN

LIMIT = 50
PRACTICE = releases.PRACTICE


async def show_all(visit: Visit) -> Answer:
    page = await visit.get("/releases", limit=LIMIT, sort="-starts", min_position=visit.position)
    return visit.draw(
        "releases.html",
        page=page,
        may_plan=visit.may("release.plan"),
        name=lambda id: name_of(visit, id),
    )


async def send_all(visit: Visit) -> Answer:
    body = visit.form.given("name", "description", "backout", "service")
    # Its owner lets its phases go, so it has one from the first.
    body["owner"] = number_of(visit.me.person.id)
    made = await visit.post("/releases", body=body)
    return visit.go(f"/releases/{made['number']}", done="open", after=made)


async def show(visit: Visit) -> Answer:
    record = await acting.find(visit, PRACTICE)
    release = await visit.get("/releases/{ref}", record.number)
    return visit.draw(
        "release.html",
        release=release,
        acts=acting.possible(visit, PRACTICE, record, acts_of(release), turns),
        name=lambda id: name_of(visit, id),
        number=lambda id: number_of(parse_reference(id)),
    )


async def send(visit: Visit) -> Answer:
    record = await acting.find(visit, PRACTICE)
    release = await visit.get("/releases/{ref}", record.number)
    place = f"/releases/{record.number}"
    return await acting.send(visit, PRACTICE, record.number, acts_of(release), place)


def turns(release: Any) -> Collection[str]:
    """What can be done in its state; what only has to be said before it is over, until then."""
    if release.status not in OPEN:
        return ()
    moves = [name for name, move in MOVES.items() if release.status in move.sources]
    steps = ("write_gate", "submit", "pass_gate") if release.phases else ()
    return {*moves, "add_phase", *steps} - (set() if release.phases else {"start_phase"})


def acts_of(release: dict[str, Any]) -> tuple[Act, ...]:
    """What can be done with a release, with its phases to choose from."""
    phases = release["phases"]
    gate = chosen_of("gate", "Phase", names(phases, "name", "name"))
    number = chosen_of("number", "Phase", names(phases, "number", "name"), kind="level")
    return (
        Act(
            name="add_phase",
            title="Add a phase",
            button="Add",
            fields=(
                Field(name="name", label="Name", kind="text"),
                Field(name="start", label="From", kind="moment"),
                Field(name="end", label="Until", kind="moment"),
                Field(
                    name="changes",
                    label="Its changes",
                    kind="numbers",
                    is_needed=False,
                    hint="Numbers with blanks between them.",
                ),
            ),
        ),
        Act(
            name="write_gate",
            title="Say what is to be accepted",
            button="Write",
            fields=(gate, Field(name="text", label="What is to be accepted")),
        ),
        Act(name="submit", title="Ask for a go", button="Ask", fields=(gate,)),
        Act(
            name="pass_gate",
            title="Let a phase go",
            button="Go",
            fields=(gate, Field(name="note", label="Why it may go")),
        ),
        Act(name="start_phase", title="Start a phase", button="Start", fields=(number,)),
        Act(
            name="complete_phase",
            title="Complete a phase",
            button="Complete",
            fields=(
                number,
                chosen_of("outcome", "Outcome", same(Outcome)),
                Field(name="notes", label="Notes", is_needed=False),
            ),
        ),
        Act(name="stop", title="Stop it", button="Stop", fields=(REASON,)),
        Act(name="resume", title="Go on with it", button="Resume", fields=(REASON,)),
        Act(name="back_out", title="Back it out", button="Back out", fields=(REASON,)),
        Act(name="cancel", title="Cancel it", button="Cancel it", fields=(REASON,)),
    )


PAGES = [
    Page(path="/releases", show=show_all, send=send_all),
    Page(path="/releases/{ref}", show=show, send=send),
]
