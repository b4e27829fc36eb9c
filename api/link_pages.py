"""Pages behind links that are sent by mail: whoever has the link is the one to whom it was sent."""

from time import monotonic

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from api.context import Context

CHANNEL = "link"
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
