from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.agreement import Agreement, EscalationStep, TargetPromise
from domain.document_text import BadDocument, sentence
from domain.record_names import Known
from domain.service_conditions import Named
from domain.service_level_document import schema
from domain.service_level_names import any_names, names_of
from domain.service_level_text import parse
from domain.service_level_yaml import to_yaml
from domain.yaml_tree import path_of
from tests.domain.policy_documents import ACME, BASE, NETWORK, OFFICE, SERVERS, names
from tests.domain.wrong_escalations import OF_STEPS
from tests.domain.wrong_policies import OF_FIELDS
from tests.domain.wrong_targets import OF_TARGETS

BAD = OF_FIELDS + OF_TARGETS + OF_STEPS


def changed(old: str | None, new: str) -> str:
    assert old is None or old in BASE
    return new if old is None else BASE.replace(old, new, 1)


def test_a_document_says_what_is_promised() -> None:
    found = parse(BASE, names())

    assert found.name == "Gold"
    assert found.definition == Agreement(
        calendar=OFFICE,
        when='ticket.priority <= 3 && ticket.organisation == "Acme"',
        order=10,
        zone="requester",
        services=("mail",),
        targets=(
            TargetPromise(name="first response", budget={1: "15m", 2: "1h", 3: "4h"}),
            TargetPromise(name="resolution", budget="8h", pausing=("customer", "vendor")),
            TargetPromise(
                name="time to own",
                budget="30m",
                start='ticket.team == "Network"',
                pause='ticket.waiting_for == "evidence"',
                stop="ticket.is_assigned",
                reset="ticket.reopened > 0",
            ),
        ),
        escalation=(
            EscalationStep(
                target="resolution",
                mark="75%",
                notify=("team:Network",),
                wait="15m",
            ),
            EscalationStep(
                target="resolution",
                mark="100%",
                managers=True,
                reassign="next level",
                raise_priority=2,
                propose_major_incident=True,
            ),
        ),
        names=(Named("organisation", "Acme", ACME), Named("team", "Network", NETWORK)),
    )


@pytest.mark.parametrize(("old", "new", "where", "path", "rule"), BAD)
def test_what_is_wrong_is_told_with_its_line_and_column(
    old: str | None, new: str, where: str, path: str, rule: str
) -> None:
    with pytest.raises(BadDocument) as caught:
        parse(changed(old, new), names())

    first = caught.value.mistakes[0]
    assert f"{first.mark.line}:{first.mark.column}" == where
    assert path_of(first.place) == path
    assert first.rule.startswith(rule)


def test_there_are_more_than_eighty_documents_that_are_wrong() -> None:
    assert len(BAD) > 80


def test_all_mistakes_are_told_at_once() -> None:
    document = BASE
    for old, new in (
        ("kind: SLA", "kind: KPI"),
        ("ticket.priority <= 3", "ticket.prio <= 3"),
        ("calendar: Office hours", "calendar: Ofice hours"),
        ("budget: 8h", "budget: -8h"),
        ("ticket.is_assigned", "ticket.isassigned"),
        ("mark: 75%", "mark: soon"),
        ("raise_priority: 2", "raise_priority: 9"),
    ):
        document = document.replace(old, new, 1)

    with pytest.raises(BadDocument) as caught:
        parse(document, names())

    assert [path_of(mistake.place) for mistake in caught.value.mistakes] == [
        "kind",
        "when",
        "calendar",
        "targets[1].budget",
        "targets[2].stop",
        "escalation[0].mark",
        "escalation[1].raise_priority",
    ]


def test_a_document_of_ten_megabytes_is_refused_at_once() -> None:
    document = BASE + "# " + "x" * 10_000_000
    began = perf_counter()

    with pytest.raises(BadDocument, match="at most 256 KB"):
        parse(document, names())

    assert perf_counter() - began < 1.0


def test_a_large_document_is_read_in_bounded_time() -> None:
    one = BASE[BASE.index("  - name: time to own") : BASE.index("escalation:")]
    wide = 'ticket.category == "a" || ticket.service == "b" || ticket.status == "new"'
    targets = "".join(
        one.replace("time to own", f"time {number}").replace("ticket.is_assigned", wide)
        for number in range(18)
    )
    began = perf_counter()

    parse(BASE.replace(one, targets), names())

    assert perf_counter() - began < 10.0


def test_a_name_that_was_given_to_another_team_since_is_exported_with_its_meaning() -> None:
    agreement = parse(BASE, names()).definition
    since = names_of(
        [Known(OFFICE, "Office hours")],
        [Known(NETWORK, "Connectivity"), Known(SERVERS, "Network")],
        [Known(ACME, "Acme")],
    )

    document = to_yaml(agreement, "Gold", since)

    assert "teams:\n    Network: TEA0000001" in document
    assert parse(document, since).definition == agreement


def test_without_a_desk_all_names_are_taken_but_rules_are_told() -> None:
    assert parse(BASE, any_names()).name == "Gold"
    with pytest.raises(BadDocument) as caught:
        parse(BASE.replace("8h", "8 hours"), any_names())
    assert [sentence(one)[:42] for one in caught.value.mistakes] == [
        "line 13, column 13: targets[1].budget: '8 "
    ]


def test_the_schema_describes_every_field() -> None:
    found = schema()

    assert found["$id"] == "urn:ledgerdesk:schema:service-level-policy"
    assert set(found["required"]) == {"name", "calendar", "targets"}
    for part in (found, *found["$defs"].values()):
        for field, told in part["properties"].items():
            assert "description" in told or field in ("teams", "organisations", "mark"), field


WAITS = st.sampled_from(["90s", "30m", "4h", "2bd", "3d"])
CONDITIONS = st.sampled_from(
    [
        "",
        "ticket.resolved",
        'ticket.team == "Network"',
        'ticket.party != "Servers, level 2"',
        'ticket.category == "it\'s: a \\"quote\\""\n  && ticket.priority > 1',
    ]
)
TARGETS = st.builds(
    TargetPromise,
    name=st.just("resolution"),
    budget=WAITS | st.dictionaries(st.integers(1, 5), WAITS, min_size=1),
    pausing=st.sampled_from([(), ("customer",), ("customer", "vendor")]),
    pause=CONDITIONS,
)
STEPS = st.builds(
    EscalationStep,
    target=st.just("resolution"),
    mark=st.sampled_from(["100%", "+10m"]),
    notify=st.sampled_from([(), ("team:Network", "manager-of:assignee")]),
    wait=WAITS,
    managers=st.just(True),
    reassign=st.sampled_from(["", "next level", "Servers"]),
    raise_priority=st.none() | st.integers(1, 5),
    propose_major_incident=st.booleans(),
)
AGREEMENTS = st.builds(
    Agreement,
    calendar=st.just(OFFICE),
    targets=st.tuples(TARGETS),
    order=st.integers(0, 1_000_000),
    kind=st.sampled_from(["SLA", "OLA", "contract"]),
    subjects=st.sampled_from([("incident",), ("incident", "change")]),
    when=CONDITIONS,
    zone=st.sampled_from(["calendar", "requester", "organisation"]),
    categories=st.lists(st.sampled_from(["mail", "yes", "1", "a: b", "#x"]), unique=True).map(
        tuple
    ),
    organisations=st.sampled_from([(), (ACME,)]),
    escalation=st.lists(STEPS, max_size=1).map(tuple),
)


@given(AGREEMENTS)
def test_what_is_written_back_is_read_as_the_same_agreement(agreement: Agreement) -> None:
    whole = names().resolved(agreement)

    assert parse(to_yaml(whole, "Gold", names()), names()).definition == whole


def test_a_meaning_that_is_known_is_kept() -> None:
    earlier = (Named("team", "Network", SERVERS),)
    agreement = replace(parse(BASE, names()).definition, names=earlier)

    assert names().resolved(agreement).meaning("team", "Network") == SERVERS
