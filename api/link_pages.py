"""Pages behind links that are sent by mail: whoever has the link is the one to whom it was sent."""

from abc import ABC, abstractmethod
from time import monotonic
from typing import ClassVar
from urllib.parse import parse_qs

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.context import Context
from api.http.errors import Problem
from domain.decision_link import Forged, Over, Superseded
from domain.rules import Forbidden, NotFound

CHANNEL = "link"
FORM_BYTES_MAX = 64 * 1024
HEADERS = {
    # Beside the policy of the desk, the stricter of two counts.
    "content-security-policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}


class LinkPages:
    def __init__(self, context: Context, templates: Environment, form: str) -> None:
        self.context = context
        self._form = templates.get_template(form)
        self._said = templates.get_template("said.html")

    def _may_ask(self, address: str) -> bool:
        """Whether there is a request left of those that an address has."""
        return self.context.anonymous.take(address, monotonic()) >= 0

    def _show_form(self, status: int = 200, **said: object) -> Response:
        page = self._form.render(**said, version=self.context.settings.version)
        return HTMLResponse(page, status, HEADERS)

    def _say(self, status: int, title: str, detail: str) -> Response:
        page = self._said.render(title=title, detail=detail, version=self.context.settings.version)
        return HTMLResponse(page, status, HEADERS)


class ActingPages(LinkPages, ABC):
    """Pages with a form by which whoever was asked acts: looking at it does nothing."""

    path: ClassVar[str]
    forbidden: ClassVar[str]
    """What is said to whom it is not allowed."""
    over: ClassVar[str]
    """What is said when there is nothing to be done any more."""

    def routes(self) -> list[Route]:
        return [Route(self.path, self.answer, methods=["GET", "HEAD", "POST"])]

    async def answer(self, request: Request) -> Response:
        request.scope["ledgerdesk.route"] = self.path
        address = request.client.host if request.client else ""
        link = str(request.path_params["link"])
        try:
            if not self._may_ask(address):
                raise Problem("too_many_requests", "Too many requests came from your address.")
            if request.method == "POST":
                return await self._act(link, await _fields(request), address)
            return await self._look(link)
        except Problem as problem:
            return self._say(problem.status, "Not now", str(problem))
        except (Forged, NotFound) as error:
            return self._say(403, "This link cannot be used", str(error))
        except Forbidden as error:
            return self._say(403, self.forbidden, str(error))
        except Over as error:
            return self._say(410, self.over, str(error))
        except Superseded as error:
            return self._say(409, "Something else is asked by now", str(error))

    @abstractmethod
    async def _look(self, link: str) -> Response:
        """The form of a link."""

    @abstractmethod
    async def _act(self, link: str, fields: dict[str, str], address: str) -> Response:
        """Do what was filled in."""


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form. Raises Problem for one that is too large, or none."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > FORM_BYTES_MAX:
            raise Problem("too_large", f"A form has at most {FORM_BYTES_MAX} bytes.")
    try:
        found = parse_qs(raw.decode("utf-8"), max_num_fields=20)
    except ValueError:
        raise Problem("bad_request", "This is no form of this page.") from None
    return {name: values[-1] for name, values in found.items()}
