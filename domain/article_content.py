"""What a knowledge article says, in which language, to whom, and until when that is believed."""

import re
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.rules import require

LINES_MAX = 2_000
ORGANISATIONS_MAX = 200
REVIEW_DAYS_MAX = 3_650

Audience = Literal["public", "organisations", "agents"]
"""Who reads what is published: everybody, the people of the organisations that it names, or those
who work at the desk. The latter read all of it."""

# The part of BCP 47 that names a language, its script and its region.
LANGUAGE = r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an article says, in Markdown, in which language, and to whom."""

    title: str
    text: str
    language: str = "en"
    """A tag of BCP 47, such as `de` or `pt-BR`."""
    category: str = ""
    audience: Audience = "agents"
    organisations: tuple[UUID, ...] = ()
    """Whose people read it, for the audience of that name."""
    review_after_days: int = 365
    """How long after its publication it is to be looked at again."""
    of_version: int = 0
    """For a translation, the version of the original that it renders."""


def review_due(since: datetime, content: Content) -> datetime:
    """The moment at which an article is to be looked at again that was found right at another."""
    return since + timedelta(days=content.review_after_days)


def check(content: Content) -> None:
    """Refuse what an article cannot say. Raises Refused with the place."""
    _check_line("title", content.title)
    if content.category:
        _check_line("category", content.category)
    require(text.body(content.text, "text") != "", "text: an article says something.")
    require(
        len(content.text.splitlines()) <= LINES_MAX,
        f"text: an article has at most {LINES_MAX} lines.",
    )
    require(
        re.fullmatch(LANGUAGE, content.language) is not None,
        "language: a tag of BCP 47, such as de or pt-BR.",
    )
    require(
        content.audience in get_args(Audience), f"audience: one of {', '.join(get_args(Audience))}."
    )
    _check_organisations(content)
    require(
        1 <= content.review_after_days <= REVIEW_DAYS_MAX,
        f"review_after_days: a number from 1 to {REVIEW_DAYS_MAX}.",
    )
    require(content.of_version >= 0, "of_version: a version of the original, from 1.")


def _check_line(place: str, line: str) -> None:
    require(text.name(line, place) == line, f"{place}: it has no spaces around it.")


def _check_organisations(content: Content) -> None:
    named = content.organisations
    require(
        bool(named) == (content.audience == "organisations"),
        "organisations: they are named for the audience `organisations`, and for no other.",
    )
    require(
        len(named) <= ORGANISATIONS_MAX,
        f"organisations: an article is for at most {ORGANISATIONS_MAX} organisations.",
    )
    require(len(set(named)) == len(named), "organisations: each is named once.")


def check_original(content: Content, original: UUID | None) -> None:
    require(
        (content.of_version > 0) == (original is not None),
        "of_version: a translation says which version it renders, and nothing else does.",
    )
