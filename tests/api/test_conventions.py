"""What holds for every address: idempotency, versions, positions, pages, limits and problems."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from tests.api.house import SETTINGS, House, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLE = {"title": "No invoices"}


# Idempotency -------------------------------------------------------------------------------


async def test_the_same_key_gives_the_first_answer_again(house: House) -> None:
    adam = house.as_("adam")

    first = await adam.post("/incidents", TITLE, idempotency_key="log-1")
    again = await adam.post("/incidents", TITLE, idempotency_key="log-1")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


async def test_a_key_is_not_taken_for_another_request(house: House) -> None:
    adam = house.as_("adam")
    await adam.made("/incidents", TITLE, idempotency_key="log-2")

    other_body = await adam.post("/incidents", {"title": "Other"}, idempotency_key="log-2")
    other_path = await adam.post("/problems", TITLE, idempotency_key="log-2")

    for answer in (other_body, other_path):
        assert answer.status_code == 422
        assert answer.json()["code"] == "key_reused"


async def test_the_keys_of_two_people_do_not_meet(house: House) -> None:
    one = await house.as_("adam").made("/incidents", TITLE, idempotency_key="log-3")
    other = await house.as_("rita").made("/incidents", TITLE, idempotency_key="log-3")

    assert one["number"] != other["number"]


async def test_many_requests_with_one_key_at_once_do_it_once(house: House) -> None:
    adam = house.as_("adam")

    answers = await asyncio.gather(
        *(adam.post("/incidents", TITLE, idempotency_key="log-4") for _ in range(40))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1


async def test_a_refused_request_leaves_its_key_free(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}/close"

    refused = await adam.post(at, if_match="*", idempotency_key="close-1")
    await adam.act(
        f"/incidents/{made['number']}/resolve", {"code": "solved", "resolution": "Done."}
    )
    closed = await adam.post(at, if_match="*", idempotency_key="close-1")

    assert (refused.status_code, closed.status_code) == (422, 200)


async def test_a_repeated_act_is_answered_although_the_version_has_moved_on(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}/categorise"

    first = await adam.post(at, {"category": "a"}, if_match='"1"', idempotency_key="cat-1")
    again = await adam.post(at, {"category": "a"}, if_match='"1"', idempotency_key="cat-1")

    assert (again.status_code, again.content) == (200, first.content)


# Versions ----------------------------------------------------------------------------------


async def test_an_act_on_what_was_seen_needs_its_version(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)

    answer = await adam.post(f"/incidents/{made['number']}/categorise", {"category": "software"})

    assert answer.status_code == 428
    assert answer.json()["code"] == "version_needed"


async def test_a_stale_version_is_told_the_present_one(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}/categorise"
    await adam.made(at, {"category": "software"}, if_match='"1"')

    answer = await adam.post(at, {"category": "hardware"}, if_match='"1"')

    assert answer.status_code == 412
    assert answer.json()["version"] == 2
    assert answer.headers["etag"] == '"2"'


async def test_of_two_who_saw_the_same_version_one_comes_too_late(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}/categorise"

    answers = await asyncio.gather(
        *(adam.post(at, {"category": f"c{i}"}, if_match='"1"') for i in range(10))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9


async def test_what_is_known_already_is_not_sent_again(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}"
    read = await adam.get(at)

    known = await adam.get(at, if_none_match=read.headers["etag"])
    await adam.act(f"{at}/start")
    changed = await adam.get(at, if_none_match=read.headers["etag"])

    assert (known.status_code, known.content) == (304, b"")
    assert changed.status_code == 200


async def test_an_act_that_changes_nothing_gives_version_and_position(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    first = await adam.act(f"/incidents/{made['number']}/start")

    again = await adam.act(f"/incidents/{made['number']}/start")

    assert again["version"] == first["version"]
    assert again["position"] >= first["position"]


# Time and history --------------------------------------------------------------------------


async def test_a_record_can_be_read_as_it_was(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}"
    await adam.act(f"{at}/amend", {"title": "No invoices at all"})
    await adam.act(f"{at}/start")

    history = (await adam.read(f"{at}/history"))["data"]
    by_position = await adam.read(f"{at}?as_of=@{made['position']}")
    recorded = history[1]["recorded_at"]
    by_instant = await adam.read(f"{at}?as_of={recorded}")
    present = await adam.read(f"{at}?as_of=@{history[-1]['position']}")

    assert (by_position["title"], by_position["status"]) == ("No invoices", "new")
    assert (by_instant["title"], by_instant["version"]) == ("No invoices at all", 2)
    assert present == await adam.read(at)
    too_early = await adam.get(f"{at}?as_of=@{made['position'] - 1}")
    assert too_early.status_code == 404


async def test_history_tells_who_did_what_and_when(house: House) -> None:
    adam = house.as_("adam")
    made = await house.as_("rita").made("/incidents", TITLE)
    at = f"/incidents/{made['number']}"
    await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "Restarted."})

    logged, *_, resolved = (await adam.read(f"{at}/history"))["data"]

    assert (logged["event"], logged["actor"]["name"]) == ("Logged", "Rita")
    assert logged["changed"]["title"] == "No invoices"
    assert (resolved["event"], resolved["actor"]["number"]) == ("Resolved", house.number("adam"))
    assert resolved["changed"] == {"code": "solved", "resolution": "Restarted."}
    assert resolved["channel"] == "api"
    assert resolved["recorded_at"] == resolved["effective_at"]
    assert resolved["on_behalf_of"] is None


async def test_history_comes_in_pages(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}"
    for said in range(6):
        await adam.made(f"{at}/comment", {"text": f"{said}"})

    versions, path = [], f"{at}/history?limit=2"
    while path:
        page = await adam.read(path)
        versions += [entry["version"] for entry in page["data"]]
        more = page["next_cursor"]
        path = f"{at}/history?limit=2&cursor={more}" if more else ""

    assert versions == sorted(set(versions))
    assert versions[-1] == (await adam.read(at))["version"]


async def test_secrets_stand_in_no_history(house: House) -> None:
    zoe, adam = house.as_("zoe"), house.number("adam")
    await zoe.made(f"/people/{adam}/set-password", {"password": "correct horse battery"})

    text = (await zoe.get(f"/people/{adam}/history?limit=250")).text
    record = (await zoe.get(f"/people/{adam}")).text
    feed = (await house.as_("axel").get("/events?limit=250")).text

    for shown in (text, record, feed):
        assert "argon2" not in shown
        assert '"digest"' not in shown


async def test_the_feed_of_events_has_no_gap_and_resumes(house: House) -> None:
    axel, adam = house.as_("axel"), house.as_("adam")
    made = [await adam.made("/incidents", TITLE) for _ in range(5)]

    positions, after = [], 0
    while True:
        page = await axel.read(f"/events?after={after}&limit=7")
        positions += [int(event["id"]) for event in page["data"]]
        after = page["next"]
        if not page["has_more"]:
            break

    assert positions == list(range(1, len(positions) + 1))
    assert positions[-1] == made[-1]["position"]
    assert (await axel.read(f"/events?after={after}"))["data"] == []


# HTTP --------------------------------------------------------------------------------------


async def test_a_wrong_method_is_told_all_that_are_right(house: House) -> None:
    adam = house.as_("adam")

    answer = await adam.http.put("/api/v1/incidents")
    asked = await adam.http.options("/api/v1/incidents")

    assert answer.status_code == 405
    assert answer.headers["allow"] == asked.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_head_answers_like_get_without_the_body(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)

    head = await adam.http.head(f"/api/v1/incidents/{made['number']}")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == '"1"'


async def test_a_request_id_is_given_back_or_made(house: House) -> None:
    adam = house.as_("adam")

    given = await adam.get("/me", request_id="from-a-client.1")
    made = await adam.get("/nowhere")

    assert given.headers["request-id"] == "from-a-client.1"
    assert made.json()["request_id"] == made.headers["request-id"]


async def test_a_body_over_the_limit_is_refused_while_it_streams(tmp_path: Path) -> None:
    async with opened(tmp_path, replace(SETTINGS, body_bytes_max=1_000)) as house:
        taken = 0

        async def parts() -> AsyncIterator[bytes]:
            nonlocal taken
            for _ in range(100):
                taken += 1
                yield b" " * 500

        adam = house.as_("adam").http
        json = {"content-type": "application/json"}
        chunked = await adam.post("/api/v1/incidents", content=parts(), headers=json)
        declared = await adam.post("/api/v1/incidents", content=b" " * 1_001, headers=json)
        fitting = await adam.post(
            "/api/v1/incidents", content=b'{"title": "fits"}'.ljust(1_000), headers=json
        )

    assert chunked.status_code == declared.status_code == 413
    assert chunked.json()["code"] == "too_large"
    assert fitting.status_code == 201


async def test_a_command_whose_body_never_comes_is_not_done(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    before = house.desk.ledger.position()
    sent: list[Any] = []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/api/v1/incidents/{made['number']}/start"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {house.secrets['adam']}".encode())],
        "client": ("127.0.0.1", 1),
    }
    await house.app(scope, gone, send)

    assert sent[0]["status"] == 400
    assert house.desk.ledger.position() == before


async def test_whoever_asks_too_much_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path, replace(SETTINGS, requests_per_minute=5)) as house:
        answers = [await house.as_("adam").get("/me") for _ in range(6)]
        other = await house.as_("rita").get("/me")

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=5;w=60'
    assert answers[0].headers["ratelimit"] == '"default";r=4;t=60'
    last = answers[-1]
    assert last.json()["code"] == "too_many_requests"
    assert 1 <= int(last.headers["retry-after"]) <= 13
    assert other.status_code == 200


async def test_a_failure_on_our_side_tells_a_request_id_and_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(house.views, "list_rows", fails)
    with caplog.at_level(logging.ERROR, "ledgerdesk.api"):
        answer: httpx2.Response = await house.as_("adam").get("/incidents", request_id="lost-1")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "lost-1"
    assert "disk" not in answer.text
    assert "the disk is gone" in caplog.text
    assert "lost-1" in caplog.text
