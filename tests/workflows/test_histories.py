from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from ops.record_history import record
from tests.temporal import worker
from tests.workflows.sabotaged_workflows import (
    ForgetfulClock,
    HastyApproval,
    LazyBulkJob,
    LazyDeliveries,
    LazyMail,
    LazyMailings,
    LazySurveyMail,
    PatientEscalation,
)
from tests.workflows.sample_workflows import Nap, Sleeper
from workflows.converter import DATA_CONVERTER
from workflows.sandbox import sandbox
from workflows.worker import BULK_WORKFLOWS, MAIL_WORKFLOWS, WEBHOOK_WORKFLOWS, WORKFLOWS

EVERY = (*WORKFLOWS, *WEBHOOK_WORKFLOWS, *MAIL_WORKFLOWS, *BULK_WORKFLOWS)
SABOTAGED = (
    *(HastyApproval, ForgetfulClock, PatientEscalation),
    *(LazyDeliveries, LazyMail, LazySurveyMail, LazyMailings, LazyBulkJob),
)
HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json("recorded", file.read_text(encoding="utf-8"))


def replayer(*workflows: type) -> Replayer:
    return Replayer(workflows=workflows, data_converter=DATA_CONVERTER, workflow_runner=sandbox())


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_history_that_was_recorded_once_is_replayed_for_ever(file: Path) -> None:
    await replayer(*EVERY).replay_workflow(history(file))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_workflow_that_was_changed_is_found_out(file: Path) -> None:
    sabotaged = replayer(*SABOTAGED)

    with pytest.raises(NondeterminismError):
        await sabotaged.replay_workflow(history(file))


def test_each_workflow_has_a_recorded_history() -> None:
    kinds = {
        file.read_text(encoding="utf-8").partition('"workflowType": {\n')[2].split('"')[3]
        for file in HISTORIES
    }

    assert kinds == {
        *("Approval", "SlaClock", "Escalation"),
        *("WebhookDeliveries", "DecisionMail", "SurveyMail", "Mailings", "BulkJob"),
    }


async def test_a_recorded_history_names_no_machine_and_replays(
    live_client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "nap.json"
    async with worker(live_client, [Sleeper]) as queue:
        id = f"nap-{queue}"
        await live_client.execute_workflow(
            Sleeper.run, Nap(timedelta(seconds=0.01), "blink"), id=id, task_queue=queue
        )
        await record(live_client, id, file)

    await replayer(Sleeper).replay_workflow(history(file))
    assert live_client.identity not in file.read_text(encoding="utf-8")
