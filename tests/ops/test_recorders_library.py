"""The stores are recorders of the library: its own tests hold, and its `Application` runs on them.

Its database functions and its unconditional appends give positions that become visible out of
order, so that a reader misses events. The ledger must not come to rest on them.
"""

import asyncio
import importlib
import re
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import ApplicationRecorder, IntegrityError

from domain.recorder import LedgerRecorder
from tests.stores import ROOT, Store

# The library's tests import its cipher, which wants a package that nothing here uses.
sys.modules.setdefault("eventsourcing.cipher", SimpleNamespace(AESCipher=None))  # type: ignore[arg-type]  # it is not used
conformance = importlib.import_module("eventsourcing.tests.persistence")

ORDER_BREAKING = re.compile(r"^\s*(from|import) eventsourcing\.(postgres|dcb)", re.MULTILINE)


class Dog(Aggregate):
    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name
        self.tricks: list[str] = []

    @event("TrickAdded")
    def add_trick(self, trick: str) -> None:
        self.tricks.append(trick)


class Conformance(conformance.ApplicationRecorderTestCase):  # type: ignore[misc, name-defined]  # it has no types
    """The library's test of a recorder, as far as it asks for no other recorder's tables."""

    __test__ = False
    recorder: LedgerRecorder

    def create_recorder(self) -> LedgerRecorder:
        return self.recorder

    def runTest(self) -> None:
        """`TestCase` wants it; the tests are called by name."""


@pytest.fixture
def opened(store: Store) -> Iterator[LedgerRecorder]:
    recorder = store.open()
    yield recorder
    asyncio.run(recorder.aclose())


@pytest.mark.parametrize(
    "name", ["test_insert_select", "test_concurrent_no_conflicts", "test_concurrent_throughput"]
)
def test_the_library_finds_its_recorder_conforming(opened: LedgerRecorder, name: str) -> None:
    case = Conformance()
    case.recorder = opened

    getattr(case, name)()


def test_an_application_of_the_library_runs_on_the_store(opened: LedgerRecorder) -> None:
    class Kennel(Application[UUID]):
        def construct_recorder(self) -> ApplicationRecorder:
            return opened

    with Kennel() as kennel:
        rex, fido = Dog("Rex"), Dog("Fido")
        rex.add_trick("roll")
        saved = kennel.save(rex, fido)

        again: Dog = kennel.repository.get(rex.id)
        stale: Dog = kennel.repository.get(rex.id)
        again.add_trick("play")
        stale.add_trick("fetch")
        kennel.save(again)
        with pytest.raises(IntegrityError):
            kennel.save(stale)
        with pytest.raises(AggregateNotFoundError):
            kennel.repository.get(uuid4())

        assert [recording.notification.id for recording in saved] == [1, 2, 3]
        rex_now: Dog = kennel.repository.get(rex.id)
        assert rex_now.tricks == ["roll", "play"]
        assert [n.id for n in kennel.notification_log.select(1, 10)] == [1, 2, 3, 4]
        assert kennel.recorder.max_notification_id() == 4


def test_the_library_s_topics_and_order_are_kept(opened: LedgerRecorder) -> None:
    class Kennel(Application[UUID]):
        def construct_recorder(self) -> ApplicationRecorder:
            return opened

    with Kennel() as kennel:
        rex = Dog("Rex")
        rex.add_trick("roll")
        kennel.save(rex)

    stored = opened.select_events(rex.id, desc=True, limit=1)
    assert [row.originator_version for row in stored] == [2]
    tricks = opened.select_notifications(1, 10, topics=[stored[0].topic])
    assert [row.id for row in tricks] == [2]
    assert opened.select_events(rex.id, gt=1, lte=2) == stored


def test_the_product_rests_on_nothing_that_breaks_the_order() -> None:
    sources = [
        path
        for package in ("domain", "workflows", "projections", "api", "ops")
        for path in (ROOT / package).rglob("*.py")
    ]
    assert len(sources) > 20

    for path in sources:
        text = path.read_text()
        assert "DB_FUNCTIONS" not in text, path
        # The bench measures the library's own store beside ours, as it is by default.
        if not path.is_relative_to(ROOT / "ops" / "bench"):
            assert not ORDER_BREAKING.search(text), path
