"""All that is known of a person over HTTP, for themselves and for those who answer for the desk."""

import asyncio
from collections.abc import Iterator
from typing import Any

from api import schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.people import PRACTICE
from api.practices import reference_of
from api.reads import find, reading
from domain.personal_export import FORMAT, export


async def read_personal_data(call: Call) -> Answer:
    only(call.query())
    person = await find(call, PRACTICE)
    found = await asyncio.to_thread(export, call.context.ledger, person.id)
    return json(found, headers=[(b"cache-control", b"no-store")])


TEXT: dict[str, Any] = {"type": "string"}
TOLD = schemas.object_of(
    record=schemas.NUMBER,
    event=TEXT,
    position=schemas.WHOLE,
    at=schemas.INSTANT,
    by_them={"type": "boolean"},
    channel=TEXT,
    said={"type": "object"},
    withheld=schemas.array_of(TEXT),
)


def personal_data_routes() -> Iterator[Route]:
    yield reading(
        "/people/{ref}/personal-data",
        read_personal_data,
        "person.export",
        "People",
        "Read all that is known of a person",
        [reference_of(PRACTICE)],
        schemas.object_of(
            format={"const": FORMAT},
            person=schemas.NUMBER,
            id=schemas.UUID_TEXT,
            position=schemas.WHOLE,
            themselves=schemas.array_of(TOLD),
            elsewhere=schemas.array_of(TOLD),
            attachments=schemas.array_of(
                schemas.object_of(
                    record=schemas.NUMBER,
                    name=TEXT,
                    media_type=TEXT,
                    size=schemas.WHOLE,
                    sha256=TEXT,
                )
            ),
        ),
    )
