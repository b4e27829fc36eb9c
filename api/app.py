"""The HTTP API as one application: commands to the desk, questions to views and ledger, pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import Route as AsgiRoute

from api import openapi
from api.approval_migrations import migration_routes
from api.article_versions import article_routes
from api.asset_labels import label_routes
from api.assignment_rule_trials import rule_routes
from api.async_document import document_routes
from api.attachments import attachment_routes
from api.boards import board_routes
from api.bulk_proposals import proposal_routes
from api.bulk_results import result_routes
from api.calendar_feeds import feed_routes
from api.calendar_times import calendar_routes
from api.chains import chain_routes
from api.change_times import change_time_routes
from api.context import Context
from api.conversations import conversation_routes
from api.credentials import Credentials
from api.data_quality import data_quality_routes
from api.decisions import DecisionPages
from api.declared_rows import declared_row_routes
from api.deflection import deflection_routes
from api.delegations import delegation_routes
from api.diagrams import diagram_routes
from api.dispatch import Dispatch
from api.event_consumers import consumer_routes
from api.event_stream import stream_routes
from api.events import event_routes
from api.filled_texts import filled_text_routes
from api.guided_orders import guide_routes
from api.hands import hands_routes
from api.http.edge import Edge
from api.http.metrics import Requests
from api.http.places import Places
from api.http.refusals import Refusals
from api.http.routing import ROOT, in_order, methods_of
from api.http.routing import Route as ApiRoute
from api.offering_versions import offering_routes
from api.orders import order_routes
from api.pages.pages import Pages
from api.pages.site import Site
from api.personal_data import personal_data_routes
from api.policy_versions import policy_routes
from api.policy_what_ifs import what_if_routes
from api.practices import PRACTICES, command_routes
from api.process_versions import process_routes
from api.proofs import proof_routes
from api.queue_columns import queue_column_routes
from api.rating_links import RatingPages
from api.read_audit import read_audit_routes
from api.reads import read_routes
from api.reports import ticket_report_routes
from api.retention import retention_routes
from api.search import search_routes
from api.sessions import Sessions
from api.settings import Settings, now
from api.sign_in import identity_routes
from api.sla_reports import report_routes
from api.status import Status
from api.suggestions import suggestion_routes
from api.time_reports import time_routes
from api.unsubscribing import UnsubscribePages
from api.view_change_routes import view_change_routes
from api.webhook_deliveries import delivery_routes
from api.webhook_routes import ENVELOPE, webhook_routes
from domain.desk import Desk
from domain.files import Files
from domain.transparency.store import LogStore
from projections.views import Views


def create_app(
    desk: Desk,
    views: Views,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = now,
    log: LogStore | None = None,
    files: Files | None = None,
) -> FastAPI:
    """The application. Whoever composes it starts and stops the desk, the views, the log
    and the files."""
    context = Context(desk, views, settings, clock, log, files)
    requests = Requests()
    routes = routes_of(settings)
    site = Site(context, routes)
    pages = Pages(
        settings,
        openapi.document(routes, ROOT, settings.version) | {"webhooks": ENVELOPE},
        site.templates,
    )
    status = Status(context, requests)
    decisions = DecisionPages(context, site.templates)
    ratings = RatingPages(context, site.templates)
    unsubscribing = UnsubscribePages(context, site.templates)
    app = FastAPI(
        title="Ledgerdesk",
        version=settings.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    apart = pages.routes() | status.routes()
    # Routes are tried one after the other: what is asked most stands before what it does not hide.
    _add_apart(app, {path: one for path, one in apart.items() if path.startswith(ROOT)})
    _add(app, routes, context)
    _add_apart(app, {path: one for path, one in apart.items() if not path.startswith(ROOT)})
    app.router.routes.extend(site.routes())
    app.router.routes.extend(decisions.routes())
    app.router.routes.extend(ratings.routes())
    app.router.routes.extend(unsubscribing.routes())
    app.state.routes = routes
    app.state.tail = context.tail
    app.router.default = site.nothing_here
    app.add_exception_handler(HTTPException, Refusals(routes))
    app.add_middleware(Edge, requests=requests)
    app.openapi = pages.document  # type: ignore[method-assign]  # FastAPI asks for it so
    return app


def _add_apart(app: FastAPI, endpoints: Mapping[str, Callable[..., Any]]) -> None:
    for path, endpoint in endpoints.items():
        app.add_api_route(path, endpoint, response_model=None, include_in_schema=False)


def _add(app: FastAPI, routes: Sequence[ApiRoute], context: Context) -> None:
    identity = context.identity
    placed = [
        AsgiRoute(
            route.path,
            Dispatch(context, identity, route),
            methods=methods_of(route),
            name=route.operation.id,
        )
        for route in in_order(routes)
    ]
    app.mount(ROOT, Places(placed))


def routes_of(settings: Settings) -> list[ApiRoute]:
    """Every route of the API, in the order of the documentation."""
    routes = identity_routes(Sessions(), Credentials())
    for practice in PRACTICES:
        routes += command_routes(practice)
    routes += read_routes()
    routes += attachment_routes()
    routes += board_routes()
    routes += queue_column_routes()
    routes += data_quality_routes()
    routes += filled_text_routes()
    routes += declared_row_routes()
    routes += search_routes()
    routes += suggestion_routes()
    routes += label_routes()
    routes += event_routes()
    routes += view_change_routes()
    routes += stream_routes()
    routes += document_routes()
    routes += consumer_routes()
    routes += webhook_routes()
    routes += delivery_routes()
    routes += proposal_routes()
    routes += result_routes()
    routes += report_routes()
    routes += time_routes()
    routes += deflection_routes()
    routes += ticket_report_routes()
    routes += hands_routes()
    routes += change_time_routes()
    routes += calendar_routes()
    routes += feed_routes()
    routes += process_routes()
    routes += policy_routes()
    routes += article_routes()
    routes += offering_routes()
    routes += order_routes()
    routes += guide_routes()
    routes += what_if_routes()
    routes += conversation_routes()
    routes += rule_routes()
    routes += diagram_routes()
    routes += proof_routes()
    routes += read_audit_routes()
    routes += migration_routes()
    routes += delegation_routes()
    routes += personal_data_routes()
    routes += retention_routes()
    routes += chain_routes()
    return routes
