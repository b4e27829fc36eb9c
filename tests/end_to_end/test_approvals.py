"""An approval process from its document to a decision, on a desk that runs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from tests.end_to_end.desks import RunningDesk
from tests.end_to_end.processes import until

DOCUMENT = """
name: Changes of the cabling
subjects: change
when: subject.category == "Cabling"
order: 1
fallback: [team:Change Advisory Board, person:olga]
material: [risk]
stages:
  - name: Technical review
    approvers: person:bea
    quorum: any
    patience: 1h
    escalate_to: person:olga
  - name: Service review
    approvers: person:ann
    quorum: any
    patience: 1h
    escalate_to: person:olga
  - name: Last word
    approvers: person:olga
    quorum: any
    patience: 3s
    escalate_to: person:cem
"""

BY_MAIL = """
name: Changes that are decided on the way
subjects: change
when: subject.category == "On the way"
order: 1
stages:
  - name: Last word
    approvers: [person:bea, person:olga]
    quorum: any
    patience: 1h
    on_timeout: reject
"""

UNSOUND = """
name: Not like this
subjects: change
when: subject.category == "Cabling"
stages:
  - name: Never
    approvers: team:Network
    quorum: any
    patience: 1h
    when: subject.risk == "low" && subject.risk == "high"
    on_timeout: reject
  - name: Too many
    approvers: team:Network
    quorum: 5
    patience: 1h
    on_timeout: reject
"""


def published(desk: RunningDesk, document: str) -> str:
    number = str(desk.post("cem", "/approval-processes", document=document)["number"])
    desk.post("cem", f"/approval-processes/{number}/publish")
    return number


def planned(desk: RunningDesk, category: str = "Cabling") -> str:
    """The path of a change of Dora's, to the cabling or else, that could be submitted."""
    answer = desk.post("dora", "/changes", title="New patch panel", type="normal")
    path = f"/changes/{answer['number']}"
    desk.post("dora", f"{path}/categorise", category=category)
    desk.post("dora", f"{path}/assess-risk", impact=3, likelihood=3)
    desk.post("dora", f"{path}/plan", implementation="Move 24 cables.", backout="Move them back.")
    return path


def delegated(desk: RunningDesk, delegator: str, to: str) -> None:
    """Let somebody vote for another for a day from now."""
    me = desk.get(delegator, "/me")["number"]
    now = datetime.now(UTC)
    desk.post(
        delegator,
        f"/people/{me}/delegate",
        to=desk.get(to, "/me")["number"],
        start=now.isoformat(),
        end=(now + timedelta(days=1)).isoformat(),
        reason="On a train.",
    )


def stages(desk: RunningDesk, path: str, position: int) -> dict[str, dict[str, Any]]:
    """The stages of the latest round as the page of the change shows them."""
    rounds = desk.get("ann", path, min_position=position)["approval"]
    return {stage["name"]: stage for stage in rounds[max(rounds, key=int)]["stages"]}


def waiting(desk: RunningDesk, username: str, position: int, number: str) -> list[str]:
    """The stages in which somebody finds a change in their inbox."""
    page = desk.get(username, "/approvals", min_position=position)
    return [row["stage"] for row in page["data"] if row["number"] == number]


def test_a_change_goes_through_a_process_from_its_document_to_the_decision(
    desk: RunningDesk,
) -> None:
    process = published(desk, DOCUMENT)
    delegated(desk, "bea", "eli")
    path = planned(desk)
    number = path.rpartition("/")[2]
    bea = desk.get("bea", "/me")

    submitted = desk.post("dora", f"{path}/submit")["position"]
    asked_first = {name: waiting(desk, name, submitted, number) for name in ("bea", "eli", "ann")}
    desk.post("eli", f"{path}/vote", vote="approve", on_behalf_of=bea["number"])
    asked = desk.post("ann", f"{path}/request-information", question="How many cables?")
    standing = stages(desk, path, asked["position"])
    given = desk.post("dora", f"{path}/provide-information", answer="Twenty-four.")
    going_on = stages(desk, path, given["position"])
    edited = desk.post("dora", f"{path}/assess-risk", impact=2, likelihood=2)["position"]
    reopened = stages(desk, path, edited)
    asked_again = {name: waiting(desk, name, edited, number) for name in ("bea", "eli", "ann")}
    desk.post("eli", f"{path}/vote", vote="approve", on_behalf_of=bea["number"])
    desk.post("dora", f"{path}/amend", title="Another patch panel")
    desk.post("ann", f"{path}/vote", vote="approve", comment="No service is lost.")
    until(lambda: "StageEscalated" in desk.events("ann", path), 15, "escalated")
    decided = desk.post("cem", f"{path}/vote", vote="approve")["position"]

    assert asked_first == {"bea": ["Technical review"], "eli": ["Technical review"], "ann": []}
    assert standing["Technical review"]["state"] == "approved"
    assert standing["Service review"]["due"] is None
    assert going_on["Service review"]["due"] is not None
    [said] = going_on["Service review"]["information"]
    assert (said["question"], said["answer"]) == ("How many cables?", "Twenty-four.")
    assert {name: stage["state"] for name, stage in reopened.items()} == {
        "Technical review": "open",
        "Service review": "waiting",
        "Last word": "waiting",
    }
    assert reopened["Technical review"]["votes"] == []
    assert asked_again == asked_first
    assert desk.events("ann", path)[4:] == [
        "Submitted",
        "StageOpened",
        "VoteCast",
        "StageDecided",
        "StageOpened",
        "InformationRequested",
        "InformationProvided",
        "RiskAssessed",
        "VotesInvalidated",
        "StageOpened",
        "VoteCast",
        "StageDecided",
        "StageOpened",
        "Amended",
        "VoteCast",
        "StageDecided",
        "StageOpened",
        "VotersReminded",
        "StageTimedOut",
        "StageEscalated",
        "VoteCast",
        "StageDecided",
        "Approved",
    ]
    history = desk.get("ann", f"{path}/history", limit=200)["data"]
    votes = [event for event in history if event["event"] == "VoteCast"]
    assert [
        (vote["actor"]["name"], vote["on_behalf_of"] and vote["on_behalf_of"]["name"])
        for vote in votes
    ] == [
        ("Eli Brandt", "Bea Lindqvist"),
        ("Eli Brandt", "Bea Lindqvist"),
        ("Ann Okafor", None),
        ("Cem Aydin", None),
    ]
    [fallen] = [event["changed"] for event in history if event["event"] == "VotesInvalidated"]
    assert fallen["votes"] == {"Technical review": [bea["id"]]}
    assert (fallen["old"], fallen["new"]) == ({"risk": "low"}, {"risk": "moderate"})
    page = desk.get("ann", path, min_position=decided)
    round = page["approval"]["1"]
    assert (page["status"], round["outcome"], round["process_version"]) == (
        "approved",
        "approved",
        1,
    )
    assert desk.get("cem", f"/approval-processes/{process}")["id"] == round["process"]
    assert {stage["state"] for stage in round["stages"]} == {"approved"}
    assert not any(waiting(desk, name, decided, number) for name in ("ann", "bea", "cem", "eli"))


def test_a_process_that_is_not_sound_is_refused_with_all_that_was_found(
    desk: RunningDesk,
) -> None:
    number = desk.post("cem", "/approval-processes", document=UNSOUND)["number"]
    path = f"/approval-processes/{number}"
    position = desk.get("cem", path)["position"]

    refused = desk.person("cem").post(f"{path}/publish", json={}, headers={"If-Match": "*"})

    assert refused.status_code == 422
    said = refused.json()["detail"]
    assert "stages[0].when: Never is never reached" in said
    assert "stages[1].quorum: Too many: 5 approvals are needed of 4 people." in said
    assert desk.events("cem", path) == ["Drafted"]
    assert desk.get("cem", path)["position"] == position


def test_a_decision_is_asked_by_mail_and_given_by_its_link(desk: RunningDesk) -> None:
    published(desk, BY_MAIL)
    path = planned(desk, "On the way")
    number = path.rpartition("/")[2]
    mails = desk.mailbox.mails if desk.mailbox else []

    desk.post("dora", f"{path}/submit")
    until(lambda: any(number in mail["Subject"] for mail in mails), 30, "mailed")
    mail = next(mail for mail in mails if number in mail["Subject"])
    plain, _ = (part.get_content() for part in mail.iter_parts())
    [link] = re.findall(r"http\S+/decide/\S+", plain)
    looked = httpx2.get(link)
    sent = httpx2.post(link, data={"vote": "approve"})

    assert (looked.status_code, sent.status_code) == (200, 200)
    assert desk.get("ann", path)["status"] == "approved"
    told = desk.get("ann", f"{path}/history")["data"]
    assert [one["channel"] for one in told if one["event"] == "VoteCast"] == ["link"]
