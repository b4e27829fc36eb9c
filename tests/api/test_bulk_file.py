"""Files of bulk jobs: what is read of them, and where what is wrong in them is."""

import csv
from contextlib import suppress
from io import StringIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bulk_file import CSV, NDJSON, read
from api.http.errors import Problem
from domain.bulk_job import ROW_BYTES_MAX, ROWS_MAX
from domain.ids import record_id

INC = str(record_id("INC", 42))


def bodies(data: bytes | str, act: str = "incident.log", media_type: str = CSV) -> list[object]:
    raw = data.encode() if isinstance(data, str) else data
    return [msgspec.json.decode(row.body) for row in read(raw, media_type, act)]


def mistakes(data: bytes | str, act: str = "incident.log", media_type: str = CSV) -> Problem:
    with pytest.raises(Problem) as raised:
        bodies(data, act, media_type)
    assert raised.value.code == "invalid"
    return raised.value


# CSV ---------------------------------------------------------------------------------------


def test_cells_become_what_the_body_has_in_their_place() -> None:
    data = "title,impact,urgency,description\nNo mail,2,1,\n007,,,=1+1\n"

    assert bodies(data) == [
        {"title": "No mail", "impact": 2, "urgency": 1},
        {"title": "007", "description": "=1+1"},
    ]


def test_dots_go_into_the_body() -> None:
    data = "record,title,details.floor,details.room\nINC0000042,No mail,3,\n"

    assert bodies(data, "incident.amend") == [{"title": "No mail", "details": {"floor": "3"}}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.50", "12.50"),
        ("5", 5),
        ('"""5"""', "5"),
        ("true", True),
        ("null", "null"),
        ('"[""a"", ""b""]"', ["a", "b"]),
        ("a;b", "a;b"),
        ("Berne", "Berne"),
    ],
)
def test_a_custom_field_is_text_unless_it_is_json_of_another_kind(cell: str, value: object) -> None:
    found = bodies(f"record,fields.site\nINC0000042,{cell}\n", "incident.set_fields")

    assert found == [{"fields": {"site": value}}]


def test_a_list_is_json_or_has_semicolons() -> None:
    data = 'record,comments,title\nINC0000042,1;2,A\nINC0000042,"[3, 4]",B\n'

    assert bodies(data, "incident.split_off") == [
        {"comments": [1, 2], "title": "A"},
        {"comments": [3, 4], "title": "B"},
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbftitle,impact\nNo mail,2\n",
        b"title,impact\r\nNo mail,2\r\n",
        b"title;impact\r\nNo mail;2\r\n",
        b"title\timpact\nNo mail\t2",
        b'"title","impact"\n"No mail","2"\n\n\n',
        b"act,title,impact\nincident.log,No mail,2\n",
        b"body.title,impact\nNo mail, 2 \n",
    ],
)
def test_csv_is_read_however_spreadsheets_write_it(data: bytes) -> None:
    assert bodies(data) == [{"title": "No mail", "impact": 2}]


def test_a_cell_may_have_quotes_and_lines() -> None:
    data = 'title,description\n"He said ""no""","one\r\ntwo, three"\n'

    assert bodies(data) == [{"title": 'He said "no"', "description": "one\r\ntwo, three"}]


@pytest.mark.parametrize(
    ("data", "line", "detail"),
    [
        ("title,title\nA,B\n", 1, "Header 2: title is there twice."),
        ("title,body.title\nA,B\n", 1, "Header 2: body.title is there twice."),
        ("title,\nA,B\n", 1, "Header 2: a name is needed, such as title or details.floor."),
        ("title,colour\nA,B\n", 1, "colour: incident.log takes no such field."),
        ("title,title.x\nA,B\n", 1, "title.x: what it is within has a column of its own."),
        ("title,impact\nA\n", 2, "row 1: 1 cells under 2 headers."),
        ('title,impact\nA,2\n"B\nC",high\n', 3, "row 2, column impact: a whole number is needed."),
        ("title,if_match\nA,soon\n", 2, "row 1, column if_match: a whole number is needed."),
        (
            "title,record\nA,INC0000042\n",
            2,
            "row 1, column record: incident.log makes a record, and is about none.",
        ),
        ('title\n"A\n', 2, "This is no CSV: unexpected end of data."),
        ('title\n"A"B\n', 2, "This is no CSV: ',' expected after '\"'."),
    ],
)
def test_what_is_wrong_in_csv_is_told_with_its_place(data: str, line: int, detail: str) -> None:
    problem = mistakes(data)

    assert problem.errors[0] == {"detail": detail, "line": line}
    assert str(problem).startswith(f"Line {line}: {detail}")


def test_every_mistake_is_told_and_not_only_the_first() -> None:
    problem = mistakes("title,impact\n" + "A,high\n" * 3)

    assert [error["line"] for error in problem.errors] == [2, 3, 4]
    assert str(problem).endswith("(2 more in errors)")


# NDJSON ------------------------------------------------------------------------------------


def test_a_line_says_its_act_its_record_and_the_version() -> None:
    lines = (
        '{"act": "incident.assign", "record": "INC0000042", "if_match": 3, "body": {"team": null}}'
        '\n\n{"body": {"title": "A"}}\r\n'
    )

    first, second = read(lines.encode(), NDJSON, "incident.log")

    assert (first.act.name, first.record, first.version) == ("incident.assign", INC, 3)
    assert (second.act.name, second.record, second.version) == ("incident.log", "", None)


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ('{"body": {"title": "A"}', "This is no JSON."),
        ("[]", "Expected `object`, got `array`"),
        ('{"act": "incident.fly"}', "act: there is no act 'incident.fly', such as `incident.log`."),
        ('{"act": "bulk_job.start", "record": "BLK0000001"}', "act: there is no act"),
        ('{"rows": []}', "Object contains unknown field `rows`"),
        ('{"body": [1]}', "body: an object is needed."),
        ('{"body": {"a": 1,}}', "This is no JSON."),
        ('{"act": "incident.assign"}', "record: the number or the id of a record is needed"),
        ('{"act": "incident.assign", "record": "../teams"}', "record: the number or the id"),
        (
            '{"act": "incident.start", "record": "INC0000042", "if_match": -1}',
            "if_match: a version",
        ),
        ('{"body": ' + "[" * 60_000, "This is no JSON."),
    ],
)
def test_what_is_wrong_in_a_line_is_told_with_its_place(line: str, detail: str) -> None:
    problem = mistakes('{"body": {"title": "A"}}\n' + line, media_type=NDJSON)

    assert problem.errors[0]["line"] == 2
    assert str(problem.errors[0]["detail"]).startswith(detail)


# Any ---------------------------------------------------------------------------------------


def test_a_byte_that_is_no_utf_8_is_told_with_its_place() -> None:
    problem = mistakes("title\nA\nZür".encode() + b"\xff\n")

    assert problem.errors[0] == {"detail": "The file is not UTF-8.", "line": 3, "column": 4}


@pytest.mark.parametrize("media_type", [CSV, NDJSON])
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n", b"title\n"])
def test_a_file_without_rows_is_refused(data: bytes, media_type: str) -> None:
    mistakes(data, media_type=media_type)


def test_there_are_not_more_rows_than_allowed() -> None:
    assert len(bodies("title\n" + "A\n" * ROWS_MAX)) == ROWS_MAX
    problem = mistakes("title\n" + "A\n" * (ROWS_MAX + 1))
    assert str(problem) == f"A bulk job has at most {ROWS_MAX} rows."


@pytest.mark.parametrize("media_type", [CSV, NDJSON])
def test_a_file_of_ten_megabytes_in_one_row_is_refused(media_type: str) -> None:
    data = b'title\n"' + b"A" * 10_000_000 + b'"\n'

    problem = mistakes(data, media_type=media_type)

    told = " ".join(str(error["detail"]) for error in problem.errors)
    assert f"at most {ROW_BYTES_MAX} bytes" in told or "field larger than field limit" in told


@given(st.binary(max_size=400), st.sampled_from([CSV, NDJSON]), st.booleans())
def test_no_file_is_more_than_refused(data: bytes, media_type: str, is_about_titles: bool) -> None:
    start = b"title,impact\n" if is_about_titles else b""

    with suppress(Problem):
        assert read(start + data, media_type, "incident.log")


@given(
    st.lists(
        st.fixed_dictionaries(
            {"title": st.text(st.characters(exclude_categories=["Cs"]), min_size=1)},
            optional={"impact": st.integers(1, 3)},
        ),
        min_size=1,
        max_size=5,
    )
)
def test_csv_says_what_ndjson_says(said: list[dict[str, object]]) -> None:
    text = StringIO()
    written = csv.DictWriter(text, ["title", "impact"], quoting=csv.QUOTE_ALL)
    written.writeheader()
    written.writerows(said)
    lines = msgspec.json.Encoder().encode_lines([{"body": body} for body in said])

    assert bodies(text.getvalue()) == bodies(lines, media_type=NDJSON) == said
