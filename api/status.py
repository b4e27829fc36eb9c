"""Whether the desk is alive and ready, and its figures for Prometheus."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.context import Context
from api.http.metrics import CONTENT_TYPE, Requests
from projections.view import is_declared


class Status:
    def __init__(self, context: Context, requests: Requests) -> None:
        self.context = context
        self.requests = requests

    def routes(self) -> dict[str, Callable[..., Any]]:
        return {"/livez": self.alive, "/readyz": self.ready, "/metrics": self.metrics}

    async def alive(self, _: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(self, _: Request) -> Response:
        """Ready once the ledger answers and no view is far behind it."""
        head = self.context.ledger.position()
        positions = await self.context.views.positions()
        behind = {view: head - position for view, position in positions.items()}
        most = self.context.settings.ready_lag_max
        # What is declared now is built from the first event on, while all else serves.
        late = sorted(v for v, lag in behind.items() if lag > most and not is_declared(v))
        is_ready = bool(positions) and not late
        document = {
            "status": "ready" if is_ready else "not ready",
            "ledger": head,
            "views": positions,
            "late": late,
        }
        return JSONResponse(document, 200 if is_ready else 503)

    async def metrics(self, _: Request) -> Response:
        positions = await self.context.views.positions()
        page = self.requests.page(self.context.ledger.position(), positions)
        return Response(page, media_type=CONTENT_TYPE)
