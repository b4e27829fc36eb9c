import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SERIAL = {"name": "serial", "kind": "text", "is_required": True, "is_unique": True}
PRICE = {"name": "price", "kind": "decimal", "at_least": "0"}


async def test_an_asset_is_shown_with_its_type_and_what_it_costs(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    hardware = await olga.made("/asset-types", {"name": "Hardware", "attributes": [PRICE]})
    laptop = await olga.made(
        "/asset-types",
        {"name": "Laptop", "parent": hardware["number"], "attributes": [SERIAL]},
    )
    made = await adam.made(
        "/assets",
        {
            "name": "laptop-7",
            "type": laptop["number"],
            "attributes": {"serial": "L7", "price": "12.50"},
            "is_ordered": True,
        },
    )
    at = f"/assets/{made['number']}"

    await adam.act(f"{at}/receive", {})
    await adam.act(
        f"{at}/describe",
        {
            "location": "Store",
            "cost": {"amount": "999.00", "currency": "EUR"},
            "ends": {"warranty": "2029-06-30", "contract": "2028-01-01"},
        },
    )
    last = await adam.act(f"{at}/describe", {"ends": {"contract": None}})

    shown = await adam.read(at)
    assert shown["status"] == "in stock"
    assert (shown["asset_class"], shown["type"]) == ("Laptop", laptop["id"])
    assert shown["attributes"] == {"price": "12.5", "serial": "L7"}
    assert (shown["cost"], shown["currency"]) == ("999.00", "EUR")
    assert shown["ends"] == {"warranty": "2029-06-30"}
    listed = await adam.read(f"/assets?type={laptop['id']}&min_position={last['position']}")
    assert [row["number"] for row in listed["data"]] == [made["number"]]


async def test_all_that_is_wrong_with_attributes_is_told(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    type = await olga.made("/asset-types", {"name": "Screen", "attributes": [SERIAL, PRICE]})

    refused = await adam.post(
        "/assets",
        {"name": "x", "type": type["number"], "attributes": {"price": "-1", "age": 3}},
    )

    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        "attributes.age: Screen has no such attribute. attributes.serial: it is needed. "
        "attributes.price: it is at least 0."
    )


async def test_a_type_is_shown_with_what_it_inherits(house: House) -> None:
    olga = house.as_("olga")
    upper = await olga.made("/asset-types", {"name": "Furniture", "attributes": [PRICE]})
    lower = await olga.made("/asset-types", {"name": "Chair", "parent": upper["number"]})
    await olga.act(f"/asset-types/{upper['number']}/revise", {"attributes": [PRICE, SERIAL]})

    shown = await olga.read(f"/asset-types/{lower['number']}")

    assert (shown["parent"], shown["type_version"]) == (upper["id"], 2)
    (level,) = shown["inherited"]
    assert [one["name"] for one in level["attributes"]] == ["price", "serial"]


async def test_impact_tells_what_a_redundant_group_spares(house: House) -> None:
    adam = house.as_("adam")
    shop, one, other = [
        (await adam.made("/assets", {"name": name, "asset_class": "server"}))["number"]
        for name in ("shop", "web-1", "web-2")
    ]
    for web in (one, other):
        await adam.act(f"/assets/{shop}/relate", {"other": web, "type": "runs on"})
    before = await adam.act(
        f"/assets/{shop}/group", {"name": "Web", "members": [one, other], "needed": 1}
    )
    await adam.act(f"/assets/{shop}/group", {"name": "Web", "members": []})
    last = await adam.act(f"/assets/{shop}/retire", {"reason": "Closed."})

    at = f"/assets/{one}/impact?min_position={last['position']}"
    now = await adam.read(at)
    then, known = [
        await adam.read(f"{at}&{name}=@{before['position']}") for name in ("as_of", "known_at")
    ]

    assert [(row["status"], row["effect"]) for row in now["data"]] == [("retired", "fails")]
    assert [(row["status"], row["effect"]) for row in then["data"]] == [("in stock", "weakened")]
    assert known == then


async def test_a_licence_that_is_over_used_is_seen(house: House) -> None:
    adam = house.as_("adam")
    licence, laptop = [
        (await adam.made("/assets", {"name": name, "asset_class": "x"}))["number"]
        for name in ("Office", "laptop-9")
    ]
    await adam.act(f"/assets/{licence}/entitle", {"installations": 0})
    last = await adam.act(f"/assets/{laptop}/relate", {"other": licence, "type": "licensed by"})

    seen = f"min_position={last['position']}"
    listed = (await adam.read(f"/licences?{seen}"))["data"]
    before = (await adam.read(f"/licences?{seen}&as_of=@{last['position'] - 1}"))["data"]

    assert [(row["installed"], row["over"]) for row in listed if row["number"] == licence] == [
        (1, 1)
    ]
    assert [row["installed"] for row in before if row["number"] == licence] == [0]


async def test_a_change_plans_attributes_and_findings_are_listed(house: House) -> None:
    olga, adam, carl = house.as_("olga"), house.as_("adam"), house.as_("carl")
    memory = {"name": "memory", "kind": "integer", "is_controlled": True}
    type = await olga.made("/asset-types", {"name": "Blade", "attributes": [memory]})
    asset = await adam.made(
        "/assets", {"name": "b-1", "type": type["number"], "attributes": {"memory": 64}}
    )
    change = await house.as_("rita").made("/changes", {"title": "More memory"})
    at = f"/changes/{change['number']}"
    await carl.act(f"{at}/affect", {"asset": asset["number"]})
    last = await carl.act(
        f"{at}/plan-attributes", {"asset": asset["number"], "attributes": {"memory": 128}}
    )

    refused = await adam.post(
        f"/assets/{asset['number']}/set-attributes", {"attributes": {"memory": 1}}, if_match="*"
    )
    history = (await adam.read(f"{at}/history"))["data"]
    findings = await adam.read(f"/asset-findings?min_position={last['position']}")

    assert refused.json()["detail"] == "attributes.memory: a change alone alters it."
    assert history[-1]["changed"]["attributes"] == {"memory": 128}
    assert findings["data"] == []


async def test_a_label_is_printed(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/assets", {"name": "print-7", "asset_class": "printer", "tag": "T7"})
    at = f"/assets/{made['number']}/label"

    drawn, printed = await adam.get(f"{at}.svg"), await adam.get(f"{at}.pdf")

    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert f">{made['number']}</text>" in drawn.text
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-1.4")
