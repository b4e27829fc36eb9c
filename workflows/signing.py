"""How workflows sign what they do: with a command id that outlives runs, retries and Temporal."""

from datetime import datetime
from uuid import UUID, uuid5

from domain.ids import named_id
from domain.provenance import Cause, Provenance

_COMMANDS = named_id("WFL", "commands")


def command_id(workflow: str, step: str) -> UUID:
    """The id of a step of a workflow: the same in every run, so that it is recorded once."""
    return uuid5(_COMMANDS, f"{workflow}#{step}")


def signed(
    actor: str, workflow: str, step: str, at: datetime, effective: datetime | None = None
) -> Provenance:
    """The signature of a step that is taken at a moment and counts from `effective` on."""
    return Provenance(
        actor=actor,
        at=at,
        command=command_id(workflow, step),
        channel="workflow",
        effective=None if effective == at else effective,
        cause=Cause(workflow=workflow),
    )
