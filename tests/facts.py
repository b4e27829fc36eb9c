"""Events as tests like to read them: what happened, without who and when."""

from typing import Any

from msgspec import structs

from domain.aggregate import Aggregate, Event

Fact = tuple[type[Event], dict[str, Any]]


def fact(event: type[Event], **facts: Any) -> Fact:
    """What is expected. Fields that are left out have their defaults."""
    defaults = {
        field.name: field.default_factory() if callable(field.default_factory) else field.default
        for field in structs.fields(event)
        if field.name != "by" and not field.required
    }
    return event, {**defaults, **facts}


def new_facts(record: Aggregate) -> list[Fact]:
    """What happened since the record was last saved, or since this was last asked."""
    return [
        (
            type(entry.event),
            {name: v for name, v in structs.asdict(entry.event).items() if name != "by"},
        )
        for entry in record.collect_events()
    ]
