"""Full-text search: what tickets, articles, assets and people are found by."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from domain.aggregate import Entry, Event
from domain.article import Article
from domain.article_content import Content
from domain.asset import Asset
from domain.asset_attributes import Value
from domain.ids import as_id, prefix_of
from domain.life_cycle import Resolvable
from domain.person import Person
from domain.personal import ERASED
from domain.problem import Problem
from domain.question import Question
from domain.service_request import ServiceRequest
from domain.ticket import Ticket
from domain.wording import Worded
from projections import tickets
from projections.past import micros
from projections.rows import Rows
from projections.search_changes import change_of
from projections.search_rows import (
    CHANGES,
    NAME,
    SEARCH,
    VERSION,
    VOCABULARY,
    SearchRow,
    long_words,
    reword,
    say,
    say_internally,
    write,
)
from projections.tables import Id, id_or_none, id_text, number_text
from projections.view import Cases, View

KINDS = {**tickets.KINDS, "KBA": "article", "AST": "asset", "PER": "person"}
_TOPICS = ("Article.", "Asset.", "Person.")

_VALUE = "attribute "

WRITTEN = Cases[Any]()
"""What makes the words of a row other ones."""
SAID = Cases[Any]()
"""What adds to them."""


def concerns(entry: Entry) -> bool:
    if not (tickets.is_of_ticket(entry) or entry.topic.startswith(_TOPICS)):
        return False
    event = type(entry.event)
    return (
        entry.originator_version == 1 or WRITTEN.of(event) is not None or SAID.of(event) is not None
    )


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    if entry.originator_version == 1:
        row = rows.put(SEARCH, _begun(entry))
    else:
        row = rows.get(SEARCH, id_text(entry.originator_id))
    before = copy(row)
    if said := SAID.of(type(event)):
        said(event, row)
        added = row.words[len(before.words) :]
    else:
        if written := WRITTEN.of(type(event)):
            written(event, row)
        reword(row)
        head = row.words[: row.head]
        added = "" if head == before.words[: before.head] else head
    if entry.originator_version > 1 and row != before:
        row.known, row.held = entry.position, max(row.held, micros(event.by.effective_at))
        rows.put(CHANGES, change_of(row, before))
    if added:
        rows.have(VOCABULARY, long_words(added), row.known, row.held)


def _begun(entry: Entry) -> SearchRow:
    id, event, place = entry.originator_id, entry.event, entry.position
    held = micros(event.by.effective_at)
    kind = KINDS[prefix_of(id)]
    row = SearchRow(id_text(id), place, kind, number_text(id), held, held, place, 0, "")
    if tickets.is_of_ticket(entry):
        _asked_by(event, row)
        write(row, event.texts if isinstance(event, Worded) else _first_texts(event))
    return row


# Tickets -----------------------------------------------------------------------------------


def _first_texts(event: Any) -> dict[str, str | None]:
    return {"title": event.title, "description": event.description}


@WRITTEN.on(Worded)
def _worded(event: Worded, row: SearchRow) -> None:
    write(row, event.texts)


@WRITTEN.on(Ticket.RequesterChanged)
def _asked_by(event: Any, row: SearchRow) -> None:
    row.people = _some(id_or_none(event.requester))
    row.organisation = id_or_none(event.organisation)


def _some(*people: Id | None) -> tuple[str, ...]:
    return tuple(person for person in people if person is not None)


@WRITTEN.on(Ticket.Watched)
def _watched(event: Ticket.Watched, row: SearchRow) -> None:
    row.watchers = (*row.watchers, id_text(event.person))


@WRITTEN.on(Ticket.Unwatched)
def _unwatched(event: Ticket.Unwatched, row: SearchRow) -> None:
    gone = id_text(event.person)
    row.watchers = tuple(person for person in row.watchers if person != gone)


@WRITTEN.on(Problem.WorkaroundDocumented)
def _workaround(event: Problem.WorkaroundDocumented, row: SearchRow) -> None:
    write(row, {"workaround": event.text})


@WRITTEN.on(Problem.CauseIdentified)
def _cause(event: Problem.CauseIdentified, row: SearchRow) -> None:
    write(row, {"cause": event.text})


@SAID.on(Ticket.Commented)
def _commented(event: Ticket.Commented, row: SearchRow) -> None:
    add = say_internally if event.visibility == "internal" else say
    add(row, event.text)


@SAID.on(Resolvable.Resolved)
def _resolved(event: Resolvable.Resolved, row: SearchRow) -> None:
    say(row, event.resolution)


@SAID.on(Question.Answered, ServiceRequest.Fulfilled)
def _answered(event: Question.Answered | ServiceRequest.Fulfilled, row: SearchRow) -> None:
    say(row, event.text)


# Articles ----------------------------------------------------------------------------------


@WRITTEN.on(Article.Drafted, Article.Revised)
def _drafted(event: Article.Drafted | Article.Revised, row: SearchRow) -> None:
    """What is published stays what is found; before anything is, the draft."""
    _taken_on(event, row)
    if not row.is_published:
        _show(event.definition, row)


@WRITTEN.on(Article.ReviewRequested, Article.DraftAdopted)
def _taken_on(event: Event, row: SearchRow) -> None:
    row.people = _some(id_or_none(as_id(event.by.actor)))


@WRITTEN.on(Article.VersionPublished)
def _published(event: Article.VersionPublished, row: SearchRow) -> None:
    content = event.definition
    _show(content, row)
    row.is_published = True
    row.is_public = content.audience == "public"
    row.audience = tuple(map(str, content.organisations))


@WRITTEN.on(Article.Retired)
def _retired(_: Event, row: SearchRow) -> None:
    row.is_published, row.is_public, row.audience = False, False, ()


def _show(content: Content, row: SearchRow) -> None:
    write(row, {"title": content.title, "category": content.category, "text": content.text})


# Assets ------------------------------------------------------------------------------------


@WRITTEN.on(Asset.Registered)
def _registered(event: Asset.Registered, row: SearchRow) -> None:
    row.organisation = id_or_none(event.organisation)
    row.owner = id_or_none(event.owner)
    row.people = _some(row.owner)
    write(
        row,
        {
            "title": event.name,
            "tag": event.tag,
            "class": event.asset_class,
            "service": event.service,
        },
    )


@WRITTEN.on(Asset.Amended)
def _amended(event: Asset.Amended, row: SearchRow) -> None:
    write(row, {f"detail {name}": said for name, said in event.details.items()})


@WRITTEN.on(Asset.Classified)
def _classified(event: Asset.Classified, row: SearchRow) -> None:
    row.texts = {name: said for name, said in row.texts.items() if not name.startswith(_VALUE)}
    write(row, {"class": event.asset_class, **_values(event.attributes)})


@WRITTEN.on(Asset.AttributesSet)
def _attributes_set(event: Asset.AttributesSet, row: SearchRow) -> None:
    gone = {f"{_VALUE}{name}" for name in event.removed}
    row.texts = {name: said for name, said in row.texts.items() if name not in gone}
    write(row, _values(event.attributes))


def _values(attributes: Mapping[str, Value]) -> dict[str, str]:
    """What is written in attributes; whether something is so is no word to look for."""
    return {
        f"{_VALUE}{name}": str(value)
        for name, value in attributes.items()
        if not isinstance(value, bool)
    }


@WRITTEN.on(Asset.Described)
def _described(event: Asset.Described, row: SearchRow) -> None:
    if event.owner is not None:
        row.owner = id_text(event.owner)
        row.people = _some(row.owner, row.holder)
    write(
        row,
        {"location": event.location, "supplier": event.supplier, "contract": event.contract},
    )


@WRITTEN.on(Asset.Issued)
def _issued(event: Asset.Issued, row: SearchRow) -> None:
    row.holder = id_text(event.to)
    row.people = _some(row.owner, row.holder)


@WRITTEN.on(Asset.Returned, Asset.Retired)
def _returned(_: Event, row: SearchRow) -> None:
    row.holder = None
    row.people = _some(row.owner)


# People ------------------------------------------------------------------------------------


@WRITTEN.on(Person.Registered)
def _person(event: Person.Registered, row: SearchRow) -> None:
    row.people, row.organisation = (row.id,), id_text(event.organisation)
    write(row, {"title": event.name, "username": event.username, "email": event.email})


@WRITTEN.on(Person.Amended)
def _renamed(event: Person.Amended, row: SearchRow) -> None:
    write(row, {"title": event.name, "email": event.email})


@WRITTEN.on(Person.Erased)
def _erased(_: Event, row: SearchRow) -> None:
    write(row, {"title": ERASED, "username": ERASED, "email": ""})


@WRITTEN.on(Person.Moved)
def _moved(event: Person.Moved, row: SearchRow) -> None:
    row.organisation = id_text(event.organisation)


VIEW = View(NAME, VERSION, (SEARCH, CHANGES, VOCABULARY), fold, concerns=concerns, keyed=(SEARCH,))
