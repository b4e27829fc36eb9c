"""Keeps the history of a workflow as a test: `python -m ops.record_history ADDRESS ID FILE`."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

from temporalio.client import Client

from ops.temporal_client import connect

_PROCESS = re.compile(r"\d+@[\w.-]+")


async def record(client: Client, workflow: str, file: Path, run: str | None = None) -> None:
    """Write the history of a workflow, or of one run of it, without the names of machines."""
    history = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
    plain = {"workflowId": workflow, **_anonymous(history.to_json_dict())}
    file.write_text(json.dumps(plain, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _anonymous(value: Any) -> Any:
    match value:
        case dict():
            return {name: _anonymous(each) for name, each in value.items()}
        case list():
            return [_anonymous(each) for each in value]
        case str():
            return _PROCESS.sub("ledgerdesk", value)
    return value


async def main(address: str, workflow: str, file: str) -> None:
    await record(await connect(address), workflow, Path(file))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
