import time
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from tests.temporal import worker
from tests.workflows.sample_workflows import Nap, Sleeper


async def test_thirty_days_pass_in_under_two_seconds(skipper: TimeSkipper) -> None:
    began = time.monotonic()

    async with worker(skipper.client, [Sleeper]) as queue:
        woken = await skipper.client.execute_workflow(
            Sleeper.run, Nap(timedelta(days=30), "winter"), id=f"nap-{queue}", task_queue=queue
        )

    assert woken.at - datetime.now(UTC) > timedelta(days=29, hours=23)
    assert time.monotonic() - began < 2


async def test_a_workflow_can_be_met_in_the_middle_of_its_wait(skipper: TimeSkipper) -> None:
    async with worker(skipper.client, [Sleeper]) as queue:
        with skipper.with_time_skipping_disabled():
            sleeper = await skipper.client.start_workflow(
                Sleeper.run, Nap(timedelta(days=5), "fever"), id=f"nap-{queue}", task_queue=queue
            )

        reached = await skipper.fast_forward(sleeper, timedelta(days=3))
        await sleeper.signal(Sleeper.hear, "phone")
        heard = await sleeper.query(Sleeper.heard)
        day_three = await skipper.get_current_time(sleeper)
        woke_before = await skipper.fast_forward(sleeper, timedelta(days=3))
        woken = await sleeper.result()

    assert reached
    assert heard == ("phone",)
    assert not woke_before
    assert timedelta(days=1, hours=23) < woken.at - day_three <= timedelta(days=2, seconds=5)
    assert woken.signals == ("phone",)


async def test_real_time_is_not_skipped(live_client: Client) -> None:
    began = time.monotonic()

    async with worker(live_client, [Sleeper]) as queue:
        await live_client.execute_workflow(
            Sleeper.run, Nap(timedelta(seconds=0.4), "blink"), id=f"nap-{queue}", task_queue=queue
        )

    assert time.monotonic() - began >= 0.4
