"""Everything that was ever stored stays readable."""

from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import MapperDeserialisationError

from domain.mapper import LedgerMapper, codec, personal_fields
from domain.personal import ALONE, ERASED
from tests.domain.kinds import EVERY_KIND
from tests.domain.stored_events import examples, mapper_for, stored_event
from tests.keys import MemoryKeys

EXAMPLES = examples()
PERSONAL = [example for example in EXAMPLES if example["people"]]


def is_latest(topic: str) -> bool:
    return not codec(topic).steps


CURRENT = list({one["topic"]: one for one in EXAMPLES if is_latest(one["topic"])}.values())
"""As they are stored today: of an event that is sealed in another way since, the later example."""


def topic_of(example: dict[str, Any]) -> str:
    return str(example["topic"])


@pytest.mark.parametrize("example", EXAMPLES, ids=topic_of)
def test_stored_events_are_read_back(example: dict[str, Any]) -> None:
    entry = mapper_for(example).entry(stored_event(example), 7)

    assert entry.topic == example["topic"]
    assert (str(entry.originator_id), entry.originator_version) == (
        example["id"],
        example["version"],
    )
    assert entry.position == 7
    assert entry.event.by.actor == example["state"]["by"]["actor"]
    for field, said in example["says"].items():
        assert getattr(entry.event, field) == said


def is_sealed_as_today(example: dict[str, Any]) -> bool:
    """Not so are events that nothing records any more, of kinds that have words of their own."""
    return not codec(example["topic"]).has_own_words or ALONE not in {
        str(said)[: len(ALONE)] for said in example["state"].values()
    }


@pytest.mark.parametrize(
    "example", [one for one in CURRENT if is_sealed_as_today(one)], ids=topic_of
)
def test_events_of_the_latest_version_are_stored_again_as_they_were(
    example: dict[str, Any],
) -> None:
    mapper = mapper_for(example)
    stored = stored_event(example)

    assert mapper.to_stored_event(mapper.entry(stored, 1)) == stored


@pytest.mark.parametrize("example", PERSONAL, ids=topic_of)
def test_what_is_personal_is_stored_sealed_and_can_be_erased(example: dict[str, Any]) -> None:
    state = stored_event(example).state.decode()

    entry = LedgerMapper(MemoryKeys()).entry(stored_event(example), 1)

    for field, said in example["says"].items():
        words = said if isinstance(said, dict) else {"": said}
        read = getattr(entry.event, field)
        for name, word in words.items():
            assert not word or f'"{word}"' not in state
            found = read[name] if isinstance(said, dict) else read
            assert found == (ERASED if word else word)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_event_of_the_latest_version_has_been_stored_once(kind: Any) -> None:
    stored = [topic_of(e) for e in CURRENT if topic_of(e).startswith(f"{kind.__name__}.")]

    assert sorted(stored) == sorted(kind.topics.values())


def test_every_personal_field_is_seen_with_words_in_it_somewhere() -> None:
    said = {(e["topic"], field) for e in CURRENT for field, words in e["says"].items() if words}

    assert said == {
        (topic, field)
        for kind in EVERY_KIND
        for event, topic in kind.topics.items()
        for field, _ in personal_fields(event)
    }


def test_an_event_that_was_never_released_is_not_read() -> None:
    stored = stored_event({**EXAMPLES[0], "topic": "Change.Frobnicated"})

    with pytest.raises(MapperDeserialisationError, match=r"No event is called Change\.Frobnicated"):
        mapper_for(EXAMPLES[0]).entry(stored, 1)


@pytest.mark.parametrize("example", EXAMPLES, ids=topic_of)
def test_what_records_said_is_erased_without_those_who_wrote_it(example: dict[str, Any]) -> None:
    mapper, stored = mapper_for(example), stored_event(example)
    record = UUID(example["id"])

    mapper.keys.remove_words([(record, "words")])

    entry = mapper.entry(stored, 1)
    for field, said in example["says"].items():
        is_gone = said and codec(example["topic"]).has_own_words
        read = getattr(entry.event, field)
        for one in read.values() if isinstance(read, dict) else [read]:
            assert (one == ERASED) == bool(is_gone and one)
