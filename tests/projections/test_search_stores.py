"""Whatever is written and asked, both stores give the same answers in the same order."""

from pathlib import Path
from random import Random

from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger
from domain.person import Person
from domain.policy import Everything, OwnOrganisation, OwnTickets
from domain.ticket import Visibility
from ops.stores.sqlite import SqliteRecorder
from projections import search
from projections.postgres import PostgresViews
from projections.postgres_reader import PostgresReader
from projections.runner import Projector
from projections.search_question import Sight
from projections.search_rows import KINDS
from projections.sqlite import SqliteReader, SqliteViews
from projections.views import Views
from tests.keys import MemoryKeys
from tests.people import CUSTOMER, OPERATOR, person, signed
from tests.projections.conftest import keep

WORDS = (
    *("printer", "printers", "print", "Drucker", "Zürich", "zurich", "打印", "mail", "E7", "e77"),
    *(
        "o'neil",
        "größe",
        "GROSSE",
        "🖨️",
        "a",
        "ab",
        "abc",
        "INC0000007",
        "smith",
        "smiht",
        "-",
        "^x",
    ),
)
SIGHTS = {
    "all": dict.fromkeys(KINDS, Sight(Everything(), Everything())),
    "organisation": dict.fromkeys(
        KINDS, Sight(OwnOrganisation(CUSTOMER), OwnOrganisation(OPERATOR))
    ),
    "own": dict.fromkeys(KINDS, Sight(OwnTickets(person("ann")), None)),
}


def fill(ledger: Ledger, random: Random) -> None:
    """Sixty tickets and twenty people, written with a few words."""

    def some(most: int) -> str:
        return " ".join(random.choices(WORDS, k=random.randint(1, most)))

    for serial in range(1, 61):
        who = random.choice(("ann", "dan"))
        incident = Incident.log(
            record_id("INC", serial),
            title=some(3),
            description=some(12),
            requester=person(who),
            organisation=random.choice((CUSTOMER, OPERATOR)),
            by=signed(who),
        )
        for _ in range(random.randint(0, 2)):
            incident.comment(some(6), visibility=random.choice(list(Visibility)), by=signed("bea"))
        keep(ledger, incident)
    for serial in range(1, 21):
        named = Person.register(
            record_id("PER", serial),
            username=f"u{serial}",
            name=some(2),
            organisation=CUSTOMER,
            by=signed("bea"),
        )
        keep(ledger, named)


async def test_both_stores_give_the_same_answers(tmp_path: Path, postgres_url: str) -> None:
    random = Random(7)
    recorder = SqliteRecorder(tmp_path / "ledger.db")
    ledger = Ledger(recorder, MemoryKeys())
    fill(ledger, random)
    file = tmp_path / "views.db"
    stores = (SqliteViews(file), PostgresViews(postgres_url))
    for store in stores:
        projector = Projector(ledger, store, [search.VIEW])
        projector.prepare()
        projector.catch_up()
    both = Views(SqliteReader(file)), Views(PostgresReader(postgres_url))

    answered = 0
    for _ in range(150):
        text = " ".join(random.choices(WORDS, k=random.randint(1, 3)))
        text = text[: random.randint(1, len(text))]
        for sights in SIGHTS.values():
            one, other = [await views.search(text, sights, limit=30) for views in both]
            assert one == other, text
            answered += bool(one.hits)

    assert answered > 150
    for opened in (*both, recorder):
        await opened.aclose()
    for store in stores:
        store.close()
