"""A process that is approved by a process of processes, on a desk that runs."""

from tests.end_to_end.desks import RunningDesk
from tests.end_to_end.processes import until
from tests.end_to_end.test_approvals import published, waiting

OF_PROCESSES = """
name: Processes of the lifts
subjects: approval process
when: subject.name.startsWith("Lift")
order: 1
fallback: [person:eli]
stages:
  - name: Process owners
    approvers: [person:finn, person:gita, person:hugo]
    quorum: 2
    patience: 1h
    on_timeout: reject
  - name: Audit
    approvers: person:iris
    quorum: any
    patience: 3s
    escalate_to: person:jan
"""
OF_LIFTS = """
name: Lift changes
subjects: change
when: subject.category == "Lift"
fallback: person:nele
order: 1
stages:
  - name: Operations
    approvers: person:kira
    quorum: any
    patience: 1h
    on_timeout: reject
"""


def test_a_process_is_approved_by_two_owners_and_an_auditor_and_published_by_the_last_vote(
    desk: RunningDesk,
) -> None:
    for name in ("finn", "gita", "hugo", "iris", "jan", "kira"):
        desk.let_in(name)
    governing = published(desk, OF_PROCESSES)
    number = str(desk.post("finn", "/approval-processes", document=OF_LIFTS)["number"])
    path = f"/approval-processes/{number}"

    direct = desk.person("finn").post(f"{path}/publish", json={}, headers={"If-Match": "*"})
    submitted = desk.post("finn", f"{path}/submit")["position"]
    asked = {name: waiting(desk, name, submitted, number) for name in ("gita", "hugo", "iris")}
    own = desk.person("finn").post(
        f"{path}/vote", json={"vote": "approve"}, headers={"If-Match": "*"}
    )
    desk.post("gita", f"{path}/vote", vote="approve")
    desk.post("hugo", f"{path}/vote", vote="approve", comment="Kira is the right one.")
    until(lambda: "StageEscalated" in desk.events("cem", path), 15, "escalated")
    before = desk.get("cem", path)
    decided = desk.post("jan", f"{path}/vote", vote="approve")["position"]

    assert direct.status_code == 422
    assert f"{governing} (Processes of the lifts) governs this" in direct.json()["detail"]
    assert asked == {"gita": ["Process owners"], "hugo": ["Process owners"], "iris": []}
    assert own.status_code == 403
    assert (before["approval_status"], before["published_version"]) == ("pending", 0)
    after = desk.get("cem", path, min_position=decided)
    assert (after["approval_status"], after["published_version"]) == ("approved", 1)
    assert desk.events("cem", path) == [
        "Drafted",
        "Submitted",
        "StageOpened",
        "VoteCast",
        "VoteCast",
        "StageDecided",
        "StageOpened",
        "VotersReminded",
        "StageTimedOut",
        "StageEscalated",
        "VoteCast",
        "StageDecided",
        "Approved",
        "VersionPublished",
    ]
    last = desk.get("cem", f"{path}/history", limit=200)["data"]
    assert {event["command"] for event in last[-4:]} == {last[-1]["command"]}
    assert last[-1]["actor"]["name"] == "Jan Kowal"
    assert (last[-1]["changed"]["number"], last[-1]["changed"]["round"]) == (1, 1)

    change = desk.post("dora", "/changes", title="New ropes", type="normal")["number"]
    desk.post("dora", f"/changes/{change}/categorise", category="Lift")
    desk.post("dora", f"/changes/{change}/assess-risk", impact=3, likelihood=3)
    desk.post("dora", f"/changes/{change}/plan", implementation="Hang them.", backout="Take down.")
    governed = desk.post("dora", f"/changes/{change}/submit")["position"]

    assert waiting(desk, "kira", governed, change) == ["Operations"]
