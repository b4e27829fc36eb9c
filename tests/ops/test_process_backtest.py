"""`ledgerdesk process backtest`: over a small history, and over the first records of a real log."""

import csv
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.approval_process import ApprovalProcess, Definition
from domain.asset import Asset
from domain.backtest_past import history as past_history
from domain.desk import Desk
from domain.directory import Directory
from domain.ledger import Ledger
from tests.domain.desks import CAB, Company
from tests.keys import MemoryKeys
from tests.ops.backtesting import DRAFT, run, with_desk
from tests.people import MONDAY
from tests.stores import Store

TIME = ("--from", "2026-03-02", "--to", "2026-03-02")


def position(folder: Path) -> int:
    async def look(desk: Desk) -> int:
        return desk.ledger.position()

    found: int = with_desk(folder, look)
    return found


async def history(desk: Desk) -> None:
    """Ann's changes: one was approved by Bea after an hour, one rejected, one is not decided."""
    company = await Company(desk).build()
    await company.publish_process()
    for votes in ({"bea": "approve"}, {"bea": "reject", "cem": "reject"}, {}):
        id = await company.ready_change()
        await desk.submit_change(id, by=company.signed("ann"))
        for name, vote in votes.items():
            by = company.signed(name, MONDAY.replace(hour=10))
            await desk.vote(id, vote, comment="Said.", by=by)  # type: ignore[arg-type]  # one of the votes


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with_desk(folder, history)
    return folder


OF_RECORDS = """\
name: Two owners
subjects: [approval process, asset]
stages:
  - name: Owners
    approvers: [person:bea, person:cem]
    quorum: 2
    patience: 8h
    on_timeout: reject
  - name: Audit
    when: subject.act == "retire"
    approvers: [person:dan]
    quorum: any
    patience: 8h
    on_timeout: reject
"""

OF_PROCESSES = OF_RECORDS[: OF_RECORDS.index("  - name: Audit")].replace(", asset", "")


async def published_and_retired(desk: Desk) -> None:
    """A process was published directly, and governs the next one, which Bea approves after an hour;
    two laptops were retired, one by an approval of Bea's."""
    company = await Company(desk).build()
    board = replace(CAB, patience="8h")
    await company.publish_process(board, subjects=("approval process",), order=1)
    draft = Definition(subjects=("asset",), stages=(board,), when='subject.act == "retire"')
    process = await company.add(ApprovalProcess, "draft", name="Retirements", definition=draft)
    first, second = [
        await company.add(Asset, "register", name="Laptop", asset_class="laptop") for _ in range(2)
    ]
    by = company.signed("dan")
    await desk.ledger.edit(Asset, first, lambda one: one.retire(reason="Old.", by=by), by=by)
    await desk.submit_definition(process, by=company.signed("ann"))
    later = MONDAY.replace(hour=10)
    await desk.vote(process, "approve", by=company.signed("bea", later))
    await desk.submit_act(second, act="retire", reason="Old.", by=company.signed("dan", later))
    await desk.vote(second, "approve", by=company.signed("bea", later.replace(hour=12)))


def test_a_process_of_definitions_and_assets_is_run_over_what_was_decided_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_desk(tmp_path, published_and_retired)
    file = tmp_path / "draft.yaml"
    file.write_text(OF_PROCESSES)

    code = run(file, *TIME, "--json", "-", "--csv", tmp_path / "rows.csv", "--data", tmp_path)

    report = json.loads(capsys.readouterr().out)
    rows = list(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))
    assert (code, report["kind"], report["subjects"], report["undecided"]) == (0, "records", 2, 0)
    assert report["governed"] == {"another process": 2}
    assert [row["decided then"] for row in rows] == ["", "approved"]

    file.write_text(OF_PROCESSES.replace("stages:", "order: 0\nstages:", 1))
    code = run(file, *TIME, "--json", "-", "--data", tmp_path)

    report = json.loads(capsys.readouterr().out)
    assert (code, report["governed"], report["outcomes"]) == (0, {"draft": 2}, {"approved": 2})
    assert (report["compared"], report["same"]) == (1, 1)


def test_a_process_of_assets_is_run_over_the_acts_on_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_desk(tmp_path, published_and_retired)
    file = tmp_path / "draft.yaml"
    text = OF_RECORDS.replace("approval process, ", "").replace("stages:", "order: 0\nstages:", 1)
    file.write_text(text)

    code = run(file, *TIME, "--answer-after", "1h", "--data", tmp_path)

    shown = capsys.readouterr().out
    assert code == 0
    assert "Two owners: 2 definitions and acts on assets from 2026-03-02" in shown
    assert " ".join(shown.split()).find("would have been refused 2") > 0


def test_where_nothing_was_decided_in_the_time_it_says_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(OF_PROCESSES.replace("approval process", "risk model"))

    code = run(file, *TIME, "--data", data)

    assert code == 0
    assert "Two owners: 0 definitions and acts on assets" in capsys.readouterr().out


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.yaml"
    path.write_text(DRAFT)
    return path


def test_the_tables_tell_what_would_have_been(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(draft, *TIME, "--answer-after", "2h", "--data", data)

    shown = capsys.readouterr().out
    assert code == 0
    assert "Managers first: 2 changes from 2026-03-02 to 2026-03-02" in shown
    assert " ".join(shown.split()).find("would have been approved 2") > 0
    for title in ("Subjects", "Outcomes that differ", "Lead time", "Stages", "Load of 3", "Rules"):
        assert title in shown
    assert "Everybody answers after 2h, as was given." in shown


def test_the_json_has_the_figures(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(draft, *TIME, "--answer-after", "2h", "--json", "-", "--data", data)

    report = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (report["subjects"], report["undecided"]) == (2, 1)
    assert (report["compared"], report["same"], report["differing"]) == (2, 1, 1)
    assert report["outcomes"] == {"approved": 2}
    assert report["lead_times"]["added"]["median"] == 3600
    assert report["silent"][0]["place"] == "stages[1].when"
    assert report["unknown"] == {"category": 2, "priority": 2}
    [differing] = report["examples"]
    assert (differing["number"], differing["is_certain"]) == ("CHG0000002", False)


def test_without_a_given_time_answers_are_measured_in_the_history(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(draft, *TIME, "--json", "-", "--data", data)

    report = json.loads(capsys.readouterr().out)
    [manager] = [one for one in report["approvers"] if one["username"] == "max"]
    assert code == 0
    assert (manager["answers_within"], manager["answers_from"]) == (3600, "everybody")
    assert report["lead_times"]["added"]["median"] == 0


def test_the_csv_has_a_line_for_each_subject(data: Path, draft: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.csv"

    code = run(draft, *TIME, "--answer-after", "2h", "--csv", target, "--data", data)

    with target.open(encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert code == 0
    assert (first["number"], first["decided then"], first["outcome"]) == (
        "CHG0000001",
        "approved",
        "approved",
    )
    assert (first["asked"], first["asked then"]) == ("Manager: max", "bea cem")
    assert (first["lead time then (s)"], first["added (s)"]) == ("3600", "3600")
    assert (second["decided then"], second["outcome"], second["is certain"]) == (
        "rejected",
        "approved",
        "no",
    )
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_nothing_is_recorded(data: Path, draft: Path) -> None:
    before = position(data)

    assert run(draft, *TIME, "--data", data) == 0
    assert run(draft, *TIME, "--subjects", "all", "--members-as-worked", "--data", data) == 0

    assert position(data) == before


def test_another_process_that_comes_first_is_named(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft.write_text(DRAFT.replace("order: 10\n", ""))

    code = run(draft, *TIME, "--json", "-", "--data", data)

    report = json.loads(capsys.readouterr().out)
    assert code == 0
    assert report["others"] == {"APR0000001 (Normal)": 2}
    assert "give it a lower order" in report["silent"][0]["says"]


def test_a_draft_takes_the_place_of_the_process_of_its_name(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft.write_text(DRAFT.replace("order: 10\n", "").replace("Managers first", "Normal"))

    code = run(draft, *TIME, "--json", "-", "--data", data)

    assert code == 0
    assert json.loads(capsys.readouterr().out)["governed"] == {"draft": 2}


def test_only_subjects_of_the_time_count(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = ("--from", "2026-03-03", "--to", "2026-03-04", "--answer-after", "1h", "--json", "-")

    code = run(draft, *later, "--data", data)

    assert code == 0
    assert json.loads(capsys.readouterr().out)["subjects"] == 0


def test_a_process_of_the_ledger_is_run_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run("APR0000001@1", *TIME, "--json", "-", "--data", data)

    report = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (report["process"], report["same"]) == ("Normal", 2)


BAD = {
    "an unknown field": (
        ("--answer-after", "2h"),
        {"subject.priority": "subject.colour"},
        "line 3, column 7: when: ",
    ),
    "a field that incidents lack": (
        ("--subjects", "incidents"),
        {"subject.priority <= 3": 'subject.risk == "high"'},
        "line 3, column 7: when: it reads subject.risk, which incidents do not have.",
    ),
    "no changes": ((), {"[change]": "[request]"}, "This process governs request, and no changes"),
    "no such subjects": (("--subjects", "people"), {}, "--subjects: one of changes, incidents"),
    "no duration": (("--answer-after", "soon"), {}, "--answer-after: 'soon' is not a duration"),
    "days": (("--answer-after", "2bd"), {}, "--answer-after: people answer after open time"),
    "a wrong day": (("--to", "2026-02-30"), {}, "--to: '2026-02-30' is no day."),
    "an end before": (("--to", "2026-03-01"), {}, "--from comes before --to."),
    "two outputs": (("--json", "-", "--csv", "-"), {}, "Either --json or --csv goes to"),
    "no folder": (("--csv", "/none/found.csv"), {}, "--csv: /none/found.csv: No such file"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_place(
    name: str, data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, replaced, said = BAD[name]
    text = DRAFT
    for old, new in replaced.items():
        text = text.replace(old, new)
    draft.write_text(text)

    code = run(draft, *TIME, "--data", data, *options)

    assert code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_folder_without_a_ledger_stays_as_it_is(
    draft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"

    assert run(draft, *TIME, "--data", empty) == 2

    assert "there is no ledger in this folder" in capsys.readouterr().err
    assert not empty.exists()


def test_a_history_without_answers_asks_for_a_time(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(draft, "--from", "2020-01-01", "--to", "2020-01-31", "--data", data)

    assert code == 2
    assert "say how long people take by --answer-after" in capsys.readouterr().err


async def test_every_store_tells_the_same_history(store: Store) -> None:
    recorder = store.open()
    ledger = Ledger(recorder, MemoryKeys())
    desk = Desk(ledger, Directory.load(ledger))
    company = await Company(desk).build()
    id = await company.ready_change()

    told = past_history(ledger, id)
    known = ledger.history(id)
    await recorder.aclose()

    assert [(one.topic, one.originator_version, one.event.by) for one in told] == [
        (one.topic, one.originator_version, one.event.by) for one in known
    ]
