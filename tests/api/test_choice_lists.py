"""Fields of tickets whose choices come from elsewhere."""

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SITES = ["Geneva", "Berne", "basel"]


async def listed(house: House, name: str) -> str:
    body = {"name": name, "choices": SITES, "source": "The register of buildings."}
    return str((await house.as_("olga").made("/choice-lists", body))["number"])


async def typed(house: House, number: str) -> None:
    """Give questions two fields of a list: `site` takes one of it, and `sites` several."""
    fields = [
        {"name": name, "label": name.title(), "type": type_, "choice_list": number}
        for name, type_ in (("site", "choice"), ("sites", "multi-choice"))
    ]
    body = {"definition": {"fields": fields}}
    olga = house.as_("olga")
    found = (await olga.read("/ticket-types?ticket=question"))["data"]
    if found:
        await olga.act(f"/ticket-types/{found[0]['number']}/revise", body)
    else:
        await olga.made("/ticket-types", {"ticket": "question", **body})


async def asked(house: House) -> str:
    made = await house.as_("rita").made("/questions", {"title": "Where is it?"})
    return f"/questions/{made['number']}"


async def test_a_choice_is_one_of_the_list_as_it_is_then(house: House) -> None:
    sites = await listed(house, "Sites")
    await typed(house, sites)
    adam, at = house.as_("adam"), await asked(house)
    await adam.act(f"{at}/set-fields", {"fields": {"site": "Berne", "sites": ["Geneva", "basel"]}})
    await house.as_("olga").act(f"/choice-lists/{sites}/replace", {"choices": ["Geneva", "Zug"]})

    gone = await adam.post(f"{at}/set-fields", {"fields": {"site": "Berne"}}, if_match="*")
    await adam.act(f"{at}/set-fields", {"fields": {"sites": ["Zug"]}})

    assert gone.status_code == 422
    detail = "It is one of Geneva, Zug."
    assert gone.json()["errors"] == [{"pointer": "/fields/site", "detail": detail}]
    assert (await adam.read(at))["fields"] == {"site": "Berne", "sites": ["Zug"]}


async def test_what_a_list_was_stays_known_and_the_same_again_is_nothing(house: House) -> None:
    sites = await listed(house, "Sites that were")
    olga, at = house.as_("olga"), f"/choice-lists/{sites}"
    defined = house.desk.ledger.position()
    await olga.act(f"{at}/replace", {"choices": [*reversed(SITES), "Berne"]})
    same = house.desk.ledger.position()
    await olga.act(f"{at}/replace", {"choices": ["Zug", "Berne"]})

    now, then = await olga.read(at), await olga.read(f"{at}?as_of=@{defined}")
    history = (await olga.read(f"{at}/history"))["data"]

    assert same == defined
    assert now["choices"] == ["Berne", "Zug"]
    assert then["choices"] == ["basel", "Berne", "Geneva"]
    assert [event["event"] for event in history] == ["Defined", "Replaced"]


async def test_lists_that_are_not_there_or_retired_give_no_choices(house: House) -> None:
    sites = await listed(house, "Sites no more")
    await typed(house, sites)
    at = await asked(house)
    await house.as_("olga").act(f"/choice-lists/{sites}/retire")
    fields = [{"name": "site", "label": "Site", "type": "choice", "choice_list": "CHL0099999"}]
    both = [fields[0] | {"choice_list": sites, "choices": ["Berne"]}]
    text = [fields[0] | {"choice_list": sites, "type": "text"}]
    found = (await house.as_("olga").read("/ticket-types?ticket=question"))["data"][0]["number"]

    async def refusal(fields: list[dict[str, Any]]) -> str:
        body = {"definition": {"fields": fields}}
        revise = f"/ticket-types/{found}/revise"
        answer = await house.as_("olga").post(revise, body, if_match="*")
        assert answer.status_code == 422, answer.text
        return str(answer.json()["detail"])

    retired = await house.as_("adam").post(
        f"{at}/set-fields", {"fields": {"site": "Berne"}}, if_match="*"
    )

    assert "is retired, and nothing of it is chosen" in retired.json()["detail"]
    assert "There is no choice list CHL0099999." in await refusal(fields)
    assert "has its own choices, or those of a list" in await refusal(both)
    assert "Only a choice has choices" in await refusal(text)
