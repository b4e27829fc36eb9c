from domain.ids import record_id
from domain.incident import Incident
from domain.ticket import Visibility
from tests.people import CUSTOMER, person, signed


def incident() -> Incident:
    return Incident.log(
        record_id("INC", 1),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann"),
    )


def test_who_is_mentioned_has_not_read_it_until_they_say_so() -> None:
    ticket = incident()
    named = [person("cem"), person("dan")]
    ticket.comment("Look.", visibility=Visibility.INTERNAL, mentions=named, by=signed("bea"))
    ticket.comment("Again.", visibility=Visibility.PUBLIC, mentions=named[:1], by=signed("bea"))

    ticket.acknowledge_mentions(by=signed("cem"))

    assert ticket.unread == (person("dan"),)


def test_to_acknowledge_mentions_twice_or_without_any_records_nothing() -> None:
    ticket = incident()
    ticket.comment(
        "Look.", visibility=Visibility.INTERNAL, mentions=[person("cem")], by=signed("bea")
    )
    ticket.acknowledge_mentions(by=signed("cem"))
    version = ticket.version

    ticket.acknowledge_mentions(by=signed("cem"))
    ticket.acknowledge_mentions(by=signed("ann"))

    assert ticket.version == version
