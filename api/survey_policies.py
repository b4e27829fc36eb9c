"""Survey policies over HTTP: which requesters are asked how well it was done, and when."""

from typing import Annotated

from pydantic import Field

from api.fields import Name
from api.plain_definitions import Definition, practice_of
from domain.survey_policy import (
    DELAY_HOURS_MAX,
    EXPIRES_DAYS_MAX,
    REST_DAYS_MAX,
    SERVICES_MAX,
    RatedKind,
    SurveyDefinition,
    SurveyPolicy,
)
from domain.text import REASON_MAX


class TheSurvey(Definition):
    """For which tickets it is, whom of their requesters it asks, and when."""

    tickets: Annotated[
        list[RatedKind], Field(max_length=3, description="Without any, all of them.")
    ] = []
    services: Annotated[
        list[Name], Field(max_length=SERVICES_MAX, description="Without any, all of them.")
    ] = []
    condition: Annotated[
        str, Field(max_length=REASON_MAX, description="In CEL, on the ticket; always if empty.")
    ] = ""
    percent: Annotated[
        int, Field(ge=1, le=100, description="How many of a hundred resolutions are asked about.")
    ] = 100
    delay_hours: Annotated[
        int, Field(ge=0, le=DELAY_HOURS_MAX, description="How long after it was done.")
    ] = 0
    once_in_days: Annotated[
        int,
        Field(ge=0, le=REST_DAYS_MAX, description="Nobody is asked again within so many days."),
    ] = 0
    remind_after_days: Annotated[
        int, Field(ge=0, le=EXPIRES_DAYS_MAX, description="Once; 0 never.")
    ] = 0
    expires_after_days: Annotated[
        int, Field(ge=1, le=EXPIRES_DAYS_MAX, description="For how long they can answer.")
    ] = 14


PRACTICE = practice_of(
    SurveyPolicy,
    TheSurvey,
    SurveyDefinition,
    title="Survey policies",
    plural="survey-policies",
    example={
        "name": "One of four",
        "definition": {
            "tickets": ["incident"],
            "condition": "ticket.priority in [1, 2]",
            "percent": 25,
            "delay_hours": 24,
            "once_in_days": 30,
            "remind_after_days": 3,
        },
    },
)
