"""Approval processes as JSON and as YAML documents, their versions, and their schema."""

from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from domain.definition import digest
from domain.process_document import schema
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = """\
name: {name}
subjects: [change]
when: subject.type == "normal"
stages:
  - name: Technical
    approvers: [role:approver]
    quorum: any
    patience: 4h
    on_timeout: escalate
    escalate_to: [role:change-manager]
  - name: CAB
    approvers: [role:approver]
    quorum: majority
    patience: 2bd
    on_timeout: reject
"""
SOUND = """\
name: Sound
subjects: [change]
stages:
  - name: CAB
    approvers: [role:approver]
    quorum: any
    patience: 4h
    on_timeout: reject
"""
DEFINITION: dict[str, Any] = {
    "subjects": ["change"],
    "when": 'subject.type == "normal"',
    "stages": [
        {
            "name": "Technical",
            "approvers": ["role:approver"],
            "quorum": "any",
            "patience": "4h",
            "escalate_to": ["role:change-manager"],
        },
        {
            "name": "CAB",
            "approvers": "role:approver",
            "quorum": {"kind": "majority"},
            "patience": "2bd",
            "on_timeout": "reject",
        },
    ],
}


async def drafted(house: House, name: str) -> str:
    made = await house.as_("olga").made(
        "/approval-processes", {"document": DOCUMENT.format(name=name)}
    )
    return f"/approval-processes/{made['number']}"


async def test_a_document_and_json_are_the_same_definition(house: House) -> None:
    olga = house.as_("olga")

    one = await drafted(house, "By document")
    made = await olga.made("/approval-processes", {"name": "By JSON", "definition": DEFINITION})
    other = f"/approval-processes/{made['number']}"

    by_document = await olga.read(f"{one}/versions/draft")
    by_json = await olga.read(f"{other}/versions/draft")
    assert (by_document["name"], by_json["name"]) == ("By document", "By JSON")
    assert by_document["definition"] == by_json["definition"]
    assert by_document["digest"] == by_json["digest"]


async def test_a_document_is_read_back_as_it_was_written(house: House) -> None:
    olga = house.as_("olga")
    at = await drafted(house, "Read back")

    answer = await olga.get(f"{at}/versions/draft/document")

    assert answer.headers["content-type"] == "application/yaml"
    assert answer.text == DOCUMENT.format(name="Read back")
    assert (await olga.read(f"{at}/versions/draft"))["document"] == answer.text


async def test_each_published_version_stays_with_its_digest(house: House) -> None:
    olga = house.as_("olga")
    made = await olga.made("/approval-processes", {"document": SOUND})
    at = f"/approval-processes/{made['number']}"
    await olga.act(f"{at}/publish")
    first = await olga.read(f"{at}/versions/1")

    await olga.act(f"{at}/revise", {"document": SOUND.replace("4h", "8h")})
    await olga.act(f"{at}/publish")

    versions = (await olga.read(f"{at}/versions"))["data"]
    assert [version["version"] for version in versions] == [1, 2]
    assert [version["by"]["number"] for version in versions] == [house.number("olga")] * 2
    assert await olga.read(f"{at}/versions/1") == first
    assert first["digest"] == versions[0]["digest"] != versions[1]["digest"]
    assert "patience: 8h" in (await olga.read(f"{at}/versions/2"))["document"]
    process = house.desk.directory.approval_process(UUID(made["id"]))
    assert process is not None
    assert [digest(version) for version in process.versions] == [v["digest"] for v in versions]


async def test_a_version_that_is_known_is_not_sent_again(house: House) -> None:
    olga = house.as_("olga")
    at = await drafted(house, "Known")

    for path in ("versions", "versions/draft", "versions/draft/document"):
        first = await olga.get(f"{at}/{path}")
        again = await olga.get(f"{at}/{path}", if_none_match=first.headers["etag"])
        other = await olga.get(f"{at}/{path}", if_none_match='"other"')

        assert (again.status_code, again.content) == (304, b"")
        assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize(
    "version", ["1", "0", "99", "-1", "latest", "DRAFT", "1.0", "%00", "x" * 900]
)
async def test_a_version_that_is_not_there_is_not_found(house: House, version: str) -> None:
    at = await drafted(house, f"Not there {version[:9].replace('%', '')}")

    for path in (f"{at}/versions/{version}", f"{at}/versions/{version}/document"):
        answer = await house.as_("olga").get(path)

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_mistakes_of_a_document_have_pointers_lines_and_columns(house: House) -> None:
    document = DOCUMENT.format(name="Wrong").replace("majority", "majorty").replace("4h", "4 hours")

    answer = await house.as_("olga").post("/approval-processes", {"document": document})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid")
    assert problem["errors"] == [
        {
            "pointer": "/document/stages/0/patience",
            "detail": "'4 hours' is not a duration: write open time as 90s, 30m or 8h, "
            "business days as 2bd, calendar days as 3d.",
            "line": 8,
            "column": 15,
        },
        {
            "pointer": "/document/stages/1/quorum",
            "detail": "'majorty' is not known; did you mean 'majority'?",
            "line": 13,
            "column": 13,
        },
    ]
    assert problem["detail"].startswith("line 8, column 15: stages[0].patience: '4 hours'")
    assert problem["detail"].endswith("(1 more in errors)")


async def test_the_mistakes_of_json_have_pointers(house: House) -> None:
    definition = {
        **DEFINITION,
        "calendar": "Nowhere",
        "when": "subject.typ == 'x'",
        "fallback": ["Network"],
    }
    olga = house.as_("olga")

    answer = await olga.post("/approval-processes", {"name": "x", "definition": definition})
    known = await olga.post(
        "/approval-processes", {"name": "x", "definition": {**definition, "calendar": None}}
    )

    assert [error["pointer"] for error in answer.json()["errors"]] == ["/definition/calendar"]
    assert answer.json()["errors"][0]["detail"] == "there is no calendar 'Nowhere'."
    assert [error["pointer"] for error in known.json()["errors"]] == [
        "/definition/when",
        "/definition/fallback/0",
    ]


@pytest.mark.parametrize(
    ("quorum", "pointer"),
    [
        ({"kind": "count"}, "/definition/stages/0/quorum/approvals"),
        ({"kind": "veto", "holders": [], "of": "any"}, "/definition/stages/0/quorum/holders"),
        (
            {"kind": "veto", "holders": ["team:A"], "of": {"kind": "any", "x": 1}},
            "/definition/stages/0/quorum/of/x",
        ),
        ({"kind": "most"}, "/definition/stages/0/quorum"),
    ],
)
async def test_a_pointer_into_a_quorum_is_one(house: House, quorum: Any, pointer: str) -> None:
    stage = {**DEFINITION["stages"][1], "quorum": quorum}

    answer = await house.as_("olga").post(
        "/approval-processes", {"name": "x", "definition": {**DEFINITION, "stages": [stage]}}
    )

    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_revision_does_not_rename(house: House) -> None:
    olga = house.as_("olga")
    at = await drafted(house, "Named")

    answer = await olga.post(
        f"{at}/revise", {"document": DOCUMENT.format(name="Renamed")}, if_match="*"
    )

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "/document/name",
            "detail": "this process is called 'Named', which a revision does not change.",
            "line": 1,
            "column": 7,
        }
    ]


async def test_a_calendar_is_named_by_its_name_or_number(house: House) -> None:
    olga = house.as_("olga")
    hours = {"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}}
    one = await olga.made("/calendars", {"name": "Mondays", "hours": hours})
    document = DOCUMENT.format(name="On Mondays").replace("stages:", "calendar: Mondays\nstages:")

    made = await olga.made("/approval-processes", {"document": document})
    at = f"/approval-processes/{made['number']}/versions/draft/document"
    assert (await olga.get(at)).text == document

    # Of two with the same name, each is written by its number.
    await olga.made("/calendars", {"name": "Mondays", "hours": hours})
    assert f"calendar: {one['number']}\n" in (await olga.get(at)).text
    again = await olga.post("/approval-processes", {"document": document})
    assert again.json()["errors"][0]["detail"].startswith("2 calendars are called 'Mondays': write")


async def test_the_schema_is_one_and_is_cached(house: House) -> None:
    rita = house.as_("rita")

    answer = await rita.get("/schemas/approval-process")
    again = await rita.get("/schemas/approval-process", if_none_match=answer.headers["etag"])

    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert answer.json() == schema()
    jsonschema_rs.meta.validate(answer.json())
    assert (again.status_code, again.content) == (304, b"")
    assert (await house.as_("").get("/schemas/approval-process")).status_code == 401
