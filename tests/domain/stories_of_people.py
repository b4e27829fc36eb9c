"""Lives of people, and of what people have of their own."""

from datetime import timedelta
from uuid import UUID

from domain.aggregate import Aggregate
from domain.bulk_job import BulkJob, Outcome, Result
from domain.declared_view import DeclaredView
from domain.ids import record_id
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.report_schedule import Contents, Delivery, ReportSchedule
from domain.rhythm import Rhythm
from domain.saved_view import Asking, Mailing, SavedView
from domain.team import Team
from domain.webhook import Webhook
from tests.domain.declarations import BY_TEAM, LOGGED
from tests.domain.steps_of_stories import Step, step
from tests.people import CUSTOMER, MONDAY, OPERATOR, person

FELL_DUE = MONDAY + timedelta(hours=15)


OF_PEOPLE: dict[type[Aggregate], list[list[Step]]] = {
    Organisation: [
        [
            step("register", name="Bakery", parent=CUSTOMER),
            step("rename", name="The Bakery"),
            step("locate", zone="Europe/Zurich"),
            step("set_retention", days=365),
            step("set_words_retention", kind="incident", days=730, files_days=365),
            step("deactivate"),
        ]
    ],
    Person: [
        [
            step(
                "register",
                username="ann",
                name="Ann Example",
                email="ann@example.org",
                organisation=CUSTOMER,
                manager=person("cem"),
                roles=[Role.REQUESTER, Role.APPROVER],
            ),
            step("amend", name="Ann E. Example", email="ann@example.net", language="de-CH"),
            step("move", organisation=OPERATOR),
            step("set_manager", manager=person("dan")),
            step("set_skills", skills=["routers", "billing"]),
            step("grant_role", role=Role.AGENT),
            step("revoke_role", role=Role.APPROVER),
            step("set_password", "ann", hash="$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"),
            step(
                "issue_token",
                "ann",
                token_id=UUID(int=1),
                digest="b" * 64,
                hint="ld_pat_1a2b",
                name="Ann's laptop",
                scopes=[Scope.READ],
                expires=MONDAY + timedelta(days=90),
            ),
            step(
                "open_feed",
                "ann",
                token_id=UUID(int=2),
                digest="c" * 64,
                hint="ld_ics_1a2b",
                name="Ann's telephone",
                calendar=record_id("CAL", 1),
                with_windows=True,
                expires=MONDAY + timedelta(days=365),
            ),
            step("revoke_token", "ann", token_id=UUID(int=1)),
            step(
                "delegate",
                "ann",
                to=person("dan"),
                start=MONDAY,
                end=MONDAY + timedelta(days=30),
                risks=["low"],
                process=record_id("APR", 1),
                reason="On leave.",
            ),
            step("end_delegation", "ann", number=1),
            step("deactivate", reason="Ann has left."),
            step("reactivate"),
            step("place_legal_hold", reason="A case before the court."),
            step("lift_legal_hold", reason="The case is closed."),
            step("request_erasure", reason="She asked for it."),
            step("withdraw_erasure"),
            step("request_erasure", "cem", reason="She asked again."),
            step("erase"),
        ]
    ],
    DeclaredView: [
        [
            step("declare", name="mine", title="Logged by day", definition=LOGGED),
            step("revise", title="Reopened by team", definition=BY_TEAM),
            step("retire"),
        ]
    ],
    SavedView: [
        [
            step(
                "save",
                "ann",
                owner=person("ann"),
                organisation=OPERATOR,
                name="Mine, by due",
                list="incidents",
                asking=Asking(filter="assignee == me", sort="due", fields=("number", "due")),
            ),
            step("amend", "ann", name="Mine", asking=Asking(q="is:open assignee:me")),
            step("share", "ann", shared_with="team", team=record_id("TEA", 1)),
            step("subscribe", "bea", person=person("bea")),
            step("subscribe", "bea", person=person("bea"), mailing=Mailing(every="week")),
            step("share", "ann", shared_with="organisation"),
            step("unsubscribe", "bea", person=person("bea")),
            step("remove", "ann"),
        ]
    ],
    BulkJob: [
        [
            step(
                "propose",
                "ann",
                name="tickets.csv",
                media_type="text/csv",
                size=118,
                sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                rows=2,
                act="incident.log",
                owner=person("ann"),
                organisation=CUSTOMER,
                scopes=["write"],
            ),
            step(
                "record_rows",
                "ann",
                results=[
                    Result(1, "incident.log", Outcome.CREATED),
                    Result(2, "incident.log", Outcome.FAILED),
                ],
                problems={"2": {"code": "invalid", "detail": "/title: A title is needed."}},
            ),
            step("finish", "ann"),
            step("start", "ann", scopes=["write"]),
            step("stop", "ann", reason="Wrong team."),
            step("finish", "ann"),
            step("start", "ann", scopes=["write"]),
            step(
                "record_rows",
                "ann",
                results=[
                    Result(1, "incident.log", Outcome.CREATED, record_id("INC", 1), 2),
                    Result(2, "incident.log", Outcome.FAILED),
                ],
                problems={"2": {"code": "invalid", "detail": "/title: A title is needed."}},
            ),
            step("finish", "ann"),
            step("retry", "ann", scopes=["write"]),
            step("give_up", reason="Its file is kept no longer."),
            step("preview_undo", "ann", scopes=["write"]),
            step(
                "record_rows",
                "ann",
                results=[Result(1, "incident.log", Outcome.UNDONE, record_id("INC", 1), 3)],
                problems={},
            ),
            step("finish", "ann"),
            step("undo", "ann", scopes=["write"]),
            step(
                "record_rows",
                "ann",
                results=[Result(1, "incident.log", Outcome.UNDONE, record_id("INC", 1), 3)],
                problems={},
            ),
            step("finish", "ann"),
        ]
    ],
    Team: [
        [
            step("form", name="Mail", organisation=OPERATOR, support_level=2, description="Mail."),
            step("rename", name="Messaging"),
            step("add_member", person=person("bea"), is_lead=True),
            step("remove_member", person=person("bea")),
            step("disband"),
        ]
    ],
    ReportSchedule: [
        [
            step(
                "define",
                "ann",
                name="Backlog on Mondays",
                owner=person("ann"),
                organisation=OPERATOR,
                contents=Contents(
                    report="backlog", by=("team", "age"), filters={"kind": "incident"}
                ),
                rhythm=Rhythm(every="week", at="07:30"),
                zone="Europe/Rome",
                people=[person("ann")],
                teams=[record_id("TEA", 1)],
            ),
            step("pause", "ann"),
            step("resume", "ann"),
            step("run_now", "ann", person=person("ann"), position=118),
            step(
                "amend",
                "ann",
                name="My view each month",
                contents=Contents(view=record_id("VIE", 1)),
                rhythm=Rhythm(every="month", day=31, calendar=record_id("CAL", 1)),
                people=[person("ann")],
            ),
            step("fall_due", moment=FELL_DUE, position=120, recipients=[person("ann")]),
            step(
                "note_delivery",
                delivery=Delivery(
                    person=person("ann"), moment=FELL_DUE, position=120, since=FELL_DUE
                ),
                outcome="sent",
                definition="VIE0000001",
                definition_version=2,
                sha256={"VIE0000001.csv": "9f86d081884c7d65"},
            ),
            step("end", "ann"),
        ]
    ],
    Webhook: [
        [
            step(
                "register",
                url="https://example.org/hooks",
                description="The chat of the desk.",
                types=["Incident.Logged"],
                kinds=["incident"],
                subjects=[record_id("INC", 1)],
                after=118,
                owner=person("ann"),
                organisation=CUSTOMER,
            ),
            step("amend", url="https://example.org/other", types=["Incident.Closed"]),
            step("rotate_secret", overlap_hours=12),
            step("test"),
            step("rewind", after=42),
            step("disable", reason="Maintenance."),
            step("enable"),
            step("give_up", reason="It does not answer.", failing_since=MONDAY),
            step("remove"),
        ]
    ],
}
