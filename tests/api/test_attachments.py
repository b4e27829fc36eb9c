"""Files of tickets over HTTP: sent, fetched whole and in part, by whom they are for."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import httpx2
import pytest

from ops.attachments import attached
from ops.ports import free_port
from ops.stores.file_folder import FolderFiles
from tests.api.house import Client, House
from tests.s3 import Bucket

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTENT = bytes(range(256)) * 1_000
DIGEST = sha256(CONTENT).hexdigest()


async def send(
    client: Client, at: str, content: Any = CONTENT, *, name: str = "", **headers: str
) -> httpx2.Response:
    given = {"content-type": "image/png"} | {key.replace("_", "-"): headers[key] for key in headers}
    query = {"name": name} if name else {}
    return await client.http.post(
        f"/api/v1{at}/attachments", content=content, headers=given, params=query
    )


async def incident(house: House, who: str = "rita") -> str:
    made = await house.as_(who).made("/incidents", {"title": "No invoices"})
    return f"/incidents/{made['number']}"


async def test_a_file_is_sent_and_fetched_again(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    at = await incident(house)

    answer = await send(rita, at, name='what "I" saw → é.png')

    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] == DIGEST
    assert answer.json()["size"] == len(CONTENT)
    (shown,) = (await adam.read(at))["attachments"]
    assert (shown["name"], shown["media_type"], shown["size"]) == (
        'what "I" saw → é.png',
        "image/png",
        len(CONTENT),
    )
    fetched = await adam.get(f"{at}/attachments/{DIGEST}")
    assert fetched.status_code == 200
    assert fetched.content == CONTENT
    assert fetched.headers["content-type"] == "image/png"
    assert fetched.headers["content-length"] == str(len(CONTENT))
    assert fetched.headers["content-disposition"] == (
        'attachment; filename="what _I_ saw _ _.png"; '
        "filename*=UTF-8''what%20%22I%22%20saw%20%E2%86%92%20%C3%A9.png"
    )
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'; sandbox" in fetched.headers["content-security-policy"]
    assert fetched.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=65530-65540", 65530, 65541),
        ("bytes=255000-", 255_000, 256_000),
        ("bytes=-10", 255_990, 256_000),
        ("bytes=-999999", 0, 256_000),
        ("bytes=10-999999", 10, 256_000),
    ],
)
async def test_a_range_of_a_file_is_fetched(house: House, asked: str, start: int, end: int) -> None:
    at = await incident(house)
    rita = house.as_("rita")
    await send(rita, at)

    answer = await rita.get(f"{at}/attachments/{DIGEST}", range=asked)

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/256000"


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=-0"])
async def test_a_range_outside_of_the_file_is_refused(house: House, asked: str) -> None:
    at = await incident(house)
    rita = house.as_("rita")
    await send(rita, at)

    answer = await rita.get(f"{at}/attachments/{DIGEST}", range=asked)

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */256000"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=", "bytes=9-3", "lines=1-2"])
async def test_a_range_that_is_none_gets_the_whole_file(house: House, asked: str) -> None:
    at = await incident(house)
    rita = house.as_("rita")
    await send(rita, at)

    answer = await rita.get(f"{at}/attachments/{DIGEST}", range=asked)

    assert (answer.status_code, answer.content) == (200, CONTENT)


async def test_a_file_that_is_known_is_not_sent_again(house: House) -> None:
    at = await incident(house)
    rita = house.as_("rita")
    await send(rita, at)

    answer = await rita.get(f"{at}/attachments/{DIGEST}", if_none_match=f'"{DIGEST}"')
    changed = await rita.get(f"{at}/attachments/{DIGEST}", range="bytes=0-1", if_range='"other"')

    assert (answer.status_code, answer.content) == (304, b"")
    assert changed.status_code == 200


async def test_who_may_not_read_the_ticket_gets_no_file(house: House) -> None:
    at = await incident(house)
    await send(house.as_("rita"), at)

    for who in ("zoe", "bakery.adam", "bakery.rita"):
        answer = await house.as_(who).get(f"{at}/attachments/{DIGEST}")
        assert answer.status_code in (403, 404)
        assert b"\x01\x02\x03" not in answer.content
    assert (await send(house.as_("anna"), at)).status_code == 403


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "A" * 64])
async def test_a_file_that_is_not_attached_is_not_found(house: House, sha256: str) -> None:
    at = await incident(house)

    answer = await house.as_("rita").get(f"{at}/attachments/{sha256}")

    assert answer.status_code == 404


async def test_a_file_of_another_ticket_is_not_found(house: House) -> None:
    one, other = await incident(house), await incident(house)
    rita = house.as_("rita")
    await send(rita, one)

    assert (await rita.get(f"{other}/attachments/{DIGEST}")).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "content", "rule"),
    [
        ("application/x-msdownload", b"MZ", "Programs are not taken as attachments."),
        ("image", b"x", "A media type has two parts, such as image/png."),
        ("", b"x", "A media type has two parts, such as image/png."),
        ("text/plain", b"", "An attachment has 1 to 26214400 bytes."),
    ],
)
async def test_what_is_no_attachment_is_refused(
    house: House, media_type: str, content: bytes, rule: str
) -> None:
    at = await incident(house)

    answer = await send(house.as_("rita"), at, content, content_type=media_type)

    assert answer.status_code == 422
    assert answer.json()["detail"] == rule


async def test_a_file_that_is_too_large_is_refused_although_it_does_not_say_so(
    house: House,
) -> None:
    at = await incident(house)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 200:
            sent += 1
            yield b"x" * 1024 * 1024

    answer = await send(house.as_("rita"), at, endless())
    said = await send(house.as_("rita"), at, b"x", content_length="99999999999")

    assert answer.status_code == 422
    assert sent < 30
    assert said.status_code == 413
    assert (await house.as_("rita").read(at))["attachments"] == []


async def test_nothing_is_attached_to_a_ticket_that_is_over(house: House) -> None:
    at = await incident(house)
    rita = house.as_("rita")
    await rita.act(f"{at}/cancel", {"reason": "Logged twice."})

    assert (await send(rita, at)).status_code == 422


async def test_the_same_file_again_records_nothing(house: House) -> None:
    at = await incident(house)
    rita = house.as_("rita")

    first = await send(rita, at, idempotency_key="file-1")
    replayed = await send(rita, at, idempotency_key="file-1")
    again = await send(house.as_("adam"), at)
    other = await send(rita, at, b"other", idempotency_key="file-1")

    assert replayed.content == first.content
    assert replayed.headers["idempotency-replayed"] == "true"
    assert again.json()["version"] == first.json()["version"]
    assert other.json()["code"] == "key_reused"


async def test_the_bytes_of_an_announced_file_are_sent_by_who_announced_it(house: House) -> None:
    at = await incident(house)
    rita, adam = house.as_("rita"), house.as_("adam")
    content = b"announced"
    digest = sha256(content).hexdigest()
    told = {"name": "a.png", "media_type": "image/png", "size": len(content), "sha256": digest}
    await rita.made(f"{at}/attach", told)

    missing = await adam.get(f"{at}/attachments/{digest}")
    refused = await send(adam, at, content)
    await send(rita, at, content)

    assert missing.status_code == 404
    assert refused.status_code == 422
    assert (await adam.get(f"{at}/attachments/{digest}")).content == content


async def test_the_content_is_gone_with_the_key_of_who_sent_it(house: House) -> None:
    at = await incident(house, "bakery.rita")
    rita = house.as_("bakery.rita")
    await send(rita, at)
    keys: Any = house.desk.ledger.mapper.keys

    await asyncio.to_thread(keys.destroy, str(house.people["bakery.rita"]))

    answer = await house.as_("adam").get(f"{at}/attachments/{DIGEST}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "The content of this attachment was erased."


async def test_many_files_are_sent_at_once(house: House) -> None:
    at = await incident(house)
    adam = house.as_("adam")
    contents = [token_bytes(300_000) for _ in range(12)]

    answers = await asyncio.gather(*(send(adam, at, content) for content in contents))

    assert {answer.status_code for answer in answers} == {201}
    for content in contents:
        digest = sha256(content).hexdigest()
        assert (await adam.get(f"{at}/attachments/{digest}")).content == content


async def test_what_is_attached_is_told_from_orphans(house: House) -> None:
    at = await incident(house)
    await send(house.as_("adam"), at, b"kept")

    names = set(attached(house.desk.ledger))

    assert f"{sha256(b'kept').hexdigest()}-{house.people['adam']}" in names
    assert f"{'0' * 64}-{house.people['adam']}" not in names


async def test_a_store_that_is_away_is_told_apart_from_a_file_that_is_not_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita = house.as_("rita")
    at = await incident(house)
    assert (await send(rita, at)).status_code == 201
    away = Bucket("s3://files/away", f"http://127.0.0.1:{free_port()}").open()
    monkeypatch.setattr(FolderFiles, "open", lambda folder, name: away.open(name))

    answer = await rita.get(f"{at}/attachments/{DIGEST}")

    assert answer.status_code == 503
    assert answer.json()["code"] == "files_unavailable"
    assert answer.headers["retry-after"] == "10"
