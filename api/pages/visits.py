"""A request of a browser on its way to a page, which asks the API as any client does."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment

from api.context import Context
from api.dispatch import answered
from api.http.answers import Answer, Header, Scope
from api.http.calls import Call
from api.http.errors import Problem, of_domain
from api.http.routing import Route
from api.identity import Caller
from api.inner_calls import inner_call
from api.pages.drawing import first_upper, words, zone_of
from api.pages.forms import File, Form, token_of
from domain.policy import allow, allow_ever
from domain.relation import About
from domain.rules import DomainError

_PASSING = ("done", "position")
"""What an address says of the form before, and not of the page."""
HTML = b"text/html; charset=utf-8"
PRIVATE: Sequence[Header] = ((b"cache-control", b"no-store"),)
"""What somebody saw is not shown to whoever sits at the same browser after them."""


_REWORDED = (
    (re.compile(r"String should have at least 1 character"), "Please fill this in."),
    (
        re.compile(r"String should match pattern .*"),
        "There are characters in it that are not text.",
    ),
    (re.compile(r"(?:String|Value) should have at most (\d+) (.*)"), r"It has at most \1 \2."),
    (re.compile(r"Input should be a valid integer.*"), "A whole number is needed."),
    (re.compile(r"(?:Input|Value) should be (.*)"), r"It should be \1."),
    (re.compile(r"Field required"), "Please fill this in."),
    (re.compile(r"Value error, (.*)"), r"\1."),
)


def reworded(detail: str) -> str:
    """A mistake that the API tells programmers, in the words of a page."""
    for pattern, said in _REWORDED:
        if pattern.fullmatch(detail):
            return first_upper(pattern.sub(said, detail))
    return detail


def _named(pointer: str) -> str:
    """The place of a mistake in words; which item of an order it is in is seen at the field."""
    return words(re.sub(r"^[0-9]+\.", "", pointer.strip("/")).replace("/", ", "))


class Inside:
    """The API, asked within the process: the same routes, with the same rules and answers."""

    def __init__(self, context: Context, routes: Sequence[Route], templates: Environment) -> None:
        self.context = context
        self.templates = templates
        self.version = context.settings.version
        self._routes = {(route.method, route.path): route for route in routes}

    def call(
        self,
        method: str,
        path: str,
        params: Sequence[str],
        query: Mapping[str, str] = {},
        body: bytes = b"",
        headers: Mapping[bytes, bytes] = {},
        address: str = "",
    ) -> Call:
        route = self._routes[method, path]
        return inner_call(self.context, route, params, query, body, headers, address)


class Visit:
    """One page that is asked for, or a form that is sent to it."""

    def __init__(
        self,
        inside: Inside,
        scope: Scope,
        params: Mapping[str, str],
        query: Mapping[str, Sequence[str]],
    ) -> None:
        self.inside = inside
        self.context = inside.context
        self.scope = scope
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.params = params
        self.query = Form(query)
        self.form = Form()
        """What was sent; kept beside the refusal of it, so that nobody types it twice."""
        self.problem: Problem | None = None
        self.who: Caller | None = None
        self.secret = ""
        """What the tokens of its forms are bound to: the session, or the browser before it."""
        self.now: datetime = self.context.clock()
        self._commands = 0

    @property
    def me(self) -> Caller:
        if self.who is None:
            raise RuntimeError("This page does not ask who comes.")
        return self.who

    @property
    def path(self) -> str:
        path: str = self.scope["path"]
        return path

    @property
    def address(self) -> str:
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    @property
    def token(self) -> str:
        """What every form of this page carries."""
        return token_of(self.context.settings.signing_key, self.secret)

    @cached_property
    def key(self) -> str:
        """By which a form that is sent twice is known."""
        return token_hex(16)

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.who.person.zone if self.who else "")

    def address_with(self, **changed: str) -> str:
        """The address of this page, with other parameters; those that are empty are left out."""
        said = {name: text for name, (text, *_) in self.query.said.items() if name not in _PASSING}
        query = urlencode({name: text for name, text in (said | changed).items() if text})
        return f"{self.path}?{query}" if query else self.path

    @property
    def instant(self) -> str:
        """Now, as the API writes instants, which are in order as texts."""
        return f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ}"

    # Asking ------------------------------------------------------------------------------------

    async def get(self, path: str, *params: str, **query: Any) -> Any:
        """What a route of the API tells. Raises Problem as the API does."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        return msgspec.json.decode((await self.ask("GET", path, params, given)).body)

    async def find(self, path: str, *params: str, **query: Any) -> Any:
        """The same, or None where there is nothing for whoever asks."""
        try:
            return await self.get(path, *params, **query)
        except Problem as problem:
            if problem.code in ("not_found", "forbidden"):
                return None
            raise

    async def post(
        self, path: str, *params: str, body: Any = None, version: str = ""
    ) -> dict[str, Any]:
        """Command the desk. `version` is what was seen of the record. Raises Problem."""
        raw = msgspec.json.encode({} if body is None else body)
        headers = {b"content-type": b"application/json", **self._sent_once()}
        if version:
            headers[b"if-match"] = f'"{version}"'.encode("latin-1", "replace")
        answer = await self.ask("POST", path, params, {}, raw, headers)
        told: dict[str, Any] = msgspec.json.decode(answer.body)
        return told

    async def send(self, path: str, *params: str, file: File) -> dict[str, Any]:
        """Send a file to a route that takes one. Raises Problem."""
        headers = {
            b"content-type": file.media_type.encode("latin-1", "replace"),
            b"content-length": b"%d" % len(file.content),
            **self._sent_once(),
        }
        name = {"name": file.name}
        answer = await self.ask("POST", path, params, name, file.content, headers)
        told: dict[str, Any] = msgspec.json.decode(answer.body)
        return told

    def _sent_once(self) -> dict[bytes, bytes]:
        """The key of the next command of this form, the same if it is sent again."""
        self._commands += 1
        key = self.form.text("key").encode("latin-1", "replace")
        return {b"idempotency-key": b"%s-%d" % (key, self._commands)} if key else {}

    async def ask(
        self,
        method: str,
        path: str,
        params: Sequence[str] = (),
        query: Mapping[str, str] = {},
        body: bytes = b"",
        headers: Mapping[bytes, bytes] = {},
    ) -> Answer:
        """The answer of a route of the API as it is. Raises Problem."""
        call = self.inside.call(method, path, params, query, body, headers, self.address)
        if self.who is not None:
            call.caller = self.who
        try:
            return await answered(call)
        except DomainError as error:
            raise of_domain(error, has_precondition=b"if-match" in headers) from error

    def may(self, act: str, about: About | None = None) -> bool:
        """Whether the policy lets whoever visits: with a record, or with any if none is given."""
        try:
            if about is None:
                allow_ever(self.me.actor, act)
            else:
                allow(self.me.actor, act, about)
        except DomainError:
            return False
        return True

    # What was typed ----------------------------------------------------------------------------

    def is_refused(self, act: str = "") -> bool:
        """Whether the form of an act was sent, and is shown again with what is wrong with it."""
        return self.problem is not None and self.form.text("act") == act

    def typed(self, name: str, default: str = "", act: str = "") -> str:
        """What stands in a field: what was typed before a refusal, or the default."""
        return self.form.verbatim(name) if self.is_refused(act) else default

    @property
    def told(self) -> str:
        """What is wrong, in a sentence or in one for each field."""
        if self.problem is None:
            return ""
        if not self.problem.errors:
            return str(self.problem)
        return " ".join(
            f"{first_upper(_named(str(one['pointer'])))}: {reworded(str(one['detail']))}"
            for one in self.problem.errors
        )

    def mistake(self, name: str, act: str = "") -> str:
        """What is wrong with a field; "" if nothing is known to be."""
        if self.problem is None or not self.is_refused(act):
            return ""
        found = (one["detail"] for one in self.problem.errors if one["pointer"] == f"/{name}")
        return reworded(str(next(found, "")))

    # Answering ---------------------------------------------------------------------------------

    def draw(self, template: str, status: int = 200, **values: Any) -> Answer:
        """A page from a template."""
        if self.problem is not None and status == 200:
            status = self.problem.status
        text = self.inside.templates.get_template(template).render(
            visit=self,
            zone=self.zone,
            now=self.now,
            version=self.inside.version,
            **values,
        )
        headers = [*PRIVATE, *(self.problem.headers if self.problem else ())]
        return Answer(status, text.encode("utf-8", "replace"), headers, HTML)

    def go(self, place: str, *, done: str = "", after: Mapping[str, Any] | None = None) -> Answer:
        """To another page, once a form is done; `after` is the answer to its command."""
        said = {"done": done, "position": str(after["position"]) if after else ""}
        query = urlencode({name: text for name, text in said.items() if text})
        joined = f"{place}{'&' if '?' in place else '?'}{query}" if query else place
        return Answer(303, headers=[*PRIVATE, (b"location", joined.encode())])

    @property
    def position(self) -> str | None:
        """The position of what was done on the page before, which the lists of this one wait to
        show; None if nothing was."""
        position = self.query.text("position")
        return position if position.isascii() and position.isdigit() else None
