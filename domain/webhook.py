"""Webhooks: addresses to which events are sent, seen with the eyes of whoever registered them.

What they are signed with is made of a key that is kept apart (`domain.feed.signing`); the ledger
knows only which of the secrets is the present one.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from domain import text
from domain.aggregate import Aggregate, Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require

URL_MAX = 2_000
CONDITION_MAX = 2_000
NAMES_MAX = 50
VIEWS_MAX = 10
OVERLAP_MAX = timedelta(days=7)
POSITION_MAX = 2**53

_SAID = ("url", "description", "types", "kinds", "subjects", "condition", "views")
_URL = re.compile(r"[!-~]+")


class Status(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"


class Webhook(Aggregate):
    prefix = "WHK"

    url: str
    description: str
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    subjects: tuple[UUID, ...]
    condition: str
    """A condition on the events, besides."""
    views: tuple[UUID, ...]
    """The saved views of which it tells what enters and leaves, instead of events."""
    owner: UUID | None
    organisation: UUID | None
    status: Status
    secret: int
    """The number of the present secret, from 1."""
    overlap_until: datetime | None
    """Until when the secret before it signs, too."""
    rewinds: int
    """How often it was told to begin again."""
    after: int | None
    """After which position it begins; None to begin with what comes after its registration."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.url = ""
        self.description = ""
        self.types = self.kinds = ()
        self.subjects = ()
        self.condition = ""
        self.views = ()
        self.owner = self.organisation = None
        self.status = Status.ACTIVE
        self.secret = 1
        self.overlap_until = None
        self.rewinds = 0
        self.after = None

    def _require_there(self) -> None:
        require(self.status is not Status.REMOVED, "A webhook that was removed is no more.")

    def _require_active(self) -> None:
        self._require_there()
        require(self.status is Status.ACTIVE, "A webhook is enabled first.")

    # Register, amend -----------------------------------------------------------------------

    @classmethod
    def register(
        cls,
        id: UUID,
        *,
        url: str,
        description: str = "",
        types: Sequence[str] = (),
        kinds: Sequence[str] = (),
        subjects: Sequence[UUID] = (),
        condition: str = "",
        views: Sequence[UUID] = (),
        after: int | None = None,
        owner: UUID,
        organisation: UUID,
        by: Provenance,
    ) -> Self:
        """Of several filters each must hold. `after` is a position of the ledger."""
        check_url(url)
        _check_position(after)
        _check_filters(types, kinds, subjects)
        _check_condition(condition)
        _check_views(views, is_alone=not (types or kinds or subjects or condition))
        return cls.begin(
            id,
            cls.Registered(
                by=by,
                url=url,
                description=text.body(description, "A description", text.REASON_MAX),
                types=tuple(types),
                kinds=tuple(kinds),
                subjects=tuple(subjects),
                condition=condition,
                views=tuple(views),
                after=after,
                owner=owner,
                organisation=organisation,
            ),
        )

    class Registered(Event):
        url: str
        owner: UUID
        organisation: UUID
        description: str = ""
        types: tuple[str, ...] = ()
        kinds: tuple[str, ...] = ()
        subjects: tuple[UUID, ...] = ()
        condition: str = ""
        views: tuple[UUID, ...] = ()
        after: int | None = None

        def apply(self, webhook: "Webhook", /) -> None:
            webhook.url = self.url
            webhook.description = self.description
            webhook.types, webhook.kinds = self.types, self.kinds
            webhook.subjects, webhook.condition = self.subjects, self.condition
            webhook.views = self.views
            webhook.owner, webhook.organisation = self.owner, self.organisation
            webhook.after = self.after

    def amend(
        self,
        *,
        url: str,
        description: str = "",
        types: Sequence[str] = (),
        kinds: Sequence[str] = (),
        subjects: Sequence[UUID] = (),
        condition: str = "",
        views: Sequence[UUID] = (),
        by: Provenance,
    ) -> None:
        """Say anew where it goes, and what."""
        self._require_there()
        check_url(url)
        _check_filters(types, kinds, subjects)
        _check_condition(condition)
        _check_views(views, is_alone=not (types or kinds or subjects or condition))
        amended = self.Amended(
            by=by,
            url=url,
            description=text.body(description, "A description", text.REASON_MAX),
            types=tuple(types),
            kinds=tuple(kinds),
            subjects=tuple(subjects),
            condition=condition,
            views=tuple(views),
        )
        if any(getattr(self, name) != getattr(amended, name) for name in _SAID):
            self.record(amended)

    class Amended(Event):
        url: str
        description: str = ""
        types: tuple[str, ...] = ()
        kinds: tuple[str, ...] = ()
        subjects: tuple[UUID, ...] = ()
        condition: str = ""
        views: tuple[UUID, ...] = ()

        def apply(self, webhook: "Webhook", /) -> None:
            webhook.url = self.url
            webhook.description = self.description
            webhook.types, webhook.kinds = self.types, self.kinds
            webhook.subjects, webhook.condition = self.subjects, self.condition
            webhook.views = self.views

    # Secrets -----------------------------------------------------------------------------

    def rotate_secret(self, *, overlap_hours: int = 24, by: Provenance) -> None:
        """Sign with the next secret, and for some hours with the one before it, too."""
        self._require_there()
        overlap = timedelta(hours=overlap_hours)
        require(
            timedelta(0) <= overlap <= OVERLAP_MAX,
            f"overlap_hours: from 0 to {OVERLAP_MAX // timedelta(hours=1)}.",
        )
        self.record(self.SecretRotated(by=by, overlap_until=by.at + overlap))

    class SecretRotated(Event):
        overlap_until: datetime

        def apply(self, webhook: "Webhook", /) -> None:
            webhook.secret += 1
            webhook.overlap_until = self.overlap_until

    # Test, rewind --------------------------------------------------------------------------

    def test(self, *, by: Provenance) -> None:
        """Have an event that is always sent."""
        self._require_active()
        self.record(self.Tested(by=by))

    class Tested(Event):
        def apply(self, webhook: "Webhook", /) -> None: ...

    def rewind(self, *, after: int, by: Provenance) -> None:
        """Send again what came after a position."""
        self._require_there()
        _check_position(after)
        self.record(self.Rewound(by=by, after=after))

    class Rewound(Event):
        after: int

        def apply(self, webhook: "Webhook", /) -> None:
            webhook.rewinds += 1
            webhook.after = self.after

    # Disable, enable, remove ---------------------------------------------------------------

    def disable(self, reason: str, *, by: Provenance) -> None:
        """Send nothing until it is enabled; then it goes on where it was."""
        self._require_there()
        given = text.reason(reason, "A webhook is disabled with a reason.")
        if self.status is Status.ACTIVE:
            self.record(self.Disabled(by=by, reason=given))

    class Disabled(Event):
        class_version = 2

        reason: Annotated[str, Personal("actor", since=2)]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            """The reason was not sealed."""
            return state

        def apply(self, webhook: "Webhook", /) -> None:
            webhook.status = Status.DISABLED

    def give_up(self, reason: str, *, failing_since: datetime, by: Provenance) -> None:
        """Send nothing more, as nothing has arrived for long."""
        if self.status is Status.ACTIVE:
            given = text.reason(reason, "A webhook is given up for a reason.")
            self.record(self.GivenUp(by=by, reason=given, failing_since=failing_since))

    class GivenUp(Event):
        reason: str
        failing_since: datetime

        def apply(self, webhook: "Webhook", /) -> None:
            webhook.status = Status.DISABLED

    def enable(self, *, by: Provenance) -> None:
        self._require_there()
        if self.status is Status.DISABLED:
            self.record(self.Enabled(by=by))

    class Enabled(Event):
        def apply(self, webhook: "Webhook", /) -> None:
            webhook.status = Status.ACTIVE

    def remove(self, *, by: Provenance) -> None:
        if self.status is not Status.REMOVED:
            self.record(self.Removed(by=by))

    class Removed(Event):
        def apply(self, webhook: "Webhook", /) -> None:
            webhook.status = Status.REMOVED


def check_url(url: str) -> None:
    """Refuse what is no address to send to."""
    is_url = len(url) <= URL_MAX and _URL.fullmatch(url) is not None
    require(is_url, f"url: at most {URL_MAX} visible ASCII characters.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    require(
        host is not None and port != 0 and parts.scheme in ("http", "https"),
        "url: an address such as https://example.org/hooks is needed.",
    )
    require(
        "@" not in parts.netloc and parts.fragment == "" and "\\" not in url,
        "url: it has neither a user name nor a fragment.",
    )


def _check_position(after: int | None) -> None:
    require(after is None or 0 <= after <= POSITION_MAX, "after: a position of the ledger.")


def _check_filters(types: Sequence[str], kinds: Sequence[str], subjects: Sequence[UUID]) -> None:
    for name, values in (("types", types), ("kinds", kinds), ("subjects", subjects)):
        require(len(values) <= NAMES_MAX, f"{name}: at most {NAMES_MAX} are named.")


def _check_condition(condition: str) -> None:
    require(len(condition) <= CONDITION_MAX, f"condition: at most {CONDITION_MAX:,} characters.")
    require(text.is_clean(condition), "condition: no control characters.")


def _check_views(views: Sequence[UUID], *, is_alone: bool) -> None:
    require(len(views) <= VIEWS_MAX, f"views: at most {VIEWS_MAX} are named.")
    require(is_alone or not views, "views: a webhook that tells of saved views chooses no events.")
