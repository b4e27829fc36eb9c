"""Text modules, update templates, macros, data rules and order guides, good and bad, for tests that
try anything."""

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.data_rule import DataCondition
from domain.ids import record_id
from domain.macro import (
    AddItems,
    Give,
    LetWatch,
    MacroDefinition,
    Resolve,
    Say,
    SetFields,
    Wait,
)
from domain.order_guide import Guide, GuidedItem
from domain.survey_policy import SurveyDefinition
from domain.text_module import TextDefinition
from domain.ticket import Visibility
from domain.triage import Categorise, Prioritise
from domain.update_template import UpdateDefinition
from tests.people import person

TEAM = record_id("TEA", 1)

GREETING = TextDefinition(
    text="Dear {{requester}}, we look into {{number}}.", category="first words", language="en"
)
GRUSS = replace(GREETING, text="Guten Tag {{requester}}", language="de-CH", teams=(TEAM,))
TEXTS = st.sampled_from(
    [
        GREETING,
        GRUSS,
        replace(GREETING, text=""),
        replace(GREETING, text="{{ password }}"),
        replace(GREETING, category="x" * 201),
    ]
)

GOES_ON = UpdateDefinition(
    text="{{services}}: we are at work. More at {{next_update}}.", audience="customers"
)
GEHT_WEITER = replace(GOES_ON, text="Wir arbeiten daran, {{manager}}.", language="de")
UPDATES = st.sampled_from(
    [
        GOES_ON,
        GEHT_WEITER,
        replace(GOES_ON, text=" "),
        replace(GOES_ON, text="{{ password }}"),
        replace(GOES_ON, audience="x" * 201),
    ]
)

ONE_OF_FOUR = SurveyDefinition(
    tickets=("incident",),
    condition="ticket.priority in [1, 2]",
    percent=25,
    delay_hours=24,
    once_in_days=30,
    remind_after_days=3,
)
OF_MAIL = SurveyDefinition(services=("Mail",))
SURVEYS = st.sampled_from(
    [
        ONE_OF_FOUR,
        OF_MAIL,
        replace(ONE_OF_FOUR, percent=0),
        replace(ONE_OF_FOUR, condition="ticket.nothing"),
        replace(ONE_OF_FOUR, remind_after_days=14),
        replace(OF_MAIL, services=(" Mail",)),
    ]
)

JAMMED = MacroDefinition(
    description="The usual trouble with the queue.",
    tickets=("incident",),
    steps=(
        Categorise(category="software", subcategory="printing", service="Printing"),
        Prioritise(impact=2, urgency=3),
        Give(team=TEAM, to_me=True),
        AddItems(titles=("Restart the queue", "Call {{requester}}")),
        LetWatch(people=(person("dan"),)),
        Say(text="It runs again, {{requester}}."),
        Say(text="The usual.", visibility=Visibility.INTERNAL),
        Resolve(code="solved", resolution="The queue of {{service}} was restarted."),
    ),
)
VENDOR = MacroDefinition(
    steps=(SetFields(fields={"site": "Berne"}), Wait(reason="vendor", note="They call back.")),
    teams=(TEAM,),
)
MACROS = st.sampled_from(
    [
        JAMMED,
        VENDOR,
        replace(JAMMED, tickets=("question",)),
        replace(VENDOR, tickets=("change",)),
        MacroDefinition(steps=()),
        MacroDefinition(steps=(Give(),)),
        MacroDefinition(steps=(Give(person=person("bea"), to_me=True),)),
        MacroDefinition(steps=(Say(text=" "),)),
        MacroDefinition(steps=(AddItems(titles=("{{nothing}}",)),)),
    ]
)

OWNERLESS = DataCondition(
    list="assets",
    violated_by='status == "in use" && owner == null',
    description="Nobody answers for it.",
    severity="high",
)
NAMELESS = DataCondition(list="services", violated_by="owner == null")
CONDITIONS = st.sampled_from(
    [OWNERLESS, NAMELESS, replace(OWNERLESS, violated_by=" "), replace(OWNERLESS, list="")]
)

NEW_COLLEAGUE = Guide(
    description="All that somebody needs on their first day.",
    form={
        "type": "object",
        "properties": {
            "department": {"enum": ["sales", "other"]},
            "travels": {"type": "boolean"},
            "first_day": {"type": "string", "format": "date"},
        },
        "required": ["department"],
    },
    items=(
        GuidedItem(offering=record_id("OFR", 1), copies={"needed": "first_day"}),
        GuidedItem(
            offering=record_id("OFR", 2),
            when='answers.department == "sales" && answers.travels',
            answers={"kind": "large"},
            is_optional=True,
        ),
    ),
)
DESKS = Guide(items=(GuidedItem(offering=record_id("OFR", 3)),))
GUIDES = st.sampled_from(
    [
        NEW_COLLEAGUE,
        DESKS,
        replace(NEW_COLLEAGUE, items=()),
        replace(NEW_COLLEAGUE, form={}),
        replace(DESKS, form={"type": "text"}),
        replace(DESKS, items=DESKS.items * 21),
    ]
)
