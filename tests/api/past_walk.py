"""A desk that lives by a clock of its own: a story in steps, and what is asked after each."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from api.without_past import is_told_of_past
from projections.listings import ALL
from tests.api.authorisation import IN_USE, QUERIES, REFUSED, ROLES, attempt, routes
from tests.api.house import House

READERS = ("olga", "adam", "carl", "zoe", "rita", "anna")
ABOUT_THE_ANSWER = {"request_id", "as_of", "position"}
"""What tells when and of what something was asked."""
_WHEN = re.compile(r"(as_of|known_at)=[^&]*&?")
ENDS = re.compile("close|cancel|retire|withdraw|remove|deactivate|erase|disband|merge|un[lw]")
"""Acts after which there is less to do to a record: they come last."""

PLAN = {"implementation": "Mount it.", "backout": "Take it off."}
TEMPLATE = {"description": "It is replaced.", "category": "hardware", "risk": "low", **PLAN}
PROCESS = """
name: {name}
subjects: change
when: subject.category == "network"
order: 1
stages:
  - name: Technical
    approvers: [role:approver]
    quorum: all
    patience: {patience}
    on_timeout: reject
"""

Found = dict[str, str]


class Clock:
    """It stands still while the desk is read."""

    def __init__(self) -> None:
        self.at = datetime(2030, 1, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go_on(self) -> None:
        self.at += timedelta(minutes=7)


class Question(NamedTuple):
    who: str
    address: str


class Moment(NamedTuple):
    """What was answered to all questions at a moment."""

    at: datetime
    position: int
    answers: dict[Question, Any]


# The story ---------------------------------------------------------------------------------


async def begin(house: House, subjects: Found) -> Found:
    """What the steps are about, by names of the story."""
    adam, carl, olga = (house.as_(name) for name in ("adam", "carl", "olga"))
    replacing = {"name": "Replace", "definition": TEMPLATE}
    template = (await carl.made("/change-templates", replacing))["number"]
    await carl.act(f"/change-templates/{template}/publish")
    found = {"template": template}
    for name in ("app", "host"):
        server = {"name": name, "asset_class": "server"}
        found[name] = (await adam.made("/assets", server))["number"]
    for name, asset in (("first", "app"), ("second", "host")):
        body = {"title": "Replace it", "type": "standard", "template": template}
        found[name] = (await house.as_("rita").made("/changes", body))["number"]
        await carl.act(f"/changes/{found[name]}/affect", {"asset": found[asset]})
        await carl.act(f"/changes/{found[name]}/submit")
    window = {"kind": "freeze", "reason": "Year end.", **_span(20, 28)}
    freeze = await olga.made("/change-windows", {"name": "Rest", "definition": window})
    process = {"document": PROCESS.format(name="Network", patience="4h")}
    found["process"] = (await olga.made("/approval-processes", process))["number"]
    found["asked"] = (await adam.made("/changes", {"title": "New core switch"}))["number"]
    found["incident"] = (await adam.made("/incidents", {"title": "No mail"}))["number"]
    found["late"] = (await adam.made("/incidents", {"title": "No paper"}))["number"]
    promises = subjects["service-level-policies"]
    return found | {"freeze": freeze["number"], "promises": promises}


async def plan(house: House, found: Found) -> None:
    adam, carl, olga = (house.as_(name) for name in ("adam", "carl", "olga"))
    await adam.act(f"/assets/{found['app']}/relate", {"other": found["host"], "type": "runs on"})
    for name in ("first", "second"):
        await carl.act(f"/changes/{found[name]}/schedule", _span(21, 21))
    await olga.act(f"/approval-processes/{found['process']}/publish")
    await olga.act(f"/service-level-policies/{found['promises']}/publish")
    change = f"/changes/{found['asked']}"
    await adam.act(f"{change}/categorise", {"category": "network"})
    await adam.act(f"{change}/assess-risk", {"impact": 3, "likelihood": 3})
    await adam.act(f"{change}/plan", PLAN)
    await adam.act(f"{change}/submit")
    await house.as_("anna").act(f"{change}/vote", {"vote": "approve"})


async def freeze(house: House, found: Found) -> None:
    carl, olga, zoe = (house.as_(name) for name in ("carl", "olga", "zoe"))
    window = f"/change-windows/{found['freeze']}"
    await carl.act(f"{window}/publish")
    await carl.act(f"{window}/except-change", {"change": found["first"], "reason": "It must be."})
    process = f"/approval-processes/{found['process']}"
    await olga.act(f"{process}/revise", {"document": PROCESS.format(name="Network", patience="8h")})
    await olga.act(f"{process}/publish")
    on_leave = {**_span(1, 20), "to": house.number("abel"), "reason": "On leave."}
    await house.as_("anna").act(f"/people/{house.number('anna')}/delegate", on_leave)
    for name in ("adam", "anna", "carl"):
        await zoe.act(f"/people/{house.number(name)}/amend", {"name": f"{name.title()} the First"})
    token = {"name": "laptop", "scopes": ["read"]}
    await zoe.made(f"/people/{house.number('adam')}/issue-token", token)
    promised = (await house.as_("adam").made("/incidents", {"title": "No screen"}))["number"]
    await house.as_("adam").act(f"/incidents/{promised}/prioritise", {"impact": 1, "urgency": 1})
    term = {"kind": "incident", "days": 30, "files_days": 10}
    await zoe.act(f"/organisations/{house.organisations['desk']}/set-words-retention", term)


async def thaw(house: House, found: Found) -> None:
    adam, carl = house.as_("adam"), house.as_("carl")
    await adam.act(f"/assets/{found['app']}/unrelate", {"other": found["host"], "type": "runs on"})
    await house.as_("abel").act(f"/changes/{found['asked']}/vote", {"vote": "approve"})
    await house.as_("anna").act(f"/people/{house.number('anna')}/end-delegation", {"number": 1})
    await adam.act(f"/incidents/{found['incident']}/cancel", {"reason": "It is there."})
    await carl.act(f"/change-windows/{found['freeze']}/retire")
    solved = {"code": "solved", "resolution": "Restarted."}
    await adam.act(f"/incidents/{found['late']}/resolve", solved)


async def end(house: House, found: Found) -> None:
    carl, zoe, olga = (house.as_(name) for name in ("carl", "zoe", "olga"))
    await carl.act(f"/changes/{found['first']}/cancel", {"reason": "No part."})
    held = {"reason": "A case."}
    await olga.act(f"/incidents/{found['incident']}/place-legal-hold", held)
    await zoe.act(f"/people/{house.number('carl')}/amend", {"name": "Carl the Second"})


STEPS: tuple[Callable[[House, Found], Awaitable[None]], ...] = (plan, freeze, thaw, end)


def _span(first: int, last: int) -> dict[str, str]:
    return {"start": f"2030-01-{first:02}T20:00:00Z", "end": f"2030-01-{last:02}T22:00:00Z"}


async def act_everywhere(house: House, clock: Clock, subjects: Found, turn: int) -> int:
    """Every third act of the desk, each by the first who may. How many were done."""
    acts = [route for route in routes(house.app) if route.method == "POST"]
    acts = [route for route in acts if route.path != "/sessions"]
    in_order = sorted(acts, key=lambda route: ENDS.search(route.path) is not None)
    third = len(acts) // 3 + 1
    done = 0
    for route in in_order[turn * third : (turn + 1) * third]:
        clock.go_on()
        for who in ROLES:
            if await attempt(house, route, who, subjects) < 300:
                done += 1
                break
    return done


# What is asked -----------------------------------------------------------------------------


async def questions(house: House, subjects: Found, found: Found) -> list[Question]:
    """Every read that takes a moment, of somebody who may, and more of those that tell most."""
    asked = []
    for route in routes(house.app):
        if route.method == "GET" and is_told_of_past(route):
            subject = IN_USE.get(route.path, route.path.split("/")[1])
            path = route.path.replace("{ref}", subjects.get(subject, ""))
            query = "?to_version=2" if path.endswith("/approval-migration") else ""
            path = path.replace("{version}", "draft") + QUERIES.get(route.path, query)
            asked.append(Question(await _reader(house, path), path))
    return asked + list(_more(house, found))


async def _reader(house: House, path: str) -> str:
    """Who may read it, and is told most."""
    answers = {who: await house.as_(who).get(path) for who in READERS}
    told = {
        who: len(answer.content) if answer.status_code == 200 else 0
        for who, answer in answers.items()
        if answer.status_code not in REFUSED
    }
    assert told, f"Nobody may read {path}."
    return max(told, key=lambda who: told[who])


def _more(house: House, found: Found) -> Iterator[Question]:
    span = "from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:00Z"
    for name in ("first", "second", "asked"):
        yield Question("carl", f"/changes/{found[name]}/conflicts?{span}")
    for name in ("first", "second"):
        yield Question("carl", f"/changes/{found[name]}/conflicts")
    yield Question("carl", f"/change-windows/{found['freeze']}/affected")
    yield Question("carl", f"/approval-processes/{found['process']}/running?to_version=2")
    yield Question("carl", f"/changes/{found['asked']}/approval-migration?to_version=2")
    yield Question("carl", f"/changes/{found['asked']}/approval.svg")
    yield Question("carl", f"/changes/{found['asked']}/history")
    for who in ("anna", "abel"):
        for person in ("anna", "abel"):
            yield Question(who, f"/people/{house.number(person)}/delegations")
        yield Question(who, "/approvals")
    for who in ("adam", "anna"):
        yield Question("zoe", f"/people/{house.number(who)}/tokens")
    yield Question("zoe", "/retention?within=31")
    yield Question("adam", f"/assets/{found['host']}/label.svg")
    yield Question("adam", f"/assets/{found['host']}/impact?direction=up")
    for filter in (
        "opened_at < now - duration(%2212m%22)",
        "updated_at > now - duration(%2220m%22)",
    ):
        asked = f"filter={filter}".replace(" ", "+").replace("<", "%3C").replace(">", "%3E")
        yield Question("adam", f"/queue?{asked}&include=total&facet=status&expand=team,assignee")
        yield Question("adam", f"/queue/columns?{asked}")
    for version in ("1", "2"):
        yield Question("olga", f"/approval-processes/{found['process']}/versions/{version}")
    yield Question("olga", f"/approval-processes/{found['process']}/versions")


# What is answered --------------------------------------------------------------------------


async def told(house: House, clock: Clock, asked: list[Question]) -> Moment:
    """What is answered live, once all views show what was done."""
    position = house.desk.ledger.position()
    for view in ALL:
        assert await house.views.reached(view.name, position, 10)
    answers = {question: await answer(house, question) for question in asked}
    return Moment(clock.at, position, answers)


async def answer(house: House, question: Question, as_of: str = "") -> Any:
    """The answer without what tells when and of what moment it was asked; of a refusal, the
    status alone."""
    joint = "&" if "?" in question.address else "?"
    moment = f"{joint}as_of={as_of}" if as_of else ""
    found = await house.as_(question.who).get(question.address + moment)
    if found.status_code >= 400:
        return found.status_code
    if found.headers["content-type"].endswith("json"):
        return _plain(found.json())
    return found.text


def _plain(document: Any, *, is_whole: bool = True) -> Any:
    if isinstance(document, dict):
        left_out = ABOUT_THE_ANSWER if is_whole else ()
        return {
            name: _plain(value, is_whole=False)
            for name, value in document.items()
            if name not in left_out
        }
    if isinstance(document, list):
        return [_plain(value, is_whole=False) for value in document]
    if isinstance(document, str) and document.startswith("/api/"):
        return _WHEN.sub("", document).rstrip("&?")
    return document
