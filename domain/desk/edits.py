"""Edits of what is being approved: none may make another approval necessary than the one that runs.

Without this, a stage that was skipped for a low risk would stay skipped when the risk is raised
after the others have passed.
"""

from collections.abc import Mapping

from domain.approval_round import ApprovalRounds
from domain.conditions import condition
from domain.directory import Directory
from domain.rules import require
from domain.subjects import Value


def check_edit(
    directory: Directory,
    record: ApprovalRounds,
    was: Mapping[str, Value],
    now: Mapping[str, Value],
) -> None:
    """Refuse an edit during an approval with which another process would govern the record, or a
    stage would apply that was skipped. What the edit does not change is not asked about.

    record: as it was before the edit. was, now: its facts before and after the edit.
    """
    standing, kind = record.standing, record.subject
    process = directory.approval_process(standing.process)
    if process is None or was == now:
        return
    definition = process.definition_of(standing.process_version)
    anew = record.anew
    was, now = ({**known, "submissions": standing.number - 1} for known in (was, now))

    def holds(when: str, known: Mapping[str, Value]) -> bool:
        return condition(when, kind).holds(known)

    require(
        holds(definition.when, now) or not holds(definition.when, was),
        f"With that, the process of its approval would not govern it: {definition.when} would not "
        f"hold. {anew}",
    )
    usual, other = (directory.process_for(kind, known) for known in (was, now))
    if other is not None and other is not usual:
        require(
            other.id == process.id,
            f"With that, another process would govern it, {other.number}. {anew}",
        )
    asked = {stage.name for stage in standing.stages}
    for stage in definition.stages:
        require(
            stage.name in asked or holds(stage.when, was) or not holds(stage.when, now),
            f"With that, a stage of its approval would apply that was skipped: {stage.name}, for "
            f"{stage.when}. {anew}",
        )
