"""A search as of the past answers as it answered then, on every store."""

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any, Literal

import pytest

from domain.aggregate import Aggregate
from domain.article import Article
from domain.article_content import Content
from domain.asset import Asset
from domain.ids import record_id
from domain.incident import Incident
from domain.person import Person
from domain.policy import Everything, OwnOrganisation, OwnTickets, Readable
from domain.provenance import Provenance
from domain.rules import Refused
from domain.ticket import Visibility
from projections import search, search_index, search_past, search_views
from projections.past import AsOf
from projections.search_question import Sight
from projections.search_rows import KINDS, TICKETS
from projections.search_views import Found
from projections.views import Views
from tests.people import CUSTOMER, MONDAY, OPERATOR, person, signed
from tests.projections.conftest import Kit, keep

ROUNDS = 8
WORDS = (
    *("printer", "printers", "printing", "print", "Zürich", "打印", "mail", "E7", "e77", "toner"),
    *("thanks", "solved", "größe", "smith", "smiht", "smyth", "INC0000007", "jam", "jams", "paper"),
)
OWN = Sight(OwnTickets(person("ann")), None)
READS = Sight(Readable(CUSTOMER, person("ann")), Readable(CUSTOMER, person("ann")))
SIGHTS = {
    "all": dict.fromkeys(KINDS, Sight(Everything(), Everything())),
    "organisation": dict.fromkeys(
        KINDS, Sight(OwnOrganisation(CUSTOMER), OwnOrganisation(OPERATOR))
    ),
    "own": {**dict.fromkeys(TICKETS, OWN), "article": READS},
}


class Desk:
    """Records to which something happens now and then."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._tickets: list[Incident] = []
        self._articles: list[Article] = []
        self._assets: list[Asset] = []
        self._people: list[Person] = []
        self._hours = 0

    def some(self, most: int) -> str:
        return " ".join(self._random.choices(WORDS, k=self._random.randint(1, most)))

    def by(self, who: str = "bea") -> Provenance:
        return signed(who, MONDAY + timedelta(hours=self._hours))

    def round(self) -> list[Aggregate]:
        """What happens in an hour: the records that have news."""
        self._hours += 1
        changed = [self._random.choice(self._tickets) for _ in range(8) if self._tickets]
        for ticket in changed:
            self._happens_to(ticket)
        for _ in range(4):
            self._tickets.append(self._logged())
        documents = [*self._random.sample(self._articles, min(2, len(self._articles)))]
        for article in documents:
            self._on_with(article)
        self._articles.append(self._drafted())
        for asset in self._assets:
            asset.amend({"Note": self.some(2)}, by=self.by())
        for somebody in self._people:
            somebody.amend(name=self.some(2), by=self.by())
        self._assets.append(self._asset())
        self._people.append(self._person())
        every = (*self._tickets, *self._articles, *self._assets, *self._people)
        return [record for record in every if record.pending]

    def _logged(self) -> Incident:
        return Incident.log(
            record_id("INC", len(self._tickets) + 1),
            title=self.some(3),
            description=self.some(8),
            requester=person(self._random.choice(("ann", "dan"))),
            organisation=self._random.choice((CUSTOMER, OPERATOR)),
            by=self.by(),
        )

    def _happens_to(self, ticket: Incident) -> None:
        acts = (
            lambda: ticket.amend(title=self.some(3), by=self.by()),
            lambda: ticket.amend(description=self.some(8), by=self.by()),
            lambda: ticket.comment(self.some(5), visibility=Visibility.PUBLIC, by=self.by()),
            lambda: ticket.comment(self.some(5), visibility=Visibility.INTERNAL, by=self.by()),
            lambda: ticket.watch(person("ann"), by=self.by()),
            lambda: ticket.unwatch(person("ann"), by=self.by()),
            lambda: ticket.change_requester(
                person("ann"), organisation=CUSTOMER, reason="Hers.", by=self.by()
            ),
            lambda: ticket.resolve(code="fixed", resolution=self.some(5), by=self.by()),
        )
        self._try(self._random.choice(acts))

    def _content(self) -> Content:
        audiences: tuple[Literal["public", "organisations"], ...] = ("public", "organisations")
        audience = self._random.choice(audiences)
        return Content(
            title=self.some(3),
            text=self.some(8),
            audience=audience,
            organisations=(CUSTOMER,) if audience == "organisations" else (),
        )

    def _drafted(self) -> Article:
        number = len(self._articles) + 1
        return Article.draft(record_id("KBA", number), definition=self._content(), by=self.by())

    def _on_with(self, article: Article) -> None:
        self._try(lambda: article.revise(self._content(), by=self.by()))
        self._try(lambda: article.request_review(by=self.by()))
        self._try(lambda: article.publish(by=self.by("cem")))
        if self._random.random() < 0.2:
            self._try(lambda: article.retire(by=self.by("cem")))

    def _asset(self) -> Asset:
        return Asset.register(
            record_id("AST", self._hours),
            name=self.some(2),
            asset_class="printer",
            organisation=CUSTOMER,
            by=self.by(),
        )

    def _person(self) -> Person:
        return Person.register(
            record_id("PER", self._hours),
            username=f"u{self._hours}",
            name=self.some(2),
            organisation=CUSTOMER,
            by=self.by(),
        )

    def _try(self, act: Any) -> None:
        with suppress(Refused):
            act()


async def answers(views: Views, questions: list[tuple[str, str]], as_of: AsOf | None) -> list[Any]:
    found: list[Any] = []
    for text, whose in questions:
        first = await views.search(text, SIGHTS[whose], limit=7, as_of=as_of)
        after = await views.search(text, SIGHTS[whose], limit=7, as_of=as_of, after=first.next)
        articles = {"article": SIGHTS[whose]["article"]}
        found += [first, after, await views.suggested(text, "", articles, 3, as_of)]
        found.append(await views.told_in(record_id("INC", len(text)), as_of))
    return found


NARROW = (
    (search_views, "FOUND_MAX", 6),
    (search_views, "ENOUGH", 4),
    (search_index, "COMMON", 9),
    (search_past, "COMMON", 9),
    (search_index, "LONGER_MAX", 2),
    (search_index, "LOOKED_AT", 3),
    (search_past, "AT_FIRST", 3),
    (search_past, "AT_ONCE", 5),
    (search_past, "KEPT_MAX", 8),
)
"""Limits that a few records reach."""


async def test_what_was_answered_is_answered_as_of_then(
    kit: Kit, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in NARROW:
        monkeypatch.setattr(*limit)
    random = Random(11)
    desk = Desk(random)
    projector = kit.projector((search.VIEW,))
    kept: list[tuple[AsOf, list[tuple[str, str]], list[Any]]] = []
    for hour in range(1, ROUNDS + 1):
        position = keep(kit.ledger, *desk.round())
        projector.catch_up()
        asked = [(desk.some(2)[: random.randint(1, 12)], who) for who in SIGHTS for _ in range(4)]
        told = await answers(views, asked, None)
        kept.append((AsOf(position=position), asked, told))
        kept.append((AsOf(moment=MONDAY + timedelta(hours=hour)), asked, told))

    others = 0
    for as_of, asked, told in kept:
        assert await answers(views, asked, as_of) == told
        others += told != await answers(views, asked, None)
    assert others > ROUNDS
    assert await answers(views, kept[-1][1], AsOf(position=0)) == [
        *[Found([], None)] * 2,
        [],
        None,
    ] * len(kept[-1][1])
