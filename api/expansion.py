"""Records that rows name, put in the place of their ids: `expand=team,assignee.organisation`.

A record is put there if the caller may read it, and as it was then if the rows are so.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from api.http.calls import Call
from api.http.errors import Problem
from domain.expression_hints import did_you_mean
from domain.ids import prefix_of
from domain.policy import allow_ever, visibility
from domain.rules import DomainError
from projections.listings import LISTINGS
from projections.past import AsOf
from projections.queries import VALUES_MAX
from projections.tables import Column

PATHS_MAX = 10
DEPTH_MAX = 4

TARGETS: Mapping[str, tuple[str, str]] = {
    "INC": ("incident", "work_queue"),
    "PRB": ("problem", "work_queue"),
    "QST": ("question", "work_queue"),
    "REQ": ("service_request", "work_queue"),
    "CHG": ("change", "change_board"),
    "REL": ("release", "releases"),
    "AST": ("asset", "asset_register"),
    "SVC": ("service", "services"),
    "OFR": ("offering", "offerings"),
    "KBA": ("article", "articles"),
    "PER": ("person", "people"),
    "TEA": ("team", "teams"),
    "ORG": ("organisation", "organisations"),
    "CAL": ("calendar", "calendars"),
}
"""By the prefix of an id: what the policy calls its kind, and the list that has it."""

Reach = Callable[[str], Awaitable[None]]
"""Waits until a list shows what is to be seen."""
Tree = dict[str, "Tree"]
"""The fields to expand, each with those within."""


def expandable(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns if column.kind == "id" and column.name != "id"]


_WITHIN = sorted(
    {name for _, target in TARGETS.values() for name in expandable(LISTINGS[target].table.columns)}
)
"""The fields of what was expanded that can be expanded in their turn."""


def asked(text: str, columns: Sequence[Column]) -> Tree:
    """What is to be expanded of rows with these columns. Raises Problem."""
    paths = text.split(",")
    if len(paths) > PATHS_MAX:
        raise Problem("bad_query", f"expand: at most {PATHS_MAX} fields are expanded.")
    tree: Tree = {}
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEPTH_MAX:
            raise Problem("bad_query", f"expand: {path[:80]} is more than {DEPTH_MAX} deep.")
        known, within = expandable(columns), tree
        for step in steps:
            if step not in known:
                raise Problem(
                    "bad_query",
                    f"expand: {step[:80]!r} names no other record; {did_you_mean(step, known)}",
                )
            within = within.setdefault(step, {})
            known = _WITHIN
    return tree


async def expand(
    call: Call, rows: Sequence[dict[str, Any]], tree: Tree, as_of: AsOf | None, reach: Reach
) -> None:
    """Put the records into the rows."""
    for field, within in tree.items():
        named = {row[field] for row in rows if isinstance(row.get(field), str)}
        found = await _found(call, named, as_of, reach)
        if within:
            await expand(call, list(found.values()), within, as_of, reach)
        for row in rows:
            if row.get(field) in found:
                row[field] = found[row[field]]


async def _found(
    call: Call, ids: Iterable[str], as_of: AsOf | None, reach: Reach
) -> dict[str, dict[str, Any]]:
    """The records that the caller may read, by their ids."""
    by_target: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id in sorted(ids):
        if target := TARGETS.get(prefix_of(UUID(id))):
            by_target[target].append(id)
    actor = call.caller.actor
    found: dict[str, dict[str, Any]] = {}
    for (what, name), wanted in by_target.items():
        try:
            allow_ever(actor, f"{what}.read")
        except DomainError:
            continue
        await reach(name)
        for begin in range(0, len(wanted), VALUES_MAX):
            page = await call.context.views.list_rows(
                name,
                filters={"id": wanted[begin : begin + VALUES_MAX]},
                visibility=visibility(actor, what),
                limit=VALUES_MAX,
                as_of=as_of,
            )
            found |= {row["id"]: row for row in page.rows}
    return found
