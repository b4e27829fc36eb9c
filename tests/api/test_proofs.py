"""Proofs over HTTP, verified by what the verifier has alone."""

from base64 import b64decode

import pytest

from domain.proof.checkpoint import open_checkpoint
from domain.proof.inclusion import verify
from domain.proof.tree import verify_consistency, verify_inclusion
from tests.api.house import House
from tests.logs import VERIFIER

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_newest_checkpoint_is_signed(house: House) -> None:
    found = await house.as_("axel").read("/log/checkpoint")

    opened_note = open_checkpoint(found["note"], [VERIFIER])
    assert opened_note.checkpoint.size == found["size"] > 0
    assert opened_note.checkpoint.root == b64decode(found["root"])
    assert found["origin"] == VERIFIER.name


async def test_every_answer_has_headers_of_its_own(house: House) -> None:
    first, second = [await house.as_("axel").get("/log/checkpoint") for _ in range(2)]

    assert len(second.headers.multi_items()) == len(first.headers.multi_items())


async def test_an_event_is_proven_to_be_in_the_ledger(house: House) -> None:
    found = await house.as_("axel").read("/log/proof/inclusion?position=7")

    proven = verify(found["proof"], [VERIFIER])
    assert proven.leaf.position == 7
    events = await house.as_("axel").read("/events?after=6&limit=1")
    assert proven.leaf.recorded.decode()[:19] == events["data"][0]["recordedtime"][:19]
    verify_inclusion(
        b64decode(found["leaf_hash"]),
        6,
        found["checkpoint"]["size"],
        [b64decode(step) for step in found["path"]],
        b64decode(found["checkpoint"]["root"]),
    )


async def test_the_ledger_is_proven_to_have_grown_only(house: House) -> None:
    size = (await house.as_("zoe").read("/log/checkpoint"))["size"]

    found = await house.as_("zoe").read(f"/log/proof/consistency?from=5&to={size}")

    roots = b64decode(found["from_root"]), b64decode(found["to_root"])
    verify_consistency(5, size, [b64decode(step) for step in found["path"]], *roots)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/log/proof/inclusion", 400, "position: a whole number is needed"),
        ("/log/proof/inclusion?position=x", 400, "position: a whole number"),
        ("/log/proof/inclusion?position=0", 404, "Position 0 is not under a checkpoint"),
        ("/log/proof/inclusion?position=99999999", 404, "is not under a checkpoint"),
        ("/log/proof/inclusion?position=1&size=1", 404, "no checkpoint over 1 events"),
        ("/log/proof/consistency?from=3&to=2", 400, "from: it is not larger"),
        ("/log/proof/consistency?from=3", 400, "to: a whole number is needed"),
        ("/log/proof/consistency?from=1&to=99999999", 404, "The log has"),
        ("/log/checkpoint?x=1", 400, "x: there is no such parameter"),
    ],
)
async def test_what_cannot_be_proven_is_said(
    house: House, path: str, status: int, said: str
) -> None:
    answer = await house.as_("axel").get(path)

    assert answer.status_code == status
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("who", ["rita", "adam", "olga", "bakery.axel", "bakery.zoe"])
async def test_only_the_operators_auditor_and_administrator_read_the_log(
    house: House, who: str
) -> None:
    answer = await house.as_(who).get("/log/checkpoint")

    assert answer.status_code == 403
