"""Between the framework and the endpoints: finds out who calls, and says no in problems."""

from time import monotonic

from api.context import Context
from api.http.answers import Answer, Header, Receive, Scope, Send
from api.http.calls import Call
from api.http.errors import Problem, of_domain
from api.http.limits import Buckets
from api.http.packing import pack
from api.http.routing import ROOT, Route
from api.identity import Identity
from api.without_past import is_told_of_past, require_present
from domain.rules import DomainError


class Dispatch:
    """What the framework routes to for a route of ours: an ASGI application, as the framework's
    own ways of reading requests and writing answers are not used."""

    def __init__(self, context: Context, identity: Identity, route: Route) -> None:
        self.context = context
        self.identity = identity
        self.route = route
        self.place = ROOT + route.path
        self.is_of_now = route.method == "GET" and not is_told_of_past(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who calls, ask the route, and say no in problems."""
        scope["ledgerdesk.route"] = self.place
        limits: list[Header] = []
        call = Call(
            self.context,
            self.route,
            scope,
            receive,
            dict(scope["headers"]),
            list(scope["path_params"].values()),
        )
        try:
            answer = await self._answer(call, limits)
        except Problem as problem:
            answer = problem.answer(scope["request_id"])
        except DomainError as error:
            said = of_domain(error, has_precondition=b"if-match" in call.headers)
            answer = said.answer(scope["request_id"])
        pack(answer, call.header(b"accept-encoding"))
        answer.headers += limits
        await answer.send(send, with_body=scope["method"] != "HEAD")

    async def _answer(self, call: Call, limits: list[Header]) -> Answer:
        if self.route.act:
            try:
                call.caller = await self.identity.caller(
                    call.method, call.headers, self.context.clock()
                )
            except Problem:
                # Guessing tokens is limited like everything else that comes without one.
                limits += spend(self.context.anonymous, call.address)
                raise
            limits += spend(self.context.requests, call.caller.digest)
        else:
            limits += spend(self.context.anonymous, call.address)
        if self.is_of_now:
            require_present(call)
        return await answered(call)


async def answered(call: Call) -> Answer:
    """The answer of the route of a call whose caller is known, once it is noted who read it."""
    answer = await call.route.endpoint(call)
    await call.context.noting.note(call, answer)
    return answer


def spend(buckets: Buckets, name: str) -> list[Header]:
    """Take one request of those that somebody has. Raises Problem if there is none left."""
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
