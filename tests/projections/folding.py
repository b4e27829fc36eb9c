"""Records that lived at random, for views to be folded from."""

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate, Entry
from domain.promises import Promises
from tests.domain.stories import attempts
from tests.people import person
from tests.projections.lives import definitions, entries_of, lived

ASKING = person("rita")

RANDOM = settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def a_life(kind: type[Aggregate], data: st.DataObject) -> tuple[Any, list[Entry]]:
    record = lived(kind, data.draw(attempts(kind)))
    assume(record is not None)
    assert record is not None
    before = definitions() if issubclass(kind, Promises) else []
    return record, entries_of(*before, record)
