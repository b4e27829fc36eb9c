"""How a record comes to stand where a row of a foreign history says that it stood.

Foreign histories went their own ways, so the facts are recorded as they are: no rule of the life
cycle refuses them. `move` records what leads there, and nothing if the record stands there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar, get_args

from domain import asset, change, incident, problem
from domain.asset import Asset
from domain.change import Change
from domain.incident import Incident
from domain.problem import Problem
from domain.provenance import Provenance
from ops.importing.errors import BadRow

Facts = Mapping[str, Any]
"""The other fields of the row, by name: a resolution has a code."""

IMPORTED = "imported"


class Lifecycle(ABC):
    statuses: ClassVar[tuple[str, ...]]
    """Those that a mapping may name."""
    reasons: ClassVar[tuple[str, ...]] = ()
    """Why a pending record waits."""

    def mistake(self, status: str, reason: str | None) -> str:
        """What is wrong with naming this status in a mapping, or ""."""
        if status not in self.statuses:
            near = get_close_matches(status, self.statuses, n=1)
            hint = f"is it {near[0]!r}?" if near else f"one of {', '.join(self.statuses)}"
            return f"there is no status {status!r} to import; {hint}"
        if (status == "pending") != (reason is not None):
            return "pending is given with a reason, and only pending is"
        if reason is not None and reason not in self.reasons:
            return f"there is no pending reason {reason!r}; one of {', '.join(self.reasons)}"
        return ""

    @abstractmethod
    def stands(self, record: Any, status: str, reason: str) -> bool:
        """Whether the record is in the status that the source calls so."""

    @abstractmethod
    def move(self, record: Any, status: str, reason: str, facts: Facts, by: Provenance) -> None:
        """Record what leads to a status. Raises BadRow if a fact is missing that it needs."""


class TicketLifecycle(Lifecycle):
    """Incidents and problems. They are `assigned` once somebody has them, and `new` before: which
    of the two follows from the assignment, so a source may call both by either name."""

    def __init__(self, kind: type[Incident] | type[Problem], working: str) -> None:
        self.kind: Any = kind
        self.working = working

    def stands(self, record: Any, status: str, reason: str) -> bool:
        if status in ("new", "assigned"):
            is_held = record.team is not None or record.assignee is not None
            return bool(record.status == ("assigned" if is_held else "new"))
        if status == "pending":
            return bool(record.status == status and record.pending_reason == reason)
        return bool(record.status == status)

    def move(self, record: Any, status: str, reason: str, facts: Facts, by: Provenance) -> None:
        if self.stands(record, status, reason):
            return
        kind = self.kind
        if (record.is_over and status == "resolved") or (
            record.status in ("resolved", "closed", "cancelled")
            and status
            not in (
                "resolved",
                "closed",
                "cancelled",
            )
        ):
            record.record(kind.Reopened(by=by))
        elif record.status == "pending" and status in (self.working, "known error"):
            record.record(kind.Resumed(by=by))
        if not self.stands(record, status, reason):
            record.record(self._event(status, reason, facts, by))

    def _event(self, status: str, reason: str, facts: Facts, by: Provenance) -> Any:
        kind = self.kind
        match status:
            case "new" | "assigned":
                return kind.Requeued(by=by)
            case "pending":
                return kind.Paused(by=by, reason=reason)
            case "known error":
                return kind.KnownErrorDeclared(by=by)
            case "resolved":
                return kind.Resolved(
                    by=by,
                    code=facts.get("code") or IMPORTED,
                    resolution=facts.get("resolution") or "",
                )
            case "closed":
                return kind.Closed(by=by)
            case "cancelled":
                return kind.Cancelled(by=by)
        return kind.WorkStarted(by=by) if kind is Incident else kind.InvestigationStarted(by=by)


class IncidentLifecycle(TicketLifecycle):
    statuses = tuple(status.value for status in incident.Status)
    reasons = get_args(incident.PendingReason)

    def __init__(self) -> None:
        super().__init__(Incident, "in progress")


class ProblemLifecycle(TicketLifecycle):
    statuses = tuple(status.value for status in problem.Status)
    reasons = get_args(problem.PendingReason)

    def __init__(self) -> None:
        super().__init__(Problem, "investigating")


class ChangeLifecycle(Lifecycle):
    """A change under approval is not imported as such: nobody could tell who still has to vote."""

    statuses = tuple(
        status.value for status in change.Status if status is not change.Status.IN_APPROVAL
    )

    def stands(self, record: Change, status: str, reason: str) -> bool:
        return record.status == status

    def move(
        self,
        record: Change,
        status: str,
        reason: str,
        facts: Facts,
        by: Provenance,
    ) -> None:
        if record.status != status:
            record.record(self._event(record, status, facts, by))

    def _event(self, record: Change, status: str, facts: Facts, by: Provenance) -> Any:
        start: Any = facts.get("scheduled_start")
        end: Any = facts.get("scheduled_end")
        if status == "scheduled" and (start is None or end is None):
            raise BadRow("a scheduled change has a scheduled_start and a scheduled_end")
        outcome: Any = facts.get("outcome") or "successful"
        event: Callable[..., Any]
        match status:
            case "approved" | "rejected":
                event = Change.Approved if status == "approved" else Change.Rejected
                return event(by=by, round=record.round, reason=IMPORTED)
            case "scheduled":
                return Change.Scheduled(by=by, start=start, end=end)
            case "implementing":
                return Change.ImplementationStarted(by=by)
            case "implemented":
                return Change.Implemented(by=by, outcome=outcome)
            case "reviewed":
                return Change.Reviewed(by=by, outcome=outcome, notes="")
            case "closed":
                return Change.Closed(by=by, code=facts.get("code") or "")
            case "proposed":
                raise BadRow("a change does not become proposed again")
        event = {
            "backed out": Change.BackedOut,
            "withdrawn": Change.Withdrawn,
            "cancelled": Change.Cancelled,
        }[status]
        return event(by=by, reason="")


class AssetLifecycle(Lifecycle):
    statuses = tuple(status.value for status in asset.Status)

    def stands(self, record: Asset, status: str, reason: str) -> bool:
        return record.status == status

    def move(
        self,
        record: Asset,
        status: str,
        reason: str,
        facts: Facts,
        by: Provenance,
    ) -> None:
        holder = facts.get("holder")
        if status == "in use" and holder is None:
            raise BadRow("an asset in use has a holder")
        if record.status == status and (status != "in use" or record.holder == holder):
            return
        if record.status == "in repair" and status in ("in use", "in stock"):
            record.record(Asset.Repaired(by=by))
        if record.status != status or (status == "in use" and record.holder != holder):
            record.record(self._event(status, holder, by))

    def _event(self, status: str, holder: Any, by: Provenance) -> Any:
        match status:
            case "in use":
                return Asset.Issued(by=by, to=holder)
            case "in stock":
                return Asset.Returned(by=by, condition="")
            case "in repair":
                return Asset.SentForRepair(by=by, vendor=IMPORTED, reason="")
            case "retired":
                return Asset.Retired(by=by, reason="")
        return Asset.Disposed(by=by, method=IMPORTED)
