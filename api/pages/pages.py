"""The pages that everybody may see: the start page, and the reference of the API.

They are drawn on the server and need neither scripts nor anything from elsewhere.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from msgspec.json import decode
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.http.answers import dumps
from api.pages.reference import sections
from api.settings import Settings

HERE = Path(__file__).parent


class Pages:
    def __init__(self, settings: Settings, document: dict[str, Any]) -> None:
        self.settings = settings
        templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters["prose"] = prose
        self._document = dumps(document)
        self._start = templates.get_template("start.html").render(
            settings=settings, version=settings.version
        )
        reference = templates.get_template("reference.html").render(
            document=document, sections=sections(document), version=settings.version
        )
        # As bytes they take a third of the memory.
        self._reference = reference.encode()
        self._style = (HERE / "static" / "desk.css").read_bytes()

    def routes(self) -> dict[str, Callable[..., Any]]:
        return {
            "/": self.start,
            "/docs": self.reference,
            "/openapi.json": self.openapi,
            "/static/desk.css": self.style,
        }

    def document(self) -> dict[str, Any]:
        """The description of the API."""
        found: dict[str, Any] = decode(self._document)
        return found

    async def start(self, _: Request) -> Response:
        return HTMLResponse(self._start)

    async def reference(self, _: Request) -> Response:
        return HTMLResponse(self._reference)

    async def openapi(self, _: Request) -> Response:
        return Response(self._document, media_type="application/json")

    async def style(self, _: Request) -> Response:
        return Response(
            self._style, media_type="text/css", headers={"cache-control": "public, max-age=3600"}
        )


def prose(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    parts = enumerate(text.split("`"))
    marked = (
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in parts
    )
    return Markup("").join(marked)
