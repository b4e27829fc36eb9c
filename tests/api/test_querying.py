"""What lists are asked over HTTP: filters."""

from typing import Any
from urllib.parse import quote

import pytest

from api.lists import RESERVED
from projections.listings import LISTINGS
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

KITCHEN = {"category": "kitchen"}


async def _log(house: House, *incidents: dict[str, Any]) -> tuple[list[str], int]:
    """The numbers of new incidents, and the position at which they are to be seen."""
    made = [await house.as_("adam").made("/incidents", incident) for incident in incidents]
    return [one["number"] for one in made], made[-1]["position"]


def _at(path: str, filter: str, position: int, more: str = "") -> str:
    return f"{path}?filter={quote(filter)}&min_position={position}{more}"


async def test_a_filter_goes_with_fields_order_pages_and_a_total(house: House) -> None:
    numbers, position = await _log(
        house,
        {"title": "Kettle 1", "impact": 1, "urgency": 1, **KITCHEN},
        {"title": "Kettle 2", "impact": 3, "urgency": 3, **KITCHEN},
        {"title": "Kettle 3", "impact": 1, "urgency": 2, **KITCHEN},
        {"title": "Toaster", "impact": 1, "urgency": 1, **KITCHEN},
    )
    asked = 'title.startsWith("Kettle") && priority < 4 && opened_at > now - duration("1h")'
    more = "&category=kitchen&sort=-title&fields=number&include=total&limit=1"
    adam = house.as_("adam")

    first = await adam.read(_at("/incidents", asked, position, more))
    cursor = f"{more}&cursor={first['next_cursor']}"
    second = await adam.read(_at("/incidents", asked, position, cursor))
    elsewhere = await adam.get(_at("/incidents", "priority < 4", position, cursor))

    assert first["total"] == 2
    assert first["data"] == [{"number": numbers[2]}]
    assert second["data"] == [{"number": numbers[0]}]
    assert second["has_more"] is False
    assert elsewhere.status_code == 400


async def test_a_filter_asks_for_what_was(house: House) -> None:
    (number,), position = await _log(house, {"title": "Samovar"})
    adam = house.as_("adam")
    resolved = await adam.act(f"/incidents/{number}/resolve", {"code": "fixed", "resolution": "."})
    asked = 'title == "Samovar" && is_open && resolved_at == null'

    now = await adam.read(_at("/incidents", asked, resolved["position"]))
    then = await adam.read(_at("/incidents", asked, position, f"&as_of=@{position}"))

    assert now["data"] == []
    assert [row["number"] for row in then["data"]] == [number]


async def test_me_is_who_asks_and_a_filter_shows_nobody_more(house: House) -> None:
    (number,), _ = await _log(house, {"title": "Mug"})
    rita, adam = house.as_("rita"), house.as_("adam")
    hers = await rita.made("/incidents", {"title": "Mug"})
    asked = _at("/incidents", 'requester == me && title == "Mug"', hers["position"])

    assert [row["number"] for row in (await rita.read(asked))["data"]] == [hers["number"]]
    assert hers["number"] not in {row["number"] for row in (await adam.read(asked))["data"]}
    every = await rita.read(_at("/incidents", 'title == "Mug" || true', hers["position"]))
    assert number not in {row["number"] for row in every["data"]}


async def test_a_mistake_in_a_filter_is_told_with_its_place(house: House) -> None:
    answer = await house.as_("adam").get(_at("/incidents", 'is_open &&\n status == "opne"', 0))

    problem = answer.json()
    assert answer.status_code == 400
    assert problem["code"] == "bad_query"
    rule = 'status is never "opne"; did you mean "new"?'
    assert problem["errors"] == [{"parameter": "filter", "detail": rule, "line": 2, "column": 12}]
    assert problem["detail"] == f"filter: line 2, column 12: {rule}"


async def test_every_list_takes_a_filter_as_its_document_says(house: House) -> None:
    document = (await house.as_("").http.get("/openapi.json")).json()
    zoe = house.as_("zoe")
    tried = 0

    for path, operations in document["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        examples = [each["example"] for each in parameters if each["name"] == "filter"]
        if examples and "{" not in path:
            answer = await zoe.get(
                f"{path.removeprefix('/api/v1')}?filter={quote(examples[0])}&limit=1"
            )
            assert answer.status_code in (200, 403), (path, answer.text)
            tried += 1
    assert tried > 25


async def test_a_search_box_knows_people_and_teams_by_their_names(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("rita")
    (number,), _ = await _log(house, {"title": "Scanner"})
    team = await house.as_("zoe").made("/teams", {"name": "Scanning crew"})
    handed = {"team": team["number"], "assignee": house.number("anna")}
    last = await adam.act(f"/incidents/{number}/assign", handed)
    (desk,) = (await adam.read(f"/organisations?id={house.organisations['desk']}"))["data"]
    wait = f"min_position={last['position']}"

    found = await adam.read(f"/incidents?q={quote('is:open assignee:anna scanner')}&{wait}")
    named = f'team:"Scanning crew" organisation:"{desk["name"]}"'
    by_names = await adam.read(f"/incidents?q={quote(named)}&{wait}")
    both = await adam.read(
        f"/incidents?q=scanner&filter={quote('assignee != null')}&category=&{wait}"
    )
    hidden = await rita.get("/incidents?q=assignee:anna")
    unknown = await rita.get("/incidents?q=assignee:nobody")

    assert [row["number"] for row in found["data"]] == [number]
    assert both["data"] == by_names["data"] == found["data"]
    assert hidden.status_code == unknown.status_code == 400
    assert hidden.json()["detail"] == unknown.json()["detail"].replace("nobody", "anna")


async def test_values_are_counted_over_all_that_is_found(house: House) -> None:
    plants = {"category": "plants"}
    _, position = await _log(
        house,
        {"title": "Ivy", "impact": 1, "urgency": 1, **plants},
        {"title": "Fern", "impact": 3, "urgency": 3, **plants},
        {"title": "Moss", "impact": 1, "urgency": 1, **plants},
        {"title": "Stone", "impact": 1, "urgency": 1, "category": "stones"},
    )
    adam = house.as_("adam")

    found = await adam.read(
        _at("/incidents", 'category == "plants"', position, "&facet=priority,team&limit=1")
    )
    mistaken = [await adam.get(f"/incidents?facet={name}") for name in ("nothing", "hands", "")]

    assert found["facets"] == {
        "priority": {
            "values": [{"value": 1, "count": 2}, {"value": 5, "count": 1}],
            "has_more": False,
        },
        "team": {"values": [{"value": None, "count": 3}], "has_more": False},
    }
    assert [answer.status_code for answer in mistaken] == [400] * 3


async def test_records_are_put_in_the_place_of_their_ids(house: House) -> None:
    adam = house.as_("adam")
    (number,), _ = await _log(house, {"title": "Ladder"})
    last = await adam.act(f"/incidents/{number}/assign", {"assignee": house.number("anna")})
    asked = _at("/incidents", 'title == "Ladder"', last["position"])

    page = await adam.read(f"{asked}&expand=assignee.organisation,requester,merged_into")
    before = await adam.read(f"{asked}&expand=assignee&as_of=@{last['position'] - 1}")

    (row,) = page["data"]
    assert row["assignee"]["username"] == "anna"
    assert row["assignee"]["organisation"]["id"] == str(house.organisations["desk"])
    assert row["assignee"]["organisation"]["name"]
    assert row["requester"]["username"] == "adam"
    assert row["merged_into"] is None
    assert before["data"][0]["assignee"] is None


async def test_a_record_that_the_caller_may_not_find_stays_an_id(house: House) -> None:
    rita = house.as_("rita")
    made = await rita.made("/incidents", {"title": "Rope"})
    adam = house.as_("adam")
    last = await adam.act(f"/incidents/{made['number']}/assign", {"assignee": house.number("adam")})

    page = await rita.read(
        _at("/incidents", 'title == "Rope"', last["position"], "&expand=assignee,requester")
    )

    (row,) = page["data"]
    assert row["assignee"] == str(house.people["adam"])
    assert row["requester"]["username"] == "rita"


@pytest.mark.parametrize(
    ("expand", "rule"),
    [
        ("asignee", "did you mean assignee?"),
        ("title", "names no other record"),
        ("assignee.nothing", "names no other record"),
        ("assignee.organisation.parent.parent.parent", "more than 4 deep"),
        (",".join(["team"] * 11), "at most 10 fields"),
        ("", "names no other record"),
        ("assignee&fields=number", "names no other record"),
    ],
)
async def test_what_cannot_be_expanded_is_refused(house: House, expand: str, rule: str) -> None:
    answer = await house.as_("adam").get(f"/incidents?expand={expand}")

    assert answer.status_code == 400
    assert rule in answer.json()["detail"]


async def test_no_field_of_a_list_is_called_as_a_parameter() -> None:
    columns = [column for listing in LISTINGS.values() for column in listing.table.columns]

    assert RESERVED.isdisjoint(column.name for column in columns if column.kind != "json")


async def test_changes_between_pages_neither_repeat_nor_drop_a_row_that_stays(house: House) -> None:
    adam = house.as_("adam")
    numbers, position = await _log(
        house, *({"title": f"Gate {letter}", "category": "gates"} for letter in "BCDEF")
    )
    asked = "/incidents?category=gates&sort=title&limit=2&fields=number"

    first = await adam.read(f"{asked}&min_position={position}")
    await adam.act(f"/incidents/{numbers[0]}/resolve", {"code": "fixed", "resolution": "."})
    await adam.act(f"/incidents/{numbers[3]}/cancel", {"reason": "."})
    before, position = await _log(house, {"title": "Gate A", "category": "gates"})
    after, position = await _log(house, {"title": "Gate G", "category": "gates"})
    seen, cursor = first["data"], first["next_cursor"]
    while cursor:
        page = await adam.read(f"{asked}&min_position={position}&cursor={cursor}")
        seen, cursor = seen + page["data"], page["next_cursor"]

    assert [row["number"] for row in seen] == [*numbers, *after]
    assert before[0] not in [row["number"] for row in seen]
