"""Acts on assets that a process governs: submitted, voted on, and done by their approval."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import ApprovalRounds
from domain.asset import MOVES, Asset, Status
from domain.asset_approval import ACTS, NEEDS, Act
from domain.ids import record_id
from domain.person import Person
from domain.provenance import Provenance
from domain.quorum import Count
from domain.rules import Refused
from tests.domain.desks import Company, open_desk, system
from tests.people import BEA, MONDAY, person

BOARD = Stage(
    name="Board",
    approvers=("role:approver",),
    quorum=AnyOne(),
    patience="4h",
    on_timeout="reject",
)
SAID: dict[Act, dict[str, Any]] = {
    "issue": {"to": "ann"},
    "repair": {"vendor": "Fixit", "reason": "It is loud."},
    "retire": {"reason": "Out of support."},
    "dispose": {"method": "recycled"},
}
AFTER = {
    "issue": Status.IN_USE,
    "repair": Status.IN_REPAIR,
    "retire": Status.RETIRED,
    "dispose": Status.DISPOSED,
}


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Bea and Cem approve; Dan works with the assets."""
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def governed(company: Company, *stages: Stage, **more: Any) -> UUID:
    return await company.publish_process(*(stages or (BOARD,)), subjects=("asset",), **more)


async def registered(company: Company, **more: Any) -> UUID:
    return await company.add(
        Asset, "register", name="Laptop 7", asset_class="laptop", service="Workplace", **more
    )


def arguments(company: Company, act: Act) -> dict[str, Any]:
    said = SAID[act]
    return {**said, "to": company.people[said["to"]]} if "to" in said else said


async def act(company: Company, id: UUID, act: str, *, by: Provenance, **said: Any) -> None:
    await company.desk.ledger.edit(
        Asset, id, lambda asset: getattr(asset, act)(**said, by=by), by=by
    )


async def submit(company: Company, id: UUID, act: Act, by: str = "dan", **said: Any) -> None:
    given = said or arguments(company, act)
    await company.desk.submit_act(id, act=act, **given, by=company.signed(by))


async def found(company: Company, id: UUID) -> Asset:
    return await company.desk.ledger.find(Asset, id)


def topics(company: Company, id: UUID) -> list[str]:
    return [type(entry.event).__name__ for entry in company.desk.ledger.history(id)]


async def ready(company: Company, for_act: Act) -> UUID:
    """An asset with which an act can be done."""
    id = await registered(company)
    if for_act == "dispose":
        await act(company, id, "retire", reason="Old.", by=company.signed("dan"))
    return id


@pytest.mark.parametrize("name", ACTS)
async def test_the_vote_that_approves_an_act_does_it(company: Company, name: Act) -> None:
    id = await ready(company, name)
    process = await governed(company)
    await submit(company, id, name)

    await company.desk.vote(id, "approve", by=company.signed("bea"))

    asset = await found(company, id)
    assert (asset.status, asset.approval, asset.proposal) == (AFTER[name], "approved", None)
    assert (asset.standing.process, asset.round) == (process, 1)
    voted, decided, approved, done = company.desk.ledger.history(id)[-4:]
    assert [type(entry.event).__name__ for entry in (voted, decided, approved)] == [
        "VoteCast",
        "StageDecided",
        "Approved",
    ]
    event: Any = done.event
    assert (event.act, event.round) == (name, 1)
    assert event.by.actor == str(company.people["bea"])
    assert done.event.by.command == voted.event.by.command


@pytest.mark.parametrize("name", ACTS)
async def test_what_a_process_governs_is_not_done_without_it(company: Company, name: Act) -> None:
    id = await ready(company, name)
    await governed(company, when=f'subject.act == "{name}" && subject.service == "Workplace"')
    before = await found(company, id)

    with pytest.raises(Refused, match=r"APR\d+ \(Normal\) governs this: it is submitted"):
        await act(company, id, name, **arguments(company, name), by=company.signed("dan"))

    assert (await found(company, id)).version == before.version


@pytest.mark.parametrize("name", ACTS)
async def test_what_no_process_governs_is_done_at_once(company: Company, name: Act) -> None:
    id = await ready(company, name)
    others = [f'"{other}"' for other in ACTS if other != name]
    await governed(company, when=f"subject.act in [{', '.join(others)}]")

    with pytest.raises(Refused, match="No approval process governs this: it is done without"):
        await submit(company, id, name)
    await act(company, id, name, **arguments(company, name), by=company.signed("dan"))

    assert (await found(company, id)).status is AFTER[name]
    assert "ActProposed" not in topics(company, id)


async def test_what_was_done_elsewhere_is_told_and_not_asked_for(company: Company) -> None:
    id = await registered(company)
    await governed(company)
    by = replace(system("import"), channel="imported")

    await act(company, id, "retire", reason="It was scrapped.", by=by)

    assert (await found(company, id)).status is Status.RETIRED


async def test_a_rejected_act_is_not_done(company: Company) -> None:
    id = await registered(company)
    await governed(company)
    await submit(company, id, "retire")

    for name in ("bea", "cem"):
        await company.desk.vote(id, "reject", comment="It is new.", by=company.signed(name))

    asset = await found(company, id)
    assert (asset.status, asset.approval, asset.proposal) == (Status.IN_STOCK, "rejected", None)
    with pytest.raises(Refused, match="governs this"):
        await act(company, id, "retire", reason="Still.", by=company.signed("dan"))
    await submit(company, id, "retire")
    assert (await found(company, id)).round == 2


async def test_a_submission_is_withdrawn_and_the_asset_stays(company: Company) -> None:
    id = await registered(company)
    await governed(company, when='subject.act == "retire"')
    await submit(company, id, "retire")

    await act(company, id, "withdraw", reason="It is needed.", by=company.signed("dan"))

    asset = await found(company, id)
    assert (asset.status, asset.approval, asset.proposal) == (Status.IN_STOCK, "", None)
    with pytest.raises(Refused, match="not open for votes"):
        await company.desk.vote(id, "approve", by=company.signed("bea"))


async def test_silence_does_what_the_process_says(company: Company) -> None:
    kept, gone = await registered(company), await registered(company)
    await governed(company, when='subject.service == "Workplace"')
    await submit(company, kept, "retire")
    silent = replace(BOARD, on_timeout="approve")
    await governed(company, silent, order=1)
    await submit(company, gone, "retire")

    for id in (kept, gone):
        late = system("clock", MONDAY + timedelta(hours=4))
        await company.desk.time_out_stage(id, 1, "Board", by=late)

    assert (await found(company, kept)).status is Status.IN_STOCK
    assert (await found(company, gone)).status is Status.RETIRED


async def test_whoever_proposes_it_has_it_or_gets_it_has_no_vote(company: Company) -> None:
    id = await registered(company)
    await act(company, id, "issue", to=company.people["cem"], by=company.signed("dan"))
    await governed(company)

    with pytest.raises(Refused, match="Board: nobody is found to approve"):
        await submit(company, id, "retire", by="bea", reason="Old.")

    await act(company, id, "return_", condition="As new.", by=company.signed("dan"))
    await submit(company, id, "retire", by="bea", reason="Old.")
    assert (await found(company, id)).standing.entitled("Board") == (str(company.people["cem"]),)


async def test_nobody_is_asked_about_what_they_get(company: Company) -> None:
    id = await registered(company)
    await governed(company)

    await submit(company, id, "issue", to=company.people["bea"])

    asset = await found(company, id)
    assert asset.standing.entitled("Board") == (str(company.people["cem"]),)
    with pytest.raises(Refused, match="Nobody votes on their own asset: whoever proposes it"):
        await company.desk.vote(id, "approve", by=company.signed("bea"))
    with pytest.raises(Refused, match="Nobody chooses who votes on what they proposed"):
        await company.desk.act_in_round(
            id,
            ApprovalRounds.add_approver,
            person=company.people["max"],
            reason="He is kind.",
            by=company.signed("dan"),
        )


async def test_its_owner_is_asked_where_the_process_says_so(company: Company) -> None:
    id = await registered(company, owner=company.people["max"])
    owner = replace(BOARD, approvers=("owner-of:assets",))
    await company.publish_unchecked(owner, subjects=("asset",))

    await submit(company, id, "retire")

    assert (await found(company, id)).stages[0].voters == (str(company.people["max"]),)


async def test_no_other_act_is_done_while_one_is_in_approval(company: Company) -> None:
    id = await registered(company)
    await act(company, id, "issue", to=company.people["ann"], by=company.signed("dan"))
    await governed(company, when='subject.act == "retire"')
    await submit(company, id, "retire")

    others: tuple[Act, ...] = ("repair", "retire")
    for name in others:
        said = arguments(company, name)
        with pytest.raises(Refused, match="is in approval: it is decided, or withdrawn"):
            await act(company, id, name, **said, by=company.signed("dan"))
    with pytest.raises(Refused, match="is in approval: it is decided, or withdrawn"):
        await submit(company, id, "retire")
    await act(company, id, "return_", condition="As new.", by=company.signed("dan"))
    await company.desk.vote(id, "approve", by=company.signed("bea"))

    assert (await found(company, id)).status is Status.RETIRED


async def test_votes_fall_when_what_they_saw_changes(company: Company) -> None:
    id = await registered(company)
    await company.publish_unchecked(
        replace(BOARD, quorum=Count(2)), subjects=("asset",), material=("details",)
    )
    await submit(company, id, "retire")
    await company.desk.vote(id, "approve", by=company.signed("bea"))

    await act(company, id, "amend", details={"value": "9,000"}, by=company.signed("dan"))

    asset = await found(company, id)
    assert asset.standing.votes("Board") == {}
    fallen: Any = company.desk.ledger.history(id)[-1].event
    assert fallen.fields == ("details",)


async def test_an_edit_for_which_another_stage_would_apply_is_refused(company: Company) -> None:
    id = await registered(company)
    audit = replace(BOARD, name="Audit", when='subject.details["value"] == "high"')
    await governed(company, BOARD, audit, repeat_voters=True)
    await submit(company, id, "retire")

    with pytest.raises(Refused, match="a stage of its approval would apply that was skipped"):
        await act(company, id, "amend", details={"value": "high"}, by=company.signed("dan"))


async def test_a_condition_that_the_act_itself_ends_does_not_hold_it_up(company: Company) -> None:
    id = await registered(company)
    await governed(company, when='subject.act == "retire" && subject.status == "in stock"')
    await submit(company, id, "retire")

    await company.desk.vote(id, "approve", by=company.signed("bea"))

    assert (await found(company, id)).status is Status.RETIRED


async def test_an_approval_lapses_if_who_was_to_get_it_has_left(company: Company) -> None:
    id = await registered(company)
    await governed(company)
    await submit(company, id, "issue")
    await company.leave("ann")

    await company.desk.vote(id, "approve", by=company.signed("bea"))

    asset = await found(company, id)
    assert (asset.status, asset.approval, asset.proposal) == (Status.IN_STOCK, "approved", None)
    lapsed: Any = company.desk.ledger.history(id)[-1].event
    assert lapsed.reason.endswith("was deactivated.")
    ann = await company.desk.ledger.find(Person, company.people["ann"])
    assert lapsed.reason == f"to: {ann.number} was deactivated."


async def test_a_running_approval_of_an_act_moves_to_another_version(company: Company) -> None:
    id = await registered(company)
    process = await governed(company)
    await submit(company, id, "retire")
    by = system()
    slower = Definition(subjects=("asset",), stages=(replace(BOARD, patience="8h"),))
    await company.desk.ledger.edit(
        ApprovalProcess, process, lambda one: one.revise(slower, by=by), by=by
    )
    await company.desk.publish_process(process, by=system())

    running = await company.desk.running_approvals(process)
    await company.desk.migrate_approval(id, 2, by=company.signed("max"))

    assert [one.id for one in running] == [id]
    assert (await found(company, id)).standing.process_version == 2


@given(
    act=st.sampled_from(ACTS),
    names=st.sets(st.sampled_from(["to", "vendor", "reason", "method"])),
    status=st.sampled_from(Status),
)
def test_an_act_is_proposed_with_what_it_asks_for_and_where_it_can_be_done(
    act: Act, names: set[str], status: Status
) -> None:
    asset = Asset.register(record_id("AST", 1), name="A", asset_class="server", by=BEA)
    asset.status = status
    said: dict[str, Any] = {name: "x" for name in names}
    if "to" in names:
        said["to"] = person("ann")

    if names == set(NEEDS[act]) and status in MOVES[act].sources:
        asset.propose(act, **said, by=BEA)
        assert asset.proposal is not None
        assert asset.proposal.act == act
    else:
        with pytest.raises(Refused):
            asset.propose(act, **said, by=BEA)
        assert asset.proposal is None
