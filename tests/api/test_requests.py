"""Service requests over HTTP: ordered, approved where a process governs them, and fulfilled."""

import pytest
import pytest_asyncio

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOVERNING = {
    "subjects": ["request"],
    "order": 1,
    "when": 'subject.category == "hardware"',
    "stages": [
        {
            "name": "Budget",
            "approvers": ["person:anna", "person:carl"],
            "quorum": {"kind": "any"},
            "patience": "8h",
            "on_timeout": "reject",
        }
    ],
}


async def ordered(house: House, category: str) -> str:
    """The path of a request of rita."""
    made = await house.as_("rita").made("/requests", {"title": "A second screen"})
    at = f"/requests/{made['number']}"
    await house.as_("adam").act(f"{at}/categorise", {"category": category})
    return at


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def governing(house: House) -> None:
    olga = house.as_("olga")
    process = await olga.made("/approval-processes", {"name": "Hardware", "definition": GOVERNING})
    await olga.act(f"/approval-processes/{process['number']}/publish")


@pytest.mark.usefixtures("governing")
async def test_a_request_that_no_process_governs_is_fulfilled_at_once(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("rita")
    at = await ordered(house, "software")

    nobody = await rita.post(f"{at}/submit", {}, if_match="*")
    await adam.act(f"{at}/start-fulfilment")
    await adam.act(f"{at}/pend", {"reason": "vendor"})
    await adam.act(f"{at}/resume")
    await adam.act(f"{at}/fulfil", {"fulfilment": "It is installed."})
    fulfilled = await rita.read(at)
    await rita.act(f"{at}/reopen", {"reason": "It does not start."})
    await adam.act(f"{at}/fulfil", {"fulfilment": "It starts."})
    closed = await rita.act(f"{at}/close")

    assert nobody.status_code == 422
    assert "No approval process is published for such requests" in nobody.json()["detail"]
    assert (fulfilled["status"], fulfilled["resolution"]) == ("fulfilled", "It is installed.")
    queue = await adam.read(f"/requests?status=closed&min_position={closed['position']}")
    assert at.rpartition("/")[2] in {row["number"] for row in queue["data"]}
    assert {row["kind"] for row in queue["data"]} == {"request"}


@pytest.mark.usefixtures("governing")
async def test_a_request_that_a_process_governs_is_fulfilled_once_it_is_approved(
    house: House,
) -> None:
    adam, anna, rita = house.as_("adam"), house.as_("anna"), house.as_("rita")
    at = await ordered(house, "hardware")

    early = await adam.post(f"{at}/start-fulfilment", {}, if_match="*")
    submitted = await rita.act(f"{at}/submit")
    inbox = await anna.read(f"/approvals?min_position={submitted['position']}")
    own = await rita.post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    await adam.act(f"{at}/amend", {"title": "A second screen"})
    await anna.act(f"{at}/vote", {"vote": "approve", "comment": "One is enough."})
    approved = await rita.read(at)
    late = await adam.post(f"{at}/amend", {"title": "Three screens"}, if_match="*")
    await adam.act(f"{at}/start-fulfilment")
    drawing = await adam.get(f"{at}/approval.svg")

    assert early.status_code == 422
    assert "approved before it is fulfilled" in early.json()["detail"]
    (asked,) = [row for row in inbox["data"] if at.endswith(row["number"])]
    assert (asked["kind"], asked["title"]) == ("request", "A second screen")
    assert own.status_code == 403
    assert approved["status"] == "approved"
    assert approved["approval"]["1"]["stages"][0]["votes"][0]["vote"] == "approve"
    assert late.status_code == 422
    assert drawing.status_code == 200


@pytest.mark.usefixtures("governing")
async def test_who_ordered_it_may_cancel_it_in_approval(house: House) -> None:
    rita = house.as_("rita")
    at = await ordered(house, "hardware")
    await rita.act(f"{at}/submit")

    cancelled = await rita.act(f"{at}/cancel", {"reason": "I have found one."})

    record = await rita.read(at)
    assert (record["status"], record["reason"]) == ("cancelled", "I have found one.")
    inbox = await house.as_("anna").read(f"/approvals?min_position={cancelled['position']}")
    assert [row for row in inbox["data"] if at.endswith(row["number"])] == []


async def test_teams_do_the_tasks_of_a_request_and_undo_them_when_it_is_cancelled(
    house: House,
) -> None:
    adam, rita = house.as_("adam"), house.as_("rita")
    team = await house.as_("zoe").made("/teams", {"name": "Screens"})
    at = await ordered(house, "software")
    plan = [{"title": "Order it", "team": team["number"]}, {"title": "Set it up", "after": [1]}]
    for task in plan:
        await adam.act(f"{at}/add-task", task)

    await adam.act(f"{at}/start-fulfilment")
    early = await adam.post(f"{at}/complete-task", {"number": 2})
    done = await adam.act(f"{at}/complete-task", {"number": 1, "note": "It comes on Monday."})
    work = await adam.read(f"/fulfilment-tasks?min_position={done['position']}")
    by_hand = await adam.post(f"{at}/fulfil", {"fulfilment": "Enough."}, if_match="*")
    await adam.act(f"{at}/complete-task", {"number": 2})
    record = await rita.read(at)

    assert early.status_code == by_hand.status_code == 422
    (waiting,) = [row for row in work["data"] if at.endswith(row["number"])]
    assert (waiting["title"], waiting["is_ready"]) == ("Set it up", True)
    assert record["status"] == "fulfilled"
    assert [(task["title"], task["state"]) for task in record["tasks"]] == [
        ("Order it", "done"),
        ("Set it up", "done"),
    ]


async def test_a_request_is_promised_what_a_policy_for_requests_says(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    weekly = {"mon": [["00:00", "24:00"]]}
    calendar = await olga.made(
        "/calendars", {"name": "Mondays", "hours": {"zone": "UTC", "weekly": weekly}}
    )
    definition = {
        "calendar": calendar["number"],
        "subjects": ["request"],
        "targets": [{"name": "resolution", "budget": "4h", "pausing": ["vendor"]}],
    }
    policy = await olga.made(
        "/service-level-policies", {"name": "Orders", "definition": definition}
    )
    await olga.act(f"/service-level-policies/{policy['number']}/publish")
    at = await ordered(house, "software")

    await adam.act(f"{at}/prioritise", {"impact": 3, "urgency": 2})
    promised = await adam.read(at)
    await adam.act(f"{at}/start-fulfilment")
    await adam.act(f"{at}/fulfil", {"fulfilment": "It is installed."})

    assert promised["due_target"] == "resolution"
    assert (await adam.read(at))["due"] is None
