"""A workflow that loads a module of ours inside the sandbox."""

from temporalio import workflow

import domain.rules  # noqa: F401 - the carelessness


@workflow.defn
class Careless:
    @workflow.run
    async def run(self) -> None:
        pass
