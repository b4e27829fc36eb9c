"""Which failures of an activity are worth another try."""

import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from temporalio.exceptions import ApplicationError

from domain.rules import Forbidden, NotFound, Refused

P = ParamSpec("P")
T = TypeVar("T")


def refusals_are_final(activity: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """What the ledger refuses fails the workflow for all to see; all else is tried again."""

    @functools.wraps(activity)
    async def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await activity(*args, **kwargs)
        except (Refused, Forbidden, NotFound) as refusal:
            raise ApplicationError(
                str(refusal), type=type(refusal).__name__, non_retryable=True
            ) from refusal

    return attempt
