"""Orders by a guide over HTTP: questions, items by the answers, and one order of them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.house import House
from tests.api.test_offerings import offered
from tests.api.test_services import live

FORM = {
    "type": "object",
    "properties": {
        "department": {"enum": ["sales", "other"]},
        "travels": {"type": "boolean"},
        "why": {"type": "string"},
    },
    "required": ["department"],
    "additionalProperties": False,
}
SALES = {"department": "sales", "travels": True, "why": "She films our customers."}

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def guided(house: House, name: str, **said: Any) -> tuple[str, dict[str, Any]]:
    """A guide: a laptop for everybody, and a screen of those in sales who travel."""
    service = await live(house, name)
    laptop = (await offered(house, service)).rpartition("/")[2]
    screen = (await offered(house, service, form={})).rpartition("/")[2]
    items = [
        {"offering": laptop, "answers": {"kind": "large"}, "copies": {"reason": "why"}},
        {
            "offering": screen,
            "when": 'answers.department == "sales" && answers.travels',
            "is_optional": True,
        },
    ]
    body = {"name": name, "definition": {"form": FORM, "items": items} | said}
    made = await house.as_("olga").made("/order-guides", body)
    return f"/order-guides/{made['number']}", body


async def test_a_guide_tells_what_the_answers_put_together(house: House) -> None:
    at, _ = await guided(house, "Trials")
    rita = house.as_("bakery.rita")

    answer = await rita.post(f"{at}/try", {"answers": SALES})
    little = await rita.post(f"{at}/try", {"answers": {"department": "other"}})

    assert answer.status_code == 200, answer.text
    laptop, screen = answer.json()["data"]
    assert laptop["given"] == {"kind": "large", "reason": SALES["why"]}
    assert (laptop["item"], laptop["price"], laptop["is_optional"]) == (1, "1299.90", False)
    assert (screen["item"], screen["form"], screen["why_not"]) == (2, {}, "")
    assert [one["item"] for one in little.json()["data"]] == [1]


async def test_an_order_by_a_guide_is_one_of_all_items_which_name_it(house: House) -> None:
    at, _ = await guided(house, "First days")
    rita = house.as_("bakery.rita")

    answer = await rita.post(f"{at}/order", {"answers": SALES, "description": "For Mia."})

    assert answer.status_code == 201, answer.text
    requests = answer.json()["requests"]
    assert len(requests) == 2
    for number in requests:
        events = (await house.as_("adam").read(f"/requests/{number}/history"))["data"]
        causes = {(event["cause"]["rule"], event["cause"]["rule_version"]) for event in events}
        assert causes == {(at.rpartition("/")[2], 1)}
    laptop = await rita.read(f"/requests/{requests[0]}")
    assert laptop["form"] == {"kind": "large", "reason": SALES["why"]}


async def test_what_is_optional_is_left_out_and_nothing_else(house: House) -> None:
    at, _ = await guided(house, "Leaving out")
    rita = house.as_("bakery.rita")

    kept = await rita.post(f"{at}/order", {"answers": SALES, "without": [1]})
    left = await rita.post(f"{at}/order", {"answers": SALES, "without": [2]})

    assert (kept.status_code, kept.json()["code"]) == (422, "refused")
    assert "without: 1 is not left out." in kept.json()["detail"]
    assert len(left.json()["requests"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"answers": {}}, 422, "/department: It is needed."),
        (
            {"answers": SALES, "items": [{"item": 1, "form": {"kind": "standard"}}]},
            422,
            "kind of 1 is answered by the guide.",
        ),
        (
            {"answers": {"department": "other"}, "items": [{"item": 2}]},
            422,
            "2 is not part of the order",
        ),
        ({"answers": {"department": "other"}}, 422, "reason"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place_and_orders_nothing(
    house: House, body: dict[str, Any], status: int, said: str
) -> None:
    at, _ = await guided(house, f"Refusals {abs(hash(said))}")
    rita = house.as_("bakery.rita")
    before = house.desk.ledger.position()

    answer = await rita.post(f"{at}/order", body)

    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert house.desk.ledger.position() == before


async def test_an_order_sent_twice_is_one_even_after_the_guide_is_retired(house: House) -> None:
    at, _ = await guided(house, "Twice")
    rita = house.as_("bakery.rita")
    body, key = {"answers": SALES}, {"idempotency_key": str(uuid4())}

    first = await rita.post(f"{at}/order", body, **key)
    await house.as_("olga").act(f"{at}/retire")
    again = await rita.post(f"{at}/order", body, **key)
    other = await rita.post(f"{at}/order", body)

    assert again.json()["requests"] == first.json()["requests"]
    assert "not used any more" in other.json()["detail"]


async def test_a_guide_of_what_is_not_offered_is_refused_with_its_place(house: House) -> None:
    _, body = await guided(house, "Checks")
    olga = house.as_("olga")
    first, second = body["definition"]["items"]

    async def refusal(items: list[dict[str, Any]]) -> str:
        definition = body["definition"] | {"items": items}
        answer = await olga.post("/order-guides", {"name": "x", "definition": definition})
        assert answer.status_code == 422, answer.text
        return str(answer.json()["detail"])

    missing = await refusal([first, second | {"offering": "OFR0099999"}])
    unasked = await refusal([first | {"answers": {"colour": "red"}}])
    unfit = await refusal([first | {"answers": {"kind": "tiny"}}])

    assert "items[1].offering: there is no offering OFR0099999." in missing
    assert "does not ask for colour" in unasked
    assert "items[0].answers.kind" in unfit
