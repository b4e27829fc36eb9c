"""A major incident over HTTP, from the proposal to the review."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_major_incident_is_led_told_of_and_reviewed(house: House) -> None:
    rita, adam, olga = (house.as_(name) for name in ("rita", "adam", "olga"))
    number = (await rita.made("/incidents", {"title": "No invoices"}))["number"]
    at = f"/incidents/{number}"

    await adam.act(f"{at}/propose-major-incident", {"reason": "No site can invoice."})
    queue = await adam.read(f"/queue?number={number}&is_major_proposed=true")
    await olga.act(f"{at}/promote", {"reason": "All sites.", "update_every": "30m"})
    person = house.number("adam")
    await adam.act(f"{at}/give-major-role", {"role": "incident manager", "person": person})
    await adam.act(f"{at}/name-affected-services", {"services": ["billing"]})
    said = await adam.act(f"{at}/update-stakeholders", {"text": "The line is down."})
    await adam.act(f"{at}/note-on-timeline", {"text": "The carrier was called."})
    queued = await adam.read(f"/queue?number={number}&min_position={said['position']}")
    seen = await adam.read(at)
    hers = await rita.read(at)

    assert [row["number"] for row in queue["data"]] == [number]
    assert [row["is_major"] for row in queued["data"]] == [True]
    [major] = seen["major"]
    assert (major["state"], major["update_every"], major["services"]) == (
        "active",
        "30m",
        ["billing"],
    )
    assert major["incident_manager"] == str(house.people["adam"])
    assert major["update_due"] > major["updated_at"]
    assert [line["what"] for line in seen["timeline"]] == [
        "logged",
        "proposed as a major incident",
        "promoted to a major incident",
        "a role was given",
        "affected services were named",
        "stakeholders were updated",
        "noted",
    ]
    assert hers["major"] == []
    assert [line["text"] for line in hers["timeline"] if line["text"]] == ["The line is down."]

    await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "A new line."})
    await adam.act(f"{at}/begin-review")
    await adam.act(
        f"{at}/add-review-action",
        {"title": "A second line", "owner": house.number("adam"), "due": "2030-03-01"},
    )
    await adam.act(f"{at}/complete-review", {"summary": "One line alone.", "cause": "No second."})
    await adam.act(f"{at}/complete-review-action", {"number": 1})
    [major] = (await adam.read(at))["major"]
    assert (major["review"], major["update_due"]) == ("completed", None)
    assert major["actions"] == [
        {
            "number": 1,
            "owner": str(house.people["adam"]),
            "due": "2030-03-01",
            "is_done": True,
            "title": "A second line",
        }
    ]


async def test_stakeholders_are_told_by_a_template(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    number = (await rita.made("/incidents", {"title": "No invoices"}))["number"]
    at = f"/incidents/{number}"
    await adam.act(f"{at}/promote", {"reason": "All sites.", "update_every": "30m"})
    await adam.act(f"{at}/name-affected-services", {"services": ["mail", "billing"]})
    text = "{{services}} ({{status}}): {{title}}. More at {{next_update}}. {{manager}}"
    definition = {"text": text, "audience": "customers", "language": "en"}
    template = await adam.made(
        "/update-templates", {"name": "It goes on", "definition": definition}
    )

    path = f"/update-templates/{template['number']}/filled?ticket="
    preview = (await adam.read(f"{path}{number}"))["text"]
    of_no_incident = await adam.get(
        f"{path}{(await rita.made('/questions', {'title': 'Which?'}))['number']}"
    )
    await adam.act(f"{at}/update-stakeholders", {"template": template["number"]})
    await adam.act(
        f"{at}/update-stakeholders", {"template": template["number"], "text": "In my words."}
    )

    assert preview.startswith("billing, mail (new): No invoices. More at 20")
    assert preview.endswith(" UTC. ")
    assert of_no_incident.status_code == 400
    seen = await rita.read(at)
    told = [line["text"] for line in seen["timeline"] if line["text"]]
    assert told[0][:45] == preview[:45]
    assert told[1:] == ["In my words."]
    events = [
        one["changed"]
        for one in (await adam.read(f"{at}/history"))["data"]
        if one["event"] == "StakeholdersUpdated"
    ]
    assert [(one["template"], one["template_version"]) for one in events] == [
        (template["id"], 1)
    ] * 2


async def test_an_update_says_something_and_by_a_template_that_is_in_use(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    number = (await rita.made("/incidents", {"title": "No mail"}))["number"]
    at = f"/incidents/{number}"
    await adam.act(f"{at}/promote", {"reason": "All sites."})
    body = {"name": "Over", "definition": {"text": "It is over."}}
    template = await adam.made("/update-templates", body)
    await adam.act(f"/update-templates/{template['number']}/retire")

    nothing = await adam.post(f"{at}/update-stakeholders", {})
    retired = await adam.post(f"{at}/update-stakeholders", {"template": template["number"]})

    assert (nothing.status_code, retired.status_code) == (422, 422)
    assert "says something" in nothing.json()["detail"]
    assert "retired update template" in retired.json()["detail"]
