"""The table of commands against the domain that it commands."""

import inspect
import json

import pytest

from api.commands import Command, Practice
from api.practices import PRACTICES
from domain.policy_table import TABLE

BY_THE_DESK = {
    *("plan_survey", "ask_rating", "leave_out_rating", "remind_of_rating"),
    "remove_words",
    "apply_service_level",
    "mark",
    "respond",
    "remind",
    "escalate_stage",
    "time_out_stage",
    "note_overdue",
    "note_conflicts",
    "hold_approval",
    "resume_approval",
    "adopt",
    "put_off",
    "note_moved",
    "take_escalation_step",
    "apply_rule",
    "give_workaround",
    *("absorb", "release", "begin_split", "take_back"),
    "take_turn",
    *("remind_of_update", "miss_update"),
    "fall_due",
    "note_delivery",
    "give_up",
}
"""Acts of clocks and workflows, and those that other acts entail."""
BY_THE_DESK_ALONE = {
    "change": {"escalate_hierarchically"},
    "asset": {
        *("propose", "carry_out", "let_lapse"),
        *("remind_of_ends", "note_drift", "clear_drift", "note_plan"),
    },
    "contract": {"remind_of_ends"},
    "purchase_order": {"remind_of_ends"},
    "bulk_job": {"record_rows", "finish"},
    "problem": {"propose"},
    "release": {"take_up"},
    "service": {"take_up"},
    "service_level_policy": {"choose_tickets"},
}
"""Acts that are left to the desk for one kind, and to people for others."""
ELSEWHERE = {
    "offering": {"order", "order_for_another"},
    "order_guide": {"order"},
    "webhook": {"register", "rotate_secret"},
    "bulk_job": {"propose"},
}
"""Acts that an address of their own is for."""
LOOKED_UP = {
    **{name: {"scopes"} for name in ("start", "retry", "preview_undo", "undo")},
    "apply_macro": {"version"},
    "set_fields": {"values", "type", "type_version", "definitions"},
    "classify": {"schema"},
    "set_attributes": {"changes", "schema"},
    "split_off": {"part"},
    "change_requester": {"organisation"},
    "apply_template": {"version", "definition"},
    "fix_agenda": {"changes"},
    "migrate_approval": {"stages", "terms"},
    "make_template": {"template"},
    "renew_holidays": {"public_holidays"},
    "import_file": {"hours", "imported", "names"},
    "subscribe": {"person"},
    "run_now": {"person", "position"},
    "unsubscribe": {"person"},
}
"""What the desk finds by what a body names."""
FOR_ANOTHER = {
    "set_fields": {"fields"},
    "resolve": {"children"},
    "classify": {"type"},
    "set_attributes": {"attributes"},
    "submit": {"reason", "to", "vendor", "act", "method", "gate", "applies_to"},
    "pass_gate": {"gate"},
    "receive": {"units"},
    "merge": {"across_organisations"},
    "split_off": {"title", "description"},
    "record_vote": {"comment", "conditions"},
    "make_template": {"name"},
    "renew_holidays": {"last_year"},
    "import_file": {"file", "first_day", "last_day", "instead"},
}
"""What a body says to another record that the act is about, too, or to what finds something."""
OF_CREDENTIALS = {"open_feed", "set_password", "issue_token", "revoke_token"}
OF_READING = {
    *("list", "read", "read_internal", "read_history", "comment_internally", "merge_across"),
    *(
        "read_migration",
        "read_rows",
        "read_running",
        "read_versions",
        "read_delegations",
        "export",
        "read_changes",
        "read_deliveries",
        "what_if",
        "read_trial",
        "read_retention",
    ),
}

COMMANDS = [
    pytest.param(practice, command, id=f"{practice.what}.{command.name}")
    for practice in PRACTICES
    for command in practice.commands
]


@pytest.mark.parametrize(("practice", "command"), COMMANDS)
def test_what_a_body_says_is_what_the_domain_takes(practice: Practice, command: Command) -> None:
    taken = inspect.signature(command.method).parameters
    needed = {
        name
        for name, one in taken.items()
        if one.default is inspect.Parameter.empty and one.kind is not inspect.Parameter.VAR_KEYWORD
    }

    # On whose behalf somebody acts is a part of the signature; a document is a definition; and a
    # password goes no further.
    said = set(command.body.model_fields) - {"on_behalf_of", "document", "password"}
    assert said - FOR_ANOTHER.get(command.name, set()) <= set(taken)
    assert needed - said <= {"self", "by", "hours"} | LOOKED_UP.get(command.name, set())


@pytest.mark.parametrize(("practice", "command"), COMMANDS)
def test_the_examples_are_right(practice: Practice, command: Command) -> None:
    command.body.model_validate_json(json.dumps(command.example or {}))


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.what)
def test_everything_that_the_policy_knows_can_be_done_over_http(practice: Practice) -> None:
    acts = (
        {act.partition(".")[2] for act in TABLE if act.partition(".")[0] == practice.what}
        - OF_READING
        - OF_CREDENTIALS
        - BY_THE_DESK
        - BY_THE_DESK_ALONE.get(practice.what, set())
        - ELSEWHERE.get(practice.what, set())
    )

    offered = {command.name for command in practice.commands}
    if practice.creation:
        offered.add(practice.creation.name)
    assert offered == acts
