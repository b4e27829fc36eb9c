"""How the API says no: problem details (RFC 9457) with a stable code."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.http.answers import Answer, Header, Receive, Send, dumps
from domain.calendar_mistakes import WrongHours, pointer
from domain.ids import number_of
from domain.json_values import WrongJson
from domain.rules import DomainError, Forbidden, KeyReused, Locked, NotFound, Outdated, Refused

PROBLEM = b"application/problem+json"

CODES: Mapping[str, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "broken_json": (400, "The body is not JSON"),
    "bad_query": (400, "The query has a mistake"),
    "unauthenticated": (401, "It is not known who asks"),
    "forbidden": (403, "Not allowed"),
    "cross_site": (403, "The request came from another site"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "There is nothing to do that with this method"),
    "conflict": (409, "Too many commands at the same time"),
    "outdated": (412, "The record has moved on"),
    "too_large": (413, "The body is too large"),
    "out_of_range": (416, "The file has no such bytes"),
    "unsupported_media_type": (415, "The body is of another type than JSON"),
    "refused": (422, "A rule says no"),
    "invalid": (422, "The body has mistakes"),
    "key_reused": (422, "The idempotency key belongs to another request"),
    "version_needed": (428, "The version that was seen is needed"),
    "locked": (423, "Somebody else is editing it"),
    "too_many_requests": (429, "Too many requests"),
    "internal": (500, "Something went wrong on our side"),
    "files_unavailable": (503, "The store of attachments does not answer"),
    "not_yet": (503, "The views have not got there yet"),
}
"""Every code, with its status and title."""


class Problem(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str | int]] = (),
        headers: Sequence[Header] = (),
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.status, self.title = CODES[code]
        self.errors = errors
        self.headers = headers
        self.members = members

    def answer(self, request_id: str) -> Answer:
        document: dict[str, Any] = {
            "type": f"urn:ledgerdesk:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": str(self),
            "request_id": request_id,
            **self.members,
        }
        if self.errors:
            document["errors"] = self.errors
        return Answer(self.status, dumps(document), list(self.headers), PROBLEM)


def of_domain(error: DomainError, *, has_precondition: bool) -> Problem:
    """The problem that a refusal of the domain is."""
    detail = clean(str(error))
    if isinstance(error, Outdated):
        if error.version and has_precondition:
            etag = b'"%d"' % error.version
            return Problem("outdated", detail, headers=[(b"etag", etag)], version=error.version)
        return Problem("conflict", detail, headers=[(b"retry-after", b"1")])
    if isinstance(error, Locked):
        return Problem("locked", detail, holder=number_of(error.holder), until=error.until)
    for kind, code in (
        (NotFound, "not_found"),
        (Forbidden, "forbidden"),
        (KeyReused, "key_reused"),
        (Refused, "refused"),
    ):
        if isinstance(error, kind):
            return Problem(code, detail, errors=_places(error))
    return Problem("refused", detail)


def _places(error: DomainError) -> list[Mapping[str, str]]:
    """The places of the mistakes in business hours, or in JSON, in the body that has them."""
    if isinstance(error, WrongJson):
        return [
            {"pointer": clean(error.place + mistake.pointer), "detail": clean(mistake.rule)}
            for mistake in error.mistakes
        ]
    if not isinstance(error, WrongHours):
        return []
    return [
        {"pointer": clean(pointer(mistake.place)), "detail": clean(mistake.rule)}
        for mistake in error.mistakes
    ]


def clean(text: str) -> str:
    """Text that is safe in JSON: what a person sent may hold lone surrogates."""
    return text.encode("utf-8", "replace").decode()


async def refuse_socket(receive: Receive, send: Send) -> None:
    """Close a web socket that somebody tries to open: there is none."""
    await receive()
    await send({"type": "websocket.close", "code": 1000})
