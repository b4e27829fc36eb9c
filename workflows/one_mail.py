"""Sends one mail once, and tries again as long as the server is away."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

ATTEMPT = timedelta(minutes=3)
PATIENCE = timedelta(days=3)
"""After that it is left out: reminders and escalations have mails of their own."""
RETRIES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=30))


async def send_once(activity: str, mail: Any) -> str:
    """Have a mail sent. What came of it, in words."""
    outcome: str = await workflow.execute_activity(
        activity,
        mail,
        result_type=str,
        start_to_close_timeout=ATTEMPT,
        schedule_to_close_timeout=PATIENCE,
        retry_policy=RETRIES,
    )
    return outcome
