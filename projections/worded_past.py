"""Words in the search box of a list as it was: asked of the search of then."""

from msgspec import structs

from projections.filters import Asked, Both, Condition, Either, Not, Worded
from projections.search_past import PastIndex


async def worded_then(asked: Asked, index: PastIndex) -> Asked:
    """The same condition, of the words that records had."""
    return structs.replace(asked, condition=await _then(asked.condition, index))


async def _then(condition: Condition, index: PastIndex) -> Condition:
    match condition:
        case Worded(words):
            return await index.worded(words)
        case Not(inner):
            return Not(await _then(inner, index))
        case Both(conditions):
            return Both(tuple([await _then(one, index) for one in conditions]))
        case Either(conditions):
            return Either(tuple([await _then(one, index) for one in conditions]))
    return condition
