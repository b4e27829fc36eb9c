"""Who may do what with assets and their types."""

from collections.abc import Mapping

from domain.policy_approvals import of_rounds
from domain.policy_rows import (
    AGENT,
    CHANGE_MANAGER,
    NOBODY,
    OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    OPERATORS_PROCESS_OWNER,
    READ,
    WRITE,
    Row,
    everyone,
    readers,
    rows,
)
from domain.relation import ANY, ASKED, IN_SIGHT, IN_SIGHT_OR_PART, PART

ASSETS: Mapping[str, Row] = {
    **rows(everyone(ANY), READ, {"asset.list": "list assets"}),
    **rows({**everyone(PART), **readers(IN_SIGHT_OR_PART)}, READ, {"asset.read": "read an asset"}),
    **rows(readers(IN_SIGHT), READ, {"asset.read_history": "read the history of an asset"}),
    **rows(
        AGENT,
        WRITE,
        {
            "asset.register": "register an asset",
            "asset.amend": "amend an asset",
            "asset.relate": "relate an asset to another",
            "asset.unrelate": "take a relation of assets away",
            "asset.issue": "issue an asset",
            "asset.return": "take an asset back",
            "asset.repair": "send an asset for repair",
            "asset.complete_repair": "take an asset back from repair",
            "asset.retire": "retire an asset",
            "asset.dispose": "dispose of an asset",
            "asset.receive": "receive an asset that was ordered",
            "asset.classify": "give an asset a type",
            "asset.set_attributes": "change attributes of an asset",
            "asset.describe": "say where an asset is, and what it costs",
            "asset.group": "say which assets are redundant for another",
            "asset.entitle": "say how many installations a licence is good for",
            "asset.submit": "submit an act on an asset for approval",
            "asset.withdraw": "take the submission of an act on an asset back",
        },
    ),
    **of_rounds(
        "asset",
        voters=everyone(ASKED),
        workers=AGENT,
        choosers=CHANGE_MANAGER,
        movers=OPERATORS_CHANGE_MANAGER_OR_PROCESS_OWNER,
    ),
    **rows(
        NOBODY,
        WRITE,
        {
            "asset.propose": "propose an act on an asset",
            "asset.carry_out": "carry out an approved act on an asset",
            "asset.let_lapse": "note why an approved act on an asset is not done",
            "asset.remind_of_ends": "remind of what ends with an asset",
            "asset.note_plan": "note that a change plans attributes of an asset",
            "asset.note_drift": "note that an asset was found to be otherwise than registered",
            "asset.clear_drift": "note that an asset was found as registered again",
        },
    ),
    **rows(
        readers(IN_SIGHT),
        READ,
        {"asset_findings.read": "read what was found to be otherwise than registered"},
    ),
    **rows(
        {**everyone(PART), **readers(IN_SIGHT_OR_PART)},
        READ,
        {"asset_reminders.read": "read what ends with assets"},
    ),
    # Types
    **rows(
        everyone(ANY),
        READ,
        {
            "asset_type.list": "list types of assets",
            "asset_type.read": "read a type of assets",
            "asset_type.read_history": "read the history of a type of assets",
        },
    ),
    **rows(
        OPERATORS_PROCESS_OWNER,
        WRITE,
        {
            "asset_type.define": "define a type of assets",
            "asset_type.revise": "revise a type of assets",
            "asset_type.retire": "retire a type of assets",
        },
    ),
}
