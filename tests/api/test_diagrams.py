"""Drawings of approval processes, and of how far the approval of a change has come."""

from xml.etree import ElementTree

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SVG = "{http://www.w3.org/2000/svg}"
DOCUMENT = """\
name: {name}
order: 1
subjects: [change]
when: subject.category == "{name}"
stages:
  - name: Technical <&>
    approvers: [role:approver]
    quorum: all
    patience: 4h
    on_timeout: reject
  - name: CAB
    approvers: [role:change-manager, role:process-owner, role:auditor]
    quorum: any
    patience: 2bd
    on_timeout: reject
"""


def described(drawing: str) -> str:
    return ElementTree.fromstring(drawing).findtext(f"{SVG}desc") or ""


async def published(house: House, name: str) -> str:
    olga = house.as_("olga")
    made = await olga.made("/approval-processes", {"document": DOCUMENT.format(name=name)})
    await olga.act(f"/approval-processes/{made['number']}/publish")
    return f"/approval-processes/{made['number']}"


async def submitted(house: House, category: str) -> str:
    rita, adam = house.as_("rita"), house.as_("adam")
    made = await rita.made("/changes", {"title": "New switch"})
    change = f"/changes/{made['number']}"
    await adam.act(f"{change}/categorise", {"category": category})
    await adam.act(f"{change}/assess-risk", {"impact": 2, "likelihood": 2})
    await adam.act(f"{change}/plan", {"implementation": "Swap it.", "backout": "Swap it back."})
    await adam.act(f"{change}/submit")
    return change


async def test_a_version_is_drawn(house: House) -> None:
    process = await published(house, "Drawn")

    answer = await house.as_("olga").get(f"{process}/versions/1/diagram.svg")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert "default-src 'none'; sandbox" in answer.headers["content-security-policy"]
    root = ElementTree.fromstring(answer.text)
    assert (root.findtext(f"{SVG}title") or "").startswith("Drawn, APR")
    known = await house.as_("olga").get(
        f"{process}/versions/1/diagram.svg", if_none_match=answer.headers["etag"]
    )
    assert known.status_code == 304


async def test_a_version_is_exported_as_bpmn(house: House) -> None:
    process = await published(house, "Exported")

    answer = await house.as_("olga").get(f"{process}/versions/draft/diagram.bpmn")

    assert answer.headers["content-type"] == "application/bpmn+xml; charset=utf-8"
    assert ElementTree.fromstring(answer.text).tag.endswith("MODEL}definitions")


async def test_the_approval_of_a_change_is_drawn_as_it_is_and_as_it_was(house: House) -> None:
    await published(house, "Progress")
    change = await submitted(house, "Progress")
    voted = await house.as_("anna").act(f"{change}/vote", {"vote": "approve"})

    now = await house.as_("adam").get(f"{change}/approval.svg")
    before = await house.as_("adam").get(f"{change}/approval.svg?as_of=@{voted['position'] - 1}")

    assert now.status_code == before.status_code == 200
    said, earlier = (
        ElementTree.fromstring(one.text).findtext(f"{SVG}desc") for one in (now, before)
    )
    assert said is not None
    assert earlier is not None
    assert "1 of 2 voted" in said
    assert "Anna: approve." in said
    assert "0 of 2 voted" in earlier


async def test_who_may_not_see_what_agents_say_sees_no_names(house: House) -> None:
    await published(house, "Names")
    change = await submitted(house, "Names")
    await house.as_("anna").act(f"{change}/vote", {"vote": "approve"})

    answer = await house.as_("rita").get(f"{change}/approval.svg")

    assert "1 of 2 voted" in answer.text
    assert f"{house.number('anna')}: approve." in answer.text
    assert "Anna" not in answer.text


async def test_a_change_that_was_not_submitted_has_no_drawing(house: House) -> None:
    made = await house.as_("rita").made("/changes", {"title": "New switch"})

    answer = await house.as_("adam").get(f"/changes/{made['number']}/approval.svg")

    assert answer.status_code == 422
    assert answer.json()["detail"] == "This change has not been submitted for approval."
