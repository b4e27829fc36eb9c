"""What the framework refuses by itself, told as everything else is told."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from api.http.answers import Answer, Receive, Scope, Send
from api.http.errors import Problem, refuse_socket
from api.http.routing import Methods, Route


class Refusals:
    """The answers at addresses where nothing is, or nothing for the method."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._methods = Methods(routes)

    async def __call__(self, request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 400)
        allow = self._methods.of(request.scope["path"])
        headers = dict(getattr(error, "headers", None) or {})
        if status == 405:
            allow = allow or headers.get("Allow", "GET, HEAD")
            headers = {"allow": allow}
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=headers)
            problem = Problem("method_not_allowed", f"This address answers to {allow}.")
        elif status == 404:
            problem = Problem("not_found", "There is nothing at this address.")
        else:
            problem = Problem("bad_request", str(getattr(error, "detail", "")))
        answer = problem.answer(request.scope["request_id"])
        return Response(answer.body, answer.status, headers, answer.media_type.decode())


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer at an address that nothing is at."""
    if scope["type"] != "http":
        await refuse_socket(receive, send)
        return
    answer: Answer = Problem("not_found", "There is nothing at this address.").answer(
        scope["request_id"]
    )
    await answer.send(send, with_body=scope["method"] != "HEAD")
