"""The formats of an export."""

from enum import StrEnum


class Format(StrEnum):
    CLOUDEVENTS = "cloudevents"
    XES = "xes"
    OCEL = "ocel"
