"""Words in the search box of a list: what the search finds, in that list, by whoever asks."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.incident import Incident
from domain.policy import Everything, OwnOrganisation, OwnTickets, Visibility
from domain.provenance import Provenance
from domain.ticket import Visibility as Audience
from projections import search, search_past, ticket_lists
from projections.filters import Asked
from projections.past import AsOf
from projections.search_box import SearchBox
from projections.search_question import Sight
from projections.views import Views
from projections.work_queue import QUEUE
from tests.people import BEA, CUSTOMER, MONDAY, OPERATOR, person, signed
from tests.projections.conftest import Kit, keep
from tests.projections.test_search import incident

BOX = SearchBox(QUEUE)
ALL = Sight(Everything(), Everything())
OF_CUSTOMER = Sight(OwnOrganisation(CUSTOMER), OwnOrganisation(CUSTOMER))
REQUESTER = Sight(OwnTickets(person("ann")), None)


def nobody(_: str, __: str) -> None:
    return None


async def listed(
    views: Views,
    text: str,
    sight: Sight = ALL,
    visibility: Visibility | None = None,
    as_of: AsOf | None = None,
) -> list[int]:
    """The serials of the tickets that a list finds, the latest first."""
    sights: Mapping[str, Sight] = {"incident": sight}
    where = Asked(BOX.condition(text, nobody, sights), MONDAY, str(person("ann")))
    seen = visibility or sight.of
    of: dict[str, Any] = {"where": where, "visibility": seen, "as_of": as_of}
    page = await views.list_rows("work_queue", sort=("-opened_at",), limit=250, **of)
    assert len(page.rows) == await views.count_rows("work_queue", **of)
    return [int(row["number"][3:]) for row in page.rows]


async def searched(views: Views, text: str, sight: Sight = ALL) -> set[int]:
    found = await views.search(text, {"incident": sight}, limit=50)
    return {int(hit.number[3:]) for hit in found.hits}


def tickets() -> list[Incident]:
    noted = incident(4, "No light in the hall")
    noted.comment("The janitor says: a printer took it.", visibility=Audience.INTERNAL, by=BEA)
    said = incident(5, "Copier", "Ask in Zürich.", who="bea", organisation=OPERATOR)
    said.comment("It jams as the Printer does.", visibility=Audience.PUBLIC, by=BEA)
    return [
        incident(1, "Printer jams", "It is the one in hall 3."),
        incident(2, "Paper jam", "The printers, all of them."),
        incident(3, "A printing press"),
        noted,
        said,
    ]


@pytest.fixture
def kit_with_tickets(kit: Kit) -> Kit:
    keep(kit.ledger, *tickets())
    kit.projector((ticket_lists.VIEW, search.VIEW)).catch_up()
    return kit


@pytest.mark.usefixtures("kit_with_tickets")
async def test_a_list_finds_what_the_search_finds(views: Views) -> None:
    found: dict[str, list[int]] = {
        "printer": [5, 4, 2, 1],
        "printer jam": [5, 2, 1],
        "zurich": [5],
        "INC0000003": [3],
        "3": [3, 1],
        "hall -jams": [4],
        "-printer": [3],
    }

    assert {text: await listed(views, text) for text in found} == found
    for text in ("printer", "printer jam", "zurich", "inc-3", "3", "press", "hall prin"):
        assert await searched(views, text) <= set(await listed(views, text))


@pytest.mark.usefixtures("kit_with_tickets")
async def test_what_agents_say_finds_nothing_for_those_who_do_not_read_it(views: Views) -> None:
    of_customer = await listed(views, "janitor printer", OF_CUSTOMER)
    of_all_without_notes = await listed(views, "janitor", Sight(Everything(), None))
    foreign = Sight(Everything(), OwnOrganisation(OPERATOR))

    assert await listed(views, "janitor") == of_customer == [4]
    assert of_all_without_notes == []
    assert await listed(views, "janitor", foreign) == []
    assert await listed(views, "printer", REQUESTER) == [2, 1]
    assert await listed(views, "-janitor hall", REQUESTER) == [4, 1]


@pytest.mark.usefixtures("kit_with_tickets")
async def test_words_in_quotes_stand_so_in_the_title(views: Views) -> None:
    assert await listed(views, '"paper jam"') == [2]
    assert await listed(views, '"jam paper"') == []
    assert await listed(views, '"rinter" jams') == [1]


@pytest.mark.usefixtures("kit_with_tickets")
@pytest.mark.parametrize("text", ["🖨 %", "a\\b", "NEAR* ^x", "'; --", "(a OR b)", "a&b|!c"])
async def test_no_words_are_taken_for_the_language_of_a_store(views: Views, text: str) -> None:
    assert await listed(views, text) == []


STEPS: tuple[Callable[[Incident, Provenance], None], ...] = (
    lambda ticket, by: ticket.amend(title="Toner jams", by=by),
    lambda ticket, by: ticket.comment("The copier.", visibility=Audience.INTERNAL, by=by),
    lambda ticket, by: ticket.comment("The scanner.", visibility=Audience.PUBLIC, by=by),
    lambda ticket, by: ticket.watch(person("cem"), by=by),
    lambda ticket, by: ticket.amend(title="Printer jams", by=by),
    lambda ticket, by: ticket.unwatch(person("cem"), by=by),
)
WATCHER = Sight(OwnTickets(person("cem")), None)


async def test_a_list_as_of_the_past_finds_what_it_found(
    kit: Kit, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_past, "AT_ONCE", 2)
    written = [incident(serial, "Printer jams", "In hall 3.") for serial in (1, 2, 3)]
    projector = kit.projector((ticket_lists.VIEW, search.VIEW))
    asked = [
        (text, sight)
        for text in ("printer", "ton", "copier jams", "scanner -print", "-toner hall", "scan toner")
        for sight in (ALL, Sight(Everything(), None), WATCHER)
    ]

    async def answers(as_of: AsOf | None = None) -> list[list[int]]:
        return [await listed(views, *one, as_of=as_of) for one in asked]

    built_at = keep(kit.ledger, *written)
    projector.catch_up()
    kept = {(built_at, MONDAY + timedelta(hours=3)): await answers()}
    for hour, step in enumerate(STEPS, 4):
        at = MONDAY + timedelta(hours=hour)
        for ticket in written[1:]:
            step(ticket, signed("bea", at))
        position = keep(kit.ledger, *written[1:])
        projector.catch_up()
        kept[position, at] = await answers()

    assert len({str(told) for told in kept.values()}) > 4
    for (position, at), told in kept.items():
        assert await answers(AsOf(position=position)) == told
        assert await answers(AsOf(moment=at)) == told
        assert await answers(AsOf(moment=at, position=position)) == told
