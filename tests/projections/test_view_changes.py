"""What comes into a list and what leaves it: told once, in order, and as the list was."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.incident import Incident
from domain.ledger import Ledger
from domain.policy import Everything, OwnOrganisation, OwnTickets, Visibility
from domain.rules import Refused
from ops.stores.sqlite import SqliteRecorder
from projections import ticket_lists
from projections.filter_language import FilterLanguage
from projections.filters import Asked
from projections.listings import LISTINGS
from projections.past import AsOf
from projections.view_changes import Changes
from projections.views import Views
from tests.keys import MemoryKeys
from tests.people import BEA, CUSTOMER, OPERATOR, person
from tests.projections.conftest import Kit, keep
from tests.projections.filter_parts import PARTS
from tests.projections.filtering import ME, NOW, Filters
from tests.projections.incidents import paged
from tests.projections.test_search import incident

QUEUE = LISTINGS["work_queue"]
LANGUAGE = FilterLanguage(QUEUE.table, parts=PARTS[QUEUE.table.name])


class Watched:
    """The work queue in one store, and what changes in it."""

    def __init__(self, kit: Kit) -> None:
        self._loop = asyncio.Runner()
        self._views = Views(kit.reader())
        rows = self._loop.run(paged(self._views, "work_queue"))
        self.filters = Filters(QUEUE.table, rows)
        self.head = kit.ledger.position()

    def page(
        self, text: str, after: int, until: int, limit: int, visibility: Visibility
    ) -> Changes:
        return self._loop.run(
            self._views.changes(
                QUEUE,
                filters={},
                visibility=visibility,
                where=_asked(text),
                after=after,
                until=until,
                limit=limit,
            )
        )

    def folded(
        self, text: str, until: int, limit: int, visibility: Visibility, known: set[str], after: int
    ) -> set[str]:
        """What is there after all that entered and left, each told once and in order."""
        before = after
        while after < until:
            page = self.page(text, after, until, limit, visibility)
            for change in page.found:
                assert before <= change.position <= page.next
                assert (change.id in known) != change.has_entered
                known ^= {change.id}
                before = change.position
            assert page.next > after
            after = page.next
        return known

    def listed(self, text: str, position: int, visibility: Visibility) -> set[str]:
        """What the list had at a position."""
        rows = self._loop.run(
            paged(
                self._views,
                "work_queue",
                where=_asked(text),
                as_of=AsOf(position=position),
                visibility=visibility,
            )
        )
        return {row["id"] for row in rows}

    def close(self) -> None:
        self._loop.run(self._views.aclose())
        self._loop.close()


def _asked(text: str) -> Asked:
    return Asked(LANGUAGE.condition(text), NOW, ME)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger in which much happened to a few tickets, all mixed."""
    recorder = SqliteRecorder(str(tmp_path_factory.mktemp("lived") / "ledger.db"))
    ledger = Ledger(recorder, MemoryKeys())
    chance = Random(11)
    tickets: list[Incident] = []
    for number in range(400):
        if number % 20 == 0:
            who = chance.choice(PEOPLE)
            organisation = chance.choice((CUSTOMER, OPERATOR))
            tickets.append(incident(number, f"Ticket {number}", who=who, organisation=organisation))
        ticket = chance.choice(tickets)
        with contextlib.suppress(Refused):
            chance.choice(ACTS)(ticket, chance)
        keep(ledger, ticket)
    yield ledger
    asyncio.run(recorder.aclose())


LEVELS: tuple[Literal[1, 2, 3], ...] = (1, 2, 3)
PEOPLE = ("ann", "cem", "dan")
ACTS: tuple[Callable[[Incident, Random], None], ...] = (
    lambda one, by: one.prioritise(impact=by.choice(LEVELS), urgency=by.choice(LEVELS), by=BEA),
    lambda one, by: one.categorise(category=by.choice(("mail", "phone", "")), by=BEA),
    lambda one, by: one.assign(team=None, assignee=person(by.choice(PEOPLE)), by=BEA),
    lambda one, by: one.watch(person(by.choice(PEOPLE)), by=BEA),
    lambda one, by: one.unwatch(person(by.choice(PEOPLE)), by=BEA),
    lambda one, _: one.resolve(code="fixed", resolution="Done.", by=BEA),
    lambda one, _: one.reopen(reason="It is back.", by=BEA),
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def watched(
    request: pytest.FixtureRequest, lived: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    name = f"test_{uuid4().hex}"
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        where = server.create_database(name)
    else:
        where = str(tmp_path_factory.mktemp("changes") / "views.db")
    kit = Kit(lived, where, request.param, where)
    kit.projector((ticket_lists.VIEW,)).catch_up()
    watched = Watched(kit)
    yield watched
    watched.close()
    kit.close()
    if request.param == "postgres":
        server.drop_database(name)


SIGHTS: tuple[Visibility, ...] = (
    Everything(),
    OwnOrganisation(CUSTOMER),
    *(OwnTickets(person(who)) for who in PEOPLE),
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data(), limit=st.integers(1, 30), sight=st.sampled_from(SIGHTS))
def test_what_entered_and_has_not_left_is_what_the_list_was(
    watched: Watched, data: st.DataObject, limit: int, sight: Visibility
) -> None:
    text = data.draw(watched.filters.texts | st.sampled_from(USUAL))
    first, until = sorted(data.draw(st.tuples(*[st.integers(0, watched.head)] * 2)))

    from_the_first = watched.folded(text, until, limit, sight, set(), 0)
    known = watched.listed(text, first, sight)
    from_there = watched.folded(text, until, limit, sight, known, first)

    assert from_the_first == from_there == watched.listed(text, until, sight)


USUAL = (
    "is_open",
    "priority == 1",
    'category == "mail" && assignee != null',
    "reopened > 0 || !is_open",
    f'assignee == "{person("cem")}"',
)


def test_much_that_changes_is_told_in_pages(watched: Watched) -> None:
    whole = watched.page("is_open", 0, watched.head, 10_000, Everything())
    part = watched.page("is_open", 0, watched.head, 3, Everything())
    later = watched.page("is_open", part.next, watched.head, 10_000, Everything())

    assert len(whole.found) > 20
    assert whole.next == watched.head
    assert part.found == whole.found[:3]
    assert part.next == part.found[-1].position
    assert part.found + later.found == whole.found
