"""The page behind the link by which somebody hears no more of a saved view.

Looking at it ends nothing, as programs look at the links in mails too. A POST does, whether by the
button of the page or by the mail program that does it in one click (RFC 8058).
"""

from uuid import UUID, uuid5

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.context import Context
from api.link_pages import CHANNEL, LinkPages
from domain.decision_link import Forged
from domain.provenance import Provenance
from domain.rules import NotFound
from domain.saved_view import SavedView
from domain.unsubscribe_link import Subscription, opened

PATH = "/unsubscribe/{link}"
_COMMANDS = UUID("0f7bb9a4-3c3a-8d0e-9a55-756e73756273")
"""The name space of the ids of what is done by link."""


class UnsubscribePages(LinkPages):
    def __init__(self, context: Context, templates: Environment) -> None:
        super().__init__(context, templates, "unsubscribe_link.html")

    def routes(self) -> list[Route]:
        return [Route(PATH, self.answer, methods=["GET", "HEAD", "POST"])]

    async def answer(self, request: Request) -> Response:
        request.scope["ledgerdesk.route"] = PATH
        address = request.client.host if request.client else ""
        if not self._may_ask(address):
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
            return self._show_form(number=view.number)
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
