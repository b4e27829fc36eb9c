"""What the search knows of records: which have which words, and what is written in them."""

from abc import abstractmethod
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from projections.reading import Reading
from projections.search_question import SCORED
from projections.search_rows import SEARCH, START_MIN, VOCABULARY
from projections.sought import Sought, Word

COMMON = 1_000
"""A word that so many records have is not taken for the beginning of longer ones."""
LONGER_MAX = 40
"""So many longer words are looked for at most, the shortest"""
LOOKED_AT = 500
"""of so many that come first in the alphabet."""
LAST = "\U0010ffff"
"""What no word has in it, and comes after all."""


class Candidate(Struct, frozen=True):
    """A record that has the words, by what tells how well it answers."""

    id: str
    place: int
    kind: str
    number: str
    title: str
    words: str
    """The first of its words."""


CANDIDATE = f"id, place, kind, number, title, substr(words, 1, {SCORED:d})"
"""The columns of one."""


class Written(Struct, frozen=True):
    """What is written in a record."""

    title: str
    texts: dict[str, str]
    """By the names of the fields."""
    said: str
    internal: str
    organisation: str | None

    @property
    def text(self) -> str:
        """All that everybody reads who may read the record."""
        return "\n".join(filter(None, (*self.texts.values(), self.said)))


class Index(Reading):
    @abstractmethod
    async def latest(self, sought: Sought, limit: int) -> dict[str, Candidate]:
        """The latest records that have these words, by id."""

    @abstractmethod
    async def is_common(self, word: str) -> bool:
        """Whether `COMMON` records have a word."""

    @abstractmethod
    async def words_between(self, first: str, last: str, limit: int) -> list[str]:
        """The first longer words that come between two in the alphabet."""

    @abstractmethod
    async def written(self, ids: Sequence[str]) -> dict[str, Written]:
        """What is written in these records, by id, of those that are there."""

    async def longer(self, word: str) -> list[str]:
        """The shortest of the words that begin with one, if it is long enough and rare."""
        if len(word) < START_MIN or await self.is_common(word):
            return []
        found = await self.words_between(word, word + LAST, LOOKED_AT)
        return sorted(found, key=lambda one: (len(one), one))[:LONGER_MAX]

    async def _are_common(self, sought: Sought) -> bool:
        """Whether `COMMON` records have these words now."""
        rest, text = self._reader.latest(SEARCH, sought, COMMON)
        [(count,)] = await self._query(
            f"SELECT count(*) FROM (SELECT place FROM {self._at(SEARCH.stored)} {rest}) AS common",
            (text,),
            varies=True,
        )
        return int(count) >= COMMON


class PresentIndex(Index):
    async def latest(self, sought: Sought, limit: int) -> dict[str, Candidate]:
        rest, text = self._reader.latest(SEARCH, sought, limit)
        rows = await self._query(
            f"SELECT {CANDIDATE} FROM {self._at(SEARCH.stored)} {rest}",
            (text,),
            varies=True,
        )
        return {row[0]: Candidate(*row) for row in rows}

    async def is_common(self, word: str) -> bool:
        return await self._are_common(Word(word))

    async def words_between(self, first: str, last: str, limit: int) -> list[str]:
        rows = await self._query(
            f"SELECT word FROM {self._at(VOCABULARY.stored)} WHERE word > ? AND word < ?"
            f" ORDER BY word LIMIT {limit:d}",
            (first, last),
        )
        return [word for (word,) in rows]

    async def written(self, ids: Sequence[str]) -> dict[str, Written]:
        rows = await self._query(
            "SELECT id, title, texts, said, internal, organisation"
            f" FROM {self._at(SEARCH.stored)} WHERE id IN ({', '.join('?' * len(ids))})",
            ids,
        )
        return {
            id: Written(title, msgspec.json.decode(texts), *others)
            for id, title, texts, *others in rows
        }
