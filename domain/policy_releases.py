"""Who may do what with releases: their owners and the change managers lead them, and whoever works
for the operator reads them."""

from collections.abc import Mapping

from domain.person import Role
from domain.policy_approvals import of_rounds, part_or
from domain.policy_rows import NOBODY, READ, WRITE, Grants, Row, everyone, rows, staff
from domain.relation import ASKED, OPERATOR, OWN, PART

MANAGERS: Grants = {Role.CHANGE_MANAGER: OPERATOR}
OWNER_OR_MANAGERS: Grants = {**everyone(OWN), **MANAGERS}

RELEASES: Mapping[str, Row] = {
    **rows(staff(OPERATOR), READ, {"release.list": "list releases"}),
    **rows(
        {**everyone(PART), **part_or(staff(OPERATOR))}, READ, {"release.read": "read a release"}
    ),
    **rows(staff(OPERATOR), READ, {"release.read_history": "read the history of a release"}),
    **rows({**MANAGERS, Role.AGENT: OPERATOR}, WRITE, {"release.plan": "plan a release"}),
    **rows(
        OWNER_OR_MANAGERS,
        WRITE,
        {
            "release.amend": "amend a release",
            "release.add_phase": "add a phase to a release",
            "release.plan_phase": "plan a phase of a release",
            "release.write_gate": "write what is accepted for a phase of a release",
            "release.submit": "submit a phase of a release for approval",
            "release.withdraw": "take the submission of a phase back",
            "release.start_phase": "start a phase of a release",
            "release.complete_phase": "complete a phase of a release",
            "release.stop": "stop a release",
            "release.resume": "resume a release",
            "release.back_out": "back out a release",
            "release.cancel": "cancel a release",
        },
    ),
    **rows(everyone(OWN), WRITE, {"release.pass_gate": "let a phase of a release go ahead"}),
    **rows(
        {**everyone(PART), **part_or(MANAGERS)}, WRITE, {"release.comment": "comment on a release"}
    ),
    **of_rounds(
        "release",
        voters=everyone(ASKED),
        workers=MANAGERS,
        choosers=MANAGERS,
        movers={**MANAGERS, Role.PROCESS_OWNER: OPERATOR},
    ),
    **rows(NOBODY, WRITE, {"release.take_up": "say which phase of a release is next"}),
}
