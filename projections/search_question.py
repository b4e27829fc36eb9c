"""What is looked for, by whom, and how well a record answers it."""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from domain.ids import SERIAL_MAX, number_of, record_id
from domain.policy import Everything, OwnOrganisation, OwnTickets, Readable, Visibility
from projections.search import KINDS as KIND_OF_PREFIX
from projections.search_rows import (
    INTERNAL,
    KINDS,
    NUMBER,
    PUBLIC,
    SLIP,
    START_MIN,
    TITLE,
    of_kind,
    of_organisation,
    of_person,
    slips,
)
from projections.sought import Every, Some, Sought, Word
from projections.words import is_slip, words_of

READ_MAX = 1_000
"""How many characters of what is asked are read."""
WORDS_MAX = 12
SLIPPED_WORDS_MAX = 4

_NUMBER = re.compile(r"\s*([a-zA-Z]{0,4})\s*[-#:./]?\s*([0-9]{1,19})\s*")

Longer = Mapping[str, Sequence[str]]
"""Of some of the words that are asked: longer ones that begin so."""
Match = Callable[[bool], Sought]
"""What a record has to have, with or without what was said among agents."""


class Sight(Struct, frozen=True):
    """Which records of a kind somebody sees, and of which of them what was said among agents."""

    of: Visibility
    internal: Visibility | None


class Asked(Struct, frozen=True):
    words: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    """The numbers of records that are perhaps meant, in words."""


def read(text: str) -> Asked:
    """What somebody has typed; of very much, the beginning."""
    text = text[:READ_MAX]
    return Asked(tuple(dict.fromkeys(words_of(text)))[:WORDS_MAX], _numbers(text))


def _numbers(text: str) -> tuple[str, ...]:
    match = _NUMBER.fullmatch(text)
    if match is None or int(match[2]) > SERIAL_MAX:
        return ()
    letters = match[1].upper()
    prefixes = [one for one in KIND_OF_PREFIX if not letters or is_slip(letters, one)]
    meant = [letters] if letters in KIND_OF_PREFIX else prefixes
    return tuple(number_of(record_id(prefix, int(match[2]))).lower() for prefix in meant)


# What a record has to have -------------------------------------------------------------------


def by_number(asked: Asked) -> Match:
    return lambda _: Some([Word(f"{NUMBER}{number}") for number in asked.numbers])


def in_title(asked: Asked, longer: Longer) -> Match:
    """All the words, or longer ones in their places."""
    return lambda _: _every(asked, longer, (TITLE,))


def anywhere(asked: Asked, longer: Longer) -> Match:
    return lambda with_internal: _every(asked, longer, _marks(with_internal))


def _marks(with_internal: bool) -> tuple[str, ...]:
    return ("", INTERNAL) if with_internal else ("",)


def _every(asked: Asked, longer: Longer, marks: Sequence[str]) -> Sought:
    def either(word: str) -> Sought:
        meant = (word, *longer.get(word, ()))
        return Some([Word(f"{mark}{one}") for one in meant for mark in marks])

    return Every([either(word) for word in asked.words])


def almost(asked: Asked) -> Match:
    """What has a name and all the words, but for slips of the pen."""
    return lambda _: Every([_almost(word) for word in asked.words])


def _almost(word: str) -> Sought:
    return Some([Word(f"{SLIP}{slip}") for slip in sorted(slips(word))])


def beginning(asked: Asked) -> Match:
    """All the words, or longer ones that begin with them; or the number."""

    def worded(with_internal: bool) -> Sought:
        return Every([_starting(word, _marks(with_internal)) for word in asked.words])

    if not asked.numbers:
        return worded
    return lambda with_internal: Some([worded(with_internal), by_number(asked)(with_internal)])


def _starting(word: str, marks: Sequence[str]) -> Sought:
    return Some([Word(f"{mark}{word}", is_start=len(word) >= START_MIN) for mark in marks])


def all_of(matches: Sequence[Match]) -> Match:
    return lambda with_internal: Every([match(with_internal) for match in matches])


# Who sees it ---------------------------------------------------------------------------------


def seen(match: Match, sights: Mapping[str, Sight]) -> Sought:
    """What somebody sees of what matches."""
    groups: dict[bool, dict[Visibility, list[str]]] = {False: {}, True: {}}
    for kind, sight in sights.items():
        if sight.internal != sight.of:
            groups[False].setdefault(sight.of, []).append(kind)
        if sight.internal is not None:
            groups[True].setdefault(sight.internal, []).append(kind)
    return Some(
        [
            Every([*_among(kinds), match(with_internal)])
            for with_internal, kinds in groups.items()
            if kinds
        ]
    )


def heard(match: Match, sights: Mapping[str, Sight]) -> Sought:
    """What matches of records that somebody sees anyhow, as far as they read what was said."""
    groups: dict[Visibility | None, list[str]] = {}
    for kind, sight in sights.items():
        groups.setdefault(sight.internal, []).append(kind)
    if groups.keys() == {Everything()}:
        return match(True)
    kinds_of = {of: kinds for of, kinds in groups.items() if of is not None}
    internal = [Every([*_of_kinds(kinds), *_within(of)]) for of, kinds in kinds_of.items()]
    return Some([match(False), *([Every([Some(internal), match(True)])] if internal else [])])


def _among(groups: Mapping[Visibility, Sequence[str]]) -> list[Sought]:
    """The records that are seen; nothing, where all are."""
    parts = [(*_of_kinds(kinds), *_within(visibility)) for visibility, kinds in groups.items()]
    return [Some([Every(part) for part in parts])] if all(parts) else []


def _of_kinds(kinds: Sequence[str]) -> list[Sought]:
    return [] if len(kinds) == len(KINDS) else [Some([Word(of_kind(kind)) for kind in kinds])]


def _within(visibility: Visibility) -> list[Sought]:
    match visibility:
        case Everything():
            return []
        case OwnOrganisation(id):
            return [Word(of_organisation(str(id)))]
        case OwnTickets(person):
            return [Word(of_person(str(person)))]
        case Readable(organisation, person):
            own = (PUBLIC, of_organisation(str(organisation)), of_person(str(person)))
            return [Some([Word(scope) for scope in own])]


def hears(sight: Sight, organisation: str | None) -> bool:
    """Whether somebody reads what was said among agents, of a record of an organisation."""
    internal = sight.internal
    if isinstance(internal, OwnOrganisation):
        return organisation == str(internal.id)
    return isinstance(internal, Everything)


# How well it answers -------------------------------------------------------------------------

SCORED = 2_000
"""How many characters of the words of a record tell how well it answers."""
USUAL = 700
"""How many the words of a usual record have."""
AS_TITLE = 3.0
SATURATION = 1.2
NUMBERED = 1_000_000


def score(asked: Asked, number: str, words: str) -> int:
    """How well a record with these words answers; a thousand for a word said once or twice.

    As in BM25, a word counts the less the more often it was counted, and the more the shorter the
    record is. How rare a word is makes no difference where a record must have all.
    """
    if number.lower() in asked.numbers:
        return NUMBERED
    padded = f" {words} "
    length = SATURATION * (0.25 + 0.75 * len(words) / USUAL)
    total = 0.0
    for word in asked.words:
        said, titled = _count(padded, word), _count(padded, f"{TITLE}{word}")
        total += said * (SATURATION + 1) / (said + length) + AS_TITLE * titled / (titled + 0.5)
    return round(1_000 * total)


def _count(padded: str, word: str) -> float:
    """How often a word is there; where it only begins a longer one, that counts half."""
    begun = padded.count(f" {word}")
    return (begun + padded.count(f" {word} ")) / 2 if begun else 0.0


def slipped(asked: Asked, title: str, words: str) -> int | None:
    """How many slips of the pen are between what was asked and a name; None if it is another."""
    padded, names = f" {words}", words_of(title)
    count = 0
    for word in asked.words:
        if f" {word}" in padded:
            continue
        if not any(is_slip(word, name) for name in names):
            return None
        count += 1
    return count
