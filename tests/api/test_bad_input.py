"""Whatever comes in: a clear problem goes out, and the ledger stays as it is."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from api.http.errors import CODES
from tests.api.authorisation import subjects
from tests.api.bad import Bad
from tests.api.bad_inputs import BAD
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE events; --",
    "{{7*7}} ${7*7} #{7*7} %s %n",
    "../../../../etc/passwd",
    "\u202ereversed\u202c",
    "Z\u0351\u036b\u0343\u036aalgo" * 20,
    "\U0001f4a9 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufeff\u200bnothing\u2028to\u2029see",
    "=cmd|' /C calc'!A0",
    "Robert'); DELETE FROM claims;--",
    "\\u0000 \\x00 %00",
    "İstanbul ǅ ﬃ",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def names(house: House) -> AsyncIterator[dict[str, str]]:
    """What the places in braces stand for."""
    adam = house.as_("adam")
    found = await subjects(house)
    closed = await adam.made("/incidents", {"title": "Over"})
    await adam.act(f"/incidents/{closed['number']}/cancel", {"reason": "Over."})
    await adam.made("/incidents", {"title": "used"}, idempotency_key="used")
    ours = await house.as_("bakery.adam").made("/incidents", {"title": "Ours"})
    theirs = await house.as_("foundry.adam").made("/incidents", {"title": "Theirs"})
    await adam.read(f"/incidents?min_position={theirs['position']}")
    page = await adam.read("/incidents?limit=1")
    yield {
        "incident": found["incidents"],
        "problem": found["problems"],
        "change": found["changes"],
        "asset": found["assets"],
        "team": found["teams"],
        "closed": closed["number"],
        "ours": ours["number"],
        "theirs": theirs["number"],
        "adam": house.number("adam"),
        "rita": house.number("rita"),
        "zoe": house.number("zoe"),
        "foundry_adam": house.number("foundry.adam"),
        "desk": str(house.organisations["desk"]),
        "foundry": str(house.organisations["foundry"]),
        "cursor": page["next_cursor"],
    }


def _with(names: dict[str, str], text: str) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


async def _send(house: House, bad: Bad, names: dict[str, str]) -> httpx2.Response:
    content = b""
    if isinstance(bad.body, bytes):
        content = bad.body
    elif bad.body is not None:
        content = _with(names, json.dumps(bad.body)).encode()
    headers: dict[str, Any] = {"content-type": "application/json", **bad.headers}
    return await house.as_(bad.who).http.request(
        bad.method,
        f"http://desk.test/api/v1{_with(names, bad.path)}",
        content=content,
        headers=[(name.encode(), value.encode()) for name, value in headers.items()],
    )


async def test_the_list_is_long_and_without_repeats() -> None:
    assert len(BAD) >= 200
    assert len({bad.name for bad in BAD}) == len(BAD)


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
async def test_bad_input_is_told_and_changes_nothing(
    house: House, names: dict[str, str], bad: Bad
) -> None:
    before = house.desk.ledger.position()

    answer = await _send(house, bad, names)

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    if bad.status:
        assert (answer.status_code, problem["code"]) == (bad.status, bad.code), problem
    assert problem["status"] == answer.status_code == CODES[problem["code"]][0]
    assert len(problem["detail"]) < 1_000
    if bad.pointer:
        assert problem["errors"][0]["pointer"] == bad.pointer
    assert house.desk.ledger.position() == before


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_text(house: House, text: str) -> None:
    adam = house.as_("adam")

    made = await adam.made("/incidents", {"title": text, "description": text, "category": text})

    page = await adam.read(f"/incidents?number={made['number']}&min_position={made['position']}")
    record = await adam.read(f"/incidents/{made['number']}")
    assert record["description"] == text
    assert record["title"] == page["data"][0]["title"] == " ".join(text.split())
