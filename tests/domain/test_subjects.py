from datetime import timedelta
from typing import get_args

import pytest

from domain import change_moves
from domain.approval_process import ApprovalProcess, Definition
from domain.asset import Asset, Status
from domain.change import Change
from domain.conditions import condition
from domain.desk.subjects import affected_assets, facts_of
from domain.ids import named_id, record_id
from domain.incident import Incident
from domain.organisation import Organisation
from domain.person import Person
from domain.release import Release
from domain.rules import Refused
from domain.service import GATES, Criticality, Service
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from domain.subjects import FIELDS, NEVER, WRITTEN, SubjectKind, Value, field_of
from domain.team import Team
from tests.domain.desks import CAB
from tests.people import CUSTOMER, MONDAY, person, signed

SERVER, ROUTER = record_id("AST", 1), record_id("AST", 2)
ANN = person("ann")
NETWORK = named_id("TEA", "network")
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int,),
    "yes or no": (bool,),
    "moment": (type(NEVER),),
    "texts": (list,),
    "texts by name": (dict,),
}


class Names:
    """Ann of the customer, and the team Network."""

    def person(self, id: object) -> Person | None:
        if id != ANN:
            return None
        return Person.register(
            ANN, username="ann", name="Ann", organisation=CUSTOMER, by=signed("ann")
        )

    def team(self, id: object) -> Team | None:
        return Team.form(NETWORK, name="Network", by=signed("ann")) if id == NETWORK else None

    def organisation(self, id: object) -> Organisation | None:
        if id != CUSTOMER:
            return None
        return Organisation.register(CUSTOMER, name="Customer", by=signed("ann"))


def change() -> Change:
    proposed = Change.propose(
        record_id("CHG", 1),
        title="Swap the core switch",
        type="emergency",
        requester=ANN,
        organisation=CUSTOMER,
        by=signed("ann"),
    )
    proposed.categorise(category="network", service="Mail", by=signed("bea"))
    proposed.prioritise(impact=1, urgency=2, by=signed("bea"))
    proposed.amend(details={"cost centre": "4711"}, by=signed("ann"))
    proposed.assign(team=NETWORK, by=signed("bea"))
    for other in (SERVER, ROUTER, record_id("INC", 1)):
        proposed.link(other, type="affects", by=signed("bea"))
    proposed.link(record_id("AST", 3), type="relates to", by=signed("bea"))
    proposed.assess_risk(impact=1, likelihood=1, by=signed("bea"))
    return proposed


def asset() -> Asset:
    registered = Asset.register(
        SERVER,
        name="srv-1",
        asset_class="server",
        organisation=CUSTOMER,
        service="Mail",
        owner=ANN,
        by=signed("bea"),
    )
    registered.propose("issue", to=ANN, by=signed("bea"))
    return registered


def service() -> Service:
    proposed = Service.propose(
        record_id("SVC", 1),
        name="Payroll",
        owner=ANN,
        team=NETWORK,
        customers=[CUSTOMER],
        by=signed("bea"),
    )
    proposed.begin_design(by=signed("ann"))
    proposed.write_gate("SLA draft", "Gold.", by=signed("ann"))
    proposed.take_up("SLA draft", by=signed("ann"))
    return proposed


def release() -> Release:
    planned = Release.plan(
        record_id("REL", 1),
        name="Payroll 4.2",
        backout="Put 4.1 back.",
        service="Payroll",
        owner=ANN,
        by=signed("bea"),
    )
    end = MONDAY + timedelta(hours=2)
    changes = [record_id("CHG", 1), record_id("CHG", 2)]
    planned.add_phase("Pilot", start=MONDAY, end=end, changes=changes, by=signed("ann"))
    planned.write_gate("Pilot", "All tests are green.", by=signed("ann"))
    planned.take_up("Pilot", by=signed("ann"))
    return planned


def policy() -> ServiceLevelPolicy:
    agreement = Agreement(
        calendar=named_id("CAL", "office"),
        targets=(TargetPromise(name="resolution", budget="8h"),),
        services=("Web", "Mail"),
        organisations=(CUSTOMER,),
    )
    return ServiceLevelPolicy.draft(
        record_id("SLP", 1), name="Gold", definition=agreement, by=signed("bea")
    )


def process() -> ApprovalProcess:
    definition = Definition(subjects=("change", "asset"), stages=(CAB,), order=7)
    drafted = ApprovalProcess.draft(
        record_id("APR", 1), name="Normal", definition=definition, by=signed("bea")
    )
    drafted.publish(by=signed("bea"))
    return drafted


FACTS: dict[SubjectKind, dict[str, Value]] = {
    "change": facts_of(Names(), change(), {SERVER: "server", ROUTER: "router"}),
    "asset": facts_of(Names(), asset()),
    "service level policy": facts_of(Names(), policy()),
    "approval process": facts_of(Names(), process()),
    "service": facts_of(Names(), service()),
    "release": facts_of(Names(), release()),
}


@pytest.mark.parametrize("kind", get_args(SubjectKind))
def test_every_field_is_described_and_named_once(kind: SubjectKind) -> None:
    fields = FIELDS[kind]

    assert len({field.name for field in fields}) == len(fields) > 0
    for field in fields:
        assert field.name.isidentifier()
        assert field.about.endswith(".")
        assert field_of(kind, field.name) is field
    assert field_of(kind, "title") is None


@pytest.mark.parametrize("kind", FACTS)
def test_the_facts_of_a_record_are_the_fields_of_its_kind_in_their_types(
    kind: SubjectKind,
) -> None:
    facts = FACTS[kind]

    assert list(facts) == [field.name for field in FIELDS[kind]]
    for field in FIELDS[kind]:
        value = facts[field.name]
        assert type(value) in TYPES[field.type]
        if field.values:
            assert set(value if isinstance(value, list) else [value]) <= set(field.values)
        assert condition(f"[subject.{field.name}].size() == 1", kind).holds(facts)


def test_the_facts_of_a_change() -> None:
    assert FACTS["change"] == {
        "type": "emergency",
        "is_emergency": True,
        "risk": "very high",
        "is_scheduled": False,
        "planned_start": NEVER,
        "planned_end": NEVER,
        "submissions": 0,
        "category": "network",
        "subcategory": "",
        "service": "Mail",
        "team": "Network",
        "requester": "ann",
        "organisation": "Customer",
        "impact": 1,
        "urgency": 2,
        "priority": 2,
        "assets": 2,
        "asset_types": ["router", "server"],
        "details": {"cost centre": "4711"},
    }


def test_a_scheduled_change_says_when_it_is_implemented() -> None:
    scheduled = change()
    scheduled.scheduled_start = MONDAY
    scheduled.scheduled_end = MONDAY + timedelta(hours=2)

    facts = facts_of(None, scheduled)

    assert facts["is_scheduled"] is True
    assert (facts["planned_start"], facts["planned_end"]) == (MONDAY, MONDAY + timedelta(hours=2))


def test_the_facts_of_an_asset() -> None:
    assert FACTS["asset"] == {
        "act": "issue",
        "recipient": "ann",
        "type": "server",
        "status": "in stock",
        "service": "Mail",
        "organisation": "Customer",
        "owner": "ann",
        "holder": "",
        "relations": 0,
        "details": {},
    }


def test_the_facts_of_a_service() -> None:
    assert FACTS["service"] == {
        "gate": "SLA draft",
        "name": "Payroll",
        "criticality": "medium",
        "owner": "ann",
        "team": "Network",
        "customers": ["Customer"],
    }


def test_the_facts_of_a_release_are_those_of_the_phase_that_was_taken_up() -> None:
    assert FACTS["release"] == {
        "name": "Payroll 4.2",
        "phase": "Pilot",
        "number": 1,
        "phases": 1,
        "changes": 2,
        "service": "Payroll",
        "owner": "ann",
        "start": MONDAY,
        "end": MONDAY + timedelta(hours=2),
    }


def test_the_facts_of_definitions_are_those_of_the_draft() -> None:
    assert FACTS["service level policy"] == {
        "name": "Gold",
        "order": 100,
        "version": 1,
        "targets": ["resolution"],
        "services": ["Mail", "Web"],
        "categories": [],
        "organisations": ["Customer"],
        "escalation_steps": 0,
    }
    assert FACTS["approval process"] == {
        "name": "Normal",
        "order": 7,
        "version": 2,
        "subjects": ["asset", "change"],
        "stages": 1,
        "has_fallback": False,
    }


def test_a_record_alone_tells_its_facts_without_names() -> None:
    facts = facts_of(None, change())

    assert list(facts) == list(FACTS["change"])
    assert (facts["requester"], facts["organisation"], facts["team"]) == ("", "", "")
    assert (facts["risk"], facts["assets"], facts["asset_types"]) == ("very high", 2, [])


def test_a_ticket_of_another_kind_has_the_facts_of_every_ticket() -> None:
    incident = Incident.log(
        record_id("INC", 1),
        title="Mail is down",
        requester=ANN,
        organisation=CUSTOMER,
        by=signed("ann"),
    )

    facts = facts_of(Names(), incident)

    assert list(facts) == [field.name for field in FIELDS["request"]]
    assert (facts["requester"], facts["priority"]) == ("ann", 0)
    assert condition('subject.requester == "ann"', "request").holds(facts)


def test_what_is_never_approved_has_no_facts() -> None:
    team = Team.form(NETWORK, name="Network", by=signed("ann"))

    with pytest.raises(Refused, match="is nothing that is approved"):
        facts_of(Names(), team)


def test_affected_assets_are_each_named_once() -> None:
    assert affected_assets(change()) == (SERVER, ROUTER)


def test_enumerated_fields_know_all_values_of_the_records() -> None:
    def values(kind: SubjectKind, name: str) -> set[object]:
        field = field_of(kind, name)
        assert field is not None
        return set(field.values)

    assert values("change", "type") == set(get_args(change_moves.Type))
    assert values("change", "risk") == set(get_args(change_moves.Risk))
    assert values("service", "gate") == set(GATES)
    assert values("service", "criticality") == set(get_args(Criticality))
    assert values("asset", "status") == {status.value for status in Status}
    assert values("approval process", "subjects") == set(get_args(SubjectKind)) == set(FIELDS)


def test_no_field_is_a_text_that_a_person_wrote() -> None:
    written = {"title", "description", "reason", "requester_name", "email", "comment"}

    for kind, fields in FIELDS.items():
        written |= {field.name for field in WRITTEN.get(kind, ())}
        assert not written & {field.name for field in fields}
