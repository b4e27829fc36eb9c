"""What people said about a record, in its row, the latest last."""

from typing import Any, Protocol

from domain.remarks import Discussed
from projections.tables import Json, instant
from projections.view import Cases


class HasRemarks(Protocol):
    comments: tuple[Json, ...]


def head(cases: Cases[Any]) -> None:
    """Let the cases of a row keep what is said."""

    @cases.on(Discussed.Commented)
    def _commented(event: Discussed.Commented, row: HasRemarks) -> None:
        said: Json = {
            "by": event.by.actor,
            "at": instant(event.by.effective_at),
            "text": event.text,
        }
        row.comments = (*row.comments, said)
