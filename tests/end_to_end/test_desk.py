"""The whole desk, as it is started from the command line and used over HTTP."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops.ports import free_port
from tests.end_to_end.desks import LEDGERDESK, RunningDesk
from tests.end_to_end.processes import Process, until

READY_SECONDS = 10
PLAN = {"implementation": "Move the cables.", "backout": "Move them back."}


@pytest.fixture(scope="module")
def stoppable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    running = RunningDesk(tmp_path_factory.mktemp("stoppable"))
    yield running
    running.close()


@pytest.fixture
def own(stoppable: RunningDesk) -> RunningDesk:
    """A desk for a test that stops it."""
    if not stoppable.is_running:
        stoppable.start()
    return stoppable


def proposed(desk: RunningDesk, type: str = "normal") -> str:
    """The path of a change of Dora's that could be submitted."""
    answer = desk.post("dora", "/changes", title="New core switch", type=type)
    path = f"/changes/{answer['number']}"
    desk.post("dora", f"{path}/assess-risk", impact=2, likelihood=2)
    desk.post("dora", f"{path}/plan", **PLAN)
    return path


def promise(desk: RunningDesk, category: str, budget: str) -> None:
    """Promise an answer within a budget for incidents of a category."""
    calendars = desk.get("cem", "/calendars")["data"]
    definition = {
        "calendar": next(row["number"] for row in calendars if row["name"] == "Round the clock"),
        "order": 1,
        "categories": [category],
        "targets": [{"name": "first response", "budget": budget}],
        "escalation": [
            {
                "target": "first response",
                "mark": "100%",
                "notify": ["team:Service Desk"],
                "wait": "5m",
            }
        ],
    }
    answer = desk.post("cem", "/service-level-policies", name=category, definition=definition)
    desk.post("cem", f"/service-level-policies/{answer['number']}/publish")


def logged(desk: RunningDesk, category: str) -> str:
    """The path of an incident of a category."""
    answer = desk.post(
        "dora", "/incidents", title="No phones", category=category, impact=1, urgency=1
    )
    return f"/incidents/{answer['number']}"


def inbox(desk: RunningDesk, username: str, position: int) -> set[str]:
    page = desk.get(username, "/approvals", min_position=position)
    return {row["number"] for row in page["data"]}


def still_alive(processes: list[Process]) -> list[Process]:
    return [process for process in processes if process.is_alive]


def gone(processes: list[Process]) -> bool:
    return not still_alive(processes)


def is_marked(checks: str, name: str) -> str:
    """The sign before a check of `ledgerdesk doctor`."""
    found = re.search(rf"^(.) {name}:", checks, re.MULTILINE)
    return found[1] if found else ""


def test_the_desk_is_ready_within_ten_seconds(desk: RunningDesk) -> None:
    # Tests that run beside it take their part of the machine.
    runs = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))

    assert desk.ready_seconds < READY_SECONDS * runs
    assert re.findall(r"token of (\w+) +ld_pat_\w+", desk.output) == ["ann", "bea", "cem"]


def test_two_people_approve_a_normal_change(desk: RunningDesk) -> None:
    path = proposed(desk)
    number = path.rpartition("/")[2]

    submitted = desk.post("dora", f"{path}/submit")
    waiting = {name: inbox(desk, name, submitted["position"]) for name in ("ann", "bea", "cem")}
    first = desk.post("bea", f"{path}/vote", vote="approve", comment="The plan is sound.")
    in_between = desk.status("dora", path), inbox(desk, "cem", first["position"])
    second = desk.post("cem", f"{path}/vote", vote="approve")

    assert number in waiting["ann"] & waiting["bea"]
    assert number not in waiting["cem"]
    assert in_between[0] == "in approval"
    assert number in in_between[1]
    assert desk.status("dora", path) == "approved"
    assert number not in inbox(desk, "cem", second["position"])
    assert desk.events("ann", path) == [
        "Proposed",
        "RiskAssessed",
        "Planned",
        "Submitted",
        "StageOpened",
        "VoteCast",
        "StageDecided",
        "StageOpened",
        "VoteCast",
        "StageDecided",
        "Approved",
    ]


def test_a_vote_by_the_requester_is_refused_with_the_rule(desk: RunningDesk) -> None:
    answer = desk.post("ann", "/changes", title="New fibre", type="normal")
    path = f"/changes/{answer['number']}"
    desk.post("ann", f"{path}/assess-risk", impact=2, likelihood=2)
    desk.post("ann", f"{path}/plan", **PLAN)
    desk.post("ann", f"{path}/submit")
    before = desk.events("bea", path)

    refused = desk.person("ann").post(
        f"{path}/vote", json={"vote": "approve"}, headers={"If-Match": "*"}
    )

    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        "Nobody votes on their own change: "
        "its requester, its proposer and its assignee have no vote."
    )
    assert desk.events("bea", path) == before


def test_a_command_sent_twice_under_one_key_counts_once(desk: RunningDesk) -> None:
    path = logged(desk, "Twice")
    said: dict[str, Any] = {
        "json": {"text": "Once.", "visibility": "internal"},
        "headers": {"Idempotency-Key": "say-it-once"},
    }

    first = desk.person("dora").post(f"{path}/comment", **said)
    second = desk.person("dora").post(f"{path}/comment", **said)

    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert desk.events("dora", path).count("Commented") == 1


def test_an_incident_that_nobody_answers_escalates_by_itself(desk: RunningDesk) -> None:
    promise(desk, "Telephony", "2s")

    path = logged(desk, "Telephony")

    until(lambda: "EscalatedHierarchically" in desk.events("ann", path), 20, "escalated")
    history = desk.get("ann", f"{path}/history")["data"]
    breach = next(event for event in history if event["event"] == "TargetBreached")
    logged_at, marked_at = (
        datetime.fromisoformat(event["recorded_at"]) for event in (history[0], breach)
    )
    assert 2.0 <= (marked_at - logged_at).total_seconds() < 10.0
    assert breach["actor"]["name"] == "sla-clock"
    assert desk.get("ann", path)["escalation_level"] == 1


def test_a_rule_sorts_what_is_logged_and_proposes_it_as_a_major_incident(
    desk: RunningDesk,
) -> None:
    definition = {
        "on": ["logged"],
        "when": 'ticket.category == "Telegraphy"',
        "actions": [
            {"do": "categorise", "category": "network"},
            {"do": "propose major incident", "reason": "Nobody can telegraph."},
        ],
    }
    rule = desk.post("cem", "/assignment-rules", name="Telegraphy", definition=definition)
    desk.post("cem", f"/assignment-rules/{rule['number']}/publish")

    path = logged(desk, "Telegraphy")

    until(lambda: "RuleApplied" in desk.events("ann", path), 20, "sorted")
    history = desk.get("ann", f"{path}/history")["data"]
    proposed_at = next(one for one in history if one["event"] == "MajorIncidentProposed")
    assert proposed_at["cause"]["rule"] == rule["number"]
    assert proposed_at["cause"]["event"] == history[0]["position"]
    assert desk.get("ann", path)["category"] == "network"


def test_the_history_of_a_record_is_shown_as_of_a_moment(desk: RunningDesk) -> None:
    path = proposed(desk)
    number = path.rpartition("/")[2]
    moment = datetime.now(UTC)
    desk.post("dora", f"{path}/comment", text="One more thing.")

    before = desk.run("history", number, "--as-of", moment.isoformat())
    now = desk.run("history", number)
    too_early = desk.run("history", number, "--as-of", "2020-01-01T00:00Z")

    assert (before.returncode, now.returncode) == (0, 0)
    assert "Change.Planned" in before.stdout
    assert "Change.Commented" not in before.stdout
    assert "Change.Commented" in now.stdout
    assert too_early.returncode == 2
    assert f"There is no record {number} at that moment." in too_early.stderr


def test_the_doctor_finds_a_running_desk_well(desk: RunningDesk) -> None:
    checks = desk.run("doctor")

    assert checks.returncode == 0, checks.stdout
    assert "✗" not in checks.stdout
    assert is_marked(checks.stdout, "Temporal") == is_marked(checks.stdout, "API") == "✓"


def test_a_desk_that_was_told_to_stop_leaves_nothing_and_goes_on_later(own: RunningDesk) -> None:
    incident = logged(own, "Later")
    number = incident.rpartition("/")[2]
    processes = own.tree()

    code = own.stop(signal.SIGTERM)

    assert code == 0, own.output
    assert len(processes) >= 4
    assert still_alive(processes) == []
    checks = own.run("doctor")
    assert checks.returncode == 1
    assert is_marked(checks.stdout, "ledger") == is_marked(checks.stdout, "views") == "✓"
    assert is_marked(checks.stdout, "Temporal") == is_marked(checks.stdout, "API") == "✗"

    own.start()

    assert own.get("dora", incident)["number"] == number
    assert own.events("dora", incident)[0] == "Logged"
    assert logged(own, "Later") > incident
    assert len(own.get("eli", "/people")["data"]) == 19


def test_what_is_open_goes_on_without_temporals_folder(own: RunningDesk) -> None:
    stage = {
        "name": "Board",
        "approvers": ["team:Network"],
        "quorum": {"kind": "any"},
        "patience": "6s",
        "on_timeout": "reject",
    }
    definition = {
        "subjects": ["change"],
        "when": 'subject.type == "emergency"',
        "order": 1,
        "stages": [stage],
    }
    process = own.post("cem", "/approval-processes", name="Hasty", definition=definition)
    own.post("cem", f"/approval-processes/{process['number']}/publish")
    promise(own, "Telephony", "6s")
    change = proposed(own, "emergency")
    own.post("dora", f"{change}/submit")
    incident = logged(own, "Telephony")

    own.stop()
    shutil.rmtree(own.data / "temporal")
    before = own.last_event(change), own.last_event(incident)
    own.start()

    assert before == ("StageOpened", "ServiceLevelApplied")
    until(lambda: own.status("dora", change) == "rejected", 20, "timed out")
    until(lambda: "EscalatedHierarchically" in own.events("ann", incident), 20, "escalated")
    assert own.events("ann", change).count("StageTimedOut") == 1
    assert own.events("ann", incident).count("TargetBreached") == 1


def test_a_killed_supervisor_leaves_no_orphan(own: RunningDesk) -> None:
    processes = own.tree()

    own.stop(signal.SIGKILL)

    assert len(processes) >= 4
    until(lambda: gone(processes), 2, f"gone: {processes}")
    own.start()
    assert own.status("dora", "/changes/CHG0000001") == "in approval"


def test_a_taken_port_is_said_at_once(desk: RunningDesk, tmp_path: Path) -> None:
    settings = desk.environment() | {"LEDGERDESK_DATA": str(tmp_path / "data")}

    second = subprocess.run(
        [LEDGERDESK, "up"], capture_output=True, text=True, timeout=30, env=settings, check=False
    )

    assert second.returncode == 2, second.stdout
    assert f"127.0.0.1:{desk.port}: Address already in use" in second.stderr
    assert "--port" in second.stderr


def test_a_second_desk_in_the_same_folder_is_refused(desk: RunningDesk) -> None:
    second = desk.run("up", "--port", str(free_port()))

    assert second.returncode == 2, second.stdout
    assert "A desk is running in" in second.stderr


def test_the_demo_companys_own_incident_escalates_in_its_first_minute(desk: RunningDesk) -> None:
    until(
        lambda: "EscalatedHierarchically" in desk.events("ann", "/incidents/INC0000002"),
        60,
        "escalated",
    )

    history = desk.get("ann", "/incidents/INC0000002/history")["data"]
    escalated = next(event for event in history if event["event"] == "EscalatedHierarchically")
    recorded = (datetime.fromisoformat(event["recorded_at"]) for event in (history[0], escalated))
    logged_at, escalated_at = recorded
    assert (escalated_at - logged_at).total_seconds() < 60
