from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given

from domain.approval_process import Definition, mistakes
from domain.ids import named_id
from domain.process_document import schema
from domain.process_text import BadDocument, parse
from domain.process_yaml import as_document, to_yaml
from domain.yaml_tree import read
from tests.domain.process_documents import NAMES, definitions
from tests.domain.test_process_text import BAD

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "processes").glob("*.yaml"))
SCHEMA = jsonschema_rs.Draft202012Validator(schema())


def any_calendar(name: str) -> UUID:
    return named_id("CAL", name)


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema with fields in a schema."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(schema())

    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema()["required"] == ["subjects", "stages", "name"]


def test_every_field_is_told_of_and_has_limits() -> None:
    found = list(objects(schema()))

    assert len(found) > 12
    for part in found:
        assert part["additionalProperties"] is False
        assert part["description"]
    document, stage = schema(), schema()["$defs"]["StageDocument"]
    for name, field in {**document["properties"], **stage["properties"]}.items():
        assert field.get("description"), name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_fits_the_schema_and_reads_back(path: Path) -> None:
    text = path.read_text()

    named: dict[UUID, str] = {}

    def calendar_of(name: str) -> UUID:
        named[any_calendar(name)] = name
        return any_calendar(name)

    located = parse(text, calendar_of)

    assert SCHEMA.is_valid(read(text).value)
    written = to_yaml(located.definition, located.name, named.__getitem__)
    assert parse(written, any_calendar).definition == located.definition


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


@given(definition=definitions())
def test_every_definition_as_a_document_fits_the_schema(definition: Definition) -> None:
    if not list(mistakes(definition)):
        document = as_document(definition, "Normal", NAMES.__getitem__)

        assert SCHEMA.is_valid(document)


def test_what_the_schema_refuses_is_refused() -> None:
    refused = 0
    for _, document, _ in BAD:
        tree = read(document)
        if tree.is_whole and not tree.mistakes and not SCHEMA.is_valid(tree.value):
            refused += 1
            with pytest.raises(BadDocument):
                parse(document, any_calendar)

    assert refused > 50
