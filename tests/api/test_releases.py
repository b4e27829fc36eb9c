"""Releases over HTTP: planned, let go phase by phase, rolled out, and undone."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPANS = [
    {"start": "2030-01-05T20:00:00Z", "end": "2030-01-05T22:00:00Z"},
    {"start": "2030-01-06T20:00:00Z", "end": "2030-01-06T22:00:00Z"},
]


async def planned(house: House) -> str:
    """A release of carl's with a pilot and the rest."""
    carl = house.as_("carl")
    made = await carl.made(
        "/releases",
        {"name": "Payroll 4.2", "backout": "Put 4.1 back.", "owner": house.number("carl")},
    )
    at = f"/releases/{made['number']}"
    for name, span in zip(("Pilot", "All"), SPANS, strict=True):
        await carl.act(f"{at}/add-phase", {"name": name, **span})
    return at


async def started(house: House, at: str, number: int, name: str) -> None:
    carl = house.as_("carl")
    await carl.act(f"{at}/write-gate", {"gate": name, "text": "All tests are green."})
    await carl.act(f"{at}/pass-gate", {"gate": name, "note": "They are."})
    await carl.act(f"{at}/start-phase", {"number": number})


async def test_a_release_is_rolled_out_and_undone_phase_by_phase(house: House) -> None:
    carl, at = house.as_("carl"), await planned(house)

    early = await carl.post(f"{at}/start-phase", {"number": 1}, if_match="*")
    await started(house, at, 1, "Pilot")
    await carl.act(f"{at}/complete-phase", {"number": 1, "outcome": "successful"})
    await started(house, at, 2, "All")
    await carl.act(f"{at}/back-out", {"reason": "Sums are wrong."})

    assert early.status_code == 422
    assert "Pilot has no go yet" in early.json()["detail"]
    shown = await house.as_("adam").read(at)
    assert (shown["status"], shown["phase"]) == ("stopped", "All")
    assert [phase["state"] for phase in shown["phases"]] == ["done", "backed out"]
    assert shown["phases"][1]["notes"] == "Sums are wrong."
    assert shown["gates"]["Pilot"]["passed_by"] == str(house.people["carl"])
    assert shown["gates"]["All"]["status"] == "written"


async def test_a_release_is_stopped_goes_on_and_ends_with_its_last_phase(house: House) -> None:
    carl, at = house.as_("carl"), await planned(house)
    await started(house, at, 1, "Pilot")

    twice = await carl.post(f"{at}/start-phase", {"number": 2}, if_match="*")
    await carl.act(f"{at}/stop", {"reason": "The load is too high."})
    stopped = await carl.read(at)
    early = await carl.post(
        f"{at}/complete-phase", {"number": 1, "outcome": "successful"}, if_match="*"
    )
    await carl.act(f"{at}/resume", {"reason": "It was another program."})
    await carl.act(f"{at}/complete-phase", {"number": 1, "outcome": "successful"})
    await started(house, at, 2, "All")
    unsaid = await carl.post(
        f"{at}/complete-phase", {"number": 2, "outcome": "unsuccessful"}, if_match="*"
    )
    await carl.act(
        f"{at}/complete-phase",
        {"number": 2, "outcome": "unsuccessful", "notes": "Sums are wrong."},
    )
    failed = await carl.read(at)
    await carl.act(f"{at}/resume", {"reason": "Mended by hand."})
    done = await carl.read(at)
    over = await carl.post(f"{at}/back-out", {"reason": "Late."}, if_match="*")

    assert "All is not next" in twice.json()["detail"]
    assert stopped["status"] == "stopped"
    assert early.status_code == 422
    assert "notes: they say what did not go as planned" in unsaid.json()["detail"]
    assert (failed["status"], failed["phases"][1]["outcome"]) == ("stopped", "unsuccessful")
    assert done["status"] == "completed"
    assert "rolling out or stopped can be backed out" in over.json()["detail"]


async def test_releases_are_listed_for_those_who_work_at_the_desk(house: House) -> None:
    at = await planned(house)
    query = f"/releases?min_position={house.desk.ledger.position()}&status=planned&limit=250"

    rows = (await house.as_("axel").read(query))["data"]

    [row] = [row for row in rows if row["number"] == at.rpartition("/")[2]]
    assert (row["starts"], row["ends"]) == (
        "2030-01-05T20:00:00.000000Z",
        "2030-01-06T22:00:00.000000Z",
    )
    assert (await house.as_("bakery.carl").get(query)).status_code == 403
    assert (await house.as_("bakery.carl").get(at)).status_code == 404
