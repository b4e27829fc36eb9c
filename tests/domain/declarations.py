"""Declarations of views, right and wrong ones, for the tests that try anything."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.declared_definition import Rule, ViewDefinition

BY_TEAM = msgspec.convert(
    {
        "columns": [
            {"name": "team", "type": "text"},
            {"name": "reopened", "type": "integer"},
            {"name": "last_at", "type": "instant", "is_optional": True},
        ],
        "remembered": [{"name": "team", "type": "text"}],
        "key": {"team": "kept.team"},
        "rules": [
            {"on": ["Incident.Assigned"], "remember": {"team": "event.team"}},
            {
                "on": ["Incident.Reopened"],
                "when": 'kept.team != ""',
                "set": {"reopened": "row.reopened + 1", "last_at": "by.effective_at"},
            },
        ],
    },
    ViewDefinition,
)
LOGGED = msgspec.convert(
    {
        "columns": [{"name": "day", "type": "text"}, {"name": "logged", "type": "integer"}],
        "key": {"day": "by.day"},
        "rules": [
            {"on": ["*.Logged", "Change.Proposed"], "set": {"logged": "row.logged + 1"}},
            {"on": ["Incident.Cancelled"], "removes": True},
        ],
    },
    ViewDefinition,
)
DECLARATIONS = st.sampled_from(
    [
        BY_TEAM,
        LOGGED,
        replace(LOGGED, key={}),
        replace(LOGGED, rules=(Rule(on=("Incident.Exploded",), removes=True),)),
    ]
)


def wrong(**changed: Any) -> ViewDefinition:
    """`LOGGED` with something else in it, as JSON has it."""
    return msgspec.convert(msgspec.to_builtins(LOGGED) | changed, ViewDefinition)


def ruled(**rule: Any) -> ViewDefinition:
    """`LOGGED` with this rule alone."""
    return wrong(rules=[{"on": ["Incident.Logged"], **rule}])
