import pytest

from domain.ids import record_id
from domain.rules import Refused
from domain.team import MEMBERS_MAX, Team
from tests.facts import fact, new_facts
from tests.people import BEA, OPERATOR, person

ID = record_id("TEA", 1)
ANN, CEM = person("ann"), person("cem")


@pytest.fixture
def network() -> Team:
    """A team without members."""
    network = Team.form(ID, name="Network", organisation=OPERATOR, support_level=2, by=BEA)
    new_facts(network)
    return network


def test_a_team_is_formed() -> None:
    network = Team.form(ID, name=" Network ", organisation=OPERATOR, support_level=2, by=BEA)

    assert new_facts(network) == [
        fact(Team.Formed, name="Network", organisation=OPERATOR, support_level=2)
    ]


def test_a_team_works_at_one_of_three_levels() -> None:
    with pytest.raises(Refused, match="levels of support are 1, 2 and 3"):
        Team.form(ID, name="Network", support_level=4, by=BEA)  # type: ignore[arg-type]  # refused


def test_a_team_is_renamed_once(network: Team) -> None:
    for _ in range(2):
        network.rename("Networks", by=BEA)

    assert new_facts(network) == [fact(Team.Renamed, name="Networks")]


def test_members_come_and_go_once(network: Team) -> None:
    for _ in range(2):
        network.add_member(ANN, by=BEA)
    for _ in range(2):
        network.remove_member(ANN, by=BEA)

    assert new_facts(network) == [
        fact(Team.MemberAdded, person=ANN),
        fact(Team.MemberRemoved, person=ANN),
    ]


def test_a_member_becomes_lead_and_member_again(network: Team) -> None:
    network.add_member(ANN, by=BEA)
    network.add_member(CEM, by=BEA)

    network.add_member(ANN, is_lead=True, by=BEA)
    assert network.leads == (ANN,)
    network.add_member(ANN, by=BEA)
    assert not network.leads

    assert sorted(network.members) == sorted((ANN, CEM))


def test_a_lead_who_is_removed_leads_no_more(network: Team) -> None:
    network.add_member(ANN, is_lead=True, by=BEA)

    network.remove_member(ANN, by=BEA)

    assert not network.leads


def test_a_disbanded_team_has_no_members_and_gets_none(network: Team) -> None:
    network.add_member(ANN, is_lead=True, by=BEA)
    new_facts(network)

    for _ in range(2):
        network.disband(by=BEA)
    with pytest.raises(Refused, match="disbanded cannot be changed"):
        network.add_member(CEM, by=BEA)
    with pytest.raises(Refused, match="disbanded cannot be changed"):
        network.rename("Networks", by=BEA)

    assert new_facts(network) == [fact(Team.Disbanded)]
    assert not network.members
    assert not network.leads


def test_a_full_team_takes_nobody_but_may_get_a_lead(network: Team) -> None:
    for number in range(MEMBERS_MAX):
        network.add_member(person(f"member {number}"), by=BEA)

    with pytest.raises(Refused, match="at most 1000 members"):
        network.add_member(ANN, by=BEA)
    network.add_member(person("member 1"), is_lead=True, by=BEA)

    assert len(network.members) == MEMBERS_MAX
