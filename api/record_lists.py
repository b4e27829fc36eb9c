"""The list of each kind of record: which one it is, with the words of its states, and its order."""

from collections.abc import Mapping

from api.lists import List, words_of
from domain import (
    article,
    article_content,
    asset,
    bulk_job,
    cab_meeting,
    change,
    contract,
    data_rule,
    incident,
    offering,
    problem,
    purchase_order,
    question,
    release_moves,
    report_schedule,
    service,
    service_request,
    webhook,
)
from domain.change_window import Kind as WindowKind
from projections.tickets import KINDS

QUEUE = List(
    name="work_queue",
    values={"kind": tuple(KINDS.values())},
    sort=("priority", "opened_at"),
)

LISTS: Mapping[str, List] = {
    "incident": List(
        name="work_queue",
        fixed={"kind": "incident"},
        values={"status": words_of(incident.Status)},
        sort=("-updated_at",),
    ),
    "problem": List(
        name="work_queue",
        fixed={"kind": "problem"},
        values={"status": words_of(problem.Status)},
        sort=("-updated_at",),
    ),
    "question": List(
        name="work_queue",
        fixed={"kind": "question"},
        values={"status": words_of(question.Status)},
        sort=("-updated_at",),
    ),
    "service_request": List(
        name="work_queue",
        fixed={"kind": "request"},
        values={"status": words_of(service_request.Status)},
        sort=("-updated_at",),
    ),
    "change": List(
        name="change_board",
        values={"status": words_of(change.Status), "type": words_of(change.Type)},
        sort=("-updated_at",),
    ),
    "asset": List(
        name="asset_register", values={"status": words_of(asset.Status)}, sort=("number",)
    ),
    "asset_type": List(name="asset_types", sort=("name",)),
    "contract": List(
        name="contracts",
        values={
            "status": words_of(contract.Status),
            "kind": words_of(contract.Kind),
            "billing": words_of(contract.Billing),
        },
        sort=("last_day", "number"),
    ),
    "choice_list": List(name="choice_lists", sort=("name",)),
    "purchase_order": List(
        name="purchase_orders",
        values={"status": words_of(purchase_order.Status)},
        sort=("-number",),
    ),
    "text_module": List(name="text_modules", sort=("name",)),
    "update_template": List(name="update_templates", sort=("name",)),
    "survey_policy": List(name="survey_policies", sort=("name",)),
    "macro": List(name="macros", sort=("name",)),
    "data_rule": List(
        name="data_rules",
        values={"severity": words_of(data_rule.Severity)},
        sort=("name",),
    ),
    "order_guide": List(name="order_guides", sort=("name",)),
    "article": List(
        name="articles",
        values={
            "status": words_of(article.Status),
            "audience": words_of(article_content.Audience),
        },
        before={"review_due_before": "review_due"},
        sort=("-at",),
    ),
    "release": List(
        name="releases",
        values={"status": words_of(release_moves.Status)},
        sort=("starts",),
    ),
    "service": List(
        name="services",
        values={
            "status": words_of(service.Status),
            "criticality": words_of(service.Criticality),
        },
        sort=("name",),
    ),
    "offering": List(
        name="offerings",
        values={
            "status": ("draft", "published", "retired"),
            "audience": words_of(offering.Audience),
        },
        sort=("name",),
    ),
    "person": List(name="people", sort=("number",)),
    "team": List(name="teams", sort=("name",)),
    "organisation": List(name="organisations", sort=("name",)),
    "approval_process": List(name="approval_processes", sort=("name",)),
    "service_level_policy": List(name="service_level_policies", sort=("name",)),
    "cab_meeting": List(
        name="cab_meetings",
        values={"status": words_of(cab_meeting.Status)},
        sort=("starts_at",),
    ),
    "bulk_job": List(
        name="bulk_jobs", values={"status": words_of(bulk_job.Status)}, sort=("-proposed_at",)
    ),
    "report_schedule": List(
        name="report_schedules",
        values={"status": words_of(report_schedule.Status)},
        sort=("name",),
    ),
    "webhook": List(name="webhooks", values={"status": words_of(webhook.Status)}, sort=("number",)),
    "change_template": List(name="change_templates", sort=("name",)),
    "assignment_rule": List(name="assignment_rules", sort=("name",)),
    "risk_model": List(name="risk_models", sort=("name",)),
    "ticket_type": List(name="ticket_types", sort=("ticket",)),
    "calendar": List(name="calendars", sort=("name",)),
    "change_window": List(
        name="change_windows", values={"kind": words_of(WindowKind)}, sort=("name",)
    ),
    "declared_view": List(name="declared_views", sort=("name",)),
    "saved_view": List(name="saved_views", fixed={"is_removed": False}, sort=("name",)),
}
