"""Saved views as mails tell of them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.desk import Desk
from domain.ids import number_of, prefix_of
from domain.policy import Actor, visibility
from domain.saved_view import SavedView
from projections.listings import LISTINGS
from projections.queries import LIMIT_MAX
from projections.store import NotBuilt
from projections.view_changes import Change
from projections.views import Views
from workflows.view_mail_message import Item, News

WAIT_SECONDS = 2.0
CHANGES_MAX = 1_000
"""With so many, a mail goes before all are known."""
PAGES = {
    **dict.fromkeys(("INC", "PRB", "CHG", "QST", "REQ"), "tickets"),
    "KBA": "knowledge",
}
"""Where the pages of records are, by their prefix."""


class ViewNews:
    def __init__(self, desk: Desk, views: Views, address: str) -> None:
        self._desk = desk
        self._views = views
        self._address = address.rstrip("/")

    async def news(
        self, view: SavedView, actor: Actor, *, after: int, until: int | None
    ) -> News | None:
        """What somebody sees of what happened in it; None as long as its list is behind."""
        # Lists take memory that a worker without such mails does without.
        from api.view_changes import changes_of, check_followed, listed_at

        check_followed(self._desk, actor, view)
        name = listed_at(view)
        try:
            if until is None:
                until = (await self._views.positions()).get(LISTINGS[name].view, 0)
            elif not await self._views.reached(name, until, WAIT_SECONDS):
                return None
            found: list[Change] = []
            upto = after
            while upto < until and len(found) < CHANGES_MAX:
                page = await changes_of(
                    self._views, self._desk, actor, view, after=upto, until=until, limit=LIMIT_MAX
                )
                found += page.found
                upto = page.next
            return await self._told(view, actor, found, max(upto, after), is_all=upto >= until)
        except NotBuilt:
            return None

    async def _told(
        self, view: SavedView, actor: Actor, found: Sequence[Change], upto: int, *, is_all: bool
    ) -> News:
        first = {change.id: change.has_entered for change in reversed(found)}
        last = {change.id: change.has_entered for change in found}
        titles = await self._titles(view, actor, last)

        def items(began: bool, ended: bool) -> list[Item]:
            return [
                self._item(id, titles.get(id, ""))
                for id in last
                if (first[id], last[id]) == (began, ended)
            ]

        return News(
            entered=items(True, True),
            left=items(False, False),
            passed=items(True, False),
            returned=items(False, True),
            upto=upto,
            is_all=is_all,
        )

    def _item(self, id: str, title: str) -> Item:
        record = UUID(id)
        number, place = number_of(record), PAGES.get(prefix_of(record), "")
        page = f"{self._address}/{place}/{number}" if place else ""
        return Item(number=number, title=title, page=page)

    async def _titles(self, view: SavedView, actor: Actor, ids: Iterable[str]) -> dict[str, str]:
        """What those are called that the actor may see now."""
        from api.saved_views import LISTED, WHATS

        the = LISTED[view.list]
        field = "title" if "title" in the.columns else "name"
        shown = visibility(actor, WHATS.get(view.list, "incident"))
        wanted = list(ids)
        titles: dict[str, str] = {}
        for start in range(0, len(wanted), LIMIT_MAX):
            some = wanted[start : start + LIMIT_MAX]
            page = await self._views.list_rows(
                the.listing,
                filters={**the.fixed, "id": some},
                visibility=shown,
                fields=("id", field),
                limit=LIMIT_MAX,
            )
            titles |= {row["id"]: str(row[field] or "") for row in page.rows}
        return titles
