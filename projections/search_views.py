"""What is asked of the search: which records answer best, and what is shown of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from projections.reading import Reading
from projections.search_marks import Part, excerpt, has, marked
from projections.search_question import (
    SCORED,
    SLIPPED_WORDS_MAX,
    Asked,
    Longer,
    Match,
    Sight,
    almost,
    anywhere,
    by_number,
    hears,
    in_title,
    read,
    score,
    seen,
    slipped,
)
from projections.search_rows import NAMED, SEARCH, START_MIN, VOCABULARY
from projections.sought import Word

FOUND_MAX = 200
"""Of how many records the best are chosen: the latest of those that have the words."""

ENOUGH = 50
"""Where so many have the very words, longer ones that begin with the last are not looked for."""

COMMON = 1_000
"""A word that so many records have is not taken for the beginning of longer ones."""

LONGER_MAX = 40
"""So many longer words are looked for at most, the shortest"""
LOOKED_AT = 500
"""of so many that come first in the alphabet."""
LAST = "\U0010ffff"
"""What no word has in it, and comes after all."""

Place = tuple[int, int]


class Candidate(Struct, frozen=True):
    """A record that has the words, by what tells how well it answers."""

    id: str
    place: int
    kind: str
    number: str
    title: str
    words: str
    """The first of its words."""


class Hit(Struct, frozen=True):
    id: str
    number: str
    kind: str
    title: str
    marked_title: list[Part]
    excerpt: list[Part]


class Found(Struct, frozen=True):
    hits: list[Hit]
    next: Place | None
    """Where the next page begins; None on the last."""


class SearchViews(Reading):
    async def search(
        self, text: str, sights: Mapping[str, Sight], *, limit: int, after: Place | None = None
    ) -> Found:
        """The records with all words of a text, those that answer best first.

        `sights` tell by kind what the asker sees; kinds without one are left out. `after` is the
        `next` of the page before.
        """
        asked = read(text)
        if not asked.words or not sights:
            return Found([], None)
        best = await self._best(asked, sights)
        rest = [one for one in best if after is None or one[0] < after]
        page = rest[:limit]
        hits = await self._shown([candidate for _, candidate in page], asked, sights)
        return Found(hits, page[-1][0] if len(rest) > limit else None)

    async def _best(
        self, asked: Asked, sights: Mapping[str, Sight]
    ) -> list[tuple[Place, Candidate]]:
        """Those that answer best first, the latest first of those that answer as well."""
        found = await self._latest(by_number(asked), sights) if asked.numbers else {}
        is_named = bool(found)
        found |= await self._having(asked, sights, {})
        if not is_named and len(found) < ENOUGH:
            found |= await self._longer(asked, sights, asked.words[-1:])
        if not found:
            found |= await self._longer(asked, sights, asked.words)
        ranked = [((score(asked, one.number, one.words), one.place), one) for one in found.values()]
        if not any(one.kind in NAMED for one in found.values()):
            ranked += await self._almost(asked, sights)
        return sorted(ranked, key=lambda one: one[0], reverse=True)

    async def _longer(
        self, asked: Asked, sights: Mapping[str, Sight], words: Sequence[str]
    ) -> dict[str, Candidate]:
        """Those with longer words that begin with some of these, where these are rare."""
        longer = {word: found for word in words if (found := await self._longer_words(word))}
        return await self._having(asked, sights, longer) if longer else {}

    async def _longer_words(self, word: str) -> list[str]:
        """The shortest of those that begin with a word, if it is long enough and rare."""
        if len(word) < START_MIN or not await self._is_rare(word):
            return []
        rows = await self._query(
            f"SELECT word FROM {self._at(VOCABULARY.stored)} WHERE word > ? AND word < ?"
            f" ORDER BY word LIMIT {LOOKED_AT:d}",
            (word, word + LAST),
        )
        return sorted((one for (one,) in rows), key=lambda one: (len(one), one))[:LONGER_MAX]

    async def _is_rare(self, word: str) -> bool:
        rest, sought = self._reader.latest(SEARCH, Word(word), COMMON)
        [(count,)] = await self._query(
            f"SELECT count(*) FROM (SELECT place FROM {self._at(SEARCH.stored)} {rest}) AS common",
            (sought,),
            varies=True,
        )
        return int(count) < COMMON

    async def _having(
        self, asked: Asked, sights: Mapping[str, Sight], longer: Longer
    ) -> dict[str, Candidate]:
        """Those with all the words, or with longer ones in their places."""
        titled = await self._latest(in_title(asked, longer), sights)
        if len(titled) >= FOUND_MAX:
            return titled
        return titled | await self._latest(anywhere(asked, longer), sights)

    async def _almost(
        self, asked: Asked, sights: Mapping[str, Sight]
    ) -> list[tuple[Place, Candidate]]:
        """Those whose names are slips of the pen away."""
        named = {kind: sight for kind, sight in sights.items() if kind in NAMED}
        if not named or len(asked.words) > SLIPPED_WORDS_MAX:
            return []
        return [
            ((-count, one.place), one)
            for one in (await self._latest(almost(asked), named)).values()
            if (count := slipped(asked, one.title, one.words)) is not None
        ]

    async def _latest(self, match: Match, sights: Mapping[str, Sight]) -> dict[str, Candidate]:
        """The latest records that match, of those that somebody sees, by id."""
        rest, sought = self._reader.latest(SEARCH, seen(match, sights), FOUND_MAX)
        rows = await self._query(
            f"SELECT id, place, kind, number, title, substr(words, 1, {SCORED:d})"
            f" FROM {self._at(SEARCH.stored)} {rest}",
            (sought,),
            varies=True,
        )
        return {row[0]: Candidate(*row) for row in rows}

    async def _shown(
        self, page: Sequence[Candidate], asked: Asked, sights: Mapping[str, Sight]
    ) -> list[Hit]:
        if not page:
            return []
        marks = ", ".join("?" * len(page))
        rows = await self._query(
            f"SELECT id, texts, said, internal, organisation FROM {self._at(SEARCH.stored)}"
            f" WHERE id IN ({marks})",
            [one.id for one in page],
        )
        written = {row[0]: row[1:] for row in rows}
        return [
            Hit(
                one.id,
                one.number,
                one.kind,
                one.title,
                marked(one.title, asked.words),
                _excerpt(written[one.id], asked.words, sights[one.kind]),
            )
            for one in page
            if one.id in written
        ]


def _excerpt(written: Sequence[Any], words: Sequence[str], sight: Sight) -> list[Part]:
    texts, said, internal, organisation = written
    fields: dict[str, Any] = msgspec.json.decode(texts)
    text = "\n".join(filter(None, (*fields.values(), said)))
    if internal and hears(sight, organisation) and not has(text, words):
        return excerpt(internal, words)
    return excerpt(text, words)
