"""What the endpoints of one API process share."""

from collections.abc import Callable
from datetime import datetime

from api.http.limits import Buckets
from api.settings import Settings
from domain.desk import Desk
from domain.files import Files
from domain.ledger import Ledger
from domain.transparency.proofs import Proofs
from domain.transparency.store import LogStore
from projections.outlook import ViewsOutlook
from projections.views import Views


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
        desk.outlook = ViewsOutlook(views, desk.ledger)
        self.views = views
        self.settings = settings
        self.clock = clock
        self.requests = Buckets(settings.requests_per_minute, 60)
        self.anonymous = Buckets(settings.anonymous_per_minute, 60)

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger
