from pathlib import Path

import pytest

from ops.importing import BadMapping, load_mapping
from ops.importing.mapping import Mapping
from ops.importing.mapping_file import SHIPPED, MappingFile
from ops.importing.shapes import SHAPES, TICKET
from tests.importing import COLUMNS, MAPPING, mapping
from tests.stores import ROOT


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_mappings_are_read_by_their_names(path: Path) -> None:
    assert load_mapping(path.stem).mapping.source


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a mapping begins with"),
        ("- a\n- b", "a mapping begins with"),
        ("source: [", "this is no YAML"),
        ("source: a\nsource: b", "line 2"),
        ("a: &x 1\nb: *x", "a mapping has no aliases"),
        ("\x00", "this is no YAML"),
        ("source: a", "record: Field required"),
        ("source: !!python/object:os.system x", "source: "),
    ],
)
def test_a_text_that_is_no_mapping_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadMapping) as refused:
        MappingFile("m.yaml", text)

    assert str(refused.value).startswith("m.yaml")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source: old-desk", "source: Old Desk", "line 2, source: "),
        ("source: old-desk", "source: 7", "line 2, source: "),
        ("record: incident", "record: incidents", "line 3, record: "),
        ("time: at", "tine: at", "time: Field required"),
        ("time: at", "time: at\ntine: at", "line 11, tine: Extra inputs are not permitted"),
        ("INC{serial}", "INC", "a pattern has {serial} once"),
        ("INC{serial}", "{serial}{serial}", "a pattern has {serial} once"),
        ('pattern: "INC{serial}"', "allocate: false", "give a pattern, or `allocate: true`"),
        ('pattern: "INC{serial}"', 'pattern: "I{serial}", allocate: true', "and not both"),
        ("as: time", "as: date", "line 8, order.0.as"),
        ("%d.%m.%Y %H:%M", "%H:%M", "has no day and year"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %Q", "%Q is not known here"),
        ("Europe/Zurich", "Europe/Atlantis", "line 9, times.zone: 'Europe/Atlantis' is not"),
        ("zone: Europe/Zurich", "zone: ../../etc/passwd", "is not an IANA time zone"),
        ("person: staff}\npeople", "person: stuff}\npeople", "no group 'stuff'; is it 'staff'?"),
        ("roles: [agent]", "roles: [king]", "people.staff.roles.0"),
        ("roles: [agent]", "roles: []", "people.staff.roles"),
        ("  category: what", "  kategory: what", "no field 'kategory'; is it 'category'"),
        ("caller, person: callers", "caller", "a person is given with `person`"),
        ("  team: team", "  team: {column: team, person: staff}", "this field names no person"),
        ("{high: 1, low: 3}}\n  urgency", "{high: 0, low: 3}}\n  urgency", "'0' is not one of 1"),
        ("{high: 1, low: 3}}\n  urgency", "{1: 1, low: 3}}\n  urgency", "fields.impact.values"),
        ("  urgency", "  subcategory", "impact is given together with urgency"),
        ("  code: code", "  code: {column: code, constant: x}", "give one of column, template and"),
        ("  code: code", "  code: {}", "give one of column, template and constant"),
        ("  code: code", "  code: {constant: x, values: {a: b}}", "`values` need a column"),
        ("  code: code", "  code: {column: code, time: true}", "this field is no time"),
        ("Done: resolved", "Done: done", "there is no status 'done' to import"),
        ("Done: resolved", "Done: resolvd", "is it 'resolved'?"),
        ("Done: resolved", "Done: pending", "pending is given with a reason"),
        ("Done: resolved", "Done: {status: resolved, reason: vendor}", "only pending is"),
        ("reason: vendor", "reason: weather", "there is no pending reason 'weather'"),
        ("stray: ignore", "stray: maybe", "state.stray"),
        ("columns: [state]", "columns: []", "state.columns"),
        ("  place: place", "  category: place", "a detail is not called 'category'"),
        ("  place: place", "  foreign number: place", "a detail is not called"),
        ("type: caused by", "type: because of", "there is no link 'because of'"),
        ("record: problem", "record: person", "links.0.record"),
        ("CHG{serial}", "CHG{number}", "links.1: a pattern has {serial} once"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_line(old: str, new: str, said: str) -> None:
    assert old in MAPPING

    with pytest.raises(BadMapping) as refused:
        MappingFile("m.yaml", MAPPING.replace(old, new, 1))

    assert said in str(refused.value)
    assert "m.yaml, line " in str(refused.value)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("{delimiter: ;;}", "file.delimiter"),
        ("{encoding: utf-9}", "there is no encoding 'utf-9'"),
        ("{encoding: base64}", "'base64' is no encoding of text"),
        ("{format: xls}", "file.format"),
    ],
)
def test_a_form_of_file_that_there_is_not_is_refused(file: str, said: str) -> None:
    with pytest.raises(BadMapping, match=said):
        MappingFile("m.yaml", f"file: {file}{MAPPING}")


def test_a_change_under_approval_is_not_imported_as_such() -> None:
    with pytest.raises(BadMapping, match="no status 'in approval' to import"):
        mapping(**{"record: incident": "record: change", "Done: resolved": "Done: in approval"})


def test_columns_that_the_file_has_not_are_named_with_those_that_are_near() -> None:
    columns = ["Number" if name == "number" else name for name in COLUMNS if name != "place"]

    with pytest.raises(BadMapping) as refused:
        mapping().require_columns(columns)

    message = str(refused.value)
    assert "line 6, number.column: the file has no column 'number'; is it 'Number'?" in message
    assert "details.place: the file has no column 'place'" in message
    assert len(message.splitlines()) == 2


def test_a_mapping_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"source: caf\xe9\n")
    (tmp_path / "large.yaml").write_bytes(b"#" * 1_000_001)

    with pytest.raises(BadMapping, match=r"none.yaml: No such file"):
        load_mapping(tmp_path / "none.yaml")
    with pytest.raises(BadMapping, match="Is a directory"):
        load_mapping(tmp_path)
    with pytest.raises(BadMapping, match="line 1: a mapping is written in UTF-8"):
        load_mapping(tmp_path / "latin.yaml")
    with pytest.raises(BadMapping, match="at most 1000000 bytes"):
        load_mapping(tmp_path / "large.yaml")


def test_the_documentation_shows_every_key_and_field_in_a_mapping_that_works() -> None:
    text = (ROOT / "docs" / "importing.md").read_text()
    example = text.partition("```yaml\n")[2].partition("```")[0]

    shown = MappingFile("importing.md", example)

    assert shown.mapping.model_fields_set == set(Mapping.model_fields)
    for name, shape in SHAPES.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| {name}"))
        common = TICKET if name != "asset" else {}
        assert set(line.split("|")[2].replace(" ", "").split(",")) == shape.fields.keys() - common
