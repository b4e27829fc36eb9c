"""Bodies of requests: read up to a limit, taken as JSON, and checked against their model."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from api.http.answers import Receive
from api.http.calls import Call
from api.http.errors import Problem, clean

ERRORS_SHOWN_MAX = 50
UNION_STEPS = ("tagged-union", "function-", "form:")
M = TypeVar("M", bound="Body")


class Body(BaseModel):
    """What a request may say: these fields and no others, each of its type alone."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    def arguments(self) -> dict[str, Any]:
        """The fields as the arguments of what they command."""
        return self.__dict__.copy()

    def known_by(self, raw: bytes) -> bytes:
        """By what a repeat is known: all that was said, where nothing of it is a secret."""
        return raw


async def read(call: Call) -> bytes:
    """The body, if it is not over the limit. Raises Problem as soon as it is."""
    return await read_from(call.receive, call.headers, call.context.settings.body_bytes_max)


async def read_from(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The body of a request, if it has at most `limit` bytes. Raises Problem as soon as it has
    more."""
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared[:18]) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            # What was asked for stands in a body that never came: nothing must be done.
            raise Problem("bad_request", "The body ended before its end.")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        has_more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def parse(call: Call, model: type[M], body: bytes) -> M:
    """The body as its model. Raises Problem with a JSON pointer for each mistake."""
    if body:
        _require_json(call.headers.get(b"content-type", b""))
    try:
        parsed: M = model.__pydantic_validator__.validate_json(body or b"{}")
        return parsed
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Problem("broken_json", clean(found[0]["msg"]) + ".")
    errors = [_mistake(detail) for detail in found[:ERRORS_SHOWN_MAX]]
    first = errors[0]
    more = f" ({len(found) - 1} more in errors)" if len(found) > 1 else ""
    return Problem(
        "invalid", f"{first['pointer'] or 'The body'}: {first['detail']}{more}", errors=errors
    )


def _mistake(error: ErrorDetails) -> dict[str, str]:
    steps = [
        str(step).replace("~", "~0").replace("/", "~1")
        for step in error["loc"]
        # Pydantic names the member of a union that it tried; the document has no such level.
        if not (isinstance(step, str) and step.startswith(UNION_STEPS))
    ]
    pointer = "".join(f"/{step}" for step in steps)
    return {"pointer": clean(pointer[:300]), "detail": clean(error["msg"])}


def _require_json(content_type: bytes) -> None:
    media_type, _, parameters = content_type.partition(b";")
    charset = parameters.strip().lower().replace(b'"', b"").replace(b" ", b"")
    if media_type.strip().lower() != b"application/json" or charset not in (b"", b"charset=utf-8"):
        raise Problem(
            "unsupported_media_type",
            "A body is sent as application/json, in UTF-8.",
            headers=[(b"accept", b"application/json")],
        )


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"A body has at most {limit} bytes.")
