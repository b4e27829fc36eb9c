"""What is asked of the search: which records answer best, and what is shown of each."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from projections.past import AsOf
from projections.reading import Reading
from projections.search_index import Candidate, Index, PresentIndex, Written
from projections.search_marks import Part, excerpt, has, marked
from projections.search_past import PastIndex
from projections.search_question import (
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
from projections.search_rows import NAMED

FOUND_MAX = 200
"""Of how many records the best are chosen: the latest of those that have the words."""

ENOUGH = 50
"""Where so many have the very words, longer ones that begin with the last are not looked for."""

Place = tuple[int, int]


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
    def index(self, as_of: AsOf | None = None) -> Index:
        """What the search knows, or knew."""
        if as_of is None or as_of == AsOf():
            return PresentIndex(self._reader)
        return PastIndex(self._reader, as_of)

    async def search(
        self,
        text: str,
        sights: Mapping[str, Sight],
        *,
        limit: int,
        after: Place | None = None,
        as_of: AsOf | None = None,
    ) -> Found:
        """The records with all words of a text, those that answer best first, as they are or as
        they were.

        `sights` tell by kind what the asker sees; kinds without one are left out. `after` is the
        `next` of the page before.
        """
        asked = read(text)
        if not asked.words or not sights:
            return Found([], None)
        index = self.index(as_of)
        best = await _best(index, asked, sights)
        rest = [one for one in best if after is None or one[0] < after]
        page = rest[:limit]
        hits = await shown(index, [candidate for _, candidate in page], asked, sights)
        return Found(hits, page[-1][0] if len(rest) > limit else None)


async def _best(
    index: Index, asked: Asked, sights: Mapping[str, Sight]
) -> list[tuple[Place, Candidate]]:
    """Those that answer best first, the latest first of those that answer as well."""
    found = await latest(index, by_number(asked), sights) if asked.numbers else {}
    is_named = bool(found)
    found |= await _having(index, asked, sights, {})
    if not is_named and len(found) < ENOUGH:
        found |= await _longer(index, asked, sights, asked.words[-1:])
    if not found:
        found |= await _longer(index, asked, sights, asked.words)
    ranked = [((score(asked, one.number, one.words), one.place), one) for one in found.values()]
    if not any(one.kind in NAMED for one in found.values()):
        ranked += await _almost(index, asked, sights)
    return sorted(ranked, key=lambda one: one[0], reverse=True)


async def _longer(
    index: Index, asked: Asked, sights: Mapping[str, Sight], words: Sequence[str]
) -> dict[str, Candidate]:
    """Those with longer words that begin with some of these, where these are rare."""
    longer = {word: found for word in words if (found := await index.longer(word))}
    return await _having(index, asked, sights, longer) if longer else {}


async def _having(
    index: Index, asked: Asked, sights: Mapping[str, Sight], longer: Longer
) -> dict[str, Candidate]:
    """Those with all the words, or with longer ones in their places."""
    titled = await latest(index, in_title(asked, longer), sights)
    if len(titled) >= FOUND_MAX:
        return titled
    return titled | await latest(index, anywhere(asked, longer), sights)


async def _almost(
    index: Index, asked: Asked, sights: Mapping[str, Sight]
) -> list[tuple[Place, Candidate]]:
    """Those whose names are slips of the pen away."""
    named = {kind: sight for kind, sight in sights.items() if kind in NAMED}
    if not named or len(asked.words) > SLIPPED_WORDS_MAX:
        return []
    return [
        ((-count, one.place), one)
        for one in (await latest(index, almost(asked), named)).values()
        if (count := slipped(asked, one.title, one.words)) is not None
    ]


async def latest(index: Index, match: Match, sights: Mapping[str, Sight]) -> dict[str, Candidate]:
    """The latest records that match, of those that somebody sees, by id."""
    return await index.latest(seen(match, sights), FOUND_MAX)


async def shown(
    index: Index, page: Sequence[Candidate], asked: Asked, sights: Mapping[str, Sight]
) -> list[Hit]:
    if not page:
        return []
    written = await index.written([one.id for one in page])
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


def _excerpt(written: Written, words: Sequence[str], sight: Sight) -> list[Part]:
    text, internal = written.text, written.internal
    if internal and hears(sight, written.organisation) and not has(text, words):
        return excerpt(internal, words)
    return excerpt(text, words)
