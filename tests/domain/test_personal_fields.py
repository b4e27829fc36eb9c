"""What people write is sealed: a field that by its name may hold words is, or says what is not
about people."""

from typing import get_type_hints

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.aggregate import KINDS, events_of
from domain.mapper import personal_fields
from tests.domain.kinds import EVERY_KIND

WORDY = {
    *("title", "description", "text", "reason", "why", "note", "notes", "comment", "summary"),
    *("name", "username", "email", "address", "details", "form", "answers", "values", "backout"),
}
OF_THE_DESK = {
    "ApprovalProcess.Drafted.name",
    "Article.Drafted.name",
    "Asset.Amended.details",
    "Asset.Registered.name",
    "AssetRedundancy.Grouped.name",
    "AssetRedundancy.Ungrouped.name",
    "AssetType.Defined.name",
    "AssignmentRule.Drafted.name",
    "CabMeeting.Scheduled.title",
    "Calendar.Defined.name",
    "ChangeTemplate.Drafted.name",
    "ChangeWindow.Drafted.name",
    "DeclaredView.Declared.name",
    "DeclaredView.Declared.title",
    "DeclaredView.Revised.title",
    "Contract.Amended.name",
    "Contract.Drafted.name",
    "DataRule.Defined.name",
    "DataRule.Revised.name",
    "Gates.GateWritten.text",
    "Macro.Defined.name",
    "Macro.Revised.name",
    "ChoiceList.Defined.name",
    "OrderGuide.Defined.name",
    "OrderGuide.Revised.name",
    "Offering.Drafted.name",
    "Organisation.Registered.name",
    "Organisation.Renamed.name",
    "Release.Amended.backout",
    "Release.Amended.description",
    "Release.Amended.name",
    "Release.PhaseAdded.name",
    "Release.Planned.backout",
    "Release.Planned.description",
    "Release.Planned.name",
    "RiskModel.Drafted.name",
    "Service.Amended.description",
    "Service.Amended.name",
    "Service.Proposed.description",
    "Service.Proposed.name",
    "ServiceLevelPolicy.Drafted.name",
    "Team.Formed.description",
    "Team.Formed.name",
    "Team.Renamed.name",
    "SurveyPolicy.Defined.name",
    "SurveyPolicy.Revised.name",
    "TextModule.Defined.name",
    "TextModule.Revised.name",
    "UpdateTemplate.Defined.name",
    "UpdateTemplate.Revised.name",
    "Webhook.Amended.description",
    "Webhook.Registered.description",
}
"""What defines the desk, and speaks of things."""
REASONED = {
    "ApprovedActs.ApprovalLapsed.reason",
    "Flow.Approved.reason",
    "Flow.FallbackAsked.why",
    "Flow.Rejected.reason",
    "Flow.StageDecided.reason",
    "Patience.StageEscalated.why",
    "Ruled.RuleApplied.why",
    "Versioned.PublicationPutOff.reason",
    "BulkJob.GivenUp.reason",
    "ReportSchedule.Delivered.why",
    "Webhook.GivenUp.reason",
}
"""What the desk itself gives as a reason: numbers of records, and no names."""
CHOSEN = {"ChangeDraft.RiskAssessed.answers", "CustomFields.FieldsSet.values"}
"""Answers out of a list, and fields that were not defined as personal."""


def test_every_field_that_may_hold_words_is_sealed_or_known_not_to_be_about_people() -> None:
    plain = {
        f"{event.__qualname__}.{name}"
        for kind in KINDS.values()
        if kind in EVERY_KIND
        for event in events_of(kind)
        for name, hint in get_type_hints(event).items()
        if name in WORDY - {name for name, _ in personal_fields(event)} and "str" in str(hint)
    }

    assert plain == OF_THE_DESK | REASONED | CHOSEN
