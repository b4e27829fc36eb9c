"""Histories as XES (IEEE 1849-2016): a trace for each record, an event for each entry."""

import re
from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import quoteattr

from domain.aggregate import Entry
from domain.event_fields import event_name
from domain.ids import number_of, parse_reference
from domain.mapper import is_person
from ops.export.facts import Value, time_text, types_of, values_of

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>\
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>\
<string key="org:resource" value=""/>\
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
"""
TAIL = "</log>\n"

_TAGS = {"string": "string", "integer": "int", "float": "float", "boolean": "boolean"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(
    histories: Iterable[Sequence[Entry]], file: IO[str], *, with_personal: bool = False
) -> tuple[int, int]:
    """Write the histories of records; how many events and records."""
    events = records = 0
    file.write(HEAD)
    for history in histories:
        file.write(trace(history, with_personal=with_personal))
        records += 1
        events += len(history)
    file.write(TAIL)
    return events, records


def trace(history: Sequence[Entry], *, with_personal: bool = False) -> str:
    """The history of a record, in the order in which it took effect."""
    id = history[0].originator_id
    kind = event_name(history[0]).partition(".")[0]
    ordered = sorted(
        history, key=lambda entry: (entry.event.by.effective_at, entry.originator_version)
    )
    lines = [
        _attribute("string", "concept:name", number_of(id)),
        _attribute("string", "kind", kind),
    ]
    lines += [event(entry, with_personal=with_personal) for entry in ordered]
    return f"<trace>{''.join(lines)}</trace>\n"


def event(entry: Entry, *, with_personal: bool = False) -> str:
    by = entry.event.by
    resource = number_of(parse_reference(by.actor)) if is_person(by.actor) else by.actor
    lines = [
        _attribute("string", "concept:name", event_name(entry)),
        _attribute("date", "time:timestamp", time_text(by.effective_at)),
        _attribute("string", "org:resource", resource),
        _attribute("string", "lifecycle:transition", "complete"),
        _attribute("int", "ledger_position", entry.position),
        _attribute("date", "ledger_recorded", time_text(by.at)),
        _attribute("string", "ledger_channel", by.channel),
    ]
    types = types_of(type(entry.event))
    for name, value in values_of(entry, with_personal=with_personal).items():
        lines.append(_attribute(_TAGS.get(types[name], "date"), name, value))
    return f"\n<event>{''.join(lines)}</event>"


def _attribute(tag: str, key: str, value: Value) -> str:
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (str, int, float)):
        text = str(value)
    else:
        text = time_text(value)
    # XML has no way to write the other characters.
    return f"<{tag} key={quoteattr(key)} value={quoteattr(_NOT_XML.sub('�', text))}/>"
