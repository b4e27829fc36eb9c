"""The service portfolio over HTTP: through its gates into the catalogue, for its customers."""

from typing import Any

import pytest

from api.approval_processes import PRACTICE as PROCESSES
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_DESIGN = ("requirements", "support model", "SLA draft")


async def proposed(house: House, name: str, **said: Any) -> str:
    """A service that olga proposed and adam owns, in design."""
    olga = house.as_("olga")
    team = await house.as_("zoe").made("/teams", {"name": f"Support of {name}"})
    made = await olga.made(
        "/services",
        {
            "name": name,
            "description": "Pays everybody.",
            "owner": house.number("adam"),
            "team": team["number"],
            **said,
        },
    )
    at = f"/services/{made['number']}"
    await olga.act(f"{at}/begin-design")
    return at


async def passed(house: House, at: str, *gates: str) -> None:
    adam = house.as_("adam")
    for gate in gates:
        await adam.act(f"{at}/write-gate", {"gate": gate, "text": "As for the ledger."})
        await adam.act(f"{at}/pass-gate", {"gate": gate, "note": "It is the usual one."})


async def live(house: House, name: str, **said: Any) -> str:
    at = await proposed(house, name, **said)
    await passed(house, at, *IN_DESIGN)
    await house.as_("adam").act(f"{at}/charter")
    await passed(house, at, "acceptance")
    await house.as_("adam").act(f"{at}/go-live")
    return at


async def test_a_service_goes_live_through_its_gates(house: House) -> None:
    at = await proposed(house, "Payroll")

    early = await house.as_("adam").post(f"{at}/charter", if_match="*")
    await passed(house, at, *IN_DESIGN)
    await house.as_("adam").act(f"{at}/charter")
    await passed(house, at, "acceptance")
    await house.as_("adam").act(f"{at}/go-live")

    assert early.status_code == 422
    assert "has not passed the gate requirements" in early.json()["detail"]
    shown = await house.as_("axel").read(at)
    assert (shown["status"], shown["name"]) == ("live", "Payroll")
    gate = shown["gates"]["acceptance"]
    assert (gate["status"], gate["note"]) == ("passed", "It is the usual one.")
    assert gate["passed_by"] == str(house.people["adam"])
    events = [one["event"] for one in (await house.as_("axel").read(f"{at}/history"))["data"]]
    assert events[-1] == "WentLive"
    assert events.count("GatePassed") == 4


async def test_nobody_but_the_owner_passes_a_gate(house: House) -> None:
    at = await proposed(house, "Archive")
    gate = {"gate": "requirements", "text": "Ten years."}
    await house.as_("olga").act(f"{at}/write-gate", gate)

    answer = await house.as_("olga").post(
        f"{at}/pass-gate", {"gate": "requirements", "note": "Fine."}, if_match="*"
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("customers", "readers"),
    [
        ([], {"bakery.rita", "foundry.rita", "adam", "axel"}),
        (["bakery"], {"bakery.rita", "adam", "axel"}),
    ],
)
async def test_customers_find_live_services_that_are_for_them_without_their_design(
    house: House, customers: list[str], readers: set[str]
) -> None:
    named = [str(house.organisations[name]) for name in customers]
    at = await live(house, f"Ovens of {len(named)}", customers=named)
    hidden = await proposed(house, f"Plans of {len(named)}", customers=named)
    position = house.desk.ledger.position()

    everybody = ("bakery.rita", "foundry.rita", "adam", "axel")
    query = f"/services?min_position={position}&limit=250"
    found = {who for who in everybody if (await house.as_(who).get(at)).status_code == 200}
    listed = {
        who: {row["number"] for row in (await house.as_(who).read(query))["data"]}
        for who in everybody
    }

    number = at.rpartition("/")[2]
    assert found == {who for who in everybody if number in listed[who]} == readers
    assert hidden.rpartition("/")[2] not in listed["bakery.rita"] | listed["foundry.rita"]
    shown = await house.as_("bakery.rita").read(at)
    assert (shown["gates"], shown["customers"], shown["proposer"]) == ({}, [], "")
    assert (await house.as_("bakery.rita").get(f"{at}?as_of=@1")).status_code == 404
    assert (await house.as_("bakery.rita").get(f"{at}/approval.svg")).status_code == 403


async def test_a_gate_that_a_process_governs_is_voted_on(house: House) -> None:
    olga, anna, adam = house.as_("olga"), house.as_("anna"), house.as_("adam")
    document = (
        "name: Requirements\nsubjects: service\n"
        "when: subject.gate == 'requirements' && subject.criticality == 'critical'\n"
        "stages:\n- name: Board\n  approvers: role:approver\n  quorum: any\n"
        "  patience: 8h\n  on_timeout: reject\n"
    )
    process = await olga.made(f"/{PROCESSES.plural}", {"document": document})
    await olga.act(f"/{PROCESSES.plural}/{process['number']}/publish")
    at = await proposed(house, "Cash", criticality="critical")
    await adam.act(f"{at}/write-gate", {"gate": "requirements", "text": "Every day."})

    alone = await adam.post(
        f"{at}/pass-gate", {"gate": "requirements", "note": "Fine."}, if_match="*"
    )
    submitted = await adam.act(f"{at}/submit", {"gate": "requirements"})
    inbox = await anna.read(f"/approvals?min_position={submitted['position']}")
    await anna.act(f"{at}/vote", {"vote": "approve"})

    assert alone.status_code == 422
    assert "governs the gate requirements" in alone.json()["detail"]
    asked = [row for row in inbox["data"] if row["number"] == at.rpartition("/")[2]]
    assert [(row["kind"], row["title"], row["type"]) for row in asked] == [
        ("service", "Cash", "requirements")
    ]
    gate = (await anna.read(at))["gates"]["requirements"]
    assert (gate["status"], gate["round"], gate["passed_by"]) == ("passed", 1, None)
