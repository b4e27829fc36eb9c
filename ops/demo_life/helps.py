"""What was agreed with suppliers, what is said and done again and again, and how good the data are
to be."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from domain.asset_record import Cost
from domain.contract import Contract, Kind
from domain.data_rule import DataCondition, DataRule
from domain.macro import AddItems, Give, Macro, MacroDefinition, Say
from domain.report_schedule import Contents, ReportSchedule
from domain.rhythm import Rhythm
from domain.text_module import TextDefinition, TextModule
from domain.update_template import UpdateDefinition, UpdateTemplate
from ops.demo_life.company import Company
from ops.demo_life.timeline import OFFICE, Scene

# Longer than any story, so that nothing ends within one.
LASTS = timedelta(days=1_096)
CONTRACTS: dict[str, tuple[str, Kind, str, int]] = {
    "E-mail and calendar": ("Nordwind Software", "licence", "24000.00", 90),
    "Network access": ("Kabel & Kern", "maintenance", "18500.00", 60),
    "Telephony": ("Fernruf AG", "service", "9600.00", 30),
    "File and print": ("Blattwerk", "lease", "7200.00", 90),
}
"""By service: the supplier, what for, the amount a year, and the days of notice."""
TEXTS = {
    "First words": ("en", "Dear {{requester}},\n\nwe look into {{number}} and write again today."),
    "Erste Worte": ("de", "Guten Tag {{requester}}\n\nWir sehen uns {{number}} an."),
    "More is needed": ("en", "Since when is that so, and on which machine? Regards, {{me}}"),
}
UPDATES = {
    "It goes on": (
        "customers",
        "en",
        "{{services}}: we are at work on {{number}}. The next news comes at {{next_update}}.",
    ),
    "Es geht weiter": (
        "customers",
        "de",
        "{{services}}: Wir arbeiten an {{number}}. Neues gibt es um {{next_update}}.",
    ),
}
"""By name: for whom, in which language, and what is said."""
MACROS = {
    "I take it": MacroDefinition(
        steps=(Give(to_me=True), Say(text="Dear {{requester}}, {{me}} looks into it."))
    ),
    "New starter": MacroDefinition(
        description="What is not to be forgotten on the first day.",
        tickets=("request",),
        steps=(
            AddItems(
                titles=("Make an account", "Prepare a notebook", "Print a badge", "Show the desk")
            ),
        ),
    ),
}
MONDAYS = Rhythm(every="week", weekday="MO", at="08:00")
DATA_RULES = {
    "In use without a holder": DataCondition(
        list="assets", violated_by='status == "in use" && holder == null', severity="high"
    ),
    "Live without an owner": DataCondition(
        list="services", violated_by='status == "live" && owner == null', severity="high"
    ),
    "Open without a team for two days": DataCondition(
        list="queue",
        violated_by='is_open && team == null && opened_at < now - duration("48h")',
        severity="medium",
    ),
}


async def help_the_desk(scene: Scene, company: Company) -> None:
    agent, owner = company.members["Service Desk"][0], company.members["Change Advisory Board"][0]
    for service, (supplier, kind, amount, notice) in CONTRACTS.items():
        contract = await scene.begin(
            Contract,
            partial(Contract.draft, kind=kind),
            name=f"{service}: {kind}",
            supplier=supplier,
            owner=owner,
            last_day=(scene.now + LASTS).date(),
            notice_days=notice,
            cost=Cost(Decimal(amount), "EUR"),
            actor=agent,
        )
        await scene.act(Contract.cover, contract, company.assets[service], actor=agent)
        await scene.act(Contract.sign, contract, actor=owner)
    for name, (language, text) in TEXTS.items():
        said = TextDefinition(text=text, language=language, category="replies")
        await scene.begin(TextModule, TextModule.define, name=name, definition=said, actor=agent)
    for name, (audience, language, text) in UPDATES.items():
        update = UpdateDefinition(text=text, audience=audience, language=language)
        await scene.begin(
            UpdateTemplate, UpdateTemplate.define, name=name, definition=update, actor=agent
        )
    for name, macro in MACROS.items():
        await scene.begin(Macro, Macro.define, name=name, definition=macro, actor=owner)
    for name, rule in DATA_RULES.items():
        await scene.begin(DataRule, DataRule.define, name=name, definition=rule, actor=owner)
    await scene.begin(
        ReportSchedule,
        ReportSchedule.define,
        name="What is open on Mondays",
        owner=agent,
        organisation=company.operator,
        contents=Contents(report="backlog", by=("team", "age")),
        rhythm=MONDAYS,
        zone=OFFICE.zone,
        people=[owner],
        teams=[company.teams["Service Desk"]],
        actor=agent,
    )
