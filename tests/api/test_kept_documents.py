"""What is kept of tickets that were read is what would be read again."""

import gc
import weakref

from api.kept_documents import KEPT_MAX, KeptDocuments
from domain.ids import record_id
from domain.incident import Incident
from tests.api.house import House
from tests.people import ANN


def incident(serial: int = 1) -> Incident:
    return Incident.log(
        record_id("INC", serial), title="No mail", requester=None, organisation=None, by=ANN
    )


async def test_a_ticket_read_again_is_as_it_is_now(house: House) -> None:
    adam = house.as_("adam")
    made = (await adam.post("/incidents", {"title": "No mail"})).json()
    address = f"/incidents/{made['number']}"

    first = await adam.get(address)
    again = await adam.get(address)
    await adam.post(f"{address}/comment", {"text": "Try again.", "visibility": "internal"})
    later = await adam.get(address)

    assert first.json() == again.json()
    assert first.headers["etag"] == again.headers["etag"] != later.headers["etag"]
    assert [one["text"] for one in later.json()["comments"]] == ["Try again."]


async def test_customers_never_get_what_was_kept_for_agents(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("rita")
    made = (await rita.post("/incidents", {"title": "No mail"})).json()
    address = f"/incidents/{made['number']}"
    await adam.post(f"{address}/comment", {"text": "Again?", "visibility": "internal"})

    assert (await adam.get(address)).json()["comments"] != []
    assert (await rita.get(address)).json()["comments"] == []
    assert (await adam.get(address)).json()["comments"] != []


def test_a_document_goes_with_its_record() -> None:
    kept, record = KeptDocuments(), incident()
    kept.keep(record, b"{}", with_internal=True)
    seen = weakref.ref(record)

    assert kept.find(record, with_internal=True) == b"{}"
    assert kept.find(record, with_internal=False) is None
    del record
    gc.collect()
    assert seen() is None


def test_no_more_are_kept_than_there_is_room_for() -> None:
    kept, records = KeptDocuments(), [incident(serial) for serial in range(1, KEPT_MAX + 3)]
    for record in records:
        kept.keep(record, b"{}", with_internal=True)

    found = [kept.find(record, with_internal=True) for record in records]

    assert found == [None, None, *[b"{}"] * KEPT_MAX]
