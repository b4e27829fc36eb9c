"""Ratings that are asked for by a policy, over HTTP, and how many answer."""

from uuid import UUID

import pytest

from tests.api.house import House, setting_up

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_requesters_are_asked_by_a_policy_and_counted_by_it(house: House) -> None:
    rita, adam, olga = (house.as_(name) for name in ("rita", "adam", "olga"))
    body = {"name": "All", "definition": {"tickets": ["incident"], "remind_after_days": 3}}
    policy = await olga.made("/survey-policies", body)
    numbers = []
    for title in ("No mail", "No invoices"):
        at = f"/incidents/{(await rita.made('/incidents', {'title': title}))['number']}"
        done = await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "Restarted."})
        planned = await rita.read(at)
        refused = await rita.post(f"{at}/rate", {"score": 5}, if_match="*")
        await house.desk.keep_survey(UUID(done["id"]), by=setting_up())
        numbers.append((at, planned["rated_until"], refused.status_code))

    asked = await rita.read(numbers[0][0])
    rated = await rita.act(f"{numbers[0][0]}/rate", {"score": 4})
    query = f"from=2024-01-01T00:00:00Z&to=2033-01-01T00:00:00Z&min_position={rated['position']}"
    report = await adam.read(f"/reports/survey-response?{query}&by=survey_policy,survey_version")
    scores = await adam.read(f"/reports/satisfaction?{query}&survey_policy={policy['number']}")
    listed = await olga.read(f"/survey-policies?min_position={policy['position']}")

    assert [(until, status) for _, until, status in numbers] == [(None, 422)] * 2
    assert asked["rated_until"] is not None
    [group] = report["data"]
    assert group["group"] == {"survey_policy": policy["id"], "survey_version": 1}
    assert (group["counted"], group["part"]) == (2, 1)
    assert scores["total"]["counted"] == 1
    assert [(row["name"], row["percent"]) for row in listed["data"]] == [("All", 100)]
