"""Every view of the desk, and what can be listed of them."""

from projections import (
    approvals_inbox,
    articles,
    asset_findings,
    asset_register,
    asset_reminders,
    asset_types,
    attainment,
    cab_meetings,
    change_board,
    change_windows,
    change_work,
    declared_views,
    deflections,
    directory,
    directory_rows,
    fulfilment,
    offerings,
    releases,
    saved_views,
    search,
    search_rows,
    services,
    sla_board,
    ticket_figures,
    ticket_lists,
    ticket_page,
    ticket_types,
    ticket_work,
    timeline,
    webhooks,
    work_queue,
)
from projections.queries import Listing

ALL = (
    ticket_lists.VIEW,
    ticket_page.VIEW,
    ticket_work.VIEW,
    ticket_figures.VIEW,
    ticket_types.VIEW,
    timeline.VIEW,
    approvals_inbox.VIEW,
    change_board.VIEW,
    change_windows.VIEW,
    change_work.VIEW,
    fulfilment.VIEW,
    cab_meetings.VIEW,
    webhooks.VIEW,
    asset_register.VIEW,
    asset_types.VIEW,
    asset_findings.VIEW,
    asset_reminders.VIEW,
    releases.VIEW,
    services.VIEW,
    offerings.VIEW,
    articles.VIEW,
    deflections.VIEW,
    saved_views.VIEW,
    declared_views.VIEW,
    directory.VIEW,
    search.VIEW,
)
"""Every view of the desk."""

RETIRED = ("work_queue", "sla_board", "attainment")
"""Views of before, which are one now: what a store has of them is removed."""

PART = ("requester",)

LISTINGS: dict[str, Listing] = {
    listing.table.name: listing
    for listing in (
        Listing(
            work_queue.QUEUE,
            ticket_lists.NAME,
            "organisation",
            PART,
            work_queue.WATCHERS,
            searched=search_rows.TICKETS,
        ),
        Listing(
            change_board.BOARD,
            change_board.NAME,
            "organisation",
            PART,
            change_board.WATCHERS,
            searched=("change",),
        ),
        Listing(cab_meetings.MEETINGS, cab_meetings.NAME),
        Listing(webhooks.WEBHOOKS, webhooks.NAME, "organisation", ("owner",)),
        Listing(fulfilment.WORK, fulfilment.NAME, "organisation", PART),
        Listing(change_work.FINDINGS, change_work.NAME, "organisation", PART),
        Listing(
            sla_board.BOARD,
            ticket_lists.NAME,
            "organisation",
            PART,
            work_queue.WATCHERS,
            "ticket",
        ),
        Listing(
            attainment.PROMISES,
            ticket_lists.NAME,
            "organisation",
            PART,
            work_queue.WATCHERS,
            "ticket",
        ),
        Listing(ticket_figures.FIGURES, ticket_figures.NAME, "organisation", PART),
        Listing(ticket_work.TIME, ticket_work.NAME, "organisation"),
        Listing(approvals_inbox.INBOX, approvals_inbox.NAME, "organisation", ("voter",)),
        Listing(
            asset_register.REGISTER,
            asset_register.NAME,
            "organisation",
            ("owner", "holder"),
            searched=("asset",),
        ),
        Listing(asset_types.TYPES, asset_types.NAME),
        Listing(asset_reminders.REMINDERS, asset_reminders.NAME, "organisation", ("owner",)),
        Listing(asset_findings.FINDINGS, asset_findings.NAME, "organisation"),
        Listing(
            services.SERVICES,
            services.NAME,
            people=("owner",),
            audience=services.CUSTOMERS,
        ),
        Listing(releases.RELEASES, releases.NAME),
        Listing(offerings.OFFERINGS, offerings.NAME, audience=offerings.AUDIENCE),
        Listing(
            articles.ARTICLES,
            articles.NAME,
            people=("author",),
            audience=articles.AUDIENCE,
            searched=("article",),
        ),
        Listing(
            saved_views.VIEWS,
            saved_views.NAME,
            people=("owner",),
            audience=saved_views.AUDIENCE,
        ),
        Listing(deflections.DEFLECTIONS, deflections.NAME, "organisation", ("person",)),
        Listing(timeline.TIMELINE, timeline.NAME),
        Listing(
            directory_rows.PEOPLE,
            directory_rows.NAME,
            "organisation",
            ("id",),
            searched=("person",),
        ),
        Listing(directory_rows.TOKENS, directory_rows.NAME, people=("person",)),
        Listing(directory_rows.TEAMS, directory_rows.NAME, "organisation"),
        Listing(directory_rows.MEMBERS, directory_rows.NAME),
        Listing(directory_rows.ORGANISATIONS, directory_rows.NAME, "id"),
        Listing(directory_rows.PROCESSES, directory_rows.NAME),
        Listing(directory_rows.POLICIES, directory_rows.NAME),
        Listing(directory_rows.TEMPLATES, directory_rows.NAME),
        Listing(directory_rows.RISK_MODELS, directory_rows.NAME),
        Listing(directory_rows.RULES, directory_rows.NAME),
        Listing(directory_rows.CALENDARS, directory_rows.NAME),
        Listing(ticket_types.TYPES, ticket_types.NAME),
        Listing(declared_views.VIEWS, declared_views.NAME),
        Listing(change_windows.WINDOWS, change_windows.NAME),
    )
}
"""What can be listed, by name."""


def listing_of(list: str | Listing) -> Listing:
    """A list of the desk by its name, or one that is declared."""
    return LISTINGS[list] if isinstance(list, str) else list
