"""The service catalogue over HTTP: what is offered, to whom, and with which form."""

from typing import Any

import pytest

from api.offerings import ITEM
from tests.api.house import House
from tests.api.test_services import live

TASKS = ["Order the laptop", "Make an account", "Hand it over"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def offered(house: House, service: str, **said: Any) -> str:
    """An offering of a live service that olga published."""
    olga = house.as_("olga")
    item = ITEM | {"service": service.rpartition("/")[2], **said}
    made = await olga.made("/offerings", {"name": "Laptop", "definition": item})
    at = f"/offerings/{made['number']}"
    await olga.act(f"{at}/publish")
    return at


async def test_an_offering_is_read_with_its_form_and_price_and_without_its_plan(
    house: House,
) -> None:
    at = await offered(house, await live(house, "Workplaces"))
    await house.as_("olga").act(f"{at}/revise", {"definition": ITEM | {"description": "Soon."}})

    seen, known = await house.as_("bakery.rita").read(at), await house.as_("adam").read(at)

    assert (seen["form"], seen["price"], seen["currency"]) == (ITEM["form"], "1299.90", "CHF")
    assert (seen["plan"], seen["draft"], seen["author"]) == ([], {}, "")
    assert [task["title"] for task in known["plan"]] == TASKS
    assert known["draft"]["description"] == "Soon."
    assert seen["description"] == known["description"] == ITEM["description"]


async def test_each_version_stays_as_it_was_offered(house: House) -> None:
    olga = house.as_("olga")
    at = await offered(house, await live(house, "Workplaces by version"))
    known = (await olga.read(f"{at}/versions/1"))["definition"]
    await olga.act(f"{at}/revise", {"definition": known | {"description": "Sooner."}})
    await olga.act(f"{at}/publish")

    first, second = [await house.as_("adam").read(f"{at}/versions/{one}") for one in (1, 2)]

    assert first["definition"] == known
    assert second["definition"] == known | {"description": "Sooner."}
    assert first["digest"] != second["digest"]
    assert (await olga.get(f"{at}/versions/3")).status_code == 404
    assert (await house.as_("bakery.rita").get(f"{at}/versions/1")).status_code == 403


async def test_each_answer_has_headers_of_its_own(house: House) -> None:
    at = await offered(house, await live(house, "Workplaces with headers"))

    first, second = [await house.as_("adam").get(f"{at}/versions/1") for _ in range(2)]

    assert sorted(first.headers.keys()) == sorted(second.headers.keys())
    assert len(first.headers.raw) == len(second.headers.raw)


async def test_a_wrong_form_is_refused_with_the_place_of_each_mistake(house: House) -> None:
    form = {"type": "object", "properties": {"a/b": {"type": "text"}}, "requierd": ["a"]}

    answer = await house.as_("olga").post(
        "/offerings", {"name": "Laptop", "definition": ITEM | {"form": form}}
    )

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "/definition/form/requierd",
        "/definition/form/properties/a~1b/type",
    ]
    assert "did you mean 'required'?" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("public", {"bakery.rita", "foundry.rita", "adam"}),
        ("organisations", {"bakery.rita", "adam"}),
        ("agents", {"adam"}),
    ],
)
async def test_an_offering_is_found_and_listed_by_its_audience_alone(
    house: House, audience: str, readers: set[str]
) -> None:
    named = [str(house.organisations["bakery"])] if audience == "organisations" else []
    service = await live(house, f"Workplaces for {audience}")
    at = await offered(house, service, audience=audience, organisations=named)
    query = f"/offerings?min_position={house.desk.ledger.position()}&limit=250"

    everybody = ("bakery.rita", "foundry.rita", "adam")
    found = {who for who in everybody if (await house.as_(who).get(at)).status_code == 200}
    listed = {
        who
        for who in everybody
        if at.rpartition("/")[2]
        in {row["number"] for row in (await house.as_(who).read(query))["data"]}
    }

    assert found == listed == readers


async def test_offerings_are_ordered_together_for_oneself(house: House) -> None:
    service = await live(house, "Workplaces together")
    laptop = await offered(house, service)
    screen = (await offered(house, service, form={})).rpartition("/")[2]
    rita = house.as_("bakery.rita")
    body = {"form": {"kind": "standard"}, "more": [{"offering": screen}]}

    answer = await rita.post(f"{laptop}/order", body)

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/requests/{made['number']}"
    assert made["requests"][0] == made["number"]
    assert len(made["requests"]) == 2
    request = await rita.read(f"/requests/{made['number']}")
    assert (request["title"], request["requester"]) == ("Laptop", str(house.people["bakery.rita"]))
    assert (request["category"], request["service"]) == ("hardware", "Workplaces together")


async def test_wrong_answers_are_refused_with_their_places(house: House) -> None:
    service = await live(house, "Workplaces with mistakes")
    laptop = await offered(house, service)
    number = laptop.rpartition("/")[2]
    body = {"form": {"kind": "standard"}, "more": [{"offering": number, "form": {"kind": "large"}}]}

    answer = await house.as_("bakery.rita").post(f"{laptop}/order", body)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/more/0/form/reason", "detail": "It is needed."}
    ]


@pytest.mark.parametrize(
    ("by", "requester", "status"),
    [
        ("bakery.rita", "bakery.adam", 201),
        ("adam", "bakery.rita", 201),
        ("bakery.rita", "foundry.rita", 422),
        ("bakery.rita", "adam", 422),
        ("bakery.axel", "bakery.rita", 403),
    ],
)
async def test_people_order_for_those_of_their_organisation_and_agents_for_all_they_see(
    house: House, by: str, requester: str, status: int
) -> None:
    laptop = await offered(house, await live(house, f"Workplaces of {by} for {requester}"))
    body = {"form": {"kind": "standard"}, "requester": house.number(requester)}

    answer = await house.as_(by).post(f"{laptop}/order", body)

    assert answer.status_code == status, answer.text
    if status == 201:
        request = await house.as_("adam").read(f"/requests/{answer.json()['number']}")
        assert request["requester"] == str(house.people[requester])
    if status == 422:
        assert answer.json()["errors"][0]["detail"] == f"There is no {house.number(requester)}."
