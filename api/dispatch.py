"""Between the framework and the endpoints: finds out who calls, and says no in problems."""

from collections.abc import Awaitable, Callable
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.http.answers import Answer, Header, Receive, Scope, Send
from api.http.calls import Call
from api.http.errors import Problem, of_domain
from api.http.limits import Buckets
from api.http.routing import ROOT, Route
from api.identity import Identity
from domain.rules import DomainError


class Given(Response):
    """An answer as the framework takes it, sent as it is."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status_code = answer.status
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - an ASGI application
        await self.answer.send(send, with_body=scope["method"] != "HEAD")


class Dispatch:
    """Makes the endpoints that the framework routes to."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.identity = Identity(context.desk)

    def endpoint(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a route: finds out who calls, asks the route, and says no in problems."""
        place = ROOT + route.path

        async def answer_to(request: Request) -> Response:
            scope, limits = request.scope, list[Header]()
            scope["ledgerdesk.route"] = place
            call = Call(
                self.context,
                route,
                scope,
                request.receive,
                dict(scope["headers"]),
                list(scope["path_params"].values()),
            )
            try:
                answer = await self._answer(call, limits)
            except Problem as problem:
                answer = problem.answer(scope["request_id"])
            except DomainError as error:
                has_precondition = b"if-match" in call.headers
                answer = of_domain(error, has_precondition=has_precondition).answer(
                    scope["request_id"]
                )
            answer.headers += limits
            return Given(answer)

        return answer_to

    async def _answer(self, call: Call, limits: list[Header]) -> Answer:
        if call.route.act:
            try:
                call.caller = await self.identity.caller(call, self.context.clock())
            except Problem:
                # Guessing tokens is limited like everything else that comes without one.
                limits += _spend(self.context.anonymous, call.address)
                raise
            limits += _spend(self.context.requests, call.caller.digest)
        else:
            limits += _spend(self.context.anonymous, call.address)
        return await call.route.endpoint(call)


def _spend(buckets: Buckets, name: str) -> list[Header]:
    left = buckets.take(name, monotonic())
    headers = [
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (buckets.capacity, buckets.seconds)),
        (b"ratelimit", b'"default";r=%d;t=%d' % (max(0, left), buckets.seconds)),
    ]
    if left < 0:
        wait = int(buckets.seconds_until_one(left)) + 1
        raise Problem(
            "too_many_requests",
            f"At most {buckets.capacity} requests in {buckets.seconds:.0f} seconds. "
            f"Try again in {wait} s.",
            headers=[*headers, (b"retry-after", b"%d" % wait)],
        )
    return headers
