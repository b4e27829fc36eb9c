"""The pages that everybody may see: the start page, and the reference of the API.

They are drawn on the server and need neither scripts nor anything from elsewhere.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment
from msgspec.json import decode
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import async_document
from api.http.answers import dumps
from api.http.routing import ROOT
from api.identity import cookie_name
from api.pages.drawing import ICON, STYLE
from api.pages.reference import sections
from api.settings import Settings

CACHED = {"cache-control": "public, max-age=3600"}


class Pages:
    def __init__(
        self, settings: Settings, document: dict[str, Any], templates: Environment
    ) -> None:
        self.settings = settings
        self._document = dumps(document)
        self._start = templates.get_template("start.html").render(
            settings=settings, version=settings.version
        )
        reference = templates.get_template("reference.html").render(
            document=document, sections=sections(document), version=settings.version
        )
        # As bytes they take a third of the memory.
        self._reference = reference.encode()

    def routes(self) -> dict[str, Callable[..., Any]]:
        return {
            "/": self.start,
            "/docs": self.reference,
            **dict.fromkeys(("/openapi.json", f"{ROOT}/openapi.json"), self.openapi),
            "/asyncapi.json": self.asyncapi,
            "/static/desk.css": self.style,
            "/static/icon.svg": self.icon,
        }

    def document(self) -> dict[str, Any]:
        """The description of the API."""
        found: dict[str, Any] = decode(self._document)
        return found

    async def start(self, request: Request) -> Response:
        """The start page; to those who have signed in, their own."""
        if cookie_name(is_secure=self.settings.secure_cookies) in request.cookies:
            return RedirectResponse("/home", 303)
        return HTMLResponse(self._start)

    async def reference(self, _: Request) -> Response:
        return HTMLResponse(self._reference)

    async def openapi(self, _: Request) -> Response:
        return Response(self._document, media_type="application/json")

    async def asyncapi(self, _: Request) -> Response:
        found = async_document.document(self.settings.version)
        return Response(dumps(found), media_type="application/json")

    async def style(self, _: Request) -> Response:
        return Response(STYLE, media_type="text/css", headers=CACHED)

    async def icon(self, _: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml", headers=CACHED)
