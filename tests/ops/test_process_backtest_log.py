"""`ledgerdesk process backtest` over the first records of a real log."""

import csv
import json
from pathlib import Path

import pytest

from domain.desk import Desk
from ops.importing import load_mapping
from tests.importing import DATA, Importing, first_records
from tests.ops.backtesting import DRAFT, run, with_desk
from tests.stores import ROOT

LOG = DATA / "servicenow_incidents.csv.gz"

WHOLE = ("--from", "2016-01-01", "--to", "2017-12-31")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.yaml"
    path.write_text(DRAFT)
    return path


# A real log --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first thousand incidents of the ServiceNow log."""
    if not LOG.exists():
        pytest.skip(f"the logs are not in {DATA}")
    folder = tmp_path_factory.mktemp("log")

    async def take(desk: Desk) -> None:
        with first_records(LOG, 0, 1_000, folder / "first.csv") as first:
            await Importing(desk.ledger, folder).run(first, load_mapping("servicenow_incidents"))

    with_desk(folder, take)
    return folder


def test_a_draft_is_run_over_imported_incidents(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = ROOT / "docs" / "processes" / "servicenow-changes.yaml"
    options = ("--subjects", "incidents", "--members-as-worked", "--json", "-")

    code = run(draft, *WHOLE, *options, "--data", log)

    report = json.loads(capsys.readouterr().out)
    assert code == 0
    assert report["subjects"] == 1_000
    assert sum(report["governed"].values()) == 1_000
    assert sum(report["outcomes"].values()) == report["governed"]["draft"]
    assert report["compared"] == 0
    assert report["stages"][2]["applied"] == 0
    assert "stages[2].when" in [one["place"] for one in report["silent"]]
    assert report["unknown"]["service"] == 1_000


def test_imported_changes_have_the_fields_of_the_incidents_that_name_them(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft, rows = ROOT / "docs" / "processes" / "servicenow-changes.yaml", tmp_path / "rows.csv"

    code = run(draft, *WHOLE, "--csv", rows, "--answer-after", "1h", "--data", log)

    with rows.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert code == 0
    assert len(found) > 3
    assert all(one["number"].startswith("CHG") for one in found)
    assert all(one["known by"].startswith("INC") for one in found)
    assert all(one["decided then"] == one["added (s)"] == "" for one in found)
    assert {one["outcome"] for one in found if one["governed by"] == "draft"} == {"refused"}
    assert "nobody is found to approve (team:Group 66" in capsys.readouterr().out
