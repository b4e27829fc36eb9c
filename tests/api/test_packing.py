"""Answers made smaller for whoever takes that."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from backports import zstd

from api.http.answers import Answer
from api.http.packing import BYTES_MIN, Coding, pack, packed, taken
from tests.api.house import House

TEXT = b"The printer on the second floor burns. " * 40
UNPACK = {"gzip": gzip.decompress, "zstd": zstd.decompress}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("br, deflate", None),
        ("gzip", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("gzip;q=0, *", None),
        ("gzip, deflate, br, zstd", "zstd"),
        ("ZSTD", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd;q=0.000, gzip;q=0.1", "gzip"),
        ("zstd; q=1.0, gzip; q=1.0", "zstd"),
        ("gzip;q=high;;, \x00,", "gzip"),
    ],
)
def test_the_best_of_what_a_client_takes_is_chosen(accepted: str, coding: str | None) -> None:
    assert taken(accepted) == coding


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("media_type", [b"application/problem+json", b"text/csv", b"image/svg+xml"])
def test_texts_are_packed_for_whoever_takes_that(coding: str, media_type: bytes) -> None:
    answer = Answer(200, TEXT, [(b"vary", b"accept")], media_type)

    pack(answer, coding)

    assert UNPACK[coding](answer.body) == TEXT
    assert len(answer.body) < len(TEXT) / 5
    assert answer.headers == [
        (b"vary", b"accept, accept-encoding"),
        (b"content-encoding", coding.encode()),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, TEXT[: BYTES_MIN - 1]),
        Answer(200, TEXT, [(b"etag", b'"7"')]),
        Answer(200, TEXT, [(b"content-encoding", b"gzip")]),
        Answer(200, TEXT, media_type=b"image/png"),
        Answer(200, TEXT, media_type=b"application/pdf"),
    ],
    ids=["small", "tagged", "packed already", "picture", "document"],
)
def test_other_answers_stay_as_they_are(answer: Answer) -> None:
    headers, body = list(answer.headers), answer.body

    pack(answer, "zstd, gzip")

    assert (answer.headers, answer.body) == (headers, body)


def test_who_takes_nothing_is_told_that_others_get_another_body() -> None:
    answer = Answer(200, TEXT)

    pack(answer, "")

    assert (answer.body, answer.headers) == (TEXT, [(b"vary", b"accept-encoding")])


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_each_part_can_be_read_as_soon_as_it_is_there(coding: Coding) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number

    unpacking = zlib.decompressobj(31) if coding == "gzip" else zstd.ZstdDecompressor()
    read = [unpacking.decompress(part) async for part in packed(parts(), coding)]

    assert read == [b"0", b"1", b"2", b""]
    assert unpacking.eof


async def test_a_list_comes_packed(house: House) -> None:
    zoe = house.as_("zoe").http

    plain = await zoe.get("/api/v1/people", headers={"accept-encoding": "identity"})
    small = await zoe.get("/api/v1/people", headers={"accept-encoding": "gzip, zstd"})

    assert small.headers["content-encoding"] == "zstd"
    assert small.json() == plain.json()
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
