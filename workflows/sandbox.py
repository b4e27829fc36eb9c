"""Where workflow code runs: guarded in tests, plain in production."""

from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy


def sandbox() -> SandboxedWorkflowRunner:
    """A sandbox that refuses to load what a workflow did not pass through on purpose.

    Each sandbox that loads eventsourcing anew wraps `dataclasses` once more, for good: the
    worker would end in a RecursionError after some 900 workflows.
    """
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(
            "msgspec"
        ).with_import_notification_policy(
            SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        )
    )


def unsandboxed() -> UnsandboxedWorkflowRunner:
    """No sandbox: a twentieth of the memory and a sixth of the time for each open workflow.

    Safe because the tests run every workflow in the sandbox and replay recorded histories.
    """
    return UnsandboxedWorkflowRunner()
