"""Views of the desk's own making over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from projections.declared import view_name
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def counting(name: str) -> dict[str, Any]:
    """How many incidents were logged by each person."""
    definition = {
        "columns": [
            {"name": "requester", "type": "id"},
            {"name": "logged", "type": "integer"},
            {"name": "last_at", "type": "instant", "is_optional": True},
        ],
        "key": {"requester": "event.requester"},
        "rules": [
            {
                "on": ["Incident.Logged"],
                "set": {"logged": "row.logged + 1", "last_at": "by.at"},
            }
        ],
    }
    return {"name": name, "title": "Logged by person", "definition": definition}


async def test_a_view_has_rows_of_what_happened_before_it_was_declared(house: House) -> None:
    olga, adam, rita = house.as_("olga"), house.as_("adam"), house.as_("rita")
    for _ in range(3):
        await rita.made("/incidents", {"title": "No invoices"})
    made = await olga.made("/views", counting("logged"))

    rows = await adam.read(
        f"/views/logged/rows?min_position={made['position']}&include=total"
        f"&filter=logged%3E2&sort=-logged&fields=requester,logged&facet=logged"
    )
    by_number = await adam.read(f"/views/{made['number']}/rows?requester={house.number('rita')}")

    mine = {"requester": str(house.people["rita"]), "logged": by_number["data"][0]["logged"]}
    assert mine in rows["data"]
    assert mine["logged"] >= 3
    assert rows["total"] == len(rows["data"])
    assert rows["facets"]["logged"]["values"]
    assert (await adam.read("/views?name=logged"))["data"][0]["number"] == made["number"]


async def test_rows_are_told_as_of_before_the_view_was_declared(house: House) -> None:
    olga, rita, mine = house.as_("olga"), house.as_("rita"), house.number("rita")
    first = await rita.made("/incidents", {"title": "No invoices"})
    await rita.made("/incidents", {"title": "No invoices, again"})
    made = await olga.made("/views", counting("as_it_was"))
    at = f"/views/as_it_was/rows?min_position={made['position']}&requester={mine}"

    now = (await olga.read(f"{at}&facet=logged"))["data"][0]["logged"]
    as_of = f"as_of=@{first['position']}&filter=logged=={now - 1}&include=total"
    then = await olga.read(f"{at}&{as_of}")
    at_the_moment = await olga.read(f"{at}&as_of={then['data'][0]['last_at']}")
    before = await olga.read(f"{at}&known_at=@0")

    assert then["total"] == 1
    assert at_the_moment["data"] == then["data"]
    assert before["data"] == []


async def test_a_revision_is_answered_in_its_own_columns(house: House) -> None:
    olga = house.as_("olga")
    made = await olga.made("/views", counting("revised"))
    await house.as_("rita").made("/incidents", {"title": "No invoices"})
    again = counting("revised")
    definition = again["definition"]
    columns = [*definition["columns"], {"name": "channel", "type": "text"}]
    rule = {"on": ["Incident.Logged"], "set": {"channel": "event.channel"}}
    said = {"title": "Anew", "definition": {**definition, "columns": columns, "rules": [rule]}}

    revised = await olga.act(f"/views/{made['number']}/revise", said)
    second = view_name("revised", UUID(made["id"]), 2)
    assert await house.views.reached(second, revised["position"], timeout=20)
    later = await house.as_("rita").made("/incidents", {"title": "No invoices, again"})
    assert await house.views.reached(second, later["position"], timeout=20)
    rows = await olga.read("/views/revised/rows")

    assert rows["data"][0]["channel"] == "api"
    assert (await olga.read(f"/views/{made['number']}"))["definition_version"] == 2


async def test_customers_and_strangers_do_not_read_it(house: House) -> None:
    await house.as_("olga").made("/views", counting("closed_to_others"))

    for who, status in (("rita", 404), ("bakery.olga", 404), ("bakery.rita", 404)):
        answer = await house.as_(who).get("/views/closed_to_others/rows")
        assert answer.status_code == status, who


async def test_a_name_is_taken_until_the_view_is_retired(house: House) -> None:
    olga = house.as_("olga")
    made = await olga.made("/views", counting("taken"))

    taken = await olga.post("/views", counting("taken"))
    await olga.act(f"/views/{made['number']}/retire")
    free = await olga.post("/views", counting("taken"))
    gone = await olga.get(f"/views/{made['number']}/rows")

    assert (taken.status_code, free.status_code) == (422, 201)
    assert "a view taken already" in taken.json()["detail"]
    assert gone.status_code == 404
    assert (await olga.get("/views/never_declared/rows")).status_code == 404


SQL = """
SELECT CAST(event.requester AS uuid) AS requester, count(*) AS logged, latest(by.at) AS last_at
FROM events WHERE event.topic = 'Incident.Logged' GROUP BY requester"""
PYTHON = """
class Logged:
    requester: UUID = key(event.requester)
    logged: int
    last_at: datetime | None

    @on("Incident.Logged")
    def logged(row, by):
        row.logged += 1
        row.last_at = by.at
"""


async def test_a_view_is_declared_in_sql_and_revised_in_python(house: House) -> None:
    olga, title = house.as_("olga"), "Logged by person"
    in_fields = await olga.made("/views", counting("in_fields"))
    body = {"name": "in_sql", "title": title, "definition": {"sql": SQL}}
    in_sql = await olga.made("/views", body)
    one, other = [await olga.read(f"/views/{made['number']}") for made in (in_fields, in_sql)]

    said = {"title": title, "definition": {"python": PYTHON}}
    revised = await olga.act(f"/views/{in_sql['number']}/revise", said)
    wrong = {"title": title, "definition": {"sql": SQL.replace("by.at", "by.att")}}
    refused = await olga.post(f"/views/{in_sql['number']}/revise", wrong, if_match="*")
    both = {"title": title, "definition": {"sql": SQL, "python": PYTHON}}
    unclear = await olga.post(f"/views/{in_sql['number']}/revise", both, if_match="*")

    assert one["definition"] == other["definition"]
    assert revised["version"] == in_sql["version"]
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("line 2, column 79: there is no field by.att here")
    assert unclear.status_code == 422
    assert unclear.json()["errors"][0]["pointer"] == "/definition/python"


async def test_a_mistake_is_told_with_its_place(house: House) -> None:
    wrong = counting("wrong")
    wrong["definition"]["rules"][0]["set"]["logged"] = "row.loged + 1"

    answer = await house.as_("olga").post("/views", wrong)

    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "rules[0].set.logged: line 1, column 4: there is no field row.loged here, and a text "
        "stands in quotes; did you mean row.logged?"
    )
