"""Which failures of an activity are worth another try."""

import functools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from eventsourcing.persistence import MapperDeserialisationError
from temporalio import activity as running
from temporalio.exceptions import ApplicationError

from domain.rules import Forbidden, NotFound, Refused

P = ParamSpec("P")
T = TypeVar("T")

PAUSE, PAUSE_MAX = timedelta(minutes=2), timedelta(hours=1)
"""How long what cannot be read is left alone, twice as long each time. For a pause of more than a
minute Temporal sets a timer; in a shorter one it adds to the history every few seconds."""


def refusals_are_final(activity: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """What the ledger refuses fails the workflow for all to see; all else is tried again.

    What cannot be read is tried less and less often: it stays so until somebody has put it right,
    and tries that follow each other closely would fill the history of the workflow.
    """

    @functools.wraps(activity)
    async def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await activity(*args, **kwargs)
        except (Refused, Forbidden, NotFound) as refusal:
            raise ApplicationError(
                str(refusal), type=type(refusal).__name__, non_retryable=True
            ) from refusal
        except MapperDeserialisationError as error:
            tries = running.info().attempt
            raise ApplicationError(
                str(error),
                type=type(error).__name__,
                next_retry_delay=min(PAUSE * 2 ** min(tries - 1, 5), PAUSE_MAX),
            ) from error

    return attempt
