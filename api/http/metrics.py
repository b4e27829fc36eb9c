"""Figures for Prometheus: requests, and how far the ledger and the views are."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Requests:
    """Requests by method, route and status, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "ledgerdesk_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ledgerdesk_http_request_seconds",
            "How long requests took.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._head = Gauge(
            "ledgerdesk_ledger_position", "The latest position.", registry=self.registry
        )
        self._position = Gauge(
            "ledgerdesk_view_position",
            "The position a view has got to.",
            ("view",),
            registry=self.registry,
        )
        self._lag = Gauge(
            "ledgerdesk_view_lag_events",
            "How many positions a view is behind.",
            ("view",),
            registry=self.registry,
        )
        # Labels are looked up once: that look-up costs more than the counting.
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        known = self._known.get(key)
        if known is None:
            method = method if method in METHODS else "other"
            known = self._known[method, route, status] = (
                self._count.labels(method, route, str(status)),
                self._seconds.labels(method, route),
            )
        known[0].inc()
        known[1].observe(seconds)

    def page(self, head: int, positions: Mapping[str, int]) -> bytes:
        self._head.set(head)
        for view, position in positions.items():
            self._position.labels(view).set(position)
            self._lag.labels(view).set(max(0, head - position))
        return generate_latest(self.registry)
