"""Whatever happens to a record, the views say of it what the record says of itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.approval_process import ApprovalProcess
from domain.asset import Asset
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.calendar import Calendar
from domain.change_template import ChangeTemplate
from domain.ids import record_id
from domain.incident import Incident
from domain.organisation import Organisation
from domain.person import Person
from domain.problem import Problem
from domain.risk_model import RiskModel
from domain.service_level_policy import (
    ServiceLevelPolicy,
)
from domain.team import Team
from domain.versioned import Versioned
from projections import (
    asset_findings,
    asset_register,
    asset_relations,
    asset_reminders,
    asset_types,
    directory,
    directory_rows,
    ticket_lists,
    timeline,
    work_queue,
)
from projections.listings import ALL
from projections.tables import instant
from tests.domain.kinds import EVERY_KIND
from tests.people import ANN, CUSTOMER
from tests.projections.folding import ASKING, RANDOM, a_life, text
from tests.projections.lives import content, entries_of, folded, row_of, rows_of


@pytest.mark.parametrize("kind", EVERY_KIND)
@RANDOM
@given(data=st.data())
def test_pages_of_any_size_give_the_same_rows(kind: type[Aggregate], data: st.DataObject) -> None:
    _, entries = a_life(kind, data)

    for view in (view for view in ALL if any(map(view.concerns, entries))):
        whole, bit_by_bit = folded(view, entries), folded(view, entries, page=1)
        assert content(whole, view.tables) == content(bit_by_bit, view.tables)


@RANDOM
@given(data=st.data())
def test_the_register_agrees_with_the_asset(data: st.DataObject) -> None:
    asset, entries = a_life(Asset, data)
    assert isinstance(asset, Asset)

    store = folded(asset_register.VIEW, entries)
    row = row_of(store, asset_register.REGISTER, str(asset.id))

    assert (row.status, row.name, row.tag) == (asset.status, asset.name, asset.tag)
    assert (row.owner, row.holder) == (text(asset.owner), text(asset.holder))
    assert row.details == asset.details
    assert (row.type, row.type_version) == (text(asset.type), asset.type_version)
    assert (row.asset_class, row.attributes) == (asset.asset_class, asset.attributes)
    assert (row.location, row.supplier, row.contract, row.entitled) == (
        asset.location,
        asset.supplier,
        asset.contract,
        asset.entitled,
    )
    assert row.cost == (f"{asset.cost.amount:f}" if asset.cost else "")
    assert row.ends == {name: day.isoformat() for name, day in asset.ends.items()}
    assert {
        (relation.type, relation.other) for relation in rows_of(store, asset_relations.RELATIONS)
    } == {(type, str(other)) for type, other in asset.relations}


@RANDOM
@given(data=st.data())
def test_the_open_findings_are_the_drifts_of_the_asset(data: st.DataObject) -> None:
    asset, entries = a_life(Asset, data)
    assert isinstance(asset, Asset)

    rows = rows_of(folded(asset_findings.VIEW, entries), asset_findings.FINDINGS)

    assert {(row.attribute, row.found) for row in rows if row.is_open} == {
        (name, str(drift.found)) for name, drift in asset.drifts.items()
    }
    assert all(row.closed_at for row in rows if not row.is_open)


@RANDOM
@given(data=st.data())
def test_the_next_reminders_are_those_of_the_asset(data: st.DataObject) -> None:
    asset, entries = a_life(Asset, data)
    assert isinstance(asset, Asset)

    rows = rows_of(folded(asset_reminders.VIEW, entries), asset_reminders.AHEAD)

    ahead = min((row.next_at for row in rows if row.next_at), default=None)
    due = asset.next_reminder
    assert ahead == (instant(due.at) if due else None)
    if not asset.is_gone:
        assert {row.end_name for row in rows} == set(asset.ends)


@RANDOM
@given(data=st.data())
def test_the_types_agree_with_the_record(data: st.DataObject) -> None:
    type, entries = a_life(AssetType, data)
    assert isinstance(type, AssetType)

    row = row_of(folded(asset_types.VIEW, entries), asset_types.TYPES, str(type.id))

    assert (row.name, row.parent, row.is_retired) == (type.name, text(type.parent), type.is_retired)
    assert row.type_version == type.schema.version
    levels = [*(one["attributes"] for one in row.inherited if "attributes" in one), row.attributes]
    names = [one["name"] for level in levels for one in level]
    assert names == list(type.schema.attributes)


@pytest.mark.parametrize(
    "kind",
    [
        Person,
        Team,
        Organisation,
        ApprovalProcess,
        ServiceLevelPolicy,
        ChangeTemplate,
        RiskModel,
        AssignmentRule,
        Calendar,
    ],
)
@RANDOM
@given(data=st.data())
def test_the_directory_agrees_with_the_record(kind: type[Aggregate], data: st.DataObject) -> None:
    record, entries = a_life(kind, data)

    store = folded(directory.VIEW, entries)
    row: Any = row_of(store, directory_rows.TABLE_OF[kind.__name__], str(record.id))

    assert (row.name, row.version) == (record.name, record.version)
    match record:
        case Person():
            assert (row.username, row.email) == (record.username, record.email)
            assert (row.organisation, row.manager) == (
                text(record.organisation),
                text(record.manager),
            )
            assert set(row.roles) == set(record.roles)
            assert row.skills == record.skills
            assert row.is_active == record.is_active
            tokens = rows_of(store, directory_rows.TOKENS)
            assert {(token.token, token.revoked_at is not None) for token in tokens} == {
                (str(token.id), token.is_revoked) for token in record.tokens
            }
        case Team():
            assert row.members == tuple(map(str, record.members))
            assert row.is_disbanded == record.is_disbanded
            members = rows_of(store, directory_rows.MEMBERS)
            assert {(member.person, member.is_lead) for member in members} == {
                (str(member), member in record.leads) for member in record.members
            }
        case Organisation():
            assert (row.is_operator, row.parent) == (record.is_operator, text(record.parent))
            assert row.is_active == record.is_active
        case Calendar():
            assert (row.hours_version, row.is_retired) == (
                record.hours_version,
                record.is_retired,
            )
            assert row.hours["zone"] == record.hours.zone
        case Versioned():
            assert (row.published_version, row.is_retired) == (
                record.published_version,
                record.is_retired,
            )
            assert bool(row.published) == bool(record.versions)


@pytest.mark.parametrize("kind", EVERY_KIND)
@RANDOM
@given(data=st.data())
def test_the_timeline_tells_everything_but_secrets(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    _, entries = a_life(kind, data)

    rows = rows_of(folded(timeline.VIEW, entries), timeline.TIMELINE)

    assert [(row.position, row.version, row.topic) for row in rows] == [
        (entry.position, entry.originator_version, entry.topic) for entry in entries
    ]
    for row, entry in zip(rows, entries, strict=True):
        hidden = {
            Person.PasswordSet: "hash",
            Person.TokenIssued: "digest",
            Person.FeedOpened: "digest",
        }.get(type(entry.event))
        told = {
            name
            for name in entry.event.__struct_fields__
            if name not in ("by", hidden) and getattr(entry.event, name) is not None
        }
        assert row.fields.keys() == told


@pytest.mark.parametrize("kind", [Incident, Problem])
def test_what_only_foreign_histories_tell_is_shown_too(kind: Any) -> None:
    begin = Incident.log if kind is Incident else Problem.raise_
    ticket: Any = begin(
        record_id(kind.prefix, 1), title="Mail is down", requester=None, organisation=None, by=ANN
    )
    ticket.assign(team=record_id("TEA", 1), by=ANN)
    ticket.pend("vendor", by=ANN)

    ticket.record(kind.Requeued(by=ANN))
    ticket.record(kind.RequesterChanged(by=ANN, requester=ASKING, organisation=CUSTOMER))

    row = row_of(folded(ticket_lists.VIEW, entries_of(ticket)), work_queue.QUEUE, str(ticket.id))
    assert (row.status, row.pending_reason) == (ticket.status, "")
    assert (row.requester, row.organisation) == (str(ASKING), str(CUSTOMER))
