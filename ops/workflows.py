"""`ledgerdesk workflows rebuild`: throws the workflows away, and starts them from the ledger."""

from rich.console import Console
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.ledger import Ledger
from ops.compose import open_ledger, open_views
from ops.problems import UserProblem
from ops.settings import Settings
from ops.temporal_client import connect, namespace_id
from ops.temporal_folder import read_stamp
from ops.work import Index
from projections.views import Views
from workflows.due_index import Horizons
from workflows.poker import Poker
from workflows.reactor import Reactor
from workflows.shards import Shards
from workflows.temporal import Temporal

THROWN_AWAY = 'ExecutionStatus = "Running" AND WorkflowType IN ("Approval", "Escalation")'
REASON = "Rebuilt from the ledger."


async def rebuild(settings: Settings, out: Console) -> None:
    """Rebuild the workflows of a desk, which may go on working meanwhile. Raises UserProblem."""
    address = settings.temporal_address
    stamp = read_stamp(settings.data.absolute() / "temporal" / "temporal.json")
    if address is None and stamp is not None:
        address = f"127.0.0.1:{stamp.ports.grpc}"
    if address is None:
        raise UserProblem("The embedded Temporal never ran here. Start `ledgerdesk up`.")
    try:
        client = await connect(address, settings.temporal_namespace)
    except RuntimeError:
        raise UserProblem(f"Nothing answers at {address}. Start `ledgerdesk up`.") from None
    async with open_ledger(settings) as ledger, open_views(settings) as views:
        thrown, started = await rebuild_all(client, ledger, views)
    out.print(f"{thrown} workflows were thrown away, and {started} started from the ledger.")


async def rebuild_all(client: Client, ledger: Ledger, views: Views) -> tuple[int, int]:
    """Throw the workflows of a namespace away and start those of all that is open: how many."""
    thrown = 0
    async for run in client.list_workflows(THROWN_AWAY):
        thrown += await _terminate(client, run.id)
    temporal = Temporal(client, namespace_id, reuse=WorkflowIDReusePolicy.ALLOW_DUPLICATE)
    await temporal.identify()
    poker = Poker(temporal, Index(views), Horizons(), Shards(ledger.recorder))
    reactor = Reactor(ledger, temporal, poker)
    await reactor.rebuild()
    return thrown, temporal.started


async def _terminate(client: Client, id: str) -> bool:
    try:
        await client.get_workflow_handle(id).terminate(reason=REASON)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
