"""Sends the mails that come again: one turn of one record at a time."""

import asyncio
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from temporalio import activity

from domain.ids import prefix_of
from workflows.mailing_values import Mailed, Mailing

BEAT_SECONDS = 10.0


class Mailer(Protocol):
    async def turn(self, id: UUID) -> Mailed:
        """Send what is due about a record."""


class MailingActivities:
    def __init__(self, mailers: Mapping[str, Mailer]) -> None:
        """`mailers` by the prefix of the records that they tell of."""
        self._mailers = mailers

    @activity.defn(name="mailings.send")
    async def send(self, mailing: Mailing) -> Mailed:
        beating = asyncio.create_task(_beat())
        try:
            return await self._mailers[prefix_of(mailing.record)].turn(mailing.record)
        finally:
            beating.cancel()


async def _beat() -> None:
    """Tell that a turn goes on, as a server can take long for each mail."""
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEAT_SECONDS)
