"""What the API is told by whoever runs it."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from domain.bulk_job import FILE_KEPT
from domain.feed.addresses import Network


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of one API process. All have defaults that are right for a desk on one host."""

    signing_key: bytes
    """Signs cursors; the same for all API processes of a desk. At least 32 bytes."""
    decision_key: bytes = b""
    """Marks the links of decisions, as for all processes of a desk. Without it, none are taken."""
    version: str = "0.1.0"
    temporal_page: str = ""
    """The address of Temporal's own page, for the start page; "" if there is none."""
    body_bytes_max: int = 1024 * 1024
    requests_per_minute: int = 60_000
    """How much one token may ask, or one address without a token."""
    anonymous_per_minute: int = 6_000
    session_lifetime: timedelta = timedelta(hours=12)
    logins_per_quarter_hour: int = 20
    """Failed ones, for one user name. From one address it may be ten times as many."""
    secure_cookies: bool = False
    """True where browsers come by HTTPS."""
    wait_seconds_max: float = 5.0
    """How long a read waits for the position that it is to have reached."""
    streams_max: int = 2_000
    """How many may follow the events in one process at a time."""
    webhook_networks: tuple[Network, ...] = ()
    """Networks to which webhooks may send though they are not public, by HTTP too."""
    bulk_days: int = FILE_KEPT.days
    """How long the files of bulk jobs are kept after something last happened to these."""
    ready_lag_max: int = 10_000
    """How many events a view may be behind before the desk calls itself not ready."""


def now() -> datetime:
    return datetime.now(UTC)
