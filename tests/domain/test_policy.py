import inspect
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from domain.asset import Asset
from domain.ids import named_id, record_id
from domain.incident import Incident
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.policy import (
    About,
    Actor,
    Everything,
    OwnOrganisation,
    OwnTickets,
    about,
    allow,
    as_table,
    hearing,
    visibility,
)
from domain.policy_table import TABLE
from domain.problem import Problem
from domain.rules import Forbidden, NotFound
from domain.team import Team
from tests.domain.kinds import EVERY_KIND
from tests.people import ANN, BEA, CUSTOMER, OPERATOR, person

ME = person("ann")
ELSEWHERE = named_id("ORG", "elsewhere")
RECORD = record_id("INC", 1)
SCOPES = frozenset(Scope)
NOT_THERE_YET = {
    "log",
    "ask",
    "order",
    "order_for_another",
    "propose",
    "raise",
    "register",
    "form",
    "draft",
    "define",
    "save",
    "list",
}
"""What is asked before there is a record."""
PARTS_OF_COMMANDS = {
    *("extend", "inherit", "prolong_edit", "reassess_risk", "request_review"),
    "require_unlocked",
}

SITUATIONS = {
    "the operator's, of a record of a customer": About(id=RECORD, organisation=ELSEWHERE),
    "of a record of the own organisation": About(id=RECORD, organisation=CUSTOMER),
    "the requester": About(id=RECORD, organisation=CUSTOMER, requester=ME),
    "a watcher": About(id=RECORD, organisation=CUSTOMER, people=(ME,)),
    "a voter": About(id=RECORD, organisation=CUSTOMER, voters=(str(ME),)),
    "oneself": About(id=ME, organisation=CUSTOMER),
    "of a record of another organisation": About(id=RECORD, organisation=ELSEWHERE),
    "the requester there": About(id=RECORD, organisation=ELSEWHERE, requester=ME),
    "a watcher there": About(id=RECORD, organisation=ELSEWHERE, people=(ME,)),
    "of a record of no organisation": About(id=RECORD),
}
"""What the actor is. All but the first belong to a customer."""

HERE = {
    "of a record of the own organisation",
    "the requester",
    "a watcher",
    "a voter",
    "oneself",
}
MEANING = {
    "-": set(),
    "y": set(SITUATIONS),
    "s": {"the operator's, of a record of a customer"} | HERE,
    "h": {"the operator's, of a record of a customer"} | HERE - {"oneself"},
    "c": {"the operator's, of a record of a customer"},
    "m": HERE,
    "f": {"the requester"},
    "o": {"the requester", "the requester there"},
    "p": {"the requester", "the requester there", "a watcher", "a watcher there", "a voter"},
    "i": set(SITUATIONS)
    - {
        "of a record of another organisation",
        "of a record of no organisation",
    },
    "t": {"oneself"},
    "v": {"a voter"},
    "x": {
        "the operator's, of a record of a customer",
        "the requester",
        "the requester there",
        "a watcher",
        "a watcher there",
        "a voter",
    },
}
"""In which situations a letter of the table lets the actor do it."""

# The columns: requester, agent, approver, change manager, process owner, auditor, administrator.
EXPECTED = """
incident.list                         y y y y y y y
incident.read                         p i i i i i p
incident.read_internal                - s s s s s -
incident.read_history                 - s s s s s -
incident.comment                      p s s - - - -
incident.acknowledge_mentions         p i i i i - p
incident.attach                       o s - - - - -
incident.comment_internally           - s - - - - -
incident.amend                        - s - - - - -
incident.categorise                   - s - - - - -
incident.prioritise                   - s - - - - -
incident.assign                       - s - - - - -
incident.link                         - s - - - - -
incident.unlink                       - s - - - - -
incident.watch                        - s - - - - -
incident.unwatch                      - s - - - - -
incident.add_affected_person          - s - - - - -
incident.remove_affected_person       - s - - - - -
incident.add_item                     - s - - - - -
incident.remove_item                  - s - - - - -
incident.complete_item                - s - - - - -
incident.reopen_item                  - s - - - - -
incident.set_fields                   - s - - - - -
incident.begin_edit                   - s - - - - -
incident.end_edit                     - s - - - - -
incident.apply_macro                  - s - - - - -
incident.book_time                    - s - - - - -
incident.correct_time                 - s - - - - -
incident.break_lock                   - - - s s - -
incident.place_legal_hold             - - - - s - -
incident.lift_legal_hold              - - - - s - -
incident.remove_words                 - - - - - - -
incident.change_requester             - c - - - - -
incident.merge                        - s - - - - -
incident.unmerge                      - s - - - - -
incident.split_off                    - s - - - - -
incident.undo_split                   - s - - - - -
incident.merge_across                 - c - - - - -
incident.absorb                       - - - - - - -
incident.release                      - - - - - - -
incident.begin_split                  - - - - - - -
incident.take_back                    - - - - - - -
incident.log                          f s - - - - -
incident.reopen                       o s - - - - -
incident.close                        o s - - - - -
incident.cancel                       o s - - - - -
incident.start                        - s - - - - -
incident.respond                      - s - - - - -
incident.escalate_functionally        - s - - - - -
incident.escalate_hierarchically      - s - - - - -
incident.acknowledge_escalation       - s - - - - -
incident.pend                         - s - - - - -
incident.note_pause                   - s - - - - -
incident.resume                       - s - - - - -
incident.resolve                      - s - - - - -
incident.apply_rule                   - - - - - - -
incident.give_workaround              - - - - - - -
incident.apply_service_level          - - - - - - -
incident.mark                         - - - - - - -
incident.take_escalation_step         - - - - - - -
incident.rate                         o o o o o - o
incident.propose_major_incident       - s - - - - -
incident.give_major_role              - s - - - - -
incident.name_affected_services       - s - - - - -
incident.update_stakeholders          - s - - - - -
incident.note_on_timeline             - s - - - - -
incident.begin_review                 - s - - - - -
incident.add_review_action            - s - - - - -
incident.complete_review_action       - s - - - - -
incident.complete_review              - s - - - - -
incident.promote                      - s - - c - -
incident.decline_promotion            - s - - c - -
incident.stand_down                   - s - - c - -
incident.set_update_cadence           - s - - c - -
incident.remind_of_update             - - - - - - -
incident.miss_update                  - - - - - - -
problem.list                          y y y y y y y
problem.read                          p i i i i i p
problem.read_internal                 - s s s s s -
problem.read_history                  - s s s s s -
problem.comment                       p s s - - - -
problem.acknowledge_mentions          p i i i i - p
problem.attach                        o s - - - - -
problem.comment_internally            - s - - - - -
problem.amend                         - s - - - - -
problem.categorise                    - s - - - - -
problem.prioritise                    - s - - - - -
problem.assign                        - s - - - - -
problem.link                          - s - - - - -
problem.unlink                        - s - - - - -
problem.watch                         - s - - - - -
problem.unwatch                       - s - - - - -
problem.add_affected_person           - s - - - - -
problem.remove_affected_person        - s - - - - -
problem.add_item                      - s - - - - -
problem.remove_item                   - s - - - - -
problem.complete_item                 - s - - - - -
problem.reopen_item                   - s - - - - -
problem.set_fields                    - s - - - - -
problem.begin_edit                    - s - - - - -
problem.end_edit                      - s - - - - -
problem.apply_macro                   - s - - - - -
problem.book_time                     - s - - - - -
problem.correct_time                  - s - - - - -
problem.break_lock                    - - - s s - -
problem.place_legal_hold              - - - - s - -
problem.lift_legal_hold               - - - - s - -
problem.remove_words                  - - - - - - -
problem.change_requester              - c - - - - -
problem.merge                         - s - - - - -
problem.unmerge                       - s - - - - -
problem.split_off                     - s - - - - -
problem.undo_split                    - s - - - - -
problem.merge_across                  - c - - - - -
problem.absorb                        - - - - - - -
problem.release                       - - - - - - -
problem.begin_split                   - - - - - - -
problem.take_back                     - - - - - - -
problem.reopen                        o s - - - - -
problem.close                         o s - - - - -
problem.cancel                        o s - - - - -
problem.raise                         - s - - - - -
problem.accept                        - s - - - - -
problem.decline                       - s - - - - -
problem.investigate                   - s - - - - -
problem.note_symptom                  - s - - - - -
problem.add_task                      - s - - - - -
problem.order_task                    - s - - - - -
problem.assign_task                   - s - - - - -
problem.start_task                    - s - - - - -
problem.complete_task                 - s - - - - -
problem.cancel_task                   - s - - - - -
problem.plan_fix                      - s - - - - -
problem.review                        - s - - - - -
problem.document_workaround           - s - - - - -
problem.identify_cause                - s - - - - -
problem.declare_known_error           - s - - - - -
problem.pend                          - s - - - - -
problem.resume                        - s - - - - -
problem.resolve                       - s - - - - -
problem.propose                       - - - - - - -
question.list                         y y y y y y y
question.read                         p i i i i i p
question.read_internal                - s s s s s -
question.read_history                 - s s s s s -
question.comment                      p s s - - - -
question.acknowledge_mentions         p i i i i - p
question.attach                       o s - - - - -
question.comment_internally           - s - - - - -
question.amend                        - s - - - - -
question.categorise                   - s - - - - -
question.prioritise                   - s - - - - -
question.assign                       - s - - - - -
question.link                         - s - - - - -
question.unlink                       - s - - - - -
question.watch                        - s - - - - -
question.unwatch                      - s - - - - -
question.add_affected_person          - s - - - - -
question.remove_affected_person       - s - - - - -
question.add_item                     - s - - - - -
question.remove_item                  - s - - - - -
question.complete_item                - s - - - - -
question.reopen_item                  - s - - - - -
question.set_fields                   - s - - - - -
question.begin_edit                   - s - - - - -
question.end_edit                     - s - - - - -
question.apply_macro                  - s - - - - -
question.book_time                    - s - - - - -
question.correct_time                 - s - - - - -
question.break_lock                   - - - s s - -
question.place_legal_hold             - - - - s - -
question.lift_legal_hold              - - - - s - -
question.remove_words                 - - - - - - -
question.change_requester             - c - - - - -
question.merge                        - s - - - - -
question.unmerge                      - s - - - - -
question.split_off                    - s - - - - -
question.undo_split                   - s - - - - -
question.merge_across                 - c - - - - -
question.absorb                       - - - - - - -
question.release                      - - - - - - -
question.begin_split                  - - - - - - -
question.take_back                    - - - - - - -
question.ask                          f s - - - - -
question.ask_again                    o s - - - - -
question.close                        o s - - - - -
question.cancel                       o s - - - - -
question.start                        - s - - - - -
question.pend                         - s - - - - -
question.note_pause                   - s - - - - -
question.resume                       - s - - - - -
question.give_answer                  - s - - - - -
question.escalate_functionally        - s - - - - -
question.escalate_hierarchically      - s - - - - -
question.acknowledge_escalation       - s - - - - -
question.apply_rule                   - - - - - - -
question.apply_service_level          - - - - - - -
question.mark                         - - - - - - -
question.take_escalation_step         - - - - - - -
question.rate                         o o o o o - o
service_request.list                  y y y y y y y
service_request.read                  p i i i i i p
service_request.read_internal         - s s s s s -
service_request.read_history          - s s s s s -
service_request.comment               p s s - - - -
service_request.acknowledge_mentions  p i i i i - p
service_request.attach                o s - - - - -
service_request.comment_internally    - s - - - - -
service_request.amend                 - s - - - - -
service_request.categorise            - s - - - - -
service_request.prioritise            - s - - - - -
service_request.assign                - s - - - - -
service_request.link                  - s - - - - -
service_request.unlink                - s - - - - -
service_request.watch                 - s - - - - -
service_request.unwatch               - s - - - - -
service_request.add_affected_person   - s - - - - -
service_request.remove_affected_person - s - - - - -
service_request.add_item              - s - - - - -
service_request.remove_item           - s - - - - -
service_request.complete_item         - s - - - - -
service_request.reopen_item           - s - - - - -
service_request.set_fields            - s - - - - -
service_request.begin_edit            - s - - - - -
service_request.end_edit              - s - - - - -
service_request.apply_macro           - s - - - - -
service_request.book_time             - s - - - - -
service_request.correct_time          - s - - - - -
service_request.break_lock            - - - s s - -
service_request.place_legal_hold      - - - - s - -
service_request.lift_legal_hold       - - - - s - -
service_request.remove_words          - - - - - - -
service_request.change_requester      - c - - - - -
service_request.merge                 - s - - - - -
service_request.unmerge               - s - - - - -
service_request.split_off             - s - - - - -
service_request.undo_split            - s - - - - -
service_request.merge_across          - c - - - - -
service_request.absorb                - - - - - - -
service_request.release               - - - - - - -
service_request.begin_split           - - - - - - -
service_request.take_back             - - - - - - -
service_request.order                 f s - - - - -
service_request.submit                o s - - - - -
service_request.reopen                o s - - - - -
service_request.close                 o s - - - - -
service_request.cancel                o s - - - - -
service_request.vote                  v v i v v - v
service_request.retract_vote          v v i v v - v
service_request.hand_on_vote          v v i v v - v
service_request.request_information   v v i v v - v
service_request.provide_information   o s o o o - o
service_request.reassign_vote         - - - - c - -
service_request.add_approver          - - - - c - -
service_request.migrate_approval      - - - - c - -
service_request.read_migration        - - - - c c -
service_request.remind                - - - - - - -
service_request.escalate_stage        - - - - - - -
service_request.time_out_stage        - - - - - - -
service_request.hold_approval         - - - - - - -
service_request.resume_approval       - - - - - - -
service_request.start_fulfilment      - s - - - - -
service_request.add_task              - s - - - - -
service_request.order_task            - s - - - - -
service_request.assign_task           - s - - - - -
service_request.start_task            - s - - - - -
service_request.complete_task         - s - - - - -
service_request.cancel_task           - s - - - - -
service_request.pend                  - s - - - - -
service_request.note_pause            - s - - - - -
service_request.resume                - s - - - - -
service_request.fulfil                - s - - - - -
service_request.escalate_functionally - s - - - - -
service_request.escalate_hierarchically - s - - - - -
service_request.acknowledge_escalation - s - - - - -
service_request.rate                  o o o o o - o
service_request.apply_rule            - - - - - - -
service_request.apply_service_level   - - - - - - -
service_request.mark                  - - - - - - -
service_request.take_escalation_step  - - - - - - -
change.list                           y y y y y y y
change.read                           p i i i i i p
change.read_internal                  - s s s s s -
change.read_history                   - s s s s s -
change.comment                        p s s s - - -
change.acknowledge_mentions           p i i i i - p
change.attach                         o s - s - - -
change.comment_internally             - s - s - - -
change.amend                          - s - s - - -
change.categorise                     - s - s - - -
change.prioritise                     - s - s - - -
change.assign                         - s - s - - -
change.link                           - s - s - - -
change.unlink                         - s - s - - -
change.watch                          - s - s - - -
change.unwatch                        - s - s - - -
change.add_affected_person            - s - s - - -
change.remove_affected_person         - s - s - - -
change.add_item                       - s - s - - -
change.remove_item                    - s - s - - -
change.complete_item                  - s - s - - -
change.reopen_item                    - s - s - - -
change.set_fields                     - s - s - - -
change.begin_edit                     - s - s - - -
change.end_edit                       - s - s - - -
change.apply_macro                    - s - s - - -
change.book_time                      - s - s - - -
change.correct_time                   - s - s - - -
change.break_lock                     - - - s s - -
change.place_legal_hold               - - - - s - -
change.lift_legal_hold                - - - - s - -
change.remove_words                   - - - - - - -
change.change_requester               - c - c - - -
change.propose                        f s - s - - -
change.classify                       - s - s - - -
change.assess_risk                    - s - s - - -
change.plan                           - s - s - - -
change.plan_attributes                  - s - s - - -
change.apply_template                 - s - s - - -
change.affect                         - s - s - - -
change.unaffect                       - s - s - - -
change.add_task                       - s - s - - -
change.order_task                     - s - s - - -
change.assign_task                    - s - s - - -
change.start_task                     - s - s - - -
change.complete_task                  - s - s - - -
change.cancel_task                    - s - s - - -
change.request_time                   - s - s - - -
change.submit                         - s - s - - -
change.start_implementation           - s - s - - -
change.complete_implementation        - s - s - - -
change.back_out                       - s - s - - -
change.note_pause                     - s - s - - -
change.acknowledge_escalation         - s - s - - -
change.vote                           v v i v v - v
change.retract_vote                   v v i v v - v
change.hand_on_vote                   v v i v v - v
change.request_information            v v i v v - v
change.provide_information            o s o s o - o
change.reassign_vote                  - - - s - - -
change.add_approver                   - - - s - - -
change.migrate_approval               - - - c c - -
change.read_migration                 - - - c c c -
change.remind                         - - - - - - -
change.escalate_stage                 - - - - - - -
change.time_out_stage                 - - - - - - -
change.hold_approval                  - - - - - - -
change.resume_approval                - - - - - - -
change.schedule                       - - - s - - -
change.review                         - - - s - - -
change.close                          - - - s - - -
change.cancel                         - - - s - - -
change.make_template                  - - - c c - -
change.withdraw                       o o - o - - -
change.apply_rule                     - - - - - - -
change.apply_service_level            - - - - - - -
change.mark                           - - - - - - -
change.take_escalation_step           - - - - - - -
change.escalate_hierarchically        - - - - - - -
change.note_overdue                   - - - - - - -
change.note_conflicts                 - - - - - - -
asset.list                            y y y y y y y
asset.read                            p i i i i i p
asset.read_history                    - s s s s s -
asset.register                        - s - - - - -
asset.amend                           - s - - - - -
asset.relate                          - s - - - - -
asset.unrelate                        - s - - - - -
asset.issue                           - s - - - - -
asset.return                          - s - - - - -
asset.repair                          - s - - - - -
asset.complete_repair                 - s - - - - -
asset.retire                          - s - - - - -
asset.dispose                         - s - - - - -
asset.receive                           - s - - - - -
asset.classify                          - s - - - - -
asset.set_attributes                    - s - - - - -
asset.describe                          - s - - - - -
asset.group                             - s - - - - -
asset.entitle                           - s - - - - -
asset.submit                          - s - - - - -
asset.withdraw                        - s - - - - -
asset.vote                            v v v v v - v
asset.retract_vote                    v v v v v - v
asset.hand_on_vote                    v v v v v - v
asset.request_information             v v v v v - v
asset.provide_information             o s o o o - o
asset.reassign_vote                   - - - s - - -
asset.add_approver                    - - - s - - -
asset.migrate_approval                - - - c c - -
asset.read_migration                  - - - c c c -
asset.remind                          - - - - - - -
asset.escalate_stage                  - - - - - - -
asset.time_out_stage                  - - - - - - -
asset.hold_approval                   - - - - - - -
asset.resume_approval                 - - - - - - -
asset.propose                         - - - - - - -
asset.carry_out                       - - - - - - -
asset.let_lapse                       - - - - - - -
asset.remind_of_ends                    - - - - - - -
asset.note_plan                         - - - - - - -
asset.note_drift                        - - - - - - -
asset.clear_drift                       - - - - - - -
asset_findings.read                     - s s s s s -
asset_reminders.read                    p i i i i i p
asset_type.list                         y y y y y y y
asset_type.read                         y y y y y y y
asset_type.read_history                 y y y y y y y
asset_type.define                       - - - - c - -
asset_type.revise                       - - - - c - -
asset_type.retire                       - - - - c - -
service.list                          y y y y y y y
service.read                          p x x x x x x
service.read_internal                 p x x x x x x
service.read_history                  - c c c c c c
service.propose                       - c - c c - -
service.amend                         o o o c c - o
service.write_gate                    o o o c c - o
service.submit                        o o o c c - o
service.withdraw                      o o o c c - o
service.begin_design                  o o o c c - o
service.charter                       o o o c c - o
service.redesign                      o o o c c - o
service.go_live                       o o o c c - o
service.begin_retirement              o o o c c - o
service.keep                          o o o c c - o
service.retire                        o o o c c - o
service.pass_gate                     o o o o o - o
service.comment                       p p p x x - p
service.vote                          v v v v v - v
service.retract_vote                  v v v v v - v
service.hand_on_vote                  v v v v v - v
service.request_information           v v v v v - v
service.provide_information           o o o c c - o
service.reassign_vote                 - - - c c - -
service.add_approver                  - - - c c - -
service.migrate_approval              - - - c c - -
service.read_migration                - - - c c c -
service.remind                        - - - - - - -
service.escalate_stage                - - - - - - -
service.time_out_stage                - - - - - - -
service.hold_approval                 - - - - - - -
service.resume_approval               - - - - - - -
service.take_up                       - - - - - - -
offering.list                         y y y y y y y
offering.read                         p x x x x x x
offering.read_history                 - c c c c c c
offering.draft                        - - - c c - -
offering.revise                       - - - c c - -
offering.submit                       - - - c c - -
offering.withdraw                     - - - c c - -
offering.publish                      - - - c c - -
offering.retire                       - - - c c - -
offering.comment                      p p p x x - p
offering.vote                         v v v v v - v
offering.retract_vote                 v v v v v - v
offering.hand_on_vote                 v v v v v - v
offering.request_information          v v v v v - v
offering.provide_information          o o o c c - o
offering.reassign_vote                - - - c c - -
offering.add_approver                 - - - c c - -
offering.migrate_approval             - - - c c - -
offering.read_migration               - - - c c c -
offering.remind                       - - - - - - -
offering.escalate_stage               - - - - - - -
offering.time_out_stage               - - - - - - -
offering.hold_approval                - - - - - - -
offering.resume_approval              - - - - - - -
offering.adopt                        - - - - - - -
offering.put_off                      - - - - - - -
offering.read_internal                p x x x x x x
offering.read_versions                - c c c c c c
offering.order                        p x p p p - p
order_guide.list                      y y y y y y y
order_guide.read                      y y y y y y y
order_guide.read_trial                y y y y y y y
order_guide.read_history              - c c c c c c
order_guide.define                    - - - c c - -
order_guide.revise                    - - - c c - -
order_guide.retire                    - - - c c - -
order_guide.order                     y y y y y - y
offering.order_for_another            m s - - - - -
release.list                          - c c c c c c
release.read                          p x x x x x x
release.read_history                  - c c c c c c
release.plan                          - c - c - - -
release.amend                         o o o c o - o
release.add_phase                     o o o c o - o
release.plan_phase                    o o o c o - o
release.write_gate                    o o o c o - o
release.submit                        o o o c o - o
release.withdraw                      o o o c o - o
release.start_phase                   o o o c o - o
release.complete_phase                o o o c o - o
release.stop                          o o o c o - o
release.resume                        o o o c o - o
release.back_out                      o o o c o - o
release.cancel                        o o o c o - o
release.pass_gate                     o o o o o - o
release.comment                       p p p x p - p
release.vote                          v v v v v - v
release.retract_vote                  v v v v v - v
release.hand_on_vote                  v v v v v - v
release.request_information           v v v v v - v
release.provide_information           o o o c o - o
release.reassign_vote                 - - - c - - -
release.add_approver                  - - - c - - -
release.migrate_approval              - - - c c - -
release.read_migration                - - - c c c -
release.remind                        - - - - - - -
release.escalate_stage                - - - - - - -
release.time_out_stage                - - - - - - -
release.hold_approval                 - - - - - - -
release.resume_approval               - - - - - - -
release.take_up                       - - - - - - -
incident.plan_survey                  - - - - - - -
incident.ask_rating                   - - - - - - -
incident.leave_out_rating             - - - - - - -
incident.remind_of_rating             - - - - - - -
question.plan_survey                  - - - - - - -
question.ask_rating                   - - - - - - -
question.leave_out_rating             - - - - - - -
question.remind_of_rating             - - - - - - -
service_request.plan_survey           - - - - - - -
service_request.ask_rating            - - - - - - -
service_request.leave_out_rating      - - - - - - -
service_request.remind_of_rating      - - - - - - -
text_module.list                      - c c c c c c
text_module.read                      - c c c c c c
text_module.read_history              - c c c c c c
text_module.define                    - c - - c - -
text_module.revise                    - c - - c - -
text_module.retire                    - c - - c - -
update_template.list                  - c c c c c c
update_template.read                  - c c c c c c
update_template.read_history          - c c c c c c
update_template.define                - c - - c - -
update_template.revise                - c - - c - -
update_template.retire                - c - - c - -
survey_policy.list                    - c c c c c c
survey_policy.read                    - c c c c c c
survey_policy.read_history            - c c c c c c
survey_policy.define                  - - - - c - -
survey_policy.revise                  - - - - c - -
survey_policy.retire                  - - - - c - -
macro.list                            - c c c c c c
macro.read                            - c c c c c c
macro.read_history                    - c c c c c c
macro.define                          - - - - c - -
macro.revise                          - - - - c - -
macro.retire                          - - - - c - -
data_rule.list                        - c c c c c c
data_rule.read                        - c c c c c c
data_rule.read_history                - c c c c c c
data_rule.define                      - - - - c - -
data_rule.revise                      - - - - c - -
data_rule.retire                      - - - - c - -
choice_list.list                      y y y y y y y
choice_list.read                      y y y y y y y
choice_list.read_history              y y y y y y y
choice_list.define                    - c - - c - -
choice_list.replace                   - c - - c - -
choice_list.retire                    - c - - c - -
data_quality.read                     - c c c c c c
contract.list                         - c c c c c c
contract.read                         - c c c c c c
contract.read_history                 - c c c c c c
contract.draft                        - c - c c - -
contract.amend                        - c - c c - -
contract.cover                        - c - c c - -
contract.sign                         - c - c c - -
contract.renew                        - c - c c - -
contract.end                          - c - c c - -
contract.remind_of_ends               - - - - - - -
purchase_order.list                   - c c c c c c
purchase_order.read                   - c c c c c c
purchase_order.read_history           - c c c c c c
purchase_order.draft                  - c - c c - -
purchase_order.amend                  - c - c c - -
purchase_order.expect                 - c - c c - -
purchase_order.receive                - c - c c - -
purchase_order.send_back              - c - c c - -
purchase_order.close                  - c - c c - -
purchase_order.place                  - - - c c - -
purchase_order.cancel                 - - - c c - -
purchase_order.remind_of_ends         - - - - - - -
person.list                           - y y y y y y
person.read                           t s s s s s s
person.read_history                   - - - - - s s
person.read_delegations               t t t t s s s
person.register                       - - - - - - s
person.amend                          t t t t t t s
person.delegate                       t t t t t t s
person.end_delegation                 t t t t t t s
person.set_password                   t t t t t t s
person.issue_token                    t t t t t t s
person.revoke_token                   t t t t t t s
person.request_erasure                t t t t t t s
person.withdraw_erasure               t t t t t t s
person.export                         t t t t t t s
person.open_feed                      t t t t t - t
person.set_manager                    - - - - - - h
person.grant_role                     - - - - - - h
person.revoke_role                    - - - - - - h
person.deactivate                     - - - - - - h
person.reactivate                     - - - - - - h
person.place_legal_hold               - - - - - - h
person.lift_legal_hold                - - - - - - h
person.erase                          - - - - - - h
person.set_skills                     - - - - - - s
person.move                           - - - - - - c
team.list                             - y y y y y y
team.read                             - s s s s s s
team.read_history                     - - - - - s s
team.form                             - - - - - - s
team.rename                           - - - - - - s
team.add_member                       - - - - - - s
team.remove_member                    - - - - - - s
team.disband                          - - - - - - s
organisation.list                     - y y y y y y
organisation.read                     m s s s s s s
organisation.read_history             - - - - - s s
organisation.read_retention           - - - - - c c
organisation.register                 - - - - - - c
organisation.rename                   - - - - - - c
organisation.locate                   - - - - - - c
organisation.set_retention            - - - - - - c
organisation.set_words_retention      - - - - - - c
organisation.deactivate               - - - - - - c
approval_process.list                 - c c c c c c
approval_process.read                 p x x x x x x
approval_process.read_history         - c c c c c c
approval_process.draft                - - - - c - -
approval_process.revise               - - - - c - -
approval_process.submit               - - - - c - -
approval_process.withdraw             - - - - c - -
approval_process.publish              - - - - c - -
approval_process.retire               - - - - c - c
approval_process.comment              p p p p x - p
approval_process.vote                 v v v v v - v
approval_process.retract_vote         v v v v v - v
approval_process.hand_on_vote         v v v v v - v
approval_process.request_information  v v v v v - v
approval_process.provide_information  o o o o c - o
approval_process.reassign_vote        - - - - c - -
approval_process.add_approver         - - - - c - -
approval_process.migrate_approval     - - - - c - -
approval_process.read_migration       - - - - c c -
approval_process.remind               - - - - - - -
approval_process.escalate_stage       - - - - - - -
approval_process.time_out_stage       - - - - - - -
approval_process.hold_approval        - - - - - - -
approval_process.resume_approval      - - - - - - -
approval_process.adopt                - - - - - - -
approval_process.put_off              - - - - - - -
service_level_policy.list             - c c c c c c
service_level_policy.read             p x x x x x x
service_level_policy.read_history     - c c c c c c
service_level_policy.draft            - - - - c - -
service_level_policy.revise           - - - - c - -
service_level_policy.submit           - - - - c - -
service_level_policy.withdraw         - - - - c - -
service_level_policy.publish          - - - - c - -
service_level_policy.retire           - - - - c - -
service_level_policy.comment          p p p p x - p
service_level_policy.vote             v v v v v - v
service_level_policy.retract_vote     v v v v v - v
service_level_policy.hand_on_vote     v v v v v - v
service_level_policy.request_information v v v v v - v
service_level_policy.provide_information o o o o c - o
service_level_policy.reassign_vote    - - - - c - -
service_level_policy.add_approver     - - - - c - -
service_level_policy.migrate_approval - - - - c - -
service_level_policy.read_migration   - - - - c c -
service_level_policy.remind           - - - - - - -
service_level_policy.escalate_stage   - - - - - - -
service_level_policy.time_out_stage   - - - - - - -
service_level_policy.hold_approval    - - - - - - -
service_level_policy.resume_approval  - - - - - - -
service_level_policy.adopt            - - - - - - -
service_level_policy.put_off          - - - - - - -
risk_model.list                       - c c c c c c
risk_model.read                       p x x x x x x
risk_model.read_history               - c c c c c c
risk_model.draft                      - - - - c - -
risk_model.revise                     - - - - c - -
risk_model.submit                     - - - - c - -
risk_model.withdraw                   - - - - c - -
risk_model.publish                    - - - - c - -
risk_model.retire                     - - - - c - -
risk_model.comment                    p p p p x - p
risk_model.vote                       v v v v v - v
risk_model.retract_vote               v v v v v - v
risk_model.hand_on_vote               v v v v v - v
risk_model.request_information        v v v v v - v
risk_model.provide_information        o o o o c - o
risk_model.reassign_vote              - - - - c - -
risk_model.add_approver               - - - - c - -
risk_model.migrate_approval           - - - - c - -
risk_model.read_migration             - - - - c c -
risk_model.remind                     - - - - - - -
risk_model.escalate_stage             - - - - - - -
risk_model.time_out_stage             - - - - - - -
risk_model.hold_approval              - - - - - - -
risk_model.resume_approval            - - - - - - -
risk_model.adopt                      - - - - - - -
risk_model.put_off                    - - - - - - -
assignment_rule.list                  - c c c c c c
assignment_rule.read                  p x x x x x x
assignment_rule.read_history          - c c c c c c
assignment_rule.draft                 - - - - c - -
assignment_rule.revise                - - - - c - -
assignment_rule.submit                - - - - c - -
assignment_rule.withdraw              - - - - c - -
assignment_rule.publish               - - - - c - -
assignment_rule.retire                - - - - c - -
assignment_rule.comment               p p p p x - p
assignment_rule.vote                  v v v v v - v
assignment_rule.retract_vote          v v v v v - v
assignment_rule.hand_on_vote          v v v v v - v
assignment_rule.request_information   v v v v v - v
assignment_rule.provide_information   o o o o c - o
assignment_rule.reassign_vote         - - - - c - -
assignment_rule.add_approver          - - - - c - -
assignment_rule.migrate_approval      - - - - c - -
assignment_rule.read_migration        - - - - c c -
assignment_rule.remind                - - - - - - -
assignment_rule.escalate_stage        - - - - - - -
assignment_rule.time_out_stage        - - - - - - -
assignment_rule.hold_approval         - - - - - - -
assignment_rule.resume_approval       - - - - - - -
assignment_rule.adopt                 - - - - - - -
assignment_rule.put_off               - - - - - - -
change_window.list                    - c c c c c c
change_window.read                    p x x x x x x
change_window.read_history            - c c c c c c
change_window.draft                   - - - c c - -
change_window.revise                  - - - c c - -
change_window.submit                  - - - c c - -
change_window.withdraw                - - - c c - -
change_window.publish                 - - - c c - -
change_window.retire                  - - - c c - -
change_window.comment                 p p p x x - p
change_window.vote                    v v v v v - v
change_window.retract_vote            v v v v v - v
change_window.hand_on_vote            v v v v v - v
change_window.request_information     v v v v v - v
change_window.provide_information     o o o c c - o
change_window.reassign_vote           - - - c c - -
change_window.add_approver            - - - c c - -
change_window.migrate_approval        - - - c c - -
change_window.read_migration          - - - c c c -
change_window.remind                  - - - - - - -
change_window.escalate_stage          - - - - - - -
change_window.time_out_stage          - - - - - - -
change_window.hold_approval           - - - - - - -
change_window.resume_approval         - - - - - - -
change_window.adopt                   - - - - - - -
change_window.put_off                 - - - - - - -
change_template.list                  y y y y y y y
change_template.read                  y y y y y y y
change_template.read_history          - c c c c c c
change_template.draft                 - - - c c - -
change_template.revise                - - - c c - -
change_template.submit                - - - c c - -
change_template.withdraw              - - - c c - -
change_template.publish               - - - c c - -
change_template.retire                - - - c c - -
change_template.comment               p p p x x - p
change_template.vote                  v v v v v - v
change_template.retract_vote          v v v v v - v
change_template.hand_on_vote          v v v v v - v
change_template.request_information   v v v v v - v
change_template.provide_information   o o o c c - o
change_template.reassign_vote         - - - c c - -
change_template.add_approver          - - - c c - -
change_template.migrate_approval      - - - c c - -
change_template.read_migration        - - - c c c -
change_template.remind                - - - - - - -
change_template.escalate_stage        - - - - - - -
change_template.time_out_stage        - - - - - - -
change_template.hold_approval         - - - - - - -
change_template.resume_approval       - - - - - - -
change_template.adopt                 - - - - - - -
change_template.put_off               - - - - - - -
article.list                          y y y y y y y
article.read                          p x x x x x x
article.read_history                  - c c c c c c
article.draft                         - c - c c - -
article.revise                        - c - c c - -
article.submit                        - c - c c - -
article.withdraw                      - c - c c - -
article.publish                       - c - c c - -
article.retire                        - c - c c - -
article.comment                       p x p x x - p
article.vote                          v v v v v - v
article.retract_vote                  v v v v v - v
article.hand_on_vote                  v v v v v - v
article.request_information           v v v v v - v
article.provide_information           o c o c c - o
article.reassign_vote                 - c - c c - -
article.add_approver                  - c - c c - -
article.migrate_approval              - c - c c - -
article.read_migration                - c - c c c -
article.remind                        - - - - - - -
article.escalate_stage                - - - - - - -
article.time_out_stage                - - - - - - -
article.hold_approval                 - - - - - - -
article.resume_approval               - - - - - - -
article.adopt                         - - - - - - -
article.put_off                       - - - - - - -
article.read_internal                 p x x x x x x
article.read_versions                 - c c c c c c
article.send_back                     - c - c c - -
article.confirm                       - c - c c - -
article.answer                        - c - c c - -
article.withdraw_answer               - c - c c - -
article.give_feedback                 p x p x x - p
article.deflect                       p x p x x - p
article.place_legal_hold              - - - - c - -
article.lift_legal_hold               - - - - c - -
article.remove_words                  - - - - - - -
article.fall_due                      - - - - - - -
cab_meeting.list                      - c c c c c c
cab_meeting.read                      - c c c c c c
cab_meeting.read_history              - c c c c c c
cab_meeting.schedule                  - - - c - - -
cab_meeting.reschedule                - - - c - - -
cab_meeting.fix_agenda                - - - c - - -
cab_meeting.open                      - - - c - - -
cab_meeting.record_vote               - - - c - - -
cab_meeting.minute                    - - - c - - -
cab_meeting.close                     - - - c - - -
cab_meeting.cancel                    - - - c - - -
change_window.except_change           - - - c - - -
change_window.withdraw_exception      - - - c - - -
calendar.list                         y y y y y y y
calendar.read                         y y y y y y y
calendar.read_history                 y y y y y y y
ticket_type.list                      y y y y y y y
ticket_type.read                      y y y y y y y
ticket_type.read_history              y y y y y y y
ticket_type.define                    - - - - c - -
ticket_type.revise                    - - - - c - -
declared_view.declare                 - - - - c - -
declared_view.revise                  - - - - c - -
declared_view.retire                  - - - - c - -
declared_view.list                    - c c c c c c
declared_view.read                    - c c c c c c
declared_view.read_history            - c c c c c c
declared_view.read_rows               - c c c c c -
approval_process.read_running         - - - c c c -
service_level_policy.what_if          - - - - c - -
calendar.define                       - - - - c - -
calendar.revise                       - - - - c - -
calendar.renew_holidays               - - - - c - -
calendar.import_file                  - - - - c - -
calendar.retire                       - - - - c - -
assignment_rule.read_trial            - - - - c c -
assignment_rule.take_turn             - - - - - - -
service_level_policy.choose_tickets   - - - - - - -
service_level_policy.note_moved       - - - - - - -
calendar.note_moved                   - - - - - - -
process_schema.read                   y y y y y y y
service_level_policy_schema.read      y y y y y y y
approvals_inbox.read                  y y y y y y y
own_tickets.read                      y y y y y y y
mentions.read                         y y y y y y y
search.read                           y y y y y y y
work_queue.read                       - y y y y y -
change_board.read                     - y y y y y -
fulfilment_work.read                  - y y y y y -
sla_board.read                        - y y y y y -
attainment.read                       - y y y y y -
time_spent.read                       - y y y y y -
reports.read                          - y y y y y -
audit_findings.read                   - y y y y y -
read_log.list                         - - - - - c -
read_log.read                         - - - - - c -
read_log.read_history                 - - - - - c -
read_log.open                         - - - - - - -
read_log.note                         - - - - - - -
bulk_job.list                         - y y y y y y
bulk_job.read                         - o o o o i i
bulk_job.read_rows                    - o o o o i i
bulk_job.read_history                 - o o o o i i
bulk_job.propose                      - y y y y - y
bulk_job.start                        - o o o o - o
bulk_job.retry                        - o o o o - o
bulk_job.preview_undo                 - o o o o - o
bulk_job.undo                         - o o o o - o
bulk_job.stop                         - o o o o - i
bulk_job.record_rows                  - - - - - - -
bulk_job.finish                       - - - - - - -
bulk_job.give_up                      - - - - - - -
webhook.list                          - y y y y y y
webhook.read                          - o o o o i i
webhook.read_deliveries               - o o o o i i
webhook.read_history                  - o o o o i i
webhook.register                      - y y y y - y
webhook.amend                         - o o o o - o
webhook.rotate_secret                 - o o o o - o
webhook.test                          - o o o o - o
webhook.rewind                        - o o o o - o
webhook.enable                        - o o o o - o
webhook.disable                       - o o o o - i
webhook.remove                        - o o o o - i
webhook.give_up                       - - - - - - -
ledger.list_events                    y y y y y y y
ledger.read_as_consumer                y y y y y y y
ledger.read_events                    - - - - - c -
ledger.verify                         - - - - - c c
ledger.read_status                    - - - - - c c
saved_view.list                       y y y y y y y
saved_view.read                       p p p p p x p
saved_view.read_changes               p p p p p x p
saved_view.read_history               o o o o o c o
saved_view.save                       y y y y y - y
saved_view.amend                      o o o o o - o
saved_view.share                      o o o o o - o
saved_view.remove                     o o o o o - o
saved_view.subscribe                  p p p p p - p
saved_view.unsubscribe                p p p p p - p
report_schedule.list                  - y y y y y y
report_schedule.read                  - o o o o i i
report_schedule.read_history          - o o o o i i
report_schedule.define                - y y y y - y
report_schedule.amend                 - o o o o - o
report_schedule.resume                - o o o o - o
report_schedule.run_now               - o o o o - o
report_schedule.pause                 - o o o o - i
report_schedule.end                   - o o o o - i
report_schedule.fall_due              - - - - - - -
report_schedule.note_delivery         - - - - - - -
"""

ROWS = {
    act: dict(zip(Role, letters, strict=True))
    for act, *letters in (line.split() for line in EXPECTED.strip().splitlines())
}


def actor(
    *roles: Role, is_operator: bool = False, scopes: frozenset[str] = SCOPES, id: UUID = ME
) -> Actor:
    organisation = OPERATOR if is_operator else CUSTOMER
    return Actor(id, frozenset(roles), organisation, is_operator, scopes)


def fitting(act: str, situation: About) -> About:
    """Without an id where the act is about no record, or about one that does not exist yet."""
    kind, _, command = act.partition(".")
    if kind == "ledger" or command in NOT_THERE_YET:
        return structs.replace(situation, id=None)
    return situation


def may(someone: Actor, act: str, what: About | None) -> bool:
    try:
        allow(someone, act, what)
    except (Forbidden, NotFound):
        return False
    return True


def situations_of(act: str, role: Role) -> set[str]:
    """Those in which a role may do it."""
    return {
        name
        for name, situation in SITUATIONS.items()
        if may(
            actor(role, is_operator=name.startswith("the operator")), act, fitting(act, situation)
        )
    }


@pytest.mark.parametrize("act", ROWS)
def test_a_role_may_do_this_in_these_situations(act: str) -> None:
    allowed = {role: situations_of(act, role) for role in Role}

    assert allowed == {role: MEANING[letter] for role, letter in ROWS[act].items()}


def test_the_table_has_these_acts_and_no_other() -> None:
    assert list(TABLE) == list(ROWS)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_command_of_every_kind_is_an_act(kind: type) -> None:
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)[1:]
    commands = {
        f"{name}.{member.rstrip('_')}"
        for member, value in inspect.getmembers(kind, callable)
        if not member.startswith("_")
        and not isinstance(value, type)
        and "by" in inspect.signature(value).parameters
    }

    assert len(commands) > 1
    parts = {f"{name}.{part}" for part in PARTS_OF_COMMANDS}
    assert commands - parts <= set(TABLE)
    assert {f"{name}.read", f"{name}.list", f"{name}.read_history"} <= set(TABLE)


def test_nobody_without_a_role_may_do_anything() -> None:
    nobody = actor(is_operator=True)

    allowed = [
        (act, situation)
        for act in TABLE
        for situation in (*SITUATIONS.values(), None)
        if may(nobody, act, situation and fitting(act, situation))
    ]

    assert allowed == []


def test_an_auditor_changes_nothing_and_reads_all_that_can_be_read() -> None:
    auditor = actor(Role.AUDITOR, is_operator=True)

    allowed = [act for act in TABLE if may(auditor, act, About(organisation=CUSTOMER))]

    assert allowed == [act for act, row in TABLE.items() if row.scope is Scope.READ]


@pytest.mark.parametrize("is_operator", [True, False])
def test_an_auditor_changes_nothing_of_what_is_theirs_but_themselves(is_operator: bool) -> None:
    auditor = actor(Role.AUDITOR, is_operator=is_operator)
    involved = About(
        id=RECORD, organisation=CUSTOMER, requester=ME, people=(ME,), voters=(str(ME),)
    )

    allowed = [act for act in TABLE if may(auditor, act, fitting(act, involved))]

    assert [act for act in allowed if TABLE[act].scope is not Scope.READ] == []


def test_a_token_does_only_what_its_scope_says() -> None:
    for act, row in TABLE.items():
        everybody = actor(*Role, is_operator=True, scopes=SCOPES - {row.scope})

        with pytest.raises(Forbidden, match=f"This token has no scope {row.scope}."):
            allow(everybody, act, None)


def test_reading_asks_for_one_scope_commanding_for_another_and_administering_for_a_third() -> None:
    for act, row in TABLE.items():
        kind, _, command = act.partition(".")
        if command.startswith(("read", "list")) or act == "ledger.verify":
            assert row.scope is Scope.READ
        elif kind in ("person", "team", "organisation") and act != "person.open_feed":
            assert row.scope is Scope.ADMIN
        else:
            assert row.scope is Scope.WRITE


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        ("incident.resolve", "Only an agent can resolve an incident."),
        ("change.vote", "Only whoever is asked or an approver can vote on a change."),
        ("change.submit", "Only an agent or a change manager can submit a change for approval."),
        ("change.propose", "Only a requester for themselves, an agent or a change manager can"),
        ("incident.mark", "Only the desk itself can say that a clock has passed a mark."),
        ("change.withdraw", "Only its requester can withdraw a change."),
        ("person.grant_role", "Only another administrator can grant a role to a person."),
        ("calendar.revise", "Only a process owner of the operator can revise a calendar."),
    ],
)
def test_a_refusal_says_who_may(act: str, rule: str) -> None:
    with pytest.raises(Forbidden, match=rule):
        allow(actor(Role.AUDITOR, is_operator=True), act, About(id=RECORD, organisation=CUSTOMER))


def test_what_may_not_be_known_is_not_there_in_the_words_of_the_ledger() -> None:
    stranger = About(id=RECORD, organisation=ELSEWHERE)

    with pytest.raises(NotFound, match=r"^There is no incident INC0000001\.$"):
        allow(actor(*Role), "incident.resolve", stranger)
    with pytest.raises(NotFound, match=r"^There is no approvalprocess APR0000001\.$"):
        allow(actor(*Role), "approval_process.revise", About(id=record_id("APR", 1)))


def test_what_may_be_known_is_refused_with_the_rule() -> None:
    with pytest.raises(Forbidden, match="Only an agent can resolve an incident"):
        allow(actor(Role.REQUESTER), "incident.resolve", SITUATIONS["the requester"])


def test_roles_add_up() -> None:
    both = actor(Role.REQUESTER, Role.AGENT)

    assert may(both, "incident.resolve", SITUATIONS["of a record of the own organisation"])
    assert may(both, "incident.close", SITUATIONS["the requester there"])
    assert not may(both, "incident.resolve", SITUATIONS["of a record of another organisation"])


@given(
    roles=st.sets(st.sampled_from(Role), min_size=1),
    is_operator=st.booleans(),
    kind=st.sampled_from(["incident", "problem", "change", "asset"]),
    situation=st.sampled_from(sorted(SITUATIONS)),
)
def test_a_list_shows_what_may_be_read_and_nothing_else(
    roles: set[Role], is_operator: bool, kind: str, situation: str
) -> None:
    someone = actor(*roles, is_operator=is_operator)
    what = SITUATIONS[situation]
    has_part = what.requester == ME or ME in what.people or str(ME) in what.voters

    match visibility(someone, kind):
        case Everything():
            shown = True
        case OwnOrganisation(id):
            # In another organisation, a part in the record opens its page, and no list.
            shown = what.organisation == id or has_part
        case OwnTickets(id):
            shown = has_part and id == ME

    assert may(someone, f"{kind}.read", what) == shown


@given(
    roles=st.sets(st.sampled_from(Role), min_size=1),
    is_operator=st.booleans(),
    kind=st.sampled_from(["incident", "problem", "change", "question", "service_request"]),
    situation=st.sampled_from(sorted(SITUATIONS)),
)
def test_what_agents_say_is_heard_where_it_may_be_read(
    roles: set[Role], is_operator: bool, kind: str, situation: str
) -> None:
    someone = actor(*roles, is_operator=is_operator)
    what = SITUATIONS[situation]

    heard = hearing(someone, kind)

    assert may(someone, f"{kind}.read_internal", what) == (
        heard == Everything()
        or (isinstance(heard, OwnOrganisation) and what.organisation == heard.id)
    )


@pytest.mark.parametrize(
    ("someone", "rows"),
    [
        (actor(Role.REQUESTER, is_operator=True), OwnTickets(ME)),
        (actor(Role.REQUESTER, Role.ADMINISTRATOR, is_operator=True), OwnTickets(ME)),
        (actor(Role.AGENT), OwnOrganisation(CUSTOMER)),
        (actor(Role.AUDITOR), OwnOrganisation(CUSTOMER)),
        (actor(Role.AGENT, Role.REQUESTER, is_operator=True), Everything()),
    ],
)
def test_lists_show_everything_the_own_organisation_or_the_own_tickets(
    someone: Actor, rows: object
) -> None:
    assert visibility(someone) == rows


def test_lists_of_people_are_for_administrators_too() -> None:
    assert visibility(actor(Role.ADMINISTRATOR), "person") == OwnOrganisation(CUSTOMER)
    assert visibility(actor(Role.ADMINISTRATOR, is_operator=True), "person") == Everything()


def test_the_policy_knows_what_it_needs_of_each_kind() -> None:
    incident = Incident.log(RECORD, title="No mail", requester=ME, organisation=CUSTOMER, by=ANN)
    incident.watch(person("cem"), by=BEA)
    laptop = Asset.register(
        record_id("AST", 1), name="Laptop", asset_class="laptop", owner=person("cem"), by=BEA
    )
    laptop.issue(ME, by=BEA)
    problem = Problem.raise_(
        record_id("PRB", 1), title="Mail", requester=None, organisation=CUSTOMER, by=BEA
    )
    team = Team.form(record_id("TEA", 1), name="Mail", organisation=OPERATOR, by=BEA)
    ann = Person.register(ME, username="ann", name="Ann", organisation=CUSTOMER, by=BEA)
    bakery = Organisation.register(CUSTOMER, name="Bakery", by=BEA)

    assert about(incident) == About(
        id=RECORD, organisation=CUSTOMER, requester=ME, people=(person("cem"),)
    )
    assert about(laptop) == About(id=laptop.id, people=(person("cem"), ME))
    assert about(problem) == About(id=problem.id, organisation=CUSTOMER)
    assert about(team) == About(id=team.id, organisation=OPERATOR)
    assert about(ann) == About(id=ME, organisation=CUSTOMER)
    assert about(bakery) == About(id=CUSTOMER, organisation=CUSTOMER)


def test_the_table_is_printed_for_the_documentation() -> None:
    lines = as_table().splitlines()

    assert len(lines) == len(TABLE) + 2
    assert {line.count("|") for line in lines} == {len(Role) + 3}
    assert "| `change.schedule` | write |  |  |  | in sight |  |  |  |" in lines
