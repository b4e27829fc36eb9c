"""What records say is removed after the days of their organisation, and nothing else of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from domain.ids import number_of
from domain.incident import Incident
from domain.organisation import Organisation
from domain.own_words import OwnWords
from domain.person import Person
from domain.personal import ERASED
from domain.rules import Refused
from domain.ticket import Visibility
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.words_retention import WordsRetention

DAY = timedelta(days=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Ann's organisation keeps incidents for 30 days, and their files for 10."""
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        built = await Company(desk).build()
        await keep_for(built, built.customer, 30, 10)
        yield built


async def keep_for(
    company: Company, whose: UUID, days: int | None, files_days: int | None = None
) -> None:
    by = system(at=MONDAY)
    await company.desk.ledger.edit(
        Organisation,
        whose,
        lambda one: one.set_words_retention("incident", days=days, files_days=files_days, by=by),
        by=by,
    )


async def cancelled(company: Company, day: int = 0, *, title: str = "My purse is gone") -> UUID:
    """An incident of Ann with a comment of Bea and a file, which is over on a day."""
    at = MONDAY + day * DAY
    by = company.signed("ann", at)
    receipt = await company.desk.log_incident(
        title=title, requester=company.people["ann"], organisation=company.customer, by=by
    )

    def live(ticket: Incident) -> None:
        bea = company.signed("bea", at)
        ticket.comment("Poor Ann.", visibility=Visibility.PUBLIC, by=bea)
        ticket.attach(name="purse.png", media_type="image/png", size=1, sha256="a" * 64, by=by)
        ticket.cancel(reason="It is in her bag.", by=bea)

    await edit(company, receipt.subject, live)
    return receipt.subject


async def edit(company: Company, id: UUID, act: Any) -> None:
    await company.desk.ledger.edit(OwnWords, id, act, by=system())


async def sweep(company: Company, day: int) -> None:
    retention = WordsRetention(company.desk)
    while await retention.keep(MONDAY + day * DAY, "sla-clock/0") is not None:
        pass


def said(company: Company, id: UUID) -> list[str]:
    """The title, the comment, the name of the file, and the reason."""
    events: list[Any] = [entry.event for entry in company.desk.ledger.history(id)]
    fields = {"Logged": "title", "Commented": "text", "Attached": "name", "Cancelled": "reason"}
    return [
        getattr(event, fields[name]) for event in events if (name := type(event).__name__) in fields
    ]


WORDS = ["My purse is gone", "Poor Ann.", "purse.png", "It is in her bag."]


async def test_files_go_first_and_the_words_when_their_days_are_over(company: Company) -> None:
    incident = await cancelled(company)
    found = []

    for day in (9, 10, 29, 30):
        await sweep(company, day)
        found.append(said(company, incident))

    without_file = [*WORDS[:2], ERASED, WORDS[3]]
    assert found == [WORDS, without_file, without_file, [ERASED] * 4]


async def test_each_removal_is_an_event_that_says_nothing_of_the_words(company: Company) -> None:
    incident = await cancelled(company)

    await sweep(company, 10)
    await sweep(company, 30)
    await sweep(company, 31)

    events = [entry.event for entry in company.desk.ledger.history(incident)]
    removals = [event for event in events if isinstance(event, OwnWords.WordsRemoved)]
    assert [(event.part, event.days, event.by.actor) for event in removals] == [
        ("files", 10, "retention-clock"),
        ("words", 30, "retention-clock"),
    ]
    assert [event.by.cause.workflow for event in removals if event.by.cause] == ["sla-clock/0"] * 2


async def test_an_open_incident_and_one_of_another_organisation_are_kept(company: Company) -> None:
    by = company.signed("ann")
    open_one = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], organisation=company.customer, by=by
    )
    by = company.signed("bea")
    others = await company.desk.log_incident(
        title="No mail", requester=company.people["bea"], organisation=company.operator, by=by
    )
    await edit(company, others.subject, lambda one: one.cancel(reason="Mine.", by=by))

    await sweep(company, 3_000)

    assert said(company, open_one.subject) == ["No mail"]
    assert said(company, others.subject) == ["No mail", "Mine."]


async def test_what_the_operator_says_holds_for_who_says_nothing(company: Company) -> None:
    await keep_for(company, company.operator, 90)
    by = company.signed("bea")
    own = await company.desk.log_incident(
        title="No mail", requester=company.people["bea"], organisation=company.operator, by=by
    )
    await edit(company, own.subject, lambda one: one.cancel(reason="Mine.", by=by))
    anns = await cancelled(company)

    await sweep(company, 89)
    before = (said(company, own.subject), said(company, anns))
    await sweep(company, 90)

    assert before == (["No mail", "Mine."], [ERASED] * 4)
    assert said(company, own.subject) == [ERASED] * 2


async def test_a_new_term_removes_nothing_for_a_week(company: Company) -> None:
    incident = await cancelled(company, day=-100)

    await sweep(company, 6)
    before = said(company, incident)
    await sweep(company, 7)

    assert before == WORDS
    assert said(company, incident) == [ERASED] * 4


@pytest.mark.parametrize("whose", ["the incident", "who asked", "who commented"])
async def test_what_is_under_a_legal_hold_is_kept_until_it_is_lifted(
    company: Company, whose: str
) -> None:
    incident = await cancelled(company)
    kind, id = {
        "the incident": (Incident, incident),
        "who asked": (Person, company.people["ann"]),
        "who commented": (Person, company.people["bea"]),
    }[whose]

    async def act(name: str) -> None:
        by = system()
        await company.desk.ledger.edit(
            cast(Any, kind), id, lambda one: getattr(one, name)(reason="A case.", by=by), by=by
        )

    await act("place_legal_hold")
    await sweep(company, 40)
    [*held] = company.desk.words_kept_too_long(MONDAY + 40 * DAY)
    before = said(company, incident)
    await act("lift_legal_hold")
    await sweep(company, 41)

    assert [due.held_by for due in held] == ["INC0000001" if kind is Incident else number_of(id)]
    assert before == WORDS
    assert said(company, incident) == [ERASED] * 4


async def test_nothing_is_written_any_more_where_words_were_removed(company: Company) -> None:
    incident = await cancelled(company)
    await sweep(company, 30)

    with pytest.raises(Refused, match="INC0000001 said was removed"):
        await edit(
            company,
            incident,
            lambda one: one.comment("More.", visibility=Visibility.PUBLIC, by=system()),
        )


async def test_what_was_merged_goes_with_what_it_was_merged_into(company: Company) -> None:
    into, part = [
        (
            await company.desk.log_incident(
                title=title,
                requester=company.people["ann"],
                organisation=company.customer,
                by=company.signed("bea"),
            )
        ).subject
        for title in ("One", "Two")
    ]
    await company.desk.merge(Incident, part, into=into, by=company.signed("bea"))
    await sweep(company, 40)
    before = said(company, part)
    by = company.signed("bea", MONDAY)
    await edit(company, into, lambda one: one.cancel(reason="Mine.", by=by))

    await sweep(company, 41)

    assert before == ["Two"]
    assert (said(company, into), said(company, part)) == ([ERASED] * 2, [ERASED])


async def test_many_are_removed_some_at_a_time_and_then_no_more(company: Company) -> None:
    for _ in range(3):
        await cancelled(company)
    retention = WordsRetention(company.desk)
    now = MONDAY + 40 * DAY

    again = await retention.keep(now, "sla-clock/0")
    position = company.desk.ledger.position()
    await WordsRetention(company.desk).keep(now + DAY, "sla-clock/0")

    assert again is None
    assert company.desk.ledger.position() == position
    assert company.desk.words_kept_too_long(now) == []


async def test_another_process_forgets_the_words_when_it_hears_of_it(tmp_path: Path) -> None:
    keys = MemoryKeys()
    async with open_desk(tmp_path, keys) as desk, open_desk(tmp_path, MemoryKeys()) as other:
        company = await Company(desk).build()
        await keep_for(company, company.customer, 30)
        other.ledger.mapper.keys.ensure([str(id) for id in company.people.values()])
        incident = await cancelled(company)
        known = other.ledger.history(incident)[0].event

        await sweep(company, 30)
        other.directory.catch_up()

        assert isinstance(known, Incident.Logged)
        assert known.title == WORDS[0]
        assert other.ledger.mapper.keys.words(incident, "words") is None
