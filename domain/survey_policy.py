"""Which requesters are asked how well it was done: by a policy, a sample of them, and when."""

from datetime import timedelta
from hashlib import blake2b
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.field_conditions import field_condition
from domain.plain_definition import PlainDefinition
from domain.rules import require

RatedKind = Literal["incident", "question", "request"]
SERVICES_MAX = 100
DELAY_HOURS_MAX = 336
REST_DAYS_MAX = 366
EXPIRES_DAYS_MAX = 60


class SurveyDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    tickets: tuple[RatedKind, ...] = ()
    """The kinds of tickets that it is for; without any, all of them."""
    services: tuple[str, ...] = ()
    """The services that it is for; without any, all of them."""
    condition: str = ""
    """A condition in CEL on the ticket as it is then; always, if empty."""
    percent: int = 100
    """How many of a hundred resolutions are asked about."""
    delay_hours: int = 0
    """How long after the resolution its requester is asked."""
    once_in_days: int = 0
    """Nobody is asked again within so many days; 0: always."""
    remind_after_days: int = 0
    """How long after they were asked they are reminded, once; 0: never."""
    expires_after_days: int = 14
    """For how long after they were asked they can answer."""

    @property
    def delay(self) -> timedelta:
        return timedelta(hours=self.delay_hours)


class SurveyPolicy(PlainDefinition[SurveyDefinition]):
    prefix = "SUR"
    what = "survey policy"

    versions: tuple[SurveyDefinition, ...]

    @staticmethod
    def check(definition: SurveyDefinition) -> None:
        kinds = get_args(RatedKind)
        require(
            all(one in kinds for one in definition.tickets),
            f"tickets: one of {', '.join(kinds)}.",
        )
        require(
            len(definition.services) <= SERVICES_MAX, f"services: at most {SERVICES_MAX} are named."
        )
        for service in definition.services:
            require(text.name(service, "services: one") == service, "services: no spaces around.")
        field_condition(definition.condition)
        for name, least, most in (
            ("percent", 1, 100),
            ("delay_hours", 0, DELAY_HOURS_MAX),
            ("once_in_days", 0, REST_DAYS_MAX),
            ("remind_after_days", 0, EXPIRES_DAYS_MAX),
            ("expires_after_days", 1, EXPIRES_DAYS_MAX),
        ):
            holds = least <= getattr(definition, name) <= most
            require(holds, f"{name}: a whole number from {least} to {most}.")
        require(
            definition.remind_after_days < definition.expires_after_days,
            "remind_after_days: before it expires.",
        )

    class Defined(PlainDefinition.Defined):
        definition: SurveyDefinition

    class Revised(PlainDefinition.Revised):
        definition: SurveyDefinition


def is_sampled(
    ticket: UUID, resolution: int, policy: UUID, version: int, definition: SurveyDefinition
) -> bool:
    """Whether a resolution is in the sample: by what it is alone, so for ever the same."""
    asked = f"{ticket} {resolution} {policy} {version}".encode()
    digest = blake2b(asked, digest_size=8, person=b"ledgerdesk surve").digest()
    return int.from_bytes(digest) % 100 < definition.percent
