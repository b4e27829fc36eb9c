"""The mail that sends a report, or the rows of a saved view, in plain text with files."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from msgspec import Struct

from domain.person import Person
from workflows.mail_sending import MailServer
from workflows.mail_writing import begun, moment

LINES_MAX = 60
"""Figures that the text has; the files have all."""
_TYPES = {"csv": ("text", "csv"), "json": ("application", "json")}


class Made(Struct, frozen=True, kw_only=True):
    """What somebody is sent. `document` is what the API answers, `files` are by their names, and
    `page` is where the same is asked again."""

    definition: str
    version: int
    text: str
    position: int
    document: Mapping[str, Any]
    files: Mapping[str, bytes]
    page: str

    @property
    def digests(self) -> dict[str, str]:
        return {name: sha256(content).hexdigest() for name, content in self.files.items()}


class Asked(Struct, frozen=True, kw_only=True):
    """Which schedule it is, as of when, and by whose wall clock."""

    name: str
    number: str
    moment: datetime
    zone: str
    is_preview: bool


def message(asked: Asked, made: Made, to: Person, server: MailServer, *, id: str) -> EmailMessage:
    begin = "Preview: " if asked.is_preview else ""
    subject = f"{begin}{asked.name}, {moment(asked.moment, asked.zone)}"
    mail = begun(server, to, subject, id=id)
    mail.set_content("\n".join(_lines(asked, made)))
    for name, content in made.files.items():
        main, sub = _TYPES[name.rpartition(".")[2]]
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def _lines(asked: Asked, made: Made) -> Iterator[str]:
    document, zone = made.document, asked.zone
    yield f"{asked.name} ({asked.number})"
    yield ""
    if document.get("from"):
        since, until = (moment(datetime.fromisoformat(document[one]), zone) for one in _TIMES)
        yield f"From {since} to before {until}."
    yield f"As of {moment(asked.moment, zone)}."
    yield ""
    yield _figure(document["total"], document)
    data = document.get("data", ())
    if data and document["by"]:
        yield ""
        yield f"By {', '.join(document['by'])}:"
        for row in data[:LINES_MAX]:
            names = row["names"]
            group = (names.get(by) or row["group"][by] or "none" for by in document["by"])
            yield f"  {', '.join(map(str, group))}: {_figure(row, document)}"
        if len(data) > LINES_MAX:
            yield f"  and {len(data) - LINES_MAX} more, which the files have"
    yield ""
    yield f"What it means: {made.definition}, version {made.version}. {made.text}"
    yield f"Counted of what you may read, as the ledger told it by position {made.position}."
    yield "The same again:"
    yield made.page
    yield ""


_TIMES = ("from", "to")


def _figure(figure: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    counted = f"{figure['counted']} {'row' if 'shown' in document else 'ticket'}s"
    if document.get("shown", figure["counted"]) < figure["counted"]:
        counted += f", of which the file has {document['shown']}"
    if figure.get("share") is not None:
        return f"{figure['share']:.1%}, {figure['part']} of {counted}"
    if figure.get("mean") is not None:
        return f"{_mean(figure['mean'], document['unit'])} on average, of {counted}"
    return counted


def _mean(mean: float, unit: str) -> str:
    if unit != "microseconds":
        return f"{mean:.2f} {unit}"
    minutes = round(timedelta(microseconds=mean) / timedelta(minutes=1))
    days, hours = minutes // 1_440, minutes // 60 % 24
    return f"{days}d {hours:02d}h {minutes % 60:02d}m" if days else f"{hours}h {minutes % 60:02d}m"
