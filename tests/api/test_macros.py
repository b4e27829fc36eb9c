"""What helps agents: text modules, macros, mentions, and who is editing a ticket."""

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEPS: list[dict[str, Any]] = [
    {"do": "categorise", "category": "software", "service": "Printing"},
    {"do": "prioritise", "impact": 2, "urgency": 3},
    {"do": "assign", "to_me": True},
    {"do": "add items", "titles": ["Restart the queue", "Call {{requester}}"]},
    {"do": "comment", "text": "Dear {{ requester }}, {{number}} is with {{me}}."},
    {"do": "comment", "text": "The usual.", "visibility": "internal"},
]


async def defined(house: House, *steps: dict[str, Any], **more: Any) -> str:
    body = {"name": "Restart a queue", "definition": {"steps": list(steps), **more}}
    return str((await house.as_("olga").made("/macros", body))["number"])


async def logged(house: House, title: str = "No invoices") -> str:
    made = await house.as_("rita").made("/incidents", {"title": title})
    return f"/incidents/{made['number']}"


async def test_a_macro_does_all_its_steps_at_once(house: House) -> None:
    adam, at = house.as_("adam"), await logged(house)
    macro = await defined(house, *STEPS)

    done = await adam.act(f"{at}/apply-macro", {"macro": macro})

    seen = await adam.read(f"{at}?min_position={done['position']}")
    assert (seen["category"], seen["priority"], seen["service"]) == ("software", 4, "Printing")
    assert seen["assignee"] == str(house.people["adam"])
    assert [item["title"] for item in seen["checklist"]] == ["Restart the queue", "Call Rita"]
    said = [(one["text"], one["is_internal"]) for one in seen["comments"]]
    assert said == [
        (f"Dear Rita, {at.rpartition('/')[2]} is with Adam.", False),
        ("The usual.", True),
    ]
    history = (await adam.read(f"{at}/history"))["data"][1:]
    assert {event["command"] for event in history} == {history[0]["command"]}
    assert {(event["cause"] or {}).get("rule") for event in history[1:]} >= {macro}


async def test_of_a_macro_that_cannot_be_done_wholly_nothing_is(house: House) -> None:
    adam, at = house.as_("adam"), await logged(house)
    resolve = {"do": "resolve", "code": "solved", "resolution": "Restarted."}
    macro = await defined(house, resolve, {"do": "pend", "reason": "vendor"})

    refused = await adam.post(f"{at}/apply-macro", {"macro": macro}, if_match="*")

    assert refused.status_code == 422
    assert "steps[1]: Only an open incident that is not pending" in refused.json()["detail"]
    assert (await adam.read(at))["status"] == "new"


async def test_a_macro_lets_nobody_do_what_they_may_not(house: House) -> None:
    made = await house.as_("carl").made("/changes", {"title": "New switch"})
    at = f"/changes/{made['number']}"
    macro = await defined(house, {"do": "add items", "titles": ["Ask"]}, tickets=["incident"])

    other_kind = await house.as_("carl").post(f"{at}/apply-macro", {"macro": macro}, if_match="*")
    requester = await house.as_("rita").post(
        f"{await logged(house)}/apply-macro", {"macro": macro}, if_match="*"
    )

    assert "is not for changes" in other_kind.json()["detail"]
    assert requester.status_code in (403, 422)


async def test_mistakes_in_a_macro_are_told_with_their_places(house: House) -> None:
    body = {"name": "x", "definition": {"steps": [{"do": "comment", "text": "{{secret}}"}]}}

    refused = await house.as_("olga").post("/macros", body)

    assert refused.status_code == 422
    assert "steps[0].text: there is no variable {{secret}}" in refused.json()["detail"]


async def test_a_text_module_is_filled_for_a_ticket(house: House) -> None:
    adam, at = house.as_("adam"), await logged(house, "The printer jams")
    definition = {"text": "Dear {{requester}}: {{title}} ({{number}}) {{team}}", "language": "en"}
    module = await adam.made("/text-modules", {"name": "Hello", "definition": definition})
    number = at.rpartition("/")[2]
    path = f"/text-modules/{module['number']}/filled?ticket="

    filled = await adam.read(f"{path}{number}")
    unseen = await house.as_("zoe").get(f"{path}{number}")

    assert filled == {"text": f"Dear Rita: The printer jams ({number}) "}
    assert unseen.status_code == 400


async def test_whoever_is_mentioned_follows_the_ticket(house: House) -> None:
    adam, at = house.as_("adam"), await logged(house)
    said = {"text": "@Anna, look.", "visibility": "internal", "mentions": [house.number("anna")]}

    await adam.act(f"{at}/comment", said)
    requester = await house.as_("rita").post(
        f"{at}/comment", {"text": "Anna?", "mentions": [house.number("anna")]}, if_match="*"
    )

    seen = await adam.read(at)
    anna = str(house.people["anna"])
    assert [one["person"] for one in seen["watchers"]] == [anna]
    assert [one["mentions"] for one in seen["comments"]] == [[anna]]
    assert requester.status_code in (403, 422)


async def test_others_see_who_is_editing_a_ticket(house: House) -> None:
    adam, at = house.as_("adam"), await logged(house)
    await adam.act(f"{at}/begin-edit", {"minutes": 30})

    seen = await house.as_("carl").read(at)
    again = await adam.post(f"{at}/begin-edit", {"minutes": 5}, if_match="*")
    await adam.act(f"{at}/end-edit")
    after = await adam.read(at)

    assert seen["editor"] == str(house.people["adam"])
    assert seen["edited_until"] > seen["updated_at"]
    assert again.status_code == 200
    assert (after["editor"], after["edited_until"]) == (None, None)


async def test_open_tickets_stand_in_columns(house: House) -> None:
    adam, at = house.as_("adam"), await logged(house, "Of the columns")
    done = await adam.act(f"{at}/prioritise", {"impact": 1, "urgency": 1})
    query = f"by=priority&limit=5&q=columns&min_position={done['position']}"

    board = await adam.read(f"/queue/columns?{query}")
    wrong = await adam.get("/queue/columns?by=title")

    [column] = board["columns"]
    assert (column["value"], column["total"]) == (1, 1)
    assert [card["title"] for card in column["cards"]] == ["Of the columns"]
    assert wrong.status_code == 400
