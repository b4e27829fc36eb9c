"""`ledgerdesk search`: records by their words, as the search of the API finds them."""

from collections.abc import Sequence

from msgspec.json import encode
from rich.console import Console
from rich.text import Text

from domain.policy import Everything
from domain.read_log import Why
from ops.compose import open_ledger, open_views
from ops.history_points import asked
from ops.options import Wrong
from ops.problems import UserProblem
from ops.read_notes import note
from ops.settings import Settings
from projections.past import AsOf
from projections.search_marks import Part
from projections.search_question import Sight
from projections.search_rows import KINDS
from projections.search_views import Hit
from projections.store import NotBuilt

LIMIT_MAX = 250


async def show(
    settings: Settings,
    words: str,
    kinds: str | None,
    limit: int,
    out: Console,
    *,
    as_of: str | None = None,
    as_json: bool,
) -> None:
    """Print the records that have all the words, or had them, those that answer best first.

    Raises Wrong for what is no kind or no limit, and UserProblem where there is nothing to search.
    """
    wanted = _kinds(kinds)
    if not 1 <= limit <= LIMIT_MAX:
        raise Wrong(f"--limit is a number from 1 to {LIMIT_MAX}.")
    sights = dict.fromkeys(wanted, Sight(Everything(), Everything()))
    then = None if as_of is None else await _past(settings, as_of)
    async with open_views(settings) as views:
        try:
            found = await views.search(words, sights, limit=limit, as_of=then)
        except NotBuilt:
            raise UserProblem(
                "There is nothing to search yet: start the desk, or ledgerdesk views rebuild search"
            ) from None
    for hit in found.hits:
        if as_json:
            out.print(encode(hit).decode(), markup=False, highlight=False, soft_wrap=True)
        else:
            _print(hit, out)
    if found.next is not None and not as_json:
        out.print(f"… and more: --limit {min(limit * 5, LIMIT_MAX)}", highlight=False)
    if not found.hits and not as_json:
        out.print("Nothing was found.")


async def _past(settings: Settings, as_of: str) -> AsOf | None:
    """The moment or the position that is asked for, which is noted."""
    async with open_ledger(settings) as ledger:
        then = await asked(ledger, as_of, None)
        await note(ledger, "search", Why.PAST, {"as_of": as_of})
    return then


def _kinds(named: str | None) -> Sequence[str]:
    kinds = KINDS if named is None else tuple(dict.fromkeys(named.split(",")))
    if not set(kinds) <= set(KINDS):
        raise Wrong(f"--kind is some of {', '.join(KINDS)}, with commas between them.")
    return kinds


def _print(hit: Hit, out: Console) -> None:
    line = Text(f"{hit.number}  {hit.kind:<9}").append(_marked(hit.marked_title))
    out.print(line, highlight=False, soft_wrap=True)
    if any(part.is_match for part in hit.excerpt):
        excerpt = Text(" " * 12).append(_marked(hit.excerpt))
        out.print(excerpt, style="dim", highlight=False, soft_wrap=True)


def _marked(parts: Sequence[Part]) -> Text:
    shown = Text()
    for part in parts:
        shown.append(part.text.replace("\n", " "), style="bold" if part.is_match else "")
    return shown
