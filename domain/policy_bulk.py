"""Who may do what with bulk jobs: whoever proposed one, by the same policy row by row;
administrators see and stop those of their organisation."""

from domain.person import Role
from domain.policy_rows import NOBODY, READ, WRITE, rows, staff
from domain.relation import ANY, IN_SIGHT_OR_PART, OWNER

_OVERSEEN = {**staff(OWNER), Role.ADMINISTRATOR: IN_SIGHT_OR_PART}

BULK = {
    **rows(staff(ANY), READ, {"bulk_job.list": "list bulk jobs"}),
    **rows(
        {**_OVERSEEN, Role.AUDITOR: IN_SIGHT_OR_PART},
        READ,
        {
            "bulk_job.read": "read about a bulk job",
            "bulk_job.read_rows": "read what came of the rows of a bulk job",
            "bulk_job.read_history": "read the history of a bulk job",
        },
    ),
    **rows(staff(ANY), WRITE, {"bulk_job.propose": "propose a bulk job"}),
    **rows(
        staff(OWNER),
        WRITE,
        {
            "bulk_job.start": "start a bulk job",
            "bulk_job.retry": "retry the rows of a bulk job",
            "bulk_job.preview_undo": "preview the undoing of a bulk job",
            "bulk_job.undo": "undo a bulk job",
        },
    ),
    **rows(_OVERSEEN, WRITE, {"bulk_job.stop": "stop a bulk job"}),
    **rows(
        NOBODY,
        WRITE,
        {
            "bulk_job.record_rows": "say what came of the rows of a bulk job",
            "bulk_job.finish": "finish a stage of a bulk job",
            "bulk_job.give_up": "give a bulk job up",
        },
    ),
}
