"""How workflow and activity inputs become JSON and typed again."""

import dataclasses
from typing import Any

import msgspec
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

_encoder = msgspec.json.Encoder(order="deterministic")


class StructJSONConverter(JSONPlainPayloadConverter):
    """JSON by msgspec, the default JSON for what msgspec does not know.

    Decoding follows the type hint: a payload that does not fit it is refused, fields that the
    type does not have are passed over.
    """

    def to_payload(self, value: Any) -> Payload | None:
        try:
            data = _encoder.encode(value)
        except TypeError:
            return super().to_payload(value)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if type_hint is None:
            return super().from_payload(payload)
        try:
            return msgspec.json.decode(payload.data, type=type_hint)
        except TypeError:
            return super().from_payload(payload, type_hint)


class StructPayloadConverter(CompositePayloadConverter):
    """Temporal's default converters with `StructJSONConverter` in place of the one for JSON."""

    def __init__(self) -> None:
        super().__init__(
            *(
                StructJSONConverter() if isinstance(each, JSONPlainPayloadConverter) else each
                for each in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


DATA_CONVERTER = dataclasses.replace(
    DataConverter.default, payload_converter_class=StructPayloadConverter
)
