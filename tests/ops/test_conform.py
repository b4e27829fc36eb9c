from pathlib import Path

import msgspec
import pytest

from ops.conform import REASONS, Report, run_files
from ops.conform_answers import moment

CASES = Path(__file__).parents[2] / ".." / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="The shared cases are not there.")

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"


def documented() -> dict[str, str]:
    """The cases that differ, each with the reason, as the document has them."""
    found: dict[str, str] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").partition("## What differs")[2].splitlines():
        reason, _, cases = line.strip("| ").partition(" | ")
        for suite in cases.split("; "):
            name, _, numbers = suite.partition(" ")
            found |= {f"{name}/{number}": reason for number in numbers.split(", ") if number}
    return found


@pytest.fixture(scope="module")
def report() -> Report:
    return run_files([CASES / "sla", CASES / "approval"])


@needs_cases
def test_every_universal_case_agrees(report: Report) -> None:
    universal = [result for result in report.results if result.grade == "universal"]

    assert len(universal) > 800
    assert [result for result in universal if result.status != "agree"] == []
    assert report.exit_code == 0
    assert report.not_cases == ()


@needs_cases
def test_the_other_cases_differ_only_where_the_document_says_why(report: Report) -> None:
    told = {result.id: REASONS[result.grade] for result in report.of("differ")}

    assert told == documented()
    assert len(told) == 51


@needs_cases
def test_what_differs_from_a_suite_is_what_the_reference_says(report: Report) -> None:
    got = {result.id: result.got for result in report.of("differ")}
    compared = 0
    for path in (CASES / "sla").glob("*.json"):
        for case in msgspec.json.decode(path.read_bytes())["cases"]:
            reference = case.get("reference")
            if case["id"] not in got or reference is None:
                continue
            compared += 1
            said = got[case["id"]]
            if isinstance(reference, str):
                assert moment(said.split(" ")[-1]) == moment(reference)
            elif isinstance(reference, float):
                assert said == f"open time {reference:g} s"
            else:
                assert said == f"windows {reference}".replace("'", "")
    assert compared == 21


@needs_cases
def test_no_case_is_skipped(report: Report) -> None:
    assert report.of("skipped") == []


@needs_cases
def test_each_difference_is_told_with_its_reason(report: Report) -> None:
    lines = report.text.splitlines()

    for result in report.of("differ"):
        place = lines.index(f"{result.id}  {result.kind}  {result.grade}")
        assert lines[place + 3] == f"    because  {REASONS[result.grade]}"


@needs_cases
def test_rounding_is_only_for_the_suite_that_counts_whole_seconds(report: Report) -> None:
    rounded = {result.id.split("/")[0] for result in report.results if result.rounded}

    assert rounded == {"working_hours"}


def case_file(folder: Path, **changes: object) -> Path:
    case = {
        "id": "one/1",
        "op": "add",
        "class": "universal",
        "timezone": "UTC",
        "weekly_hours": {"mon": [["09:00", "17:00"]]},
        "holidays": [],
        "start": "2026-03-23T09:00:00Z",
        "duration_s": 3600,
        "expected": {"at": "2026-03-23T10:00:00Z"},
    }
    path = folder / "cases.json"
    path.write_bytes(msgspec.json.encode({"schema": "sla-case/1", "cases": [case | changes]}))
    return path


def test_a_report_counts_what_agrees(tmp_path: Path) -> None:
    report = run_files([case_file(tmp_path)])

    assert report.exit_code == 0
    assert report.text == "agree 1, differ 0, skipped 0"


def test_a_universal_case_that_differs_fails_with_both_answers(tmp_path: Path) -> None:
    report = run_files([case_file(tmp_path, expected={"at": "2026-03-23T11:00:00Z"})])

    assert report.exit_code == 1
    assert report.text.splitlines() == [
        "one/1  add  universal",
        "    expected at 2026-03-23T11:00:00+00:00",
        "    got      at 2026-03-23T10:00:00+00:00",
        "agree 0, differ 1, skipped 0",
    ]


def test_a_second_of_difference_counts_unless_the_case_has_a_fraction(tmp_path: Path) -> None:
    late = {"at": "2026-03-23T10:00:00.400000Z"}
    whole = {"at": "2026-03-23T10:00:01Z"}

    assert run_files([case_file(tmp_path, expected=late)]).results[0].rounded
    assert run_files([case_file(tmp_path, expected=whole)]).exit_code == 1


def test_a_differing_convention_does_not_fail(tmp_path: Path) -> None:
    path = case_file(tmp_path, expected={"at": "2026-03-23T11:00:00Z"}, **{"class": "peer:odd"})

    assert run_files([path]).exit_code == 0


def test_an_unknown_operation_is_skipped_by_name(tmp_path: Path) -> None:
    report = run_files([case_file(tmp_path, op="guess")])

    assert report.text.splitlines() == [
        "skipped 1 of kind guess",
        "agree 0, differ 0, skipped 1",
    ]


def test_a_case_that_is_refused_differs_and_says_why(tmp_path: Path) -> None:
    report = run_files([case_file(tmp_path, timezone="Mars/Olympus")])

    assert report.exit_code == 1
    assert "Refused: zone: 'Mars/Olympus' is not an IANA time zone." in report.text


def approval_file(folder: Path, *cases: dict[str, object]) -> Path:
    path = folder / "approvals.json"
    numbered = [{"id": f"own/{number}", **case} for number, case in enumerate(cases)]
    path.write_bytes(msgspec.json.encode({"schema": "approval-case/1", "cases": numbered}))
    return path


def label(function: str, votes: list[int], status: str, **more: object) -> dict[str, object]:
    return {
        "kind": "label_function",
        "function": function,
        "range": [-1, 1],
        "votes": votes,
        "expected": {"status": status, **more},
    }


def test_votes_on_labels_are_a_quorum_with_vetoes(tmp_path: Path) -> None:
    path = approval_file(
        tmp_path,
        label("MAX_WITH_BLOCK", [0, 1], "OK", decided_by_vote=1),
        label("MAX_WITH_BLOCK", [1, -1], "REJECT", decided_by_vote=-1),
        label("MAX_WITH_BLOCK", [0], "NEED"),
        label("MAX_NO_BLOCK", [-1], "NEED"),
        label("ANY_WITH_BLOCK", [1], "MAY"),
        label("ANY_WITH_BLOCK", [-1], "REJECT", decided_by_vote=-1),
        label("NO_BLOCK", [-1], "MAY"),
        label("MAX_WITH_LUCK", [1], "MAY"),
    )

    assert run_files([path]).text.splitlines() == [
        "skipped 1 of kind label_function",
        "agree 7, differ 0, skipped 1",
    ]


def repeated(instances: int, completion: object, **expected: object) -> dict[str, object]:
    return {
        "kind": "multi_instance",
        "parallel": True,
        "instances": instances,
        "completion": completion,
        "expected": expected,
    }


def test_completions_of_repeated_tasks_are_approvals(tmp_path: Path) -> None:
    two_thirds = {"completed_over_total_gte": 0.67}
    path = approval_file(
        tmp_path,
        repeated(3, two_thirds, open_after_each_completion=[2, 1, 0], ends_after=3),
        repeated(3, None, open_after_each_completion=[2, 1, 0], ends_after=3),
        repeated(4, "reached after 2 (expression not read)", ends_after=2),
        repeated(4, None, ends_after=2),
        repeated(4, "whenever", ends_after=2),
    )

    assert run_files([path]).text.splitlines() == [
        "own/3  multi_instance  none",
        "    expected ends after 2",
        "    got      ends after 4",
        "skipped 1 of kind multi_instance",
        "agree 3, differ 1, skipped 1",
    ]


def test_owners_of_folders_are_groups(tmp_path: Path) -> None:
    owners = {"": ["Ada"], "web": ["Bob"], "web/css": ["Cyd"]}
    path = approval_file(
        tmp_path,
        {
            "kind": "owners_unapproved",
            "owners": owners,
            "files": ["web/css/a", "web/b"],
            "approved_by": ["cyd"],
            "expected": {"unapproved": ["web"]},
        },
        {
            "kind": "owners_approved",
            "owners": owners,
            "files": ["web/new/a"],
            "approved_by": [],
            "auto_approve_unowned_subfolders": ["web"],
            "expected": {"approved": True},
        },
        {
            "kind": "owners_status",
            "owners": owners,
            "files": ["web/css/a"],
            "approved_by": ["ADA", "Eve"],
            "expected": {"status": {"web/css": ["ADA"]}},
        },
        {
            "kind": "owners_with_issue",
            "owners": owners,
            "author": "Bob",
            "files": ["web/a"],
            "approved_by": [{"by": "Eve", "waives_issue": True}],
            "author_implicitly_approves": True,
            "linked_issue": 0,
            "expected": {"approved": False},
        },
    )

    assert run_files([path]).text == "agree 4, differ 0, skipped 0"


def test_what_is_no_case_file_is_named_and_nothing_to_run_fails(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[1]")
    (tmp_path / "broken.json").write_text("{")

    report = run_files([tmp_path, tmp_path / "absent.json"])

    assert report.exit_code == 1
    assert report.text.splitlines() == [
        f"{tmp_path / 'broken.json'}: not a case file",
        f"{tmp_path / 'other.json'}: not a case file",
        f"{tmp_path / 'absent.json'}: not a case file",
        "agree 0, differ 0, skipped 0",
    ]
