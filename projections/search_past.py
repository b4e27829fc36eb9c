"""What the search knew of records at a moment of the past.

Candidates are the records that have the words or ever had them. One that has not changed since, and
never lost a word, had them; of the others it is looked how they stood then. So what this takes
grows with the records that were open at the moment, and not with all.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence

from msgspec import structs

from projections.filters import WordedThen
from projections.past import ENDLESS, AsOf, micros
from projections.search_changes import undone
from projections.search_index import CANDIDATE, COMMON, Candidate, Index, Written
from projections.search_question import SCORED
from projections.search_rows import CHANGES, GONE, SEARCH, VOCABULARY, ChangeRow, SearchRow
from projections.sought import Some, Sought, Word, has, replaced
from projections.store import ViewReader

AT_FIRST = 250
"""How many candidates are looked through before"""
AT_ONCE = 1_000
"""so many together."""
KEPT_MAX = 5_000
"""How many records that have changed since are kept as they were, for the next question."""


class PastIndex(Index):
    def __init__(self, reader: ViewReader, as_of: AsOf) -> None:
        super().__init__(reader)
        self._moment = ENDLESS if as_of.moment is None else micros(as_of.moment)
        self._position = ENDLESS if as_of.position is None else as_of.position
        self._end: int | None = None
        self._then: dict[str, Candidate] = {}
        """Records that have changed since, as they were, with all of their words."""

    async def latest(self, sought: Sought, limit: int) -> dict[str, Candidate]:
        found: dict[str, Candidate] = {}
        async for candidates in self._having(sought):
            for one in candidates[: limit - len(found)]:
                found[one.id] = one
            if len(found) == limit:
                break
        return found

    async def is_common(self, word: str) -> bool:
        if not await self._are_common(_ever(Word(word))):
            return False
        return len(await self.latest(Word(word), COMMON)) == COMMON

    async def words_between(self, first: str, last: str, limit: int) -> list[str]:
        rows = await self._query(
            f"SELECT word FROM {self._at(VOCABULARY.stored)} WHERE word > ? AND word < ?"
            f" AND known <= ? AND held <= ? ORDER BY word LIMIT {limit:d}",
            (first, last, self._position, self._moment),
        )
        return [word for (word,) in rows]

    async def written(self, ids: Sequence[str]) -> dict[str, Written]:
        return {
            row.id: Written(row.title, row.texts, row.said, row.internal, row.organisation)
            for row in await self._stood(ids)
        }

    async def worded(self, words: Sought) -> WordedThen:
        """The condition that the record of a row had these words."""
        found, text = self._reader.having(SEARCH, "id", _ever(words))
        changed = await self._query(
            f"{found} AND place <= ? AND began <= ? AND (known > ? OR held > ?)",
            (text, *[self._position, self._moment] * 2),
            varies=True,
        )
        ids = [id for (id,) in changed]
        had: list[str] = []
        for start in range(0, len(ids), AT_ONCE):
            had += [one.id for one in await self._as_then(ids[start : start + AT_ONCE], words)]
        return WordedThen(words, tuple(had), self._moment, self._position)

    async def _having(self, sought: Sought) -> AsyncIterator[list[Candidate]]:
        """The records that had these words, those first that began last, some at a time."""
        before, count = await self._after_all(), AT_FIRST
        while before:
            rest, text = self._reader.latest(SEARCH, _ever(sought), count, before)
            rows = await self._query(
                f"SELECT place, id, began, held <= ? AND known <= ? AND gone = ''"
                f" FROM {self._at(SEARCH.stored)} {rest}",
                (self._moment, self._position, text),
                varies=True,
            )
            there = [row for row in rows if row[2] <= self._moment]
            same = await self._as_now([id for _, id, _, is_same in there if is_same])
            # What changed since the last question is among these, too.
            others = {id for _, id, _, _ in there} - {one.id for one in same}
            found = [*same, *await self._as_then(others, sought)]
            yield sorted(found, key=lambda one: -one.place)
            before = rows[-1][0] if len(rows) == count else 0
            count = AT_ONCE

    async def _after_all(self) -> int:
        """A place after those of all that was there; 0 if nothing was."""
        if self._end is not None:
            return self._end
        rows = await self._query(
            f"SELECT place FROM {self._at(SEARCH.stored)} WHERE place <= ? AND began <= ?"
            " ORDER BY place DESC LIMIT 1",
            (self._position, self._moment),
        )
        self._end = int(rows[0][0]) + 1 if rows else 0
        return self._end

    async def _as_now(self, ids: Collection[str]) -> list[Candidate]:
        if not ids:
            return []
        rows = await self._query(
            f"SELECT {CANDIDATE} FROM {self._at(SEARCH.stored)}"
            f" WHERE id IN ({_marks(ids)}) AND held <= ? AND known <= ?",
            [*ids, self._moment, self._position],
        )
        return [Candidate(*row) for row in rows]

    async def _as_then(self, ids: Collection[str], sought: Sought) -> list[Candidate]:
        # Stores may answer without waiting: others are served in between.
        await asyncio.sleep(0)
        if len(self._then) > KEPT_MAX:
            self._then.clear()
        unknown = {id for id in ids if id not in self._then}
        for found in (self._that_said_less, self._that_were_otherwise):
            known = {one.id: one for one in await found(unknown)}
            self._then |= known
            unknown -= known.keys()
        return [
            structs.replace(one, words=one.words[:SCORED])
            for id in ids
            if (one := self._then.get(id)) and has(sought, set(one.words.split(" ")))
        ]

    async def _that_said_less(self, ids: Collection[str]) -> list[Candidate]:
        """Those of which nothing has changed but that more was said."""
        if not ids:
            return []
        later = (
            "SELECT id, min(tail) AS tail,"
            " max(CASE WHEN written = '{}' THEN 0 ELSE 1 END) AS others"
            f" FROM {self._at(CHANGES.stored)}"
            f" WHERE id IN ({_marks(ids)}) AND (position > ? OR held > ?) GROUP BY id"
        )
        rows = await self._query(
            "SELECT record.id, place, kind, number, title,"
            " substr(words, 1, CAST(head + later.tail AS INTEGER))"
            f" FROM ({later}) AS later JOIN {self._at(SEARCH.stored)} AS record"
            " ON record.id = later.id WHERE others = 0",
            [*ids, self._position, self._moment],
        )
        return [Candidate(*row) for row in rows]

    async def _that_were_otherwise(self, ids: Collection[str]) -> list[Candidate]:
        return [
            Candidate(row.id, row.place, row.kind, row.number, row.title, row.words)
            for row in await self._stood(ids)
        ]

    async def _stood(self, ids: Collection[str]) -> list[SearchRow]:
        """How these records stood, those that were there."""
        if not ids:
            return []
        rows = await self._query(
            f"SELECT {', '.join(SEARCH.names)} FROM {self._at(SEARCH.stored)}"
            f" WHERE id IN ({_marks(ids)}) AND place <= ? AND began <= ?",
            [*ids, self._position, self._moment],
        )
        later = await self._query(
            f"SELECT {', '.join(CHANGES.names)} FROM {self._at(CHANGES.stored)}"
            f" WHERE id IN ({_marks(ids)}) AND (position > ? OR held > ?) ORDER BY id, position",
            [*ids, self._position, self._moment],
        )
        changes: dict[str, list[ChangeRow]] = {}
        for values in later:
            change = CHANGES.restored(values)
            changes.setdefault(change.id, []).append(change)
        found = map(SEARCH.restored, rows)
        return [undone(row, changes.get(row.id, ())) for row in found]


def _ever(sought: Sought) -> Sought:
    """What has these words, or had them."""
    return replaced(
        sought, lambda one: Some([one, Word(f"{GONE}{one.text}", is_start=one.is_start)])
    )


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))
