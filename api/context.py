"""What the endpoints of one API process share."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from api.http.limits import Buckets
from api.identity import Identity
from api.kept_documents import KeptDocuments
from api.noting import Noting
from api.passwords import Passwords
from api.settings import Settings
from domain.desk import Desk
from domain.feed.tail import Tail
from domain.files import Files
from domain.ledger import Ledger
from domain.transparency.proofs import Proofs
from domain.transparency.store import LogStore
from projections.outlook import ViewsOutlook
from projections.views import Views

CATCHING_UP_MAX = 4
"""So many streams of events read the ledger at a time; all others follow its end, which is read
once."""


class Context:
    def __init__(
        self,
        desk: Desk,
        views: Views,
        settings: Settings,
        clock: Callable[[], datetime],
        log: LogStore | None = None,
        files: Files | None = None,
    ) -> None:
        self.desk = desk
        self.proofs = None if log is None else Proofs(desk.ledger.recorder, log)
        self.files = files
        """Where attachments are kept; None if this desk keeps none."""
        self.identity = Identity(desk, is_secure=settings.secure_cookies)
        self.tail = Tail(desk.ledger)
        self.catching_up = asyncio.Semaphore(CATCHING_UP_MAX)
        desk.outlook = ViewsOutlook(views, desk.ledger)
        self.views = views
        self.documents = KeptDocuments()
        self.settings = settings
        self.clock = clock
        self.passwords = Passwords(settings.logins_per_quarter_hour)
        self.noting = Noting(desk.ledger, clock)
        self.requests = Buckets(settings.requests_per_minute, 60)
        self.anonymous = Buckets(settings.anonymous_per_minute, 60)

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger
