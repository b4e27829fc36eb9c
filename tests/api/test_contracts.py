"""Contracts over HTTP, and rules of how good the data are."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_contract_is_drafted_signed_renewed_and_ended(house: House) -> None:
    adam = house.as_("adam")
    asset = await adam.made("/assets", {"name": "print-01", "asset_class": "server"})
    said = {
        "name": "Support",
        "supplier": "Metal Ltd",
        "last_day": "2030-12-31",
        "notice_days": 90,
        "cost": {"amount": "1200.00", "currency": "EUR"},
    }
    at = f"/contracts/{(await adam.made('/contracts', said))['number']}"

    early = await adam.post(f"{at}/renew", {"last_day": "2031-12-31"}, if_match="*")
    await adam.act(f"{at}/cover", {"assets": [asset["number"]]})
    await adam.act(f"{at}/sign")
    signed = await adam.read(at)
    back = await adam.post(f"{at}/renew", {"last_day": "2030-12-31"}, if_match="*")
    await adam.act(f"{at}/renew", {"last_day": "2031-12-31"})
    ended = await adam.act(f"{at}/end", {"reason": "The servers are gone."})

    assert "Only a contract in force is renewed" in early.json()["detail"]
    assert "beyond its last day" in back.json()["detail"]
    assert (signed["status"], signed["notice_by"], signed["cost"]) == (
        "in force",
        "2030-10-02",
        "1200.00",
    )
    assert signed["covered"] == [asset["id"]]
    rows = await adam.read(f"/contracts?supplier=Metal Ltd&min_position={ended['position']}")
    [row] = [row for row in rows["data"] if row["number"] == at.rpartition("/")[2]]
    assert (row["status"], row["last_day"], row["renewals"]) == ("ended", "2031-12-31", 1)
    assert (await house.as_("bakery.adam").get(at)).status_code == 404


async def test_a_data_rule_counts_what_breaks_it_now_and_then(house: House) -> None:
    adam, olga = house.as_("adam"), house.as_("olga")
    condition = 'status == "in stock" && owner == null && asset_class == "ownerless"'
    rule = await olga.made(
        "/data-rules",
        {"name": "Ownerless", "definition": {"list": "assets", "violated_by": condition}},
    )
    asset = await adam.made("/assets", {"name": "x-01", "asset_class": "ownerless"})
    mended = await adam.act(f"/assets/{asset['number']}/describe", {"owner": house.number("adam")})

    now = await adam.read(f"/data-quality?min_position={mended['position']}")
    then = await adam.read(f"/data-quality?as_of=@{asset['position']}")

    def counted(found: dict[str, list[dict[str, object]]]) -> object:
        return next(one for one in found["data"] if one["rule"] == rule["number"])["violations"]

    assert (counted(now), counted(then)) == (0, 1)
    rows = next(one["rows"] for one in then["data"] if one["rule"] == rule["number"])
    listed = await adam.read(rows.removeprefix("/api/v1"))
    assert [row["number"] for row in listed["data"]] == [asset["number"]]


async def test_a_condition_that_no_list_understands_is_told_with_its_place(house: House) -> None:
    definition = {"list": "assets", "violated_by": "colour == 1"}

    refused = await house.as_("olga").post("/data-rules", {"name": "x", "definition": definition})

    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["column"]) == ("/definition/violated_by", 1)
