"""Templates as pages, with the words and forms in which values are shown."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from domain.inline_images import Image, parts

HERE = Path(__file__).parent
STYLE = (HERE / "static" / "desk.css").read_bytes()
ICON = (HERE / "static" / "icon.svg").read_bytes()
STYLE_VERSION = blake2b(STYLE, digest_size=6).hexdigest()
"""Names the style in its address, so that a browser keeps no old one."""

TONES: Mapping[str, str] = {
    **dict.fromkeys(("new", "asked", "requested", "proposed", "logged", "draft"), "new"),
    **dict.fromkeys(("assigned", "in progress", "in fulfilment", "investigating"), "busy"),
    **dict.fromkeys(("implementing", "scheduled", "open", "started", "known error"), "busy"),
    **dict.fromkeys(("pending", "in approval", "waiting", "being undone", "in review"), "waiting"),
    **dict.fromkeys(("resolved", "answered", "fulfilled", "implemented", "approved"), "done"),
    **dict.fromkeys(("done", "met", "published", "live", "approve", "reviewed"), "done"),
    **dict.fromkeys(("rejected", "reject", "breached", "backed out", "failed"), "bad"),
}
"""How the states of records look; those that are not named are quiet."""

_CAPITAL = re.compile(r"(?=[A-Z])")
_MARKUP = re.compile(r"\*\*|`|\|[-|: ]*|(?<!\S)#+ ")
"""What Markdown writes around words, which excerpts of articles do without."""


def environment() -> Environment:
    """Where the templates of pages are found, and how they are filled in."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "prose": prose,
        "illustrated": illustrated,
        "moment": moment,
        "local": local,
        "clock": clock,
        "part_of": part_of,
        "twice": lambda choice: (choice, choice),
        "tone": lambda state: TONES.get(state, "quiet"),
        "words": words,
        "first_upper": first_upper,
        "span": span,
        "spaced": spaced,
        "unmarked": lambda text: _MARKUP.sub("", text),
        "answer": answer,
        "named": lambda id, name: name(id),
    }
    found.globals |= {"style_version": STYLE_VERSION}
    return found


def prose(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    parts = enumerate(text.split("`"))
    marked = (
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in parts
    )
    return Markup("").join(marked)


def illustrated(text: str, pictures: Mapping[str, str], place: str) -> Markup:
    """Text with the images that it names. `pictures`: their digests by what they are named by;
    `place`: where they are fetched from."""
    shown = Markup('<img src="{}/{}?inline=true" alt="{}" loading="lazy">')
    return Markup("").join(
        shown.format(place, part.sha256, part.alt) if isinstance(part, Image) else escape(part)
        for part in parts(text, pictures)
    )


def words(name: str) -> str:
    """A name of the API as people say it: `change_manager`, `in-progress`."""
    return name.replace("_", " ").replace("-", " ")


def first_upper(text: str) -> str:
    """With a capital letter in front, and the others as they are."""
    return text[:1].upper() + text[1:]


def spaced(name: str) -> str:
    """The name of an event in words: `FirstResponded`."""
    return _CAPITAL.sub(" ", name).lower().strip().capitalize()


def answer(value: Any) -> str:
    """A JSON value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(answer(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{words(name)}: {answer(one)}" for name, one in value.items())
    return "" if value is None else str(value)


def moment(at: str | None, zone: ZoneInfo, now: datetime) -> Markup:
    """An instant of the API, told by the clock of a zone; today's without its day."""
    if not at:
        return Markup("")
    there = datetime.fromisoformat(at).astimezone(zone)
    today = now.astimezone(zone)
    if there.date() == today.date():
        said = f"today, {there:%H:%M}"
    elif there.year == today.year:
        said = f"{there.day} {there:%b}, {there:%H:%M}"
    else:
        said = f"{there.day} {there:%b %Y}, {there:%H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at, f"{there:%Y-%m-%d %H:%M %Z}", said
    )


def span(at: str, now: datetime) -> str:
    """How far an instant is away, in its largest unit: `in 3 h`, `2 d ago`."""
    seconds = (datetime.fromisoformat(at).astimezone(UTC) - now).total_seconds()
    left = abs(seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if left >= length:
            said = f"{int(left // length)} {unit}"
            return f"in {said}" if seconds > 0 else f"{said} ago"
    return "now"


def clock(at: str, zone: ZoneInfo, day: date) -> str:
    """The time of an instant by the clock of a zone; with its day if that is another."""
    there = datetime.fromisoformat(at).astimezone(zone)
    if there.date() == day:
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b}, {there:%H:%M}"


def local(at: str | None, zone: ZoneInfo) -> str:
    """An instant of the API as a field for moments takes it, by the clock of a zone."""
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""


def part_of(record: Mapping[str, Any], path: str) -> Any:
    """A part of a record, by its names with dots between them; None if there is none."""
    found: Any = record if path else None
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def zone_of(name: str) -> ZoneInfo:
    """The zone of a person; UTC for those who have none that is known here."""
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")
