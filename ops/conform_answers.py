"""Expected and given answers of conformance cases, and when they agree."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

_FRACTION = re.compile(r"[0-9]\.[0-9]*[1-9]")


class NotOffered(Exception):
    """The case asks for something that is not part of the product."""


class Answer(NamedTuple):
    """One expectation of a case beside what our functions say, as values of the same type."""

    what: str
    expected: Any
    got: Any

    def shown(self, value: Any) -> str:
        """A value as text, with what it is about."""
        return f"{self.what} {_text(value)}"


def agrees(case: dict[str, Any], answer: Answer) -> Literal["yes", "rounded", "no"]:
    """Whether an answer is the expected one: exactly, or once rounded to whole seconds."""
    expected, got = answer.expected, answer.got
    if expected == got and isinstance(expected, bool) == isinstance(got, bool):
        return "yes"
    said = {key: case.get(key) for key in ("start", "end", "duration_s", "expected")}
    if _FRACTION.search(json.dumps(said)) is None:
        return "no"
    if isinstance(expected, datetime) and isinstance(got, datetime):
        return "rounded" if abs(expected - got) < timedelta(seconds=1) else "no"
    if isinstance(expected, timedelta) and isinstance(got, timedelta):
        return "rounded" if abs(expected - got) < timedelta(seconds=1) else "no"
    return "no"


def moment(text: str) -> datetime | date:
    """An instant or a date, as it is written."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def instant(text: str) -> datetime:
    """An instant with its offset."""
    return datetime.fromisoformat(text)


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value / timedelta(seconds=1):g} s"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(part) for part in value) + "]"
    return str(value)
