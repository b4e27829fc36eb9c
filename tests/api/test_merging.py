"""Merging and splitting over HTTP: what was said is seen through the ticket that is left."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_was_said_on_a_merged_ticket_is_seen_through_the_other(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    a = (await rita.made("/incidents", {"title": "No mail"}))["number"]
    b = (await adam.made("/incidents", {"title": "Mail is down"}))["number"]
    await adam.act(f"/incidents/{b}/comment", {"text": "Seen it.", "visibility": "internal"})
    await adam.act(f"/incidents/{b}/comment", {"text": "On it."})
    await adam.act(f"/incidents/{b}/watch", {"person": house.number("anna")})
    mine = await rita.made(f"/incidents/{a}/comment", {"text": "Me too."})

    merged = await adam.act(f"/incidents/{b}/merge", {"into": a})
    seen = await adam.read(f"/tickets/{a}/conversation")
    hers = await rita.read(f"/tickets/{a}/conversation")
    queue = await adam.read(f"/queue?number={b}&min_position={mine['position']}")

    assert [(one["text"], one["origin"]) for one in seen["said"]] == [
        ("Seen it.", b),
        ("On it.", b),
        ("Me too.", a),
    ]
    assert seen["merged"] == [b]
    assert [(one["name"], one["origin"]) for one in seen["watchers"]] == [("Anna", b)]
    assert [one["text"] for one in hers["said"]] == ["Me too."]
    assert hers["merged"] == []
    assert [row["status"] for row in queue["data"]] == ["merged"]
    assert (await adam.read(f"/tickets/{b}/conversation"))["merged_into"] == a

    await adam.act(f"/incidents/{b}/unmerge")
    assert (await adam.read(f"/incidents/{b}"))["status"] == "new"
    assert (await adam.read(f"/tickets/{a}/conversation"))["merged"] == []
    then = await adam.read(f"/tickets/{a}/conversation?as_of=@{merged['position']}")
    before = await adam.read(f"/tickets/{a}/conversation?as_of=@{mine['position'] - 1}")
    assert (then["merged"], then["said"], then["watchers"]) == ([b], seen["said"], seen["watchers"])
    assert (before["merged"], before["said"]) == ([], [])


@pytest.mark.parametrize("plural", ["problems", "requests"])
async def test_problems_and_requests_are_merged_and_split_as_well(
    house: House, plural: str
) -> None:
    adam = house.as_("adam")
    a, b = [(await adam.made(f"/{plural}", {"title": "Twice"}))["number"] for _ in range(2)]
    said = await adam.made(f"/{plural}/{a}/comment", {"text": "Another thing."})

    part = await adam.act(
        f"/{plural}/{a}/split-off", {"comments": [said["position"]], "title": "Another"}
    )
    await adam.act(f"/{plural}/{a}/merge", {"into": b})

    seen = await adam.read(f"/tickets/{b}/conversation")
    assert seen["merged"] == [a]
    assert [(one["text"], one["went_to"]) for one in seen["said"]] == [
        ("Another thing.", part["number"])
    ]
    await adam.act(f"/{plural}/{a}/unmerge")
    assert (await adam.read(f"/tickets/{b}/conversation"))["merged"] == []
    across = await adam.post(f"/{plural}/{a}/merge", {"into": "INC0000001"}, if_match="*")
    assert across.status_code == 422


async def test_a_ticket_that_is_split_off_begins_with_comments_of_the_other(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    source = (await rita.made("/incidents", {"title": "Two things"}))["number"]
    await rita.act(f"/incidents/{source}/comment", {"text": "No mail."})
    said = await rita.made(f"/incidents/{source}/comment", {"text": "No web."})

    part = await adam.act(
        f"/incidents/{source}/split-off", {"comments": [said["position"]], "title": "No web"}
    )

    seen = await adam.read(f"/tickets/{part['number']}/conversation")
    assert (seen["split_from"], [one["text"] for one in seen["said"]]) == (source, ["No web."])
    left = await rita.read(f"/tickets/{source}/conversation")
    assert [(one["text"], one["went_to"]) for one in left["said"]] == [
        ("No mail.", None),
        ("No web.", part["number"]),
    ]

    await adam.act(f"/incidents/{part['number']}/undo-split")
    left = await rita.read(f"/tickets/{source}/conversation")
    assert [(one["text"], one["went_to"]) for one in left["said"]] == [
        ("No mail.", None),
        ("No web.", None),
    ]
    assert left["merged"] == [part["number"]]


async def test_a_customer_merges_nothing_of_another(house: House) -> None:
    theirs = (await house.as_("bakery.rita").made("/incidents", {"title": "No bread"}))["number"]
    ours = (await house.as_("rita").made("/incidents", {"title": "No mail"}))["number"]

    hidden = await house.as_("bakery.adam").post(
        f"/incidents/{theirs}/merge", {"into": ours}, if_match="*"
    )
    refused = await house.as_("adam").post(
        f"/incidents/{theirs}/merge", {"into": ours}, if_match="*"
    )
    answer = await house.as_("adam").post(
        f"/incidents/{theirs}/merge", {"into": ours, "across_organisations": True}, if_match="*"
    )

    assert hidden.status_code == 422
    assert hidden.json()["detail"].startswith("/into: There is no ")
    assert "belongs to another organisation" in refused.json()["detail"]
    assert answer.status_code == 200
