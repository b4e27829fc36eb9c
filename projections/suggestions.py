"""Which published articles may help with a ticket, by the words of both."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from uuid import UUID

from projections.past import AsOf
from projections.search_index import Candidate
from projections.search_question import Asked, Match, Sight
from projections.search_rows import PUBLISHED, TITLE
from projections.search_views import Hit, SearchViews, latest, shown
from projections.sought import Every, Some, Word
from projections.words import words_of

READ_MAX = 4_000
"""How many characters of a ticket are read."""
WORDS_MAX = 30
WORD_MIN = 4
"""Shorter words of letters tell nothing of what a text is about, in scripts that spell words."""
TELLING_MAX = 0.5
"""A word tells nothing either if more than this part of the articles in question have it,"""
TELLING_FROM = 8
"""where there are so many."""
AS_TITLE = 3.0


class SuggestionViews(SearchViews):
    async def suggested(
        self,
        title: str,
        text: str,
        sights: Mapping[str, Sight],
        limit: int,
        as_of: AsOf | None = None,
    ) -> list[Hit]:
        """The published articles that have most in common with a text, those first that have more,
        as they are or as they were.

        `sights` tell what the asker sees of articles.
        """
        words = _words(f"{title}\n{text}")
        if not words or not sights:
            return []
        index = self.index(as_of)
        found = await latest(index, _some(words, TITLE), sights)
        found |= await latest(index, _some(words, ""), sights)
        ranked = _ranked(list(found.values()), words)[:limit]
        return await shown(index, ranked, Asked(words), sights)

    async def told_in(self, ticket: UUID, as_of: AsOf | None = None) -> tuple[str, str] | None:
        """The title of a ticket and what is written in it; None if it is not there yet."""
        for told in (await self.index(as_of).written([str(ticket)])).values():
            return told.title, "\n".join(told.texts.values())
        return None


def _words(text: str) -> tuple[str, ...]:
    words = (word for word in words_of(text[:READ_MAX]) if _may_tell(word))
    return tuple(dict.fromkeys(words))[:WORDS_MAX]


def _may_tell(word: str) -> bool:
    return len(word) >= WORD_MIN or not (word.isascii() and word.isalpha())


def _some(words: Sequence[str], mark: str) -> Match:
    return lambda _: Every([Word(PUBLISHED), Some([Word(f"{mark}{word}") for word in words])])


def _ranked(candidates: Sequence[Candidate], words: Sequence[str]) -> list[Candidate]:
    """Those with a telling word in the title, or with two, the more and the rarer these are."""
    has = {
        one.id: {word for word in words if f" {word} " in f" {one.words} "} for one in candidates
    }
    known = Counter(word for found in has.values() for word in found)
    many = len(candidates) if len(candidates) >= TELLING_FROM else None
    weight = {
        word: log(1 + len(candidates) / count)
        for word, count in known.items()
        if many is None or count <= TELLING_MAX * many
    }
    scored = []
    for one in candidates:
        telling = has[one.id] & weight.keys()
        titled = {word for word in telling if f" {TITLE}{word} " in f" {one.words} "}
        if titled or len(telling) > 1:
            score = sum(weight[word] * (AS_TITLE if word in titled else 1) for word in telling)
            scored.append((round(score, 6), one.place, one))
    return [one for *_, one in sorted(scored, key=lambda each: each[:2], reverse=True)]
