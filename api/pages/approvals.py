"""The pages of those who decide: what waits for their vote, and what each of it is about."""

from collections.abc import Mapping
from typing import Any

from api.commands import Practice
from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.people import name_of, number_in
from api.pages.visits import Visit
from api.practices import APPROVED
from domain.aggregate import Aggregate
from domain.ids import number_of, parse_reference, prefix_of
from domain.policy import about

LIMIT = 30
KINDS: Mapping[str, Practice] = {practice.kind.prefix: practice for practice in APPROVED}
FACTS = (
    *("description", "reason", "type", "risk", "plan", "form", "details", "requested_start"),
    *("requested_end", "service", "category", "owner", "text", "draft", "definition", "gate"),
)
"""What a record may say that people decide about, in the order in which it is shown."""
VOTES = (("approve", "Approve"), ("reject", "Reject"), ("abstain", "Abstain"))


async def show_all(visit: Visit) -> Answer:
    page = await visit.get(
        "/approvals",
        asks="vote",
        limit=LIMIT,
        cursor=visit.query.text("cursor") or None,
        min_position=visit.position,
    )
    return visit.draw("approvals.html", page=page, name=lambda id: name_of(visit, id))


async def find(visit: Visit) -> tuple[Practice, Aggregate]:
    """The record that the address names. Raises NotFound."""
    id = parse_reference(visit.params["ref"])
    practice = KINDS.get(prefix_of(id))
    if practice is None:
        raise Problem("not_found", f"{visit.params['ref'][:80]} is nothing that is approved.")
    return practice, await visit.context.ledger.find(practice.kind, id)


async def show(visit: Visit) -> Answer:
    """What is asked, what it is about, who has voted, and what it still needs."""
    practice, record = await find(visit)
    number = number_of(record.id)
    shown = await visit.get(f"/{practice.plural}/{{ref}}", number)
    waiting = await visit.get("/approvals", asks="vote", number=number, limit=LIMIT)
    rounds = shown.get("approval") or {}
    latest = rounds[max(rounds, key=int)] if rounds else None
    me = str(visit.me.person.id)
    return visit.draw(
        "decision.html",
        what=practice.what,
        record=shown,
        number=number,
        title=shown.get("title") or shown.get("name") or number,
        facts=_facts(shown),
        round=latest,
        asked=waiting["data"],
        own=[
            stage["name"]
            for stage in (latest["stages"] if latest else ())
            if stage["state"] == "open" and any(vote["voter"] == me for vote in stage["votes"])
        ],
        me=visit.me,
        votes=VOTES,
        may_read=practice.kind.prefix in ("CHG", "REQ")
        and visit.may(f"{practice.what}.read", about(record)),
        name=lambda id: name_of(visit, id),
    )


def _facts(shown: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, shown[name]) for name in FACTS if shown.get(name)]


async def send(visit: Visit) -> Answer:
    """Vote, ask before voting, or let somebody else vote."""
    practice, record = await find(visit)
    act, _, _ = visit.form.text("act").partition(":")
    if act not in _BODIES:
        raise Problem("bad_request", "There is nothing like this to decide.")
    done = await visit.post(
        f"/{practice.plural}/{{ref}}/{act}",
        number_of(record.id),
        body=_BODIES[act](visit),
        version=visit.form.text("version"),
    )
    return visit.go("/approvals", done=act, after=done)


def _vote(visit: Visit) -> dict[str, Any]:
    form = visit.form
    lines = (line.strip() for line in form.text("conditions").splitlines())
    password = form.verbatim("password")
    return {
        **form.given("vote", "comment", "stage", "on_behalf_of"),
        **({"password": password} if password else {}),
        "conditions": [line for line in lines if line],
    }


def _question(visit: Visit) -> dict[str, Any]:
    return visit.form.given("question", "stage")


def _retraction(visit: Visit) -> dict[str, Any]:
    return visit.form.given("reason", "stage")


def _handing_on(visit: Visit) -> dict[str, Any]:
    to = {"to": number_in(visit, visit.form.text("to"))}
    return {**visit.form.given("reason", "stage"), **to}


_BODIES = {
    "vote": _vote,
    "request-information": _question,
    "retract-vote": _retraction,
    "hand-on-vote": _handing_on,
}

PAGES = [
    Page(path="/approvals", show=show_all),
    Page(path="/approvals/{ref}", show=show, send=send),
]
