"""What is found, by whom and in which order: the same on every store."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import Aggregate
from domain.article import Article
from domain.article_content import Content
from domain.asset import Asset
from domain.ids import record_id
from domain.incident import Incident
from domain.person import Person
from domain.policy import Everything, OwnOrganisation, OwnTickets, Readable
from domain.problem import Problem
from domain.ticket import Visibility
from projections import search, search_index, search_views
from projections.search_question import Sight
from projections.search_rows import KINDS, TICKETS
from projections.search_views import FOUND_MAX, Found
from projections.views import Views
from tests.people import BEA, CEM, CUSTOMER, MONDAY, OPERATOR, person, signed
from tests.projections.conftest import Kit, keep

ALL = Sight(Everything(), Everything())
AGENT = dict.fromkeys(KINDS, ALL)


def customer(organisation: UUID, who: str) -> dict[str, Sight]:
    own = Sight(OwnTickets(person(who)), None)
    reads = Readable(organisation, person(who))
    return {**dict.fromkeys(TICKETS, own), "article": Sight(reads, reads)}


def incident(
    serial: int,
    title: str,
    description: str = "",
    *,
    who: str = "ann",
    organisation: UUID = CUSTOMER,
) -> Incident:
    return Incident.log(
        record_id("INC", serial),
        title=title,
        description=description,
        requester=person(who),
        organisation=organisation,
        by=signed(who, MONDAY + timedelta(hours=serial)),
    )


def article(serial: int, title: str, text: str, **more: Any) -> Article:
    content = Content(title=title, text=text, **more)
    written = Article.draft(record_id("KBA", serial), definition=content, by=BEA)
    written.request_review(by=BEA)
    return written


def somebody(serial: int, name: str) -> Person:
    return Person.register(
        record_id("PER", serial),
        username=f"user{serial}",
        name=name,
        email=f"user{serial}@example.com",
        organisation=CUSTOMER,
        by=BEA,
    )


def asset(serial: int, name: str, **more: Any) -> Asset:
    return Asset.register(record_id("AST", serial), name=name, asset_class="server", by=BEA, **more)


async def found(views: Views, text: str, sights: dict[str, Sight] = AGENT) -> list[str]:
    return numbers(await views.search(text, sights, limit=50))


def numbers(page: Found) -> list[str]:
    return [hit.number for hit in page.hits]


def built(kit: Kit, *records: Aggregate) -> None:
    keep(kit.ledger, *records)
    kit.projector((search.VIEW,)).catch_up()


async def test_words_of_titles_come_before_those_of_texts(kit: Kit, views: Views) -> None:
    resolved = incident(4, "No light")
    resolved.resolve(code="fixed", resolution="The printer took all of it.", by=BEA)
    built(
        kit,
        incident(1, "Printer jams", "It is the one in hall 3."),
        incident(2, "Paper", "The printer, the printers and that other printer have none."),
        incident(3, "A printing press"),
        resolved,
        incident(5, "The printer of the third floor jams"),
    )

    assert await found(views, "printer") == ["INC0000001", "INC0000005", "INC0000002", "INC0000004"]
    assert await found(views, "PRIN") == [
        "INC0000003",
        "INC0000001",
        "INC0000005",
        "INC0000002",
        "INC0000004",
    ]
    assert await found(views, "jams printer") == ["INC0000001", "INC0000005"]
    assert await found(views, "printer hall") == ["INC0000001"]
    assert await found(views, "printer toner") == []


async def test_the_beginnings_of_words_find_them(
    kit: Kit, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(
        kit,
        incident(1, "Printers are out"),
        incident(2, "Printing is slow"),
        incident(3, "A printer", "It prints on both sides."),
        *(incident(serial, "Out again") for serial in (4, 5)),
    )
    one, two, three = (f"INC000000{serial}" for serial in (1, 2, 3))

    assert await found(views, "print") == [three, two, one]
    assert await found(views, "pr") == []
    assert await found(views, "printer") == [three, one]
    assert await found(views, "out print") == [one]
    assert await found(views, "print out") == [one]

    monkeypatch.setattr(search_views, "ENOUGH", 1)
    assert await found(views, "printer") == [three]
    monkeypatch.setattr(search_views, "ENOUGH", 50)
    monkeypatch.setattr(search_index, "COMMON", 1)
    assert await found(views, "printer") == [three]
    assert await found(views, "print out") == [one]


async def test_of_many_longer_words_the_shortest_find(
    kit: Kit, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(kit, incident(1, "Printing is slow"), incident(2, "Prints"), incident(3, "Prion"))

    assert len(await found(views, "pri")) == 3

    monkeypatch.setattr(search_index, "LONGER_MAX", 2)
    assert await found(views, "pri") == ["INC0000003", "INC0000002"]
    monkeypatch.setattr(search_index, "LOOKED_AT", 1)
    assert await found(views, "pri") == ["INC0000001"]


async def test_what_answers_as_well_comes_the_latest_first(kit: Kit, views: Views) -> None:
    built(kit, *(incident(serial, "Same again") for serial in range(1, 8)))

    first = await views.search("same", AGENT, limit=3)
    second = await views.search("same", AGENT, limit=3, after=first.next)
    third = await views.search("same", AGENT, limit=3, after=second.next)

    assert numbers(first) == ["INC0000007", "INC0000006", "INC0000005"]
    assert numbers(second) == ["INC0000004", "INC0000003", "INC0000002"]
    assert (numbers(third), third.next) == (["INC0000001"], None)


async def test_of_too_many_the_latest_are_found(kit: Kit, views: Views) -> None:
    many = [incident(serial, "Light", "Out again.") for serial in range(1, FOUND_MAX + 3)]
    built(kit, *many)

    page = await views.search("out", AGENT, limit=250)

    assert (len(page.hits), page.next) == (FOUND_MAX, None)
    assert page.hits[-1].number == "INC0000003"


async def test_what_changed_is_found_by_what_it_says_now(kit: Kit, views: Views) -> None:
    changed = incident(1, "Monitor flickers", "At noon.")
    built(kit, changed)
    changed.amend(title="Screen flickers", by=BEA)
    changed.comment("Seen on the gateway, too.", visibility=Visibility.PUBLIC, by=BEA)
    built(kit, changed)

    assert await found(views, "monitor") == []
    assert await found(views, "screen noon gateway") == ["INC0000001"]


async def test_notes_among_agents_are_found_by_those_who_read_them(kit: Kit, views: Views) -> None:
    noted = incident(1, "Door is locked", "The key is lost.")
    noted.comment("Ask the janitor Smith.", visibility=Visibility.INTERNAL, by=BEA)
    built(kit, noted, incident(2, "Door handle", who="dan", organisation=OPERATOR))
    ann = customer(CUSTOMER, "ann")
    organisation = Sight(OwnOrganisation(CUSTOMER), OwnOrganisation(OPERATOR))

    page = await views.search("janitor door", AGENT, limit=5)

    [hit] = page.hits
    assert [part.text for part in hit.excerpt if part.is_match] == ["janitor"]
    assert await found(views, "janitor", ann) == []
    assert await found(views, "janitor", {"incident": organisation}) == []
    assert await found(views, "door", ann) == ["INC0000001"]
    [hit] = (await views.search("door", ann, limit=5)).hits
    assert "".join(part.text for part in hit.excerpt) == "The key is lost."


async def test_people_find_only_what_is_theirs(kit: Kit, views: Views) -> None:
    watched = incident(2, "Printer two", who="dan")
    watched.watch(person("ann"), by=BEA)
    left = incident(3, "Printer three", who="dan")
    left.watch(person("ann"), by=BEA)
    left.unwatch(person("ann"), by=BEA)
    given = incident(4, "Printer four", who="ann")
    given.change_requester(person("dan"), organisation=OPERATOR, reason="Theirs.", by=BEA)
    built(
        kit,
        incident(1, "Printer one"),
        watched,
        left,
        given,
        somebody(1, "Ann Printer"),
        asset(1, "printer-1", organisation=CUSTOMER, owner=person("ann")),
        asset(2, "printer-2", organisation=CUSTOMER),
    )

    own = {**customer(CUSTOMER, "ann"), "asset": Sight(OwnTickets(person("ann")), None)}
    assert sorted(await found(views, "printer", own)) == ["AST0000001", "INC0000001", "INC0000002"]
    organisation = dict.fromkeys(KINDS, Sight(OwnOrganisation(OPERATOR), None))
    assert await found(views, "printer", organisation) == ["INC0000004"]
    assert len(await found(views, "printer")) == 7
    assert await found(views, "printer", {"person": ALL}) == ["PER0000001"]
    assert await found(views, "printer", {}) == []


async def test_articles_are_found_by_those_they_are_for(kit: Kit, views: Views) -> None:
    public = article(1, "Printer shows E7", "Open the tray.", audience="public")
    public.publish(by=CEM)
    public.revise(Content(title="Printer shows E8", text="Shut it.", audience="public"), by=BEA)
    ours = article(
        2, "Printer of ours", "In hall 3.", audience="organisations", organisations=(CUSTOMER,)
    )
    ours.publish(by=CEM)
    retired = article(3, "Printer of old", "Sold.", audience="public")
    retired.publish(by=CEM)
    retired.retire(by=CEM)
    draft = article(4, "Printer to come", "Soon.", audience="public")
    built(kit, public, ours, retired, draft)

    assert sorted(await found(views, "printer", customer(CUSTOMER, "ann"))) == [
        "KBA0000001",
        "KBA0000002",
    ]
    assert await found(views, "printer", customer(OPERATOR, "dan")) == ["KBA0000001"]
    assert sorted(await found(views, "printer", customer(OPERATOR, "bea"))) == [
        "KBA0000001",
        "KBA0000002",
        "KBA0000003",
        "KBA0000004",
    ]
    assert await found(views, "E8") == []
    assert len(await found(views, "printer")) == 4


async def test_numbers_are_found_however_they_are_written(kit: Kit, views: Views) -> None:
    built(kit, incident(1042, "No light"), incident(1043, "Since INC0001042 and 1042, inc 1042"))
    written = ("INC0001042", "inc1042", "inc 1042", "INC-1042", "icn1042", "#1042", "1042")

    first = {text: (await found(views, text))[0] for text in written}

    assert first == dict.fromkeys(written, "INC0001042")
    assert await found(views, "INC0001042", customer(CUSTOMER, "dan")) == []


NAMES = {
    "Jonh Smiht": ["John Smith"],
    "jhon": ["John Smith"],
    "Smyth": ["John Smith"],
    "smith johnn": ["John Smith"],
    "Müler": ["Eva Müller"],
    "muller": ["Eva Müller"],
    "user2": ["Eva Müller"],
    "jonh user1": ["John Smith"],
    "jonh user2": [],
    "user3": [],
    "gatewya": ["gateway-01"],
    "gateway-02": [],
    "Jo Smooth": [],
    "Jonh Smiht ab cd ef": [],
}


async def test_names_are_found_in_spite_of_a_slip(kit: Kit, views: Views) -> None:
    built(kit, somebody(1, "John Smith"), somebody(2, "Eva Müller"), asset(1, "gateway-01"))

    titles = {
        text: [hit.title for hit in (await views.search(text, AGENT, limit=5)).hits]
        for text in NAMES
    }

    assert titles == NAMES


HOSTILE = (
    "",
    " ",
    "\x00",
    "'",
    '"printer',
    "printer*",
    "printer AND",
    "NOT",
    "NEAR(printer jams, 2)",
    "^printer",
    "=public",
    "words:printer",
    "printer' | '",
    "printer:*",
    "\\",
    "%?{}%s",
    "🖨️",
    "\u202eretnirp",
    "a" * 100_000,
    " ".join(f"w{n}" for n in range(10_000)),
    "0" * 30,
    "INC99999999999999999999",
    "inc 9999999999999999999",
)


async def test_whatever_is_typed_is_no_mistake(kit: Kit, views: Views) -> None:
    built(kit, incident(1, "Printer jams"))

    answers = {text: await found(views, text) for text in HOSTILE}

    assert all(numbers in ([], ["INC0000001"]) for numbers in answers.values())
    assert answers["^printer"] == ["INC0000001"]
    assert answers["=public"] == []


async def test_problems_are_found_by_what_is_known_of_them(kit: Kit, views: Views) -> None:
    problem = Problem.raise_(
        record_id("PRB", 1), title="Slow mail", requester=None, organisation=CUSTOMER, by=BEA
    )
    problem.investigate(by=BEA)
    problem.document_workaround("Use the web page.", by=BEA)
    problem.identify_cause("A full disk.", by=BEA)
    problem.document_workaround("Wait until noon.", by=BEA)
    built(kit, problem)

    assert await found(views, "noon disk") == ["PRB0000001"]
    assert await found(views, "web") == []


async def test_assets_are_found_by_what_they_are_now(kit: Kit, views: Views) -> None:
    printer = asset(1, "print-01", tag="T-4711", owner=person("ann"), organisation=CUSTOMER)
    printer.amend({"Serial": "XK42"}, by=BEA)
    printer.amend({"Serial": "XK43"}, by=BEA)
    printer.issue(person("dan"), by=BEA)
    built(kit, printer)
    dan = {"asset": Sight(OwnTickets(person("dan")), None)}

    assert await found(views, "4711 xk43 server") == ["AST0000001"]
    assert await found(views, "xk42") == []
    assert await found(views, "print", dan) == ["AST0000001"]

    printer.return_(condition="Good.", by=BEA)
    built(kit, printer)

    assert await found(views, "print", dan) == []


async def test_articles_are_suggested_by_what_they_have_in_common_with_a_text(
    kit: Kit, views: Views
) -> None:
    written = {
        1: ("Printer shows E7", "Open the tray and take the paper out."),
        2: ("Paper for the printer", "Where to order it."),
        3: ("Mail on the phone", "Open the settings and the account."),
        4: ("Printer in hall 3", "The one with the tray."),
    }
    records = [article(serial, *said, audience="public") for serial, said in written.items()]
    for one in records[:3]:
        one.publish(by=CEM)
    agents = article(5, "Printer shows E7", "Call the supplier.")
    agents.publish(by=CEM)
    built(kit, *records, agents, incident(1, "Printer", "It shows E7 with paper in the tray."))
    ann, bea = customer(CUSTOMER, "ann"), AGENT
    reader, agent = ({"article": sights["article"]} for sights in (ann, bea))

    async def suggested(title: str, text: str, sights: dict[str, Sight]) -> list[str]:
        return [hit.number for hit in await views.suggested(title, text, sights, 3)]

    told = await views.told_in(record_id("INC", 1))
    assert told == ("Printer", "It shows E7 with paper in the tray.")
    assert await suggested(*told, reader) == ["KBA0000001", "KBA0000002"]
    assert await suggested(*told, agent) == ["KBA0000001", "KBA0000005", "KBA0000002"]
    assert await suggested("phone", "", reader) == ["KBA0000003"]
    assert await suggested("Settings", "for it", reader) == []
    assert await suggested('\0 " *', "a " * 100_000, reader) == []
    assert await views.told_in(record_id("INC", 2)) is None
