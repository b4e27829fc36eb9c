"""The API in the process that works, for what is asked or done there as its routes do."""

from typing import TYPE_CHECKING

from domain.desk import Desk
from ops.compose import master_key, open_files
from ops.settings import Settings
from projections.views import Views

if TYPE_CHECKING:
    from api.context import Context


class LateApi:
    """Has the API only once it is needed: its bodies take memory that few processes that work ever
    need."""

    def __init__(self, settings: Settings, desk: Desk, views: Views) -> None:
        self._settings = settings
        self._desk = desk
        self._views = views

    def context(self) -> "Context":
        from api.context import Context
        from api.settings import Settings as ApiSettings
        from api.settings import now

        settings = ApiSettings(signing_key=master_key(self._settings).derived("cursors"))
        files = open_files(self._settings, self._desk.ledger.mapper.keys)
        return Context(self._desk, self._views, settings, now, files=files)
