"""The page behind the link by which somebody hears no more of a saved view.

Looking at it ends nothing, as programs look at the links in mails too. A POST does, whether by the
button of the page or by the mail program that does it in one click (RFC 8058).
"""

from time import monotonic
from uuid import UUID, uuid5

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.context import Context
from api.decisions import CHANNEL, HEADERS
from domain.decision_link import Forged
from domain.provenance import Provenance
from domain.rules import NotFound
from domain.saved_view import SavedView
from domain.unsubscribe_link import Subscription, opened

PATH = "/unsubscribe/{link}"
_COMMANDS = UUID("0f7bb9a4-3c3a-8d0e-9a55-756e73756273")
"""The name space of the ids of what is done by link."""


class UnsubscribePages:
    def __init__(self, context: Context, templates: Environment) -> None:
        self.context = context
        self._form = templates.get_template("unsubscribe_link.html")
        self._said = templates.get_template("said.html")

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer, methods=["GET", "HEAD", "POST"])]

    async def answer(self, request: Request) -> Response:
        request.scope["ledgerdesk.route"] = PATH
        address = request.client.host if request.client else ""
        if self.context.anonymous.take(address, monotonic()) < 0:
            return self._say(429, "Not now", "Too many requests came from your address.")
        try:
            link = str(request.path_params["link"])
            subscription = opened(self.context.settings.decision_key, link)
            view = await self.context.ledger.find(SavedView, subscription.view)
        except (Forged, NotFound) as error:
            return self._say(403, "This link cannot be used", str(error))
        if request.method == "POST":
            await self._end(view, subscription)
        elif subscription.person in view.subscribers:
            page = self._form.render(number=view.number, version=self.context.settings.version)
            return HTMLResponse(page, 200, HEADERS)
        return self._say(200, "You hear no more of it", f"You follow {view.number} no more.")

    async def _end(self, view: SavedView, subscription: Subscription) -> None:
        person = subscription.person
        by = Provenance(
            actor=str(person),
            at=self.context.clock(),
            command=uuid5(_COMMANDS, f"{view.id}/{person}/{view.version}"),
            channel=CHANNEL,
        )
        await self.context.ledger.edit(
            SavedView,
            view.id,
            lambda view: view.unsubscribe(person, by=by),
            by=by,
            is_repeatable=True,
        )

    def _say(self, status: int, title: str, detail: str) -> Response:
        page = self._said.render(title=title, detail=detail, version=self.context.settings.version)
        return HTMLResponse(page, status, HEADERS)
