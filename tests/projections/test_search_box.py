"""What is written into the search box of a list: which rows it finds, and how mistakes are told."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import record_id
from domain.wrong_expression import WrongExpression
from projections.filters import Asked
from projections.listings import LISTINGS
from projections.search_box import SearchBox
from projections.tables import instant
from projections.views import Views
from projections.work_queue import QUEUE, QueueRow
from tests.people import MONDAY, person
from tests.projections.conftest import Kit
from tests.projections.lives import whole

STATES = {"status": ("new", "in progress", "closed")}
BOX = SearchBox(QUEUE, STATES)
DAY_LATER = MONDAY.replace(day=MONDAY.day + 1)


def name_of(column: str, name: str) -> UUID | None:
    return {("assignee", "bea"): person("bea"), ("team", "Field work"): TEAM}.get((column, name))


TEAM = record_id("TEA", 4)


def ticket(serial: int, **more: Any) -> QueueRow:
    given: dict[str, Any] = {
        "id": str(record_id("INC", serial)),
        "number": f"INC{serial:07d}",
        "kind": "incident",
        "title": f"Ticket {serial}",
        "status": "new",
        "requester": None,
        "organisation": None,
        "channel": "api",
        "opened_at": instant(MONDAY),
        "updated_at": instant(MONDAY),
        "version": 1,
        "position": serial,
    }
    return QueueRow(**{**given, **more})


ROWS = (
    ticket(1, title="Printer is on fire", priority=1, assignee=str(person("ann"))),
    ticket(2, title="The PRINTER again", priority=2, status="in progress", hands=("x", "y")),
    ticket(3, title="100% load: paper jam", updated_at=instant(DAY_LATER), team=str(TEAM)),
    ticket(4, title="Jam of paper", is_open=False, status="closed", category="Big doors"),
    ticket(5, title="É", priority=4, assignee=str(person("bea")), is_major=True),
)


class Box:
    def __init__(self, kit: Kit) -> None:
        self._loop = asyncio.Runner()
        self._views = Views(kit.reader())

    def serials(self, text: str) -> list[int]:
        """The serials of the rows that are found."""
        where = Asked(BOX.condition(text, name_of), MONDAY, str(person("ann")))
        asked = self._views.list_rows("work_queue", where=where, sort=("position",))
        return [row["position"] for row in self._loop.run(asked).rows]

    def close(self) -> None:
        self._loop.run(self._views.aclose())
        self._loop.close()


@pytest.fixture
def box(kit: Kit) -> Iterator[Box]:
    kit.projector()
    with kit.store().transaction() as transaction:
        transaction.write(QUEUE, whole(QUEUE, ROWS), [])
    opened = Box(kit)
    yield opened
    opened.close()


FOUND: Sequence[tuple[str, list[int]]] = (
    ("printer", [1, 2]),
    ("PRINTER fire", [1]),
    ('"paper jam"', [3]),
    ("paper jam", [3, 4]),
    ("-printer", [3, 4, 5]),
    ("100%", [3]),
    ("é", []),
    ("É", [5]),
    ("INC0000004", [4]),
    ("inc4", [4]),
    ("INC00", []),
    ("is:open", [1, 2, 3, 5]),
    ("-is:open", [4]),
    ("is:closed", [4]),
    ("is:in-progress", [2]),
    ("is:major", [5]),
    ("assignee:me", [1]),
    ("-assignee:me", [2, 3, 4, 5]),
    ("assignee:me,bea", [1, 5]),
    (f"assignee:{person('bea')}", [5]),
    ("team:TEA0000004", [3]),
    ('team:"Field work"', [3]),
    ("no:assignee", [2, 3, 4]),
    ("has:assignee", [1, 5]),
    ("no:category", [1, 2, 3, 5]),
    ("has:hands", [2]),
    ("hands:x", [2]),
    ("priority:critical,high", [1, 2]),
    ("priority:>=2", [2, 5]),
    ("priority:2..4", [2, 5]),
    ("-priority:>2", [1, 2]),
    ('category:"Big doors"', [4]),
    ("status:new,in_progress", [1, 2, 3, 5]),
    ("is_open:false", [4]),
    ("updated:2026-03-02", [1, 2, 4, 5]),
    ("updated:>2026-03-02", [3]),
    ("updated:>=2026-03-02", [1, 2, 3, 4, 5]),
    ("updated:<2026-03-03", [1, 2, 4, 5]),
    ("updated:<=2026-03-02", [1, 2, 4, 5]),
    ("updated_at:2026-03-03T00:00:00Z..2026-03-04T00:00:00Z", [3]),
    ("is:open  priority:high printer", [2]),
)


def test_terms_find_what_they_say(box: Box) -> None:
    found = {text: box.serials(text) for text, _ in FOUND}

    assert found == dict(FOUND)


@given(text=st.text(max_size=60) | st.from_regex(r'(-?[a-z]{0,8}:?[<>]?["a-z0-9,.]{0,9} ?){1,5}'))
def test_whatever_is_written_is_a_condition_or_refused_with_its_place(text: str) -> None:
    refused = None
    try:
        BOX.condition(text, name_of)
    except WrongExpression as error:
        refused = error

    assert refused is None or 1 <= refused.column <= len(text) + 1
    assert refused is None or refused.rule.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "column", "rule"),
    [
        ("", 1, "a word or a term"),
        ("   ", 1, "a word or a term"),
        ("-", 1, "a word is needed"),
        ("printer asignee:me", 9, "did you mean assignee?"),
        ("-colour:red", 2, "colour: is not known"),
        ("is:opne", 4, "did you mean open?"),
        ("has:colour", 5, "there is no field 'colour'"),
        ("no:title x no:version", 15, "version always has a value"),
        ("status:opne,new", 8, "status is never 'opne'"),
        ("status:new,opne", 12, "status is never 'opne'"),
        ("status:>new", 8, "has no order"),
        ("priority:urgent", 10, "'urgent' is no whole number"),
        ("priority:", 10, "a value is needed"),
        ("priority:1,", 12, "a value is needed"),
        ("priority:>", 10, "a value is needed"),
        ("priority:>1..2", 10, "a range has no sign"),
        ("assignee:nobody", 10, "no name that is known here"),
        ("updated:>2026-13-01", 9, "is no day"),
        ("updated:>yesterday", 9, "is no instant"),
        ('x "paper', 3, "this quote is not closed"),
        ('title:"a"b', 7, "a value is written here"),
        ("a\0b", 1, "this is no text"),
        ("is:open " * 21, 161, "at most 20 terms"),
        ("is:open " + "a " * 6, 19, "at most 5 words"),
        ("status:" + "new," * 21, 8, "at most 20 values"),
        ("a" * 501, 1, "at most 500 characters"),
    ],
)
def test_a_mistake_in_a_search_is_told_with_its_place(text: str, column: int, rule: str) -> None:
    with pytest.raises(WrongExpression) as refused:
        BOX.condition(text, name_of)

    assert rule in refused.value.rule
    assert refused.value.column == column


def test_lists_of_all_kinds_have_a_box() -> None:
    for listing in LISTINGS.values():
        box = SearchBox(listing.table)

        for column in box.columns.values():
            if column.kind == "text":
                assert box.condition(f"has:{column.name} -{column.name}:x", name_of)
