from datetime import timedelta

import pytest
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker, WorkflowRunner

from tests.temporal import worker
from tests.workflows.careless_workflow import Careless
from tests.workflows.sample_workflows import Nap, Sleeper
from workflows.sandbox import sandbox, unsandboxed


async def test_the_sandbox_refuses_a_workflow_that_loads_our_modules_anew(
    skipper: TimeSkipper,
) -> None:
    with pytest.raises(RuntimeError, match="Failed validating workflow Careless"):
        Worker(skipper.client, task_queue="never", workflows=[Careless], workflow_runner=sandbox())


@pytest.mark.parametrize("runner", [sandbox(), unsandboxed()], ids=["sandboxed", "unsandboxed"])
async def test_a_workflow_with_msgspec_structs_runs_with_or_without_the_sandbox(
    skipper: TimeSkipper, runner: WorkflowRunner
) -> None:
    nap = Nap(timedelta(hours=1), "siesta")

    async with worker(skipper.client, [Sleeper], runner=runner) as queue:
        woken = await skipper.client.execute_workflow(
            Sleeper.run, nap, id=f"nap-{queue}", task_queue=queue
        )

    assert woken.nap == nap
