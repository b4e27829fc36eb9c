"""Purchase orders over HTTP: what is received comes into the register with what it cost."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_deliveries_bring_assets_and_returns_retire_them(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    serial = {"name": "serial", "kind": "text", "is_required": True, "is_unique": True}
    type = await olga.made("/asset-types", {"name": "Tablet", "attributes": [serial]})
    contract = await adam.made("/contracts", {"name": "Frame", "supplier": "Boxes Ltd"})
    line = {"item": "Tablet 11", "quantity": 3, "price": 49_990, "type": type["number"]}
    order = await adam.made(
        "/purchase-orders",
        {
            "supplier": "Boxes Ltd",
            "currency": "EUR",
            "owner": house.number("adam"),
            "lines": [
                {**line, "contract": contract["number"], "warranty_months": 24},
                {"item": "Cable", "quantity": 2, "price": 500, "cost_centre": "4711"},
            ],
        },
    )
    at = f"/purchase-orders/{order['number']}"
    await olga.act(f"{at}/place", {"expected_on": "2031-01-31"})

    units = [{"name": f"tab-{n}", "attributes": {"serial": f"T{n}"}} for n in (1, 2)]
    await adam.act(f"{at}/receive", {"line": 1, "quantity": 2, "units": units})
    again = await adam.post(
        f"{at}/receive", {"line": 1, "quantity": 1, "units": units[:1]}, if_match="*"
    )
    over = await adam.post(f"{at}/receive", {"line": 2, "quantity": 3}, if_match="*")
    shown = await adam.read(at)
    tablet = await adam.read(f"/assets/{shown['assets'][0]}")
    sent = await adam.act(
        f"{at}/send-back",
        {"line": 1, "quantity": 1, "assets": shown["assets"][:1], "reason": "It is cracked."},
    )

    assert again.json()["detail"] == "attributes.serial: another asset has T1."
    assert over.json()["detail"] == "quantity: of line 2, 2 are still to come."
    assert (shown["status"], shown["total"], shown["outstanding"]) == (
        "partly received",
        150_970,
        50_990,
    )
    assert {key: tablet[key] for key in ("name", "status", "cost", "supplier", "contract")} == {
        "name": "tab-1",
        "status": "in stock",
        "cost": "499.90",
        "supplier": "Boxes Ltd",
        "contract": contract["number"],
    }
    assert tablet["attributes"] == {"serial": "T1"}
    assert tablet["ends"].keys() == {"warranty"}
    history = (await adam.read(f"/assets/{tablet['number']}/history"))["data"]
    assert {entry["cause"]["rule"] for entry in history} == {order["number"]}
    asked = "/purchase-orders?filter=outstanding > 0&supplier=Boxes Ltd&fields=number,units"
    listed = await adam.read(f"{asked}&min_position={sent['position']}")
    assert {"number": order["number"], "units": 5} in listed["data"]
    assert (await adam.read(f"/assets/{tablet['number']}"))["status"] == "retired"


async def test_what_a_line_names_has_to_exist(house: House) -> None:
    line = {"item": "Tablet", "quantity": 1, "price": 1, "type": "ATY0009999"}

    refused = await house.as_("adam").post(
        "/purchase-orders", {"supplier": "Boxes Ltd", "currency": "EUR", "lines": [line]}
    )

    assert refused.status_code == 422
    assert "lines[0].type" in refused.json()["detail"]
