"""The HTTP API as one application: commands to the desk, questions to views and ledger, pages."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route

from api import openapi
from api.boards import board_routes
from api.context import Context
from api.credentials import Credentials
from api.dispatch import ROOT, Dispatch
from api.http.edge import Edge
from api.http.metrics import Requests
from api.http.routing import Route as ApiRoute
from api.pages.pages import Pages, nothing_here, refused
from api.passwords import Passwords
from api.practices import PRACTICES, command_routes
from api.reads import read_routes
from api.sessions import Sessions
from api.settings import Settings, now
from api.sign_in import identity_routes
from api.status import Status
from domain.desk import Desk
from projections.views import Views


def create_app(
    desk: Desk, views: Views, settings: Settings, *, clock: Callable[[], datetime] = now
) -> FastAPI:
    """The application. Whoever composes it starts and stops the desk and the views."""
    context = Context(desk, views, settings, clock)
    requests = Requests()
    routes = routes_of(settings)
    document = openapi.document(routes, ROOT, settings.version)
    pages = Pages(settings, document)
    status = Status(context, requests)
    app = FastAPI(
        title="Ledgerdesk",
        version=settings.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.router.routes[:] = [
        Mount(ROOT, app=Dispatch(context, routes)),
        *(Route(path, endpoint) for path, endpoint in (pages.routes() | status.routes()).items()),
    ]
    app.router.default = nothing_here
    app.add_exception_handler(HTTPException, refused)
    app.add_middleware(Edge, requests=requests)
    app.openapi = lambda: document  # type: ignore[method-assign]
    return app


def routes_of(settings: Settings) -> list[ApiRoute]:
    """Every route of the API, in the order of the documentation."""
    passwords = Passwords()
    routes = identity_routes(Sessions(settings, passwords), Credentials(passwords))
    for practice in PRACTICES:
        routes += command_routes(practice)
    routes += read_routes()
    routes += board_routes()
    return routes
