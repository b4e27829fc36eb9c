"""Who may do what with report schedules: whoever has one; administrators see, pause and end those
of their organisation. What a recipient is sent is for the policy to say of the recipient."""

from domain.person import Role
from domain.policy_rows import NOBODY, READ, WRITE, rows, staff
from domain.relation import ANY, IN_SIGHT_OR_PART, OWNER

_OVERSEEN = {**staff(OWNER), Role.ADMINISTRATOR: IN_SIGHT_OR_PART}

SCHEDULES = {
    **rows(staff(ANY), READ, {"report_schedule.list": "list report schedules"}),
    **rows(
        {**_OVERSEEN, Role.AUDITOR: IN_SIGHT_OR_PART},
        READ,
        {
            "report_schedule.read": "read about a report schedule",
            "report_schedule.read_history": "read the history of a report schedule",
        },
    ),
    **rows(staff(ANY), WRITE, {"report_schedule.define": "schedule a report"}),
    **rows(
        staff(OWNER),
        WRITE,
        {
            "report_schedule.amend": "amend a report schedule",
            "report_schedule.resume": "resume a report schedule",
            "report_schedule.run_now": "run a report schedule now",
        },
    ),
    **rows(
        _OVERSEEN,
        WRITE,
        {
            "report_schedule.pause": "pause a report schedule",
            "report_schedule.end": "end a report schedule",
        },
    ),
    **rows(
        NOBODY,
        WRITE,
        {
            "report_schedule.fall_due": "let a report schedule fall due",
            "report_schedule.note_delivery": "say what came of a delivery of a report",
        },
    ),
}
