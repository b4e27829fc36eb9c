"""What webhooks send, checked by whoever receives it (docs/events.md)."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
"""What was signed longer ago is not believed: others may have kept it, and send it again."""


class BadSignature(Exception):
    """It does not come from the desk, or not now; the message says why."""


def verified(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Any:
    """The event in the body of a request, if the desk signed it with the secret of the webhook.
    Names of headers are in small letters. Raises BadSignature."""
    try:
        id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        marks = headers["webhook-signature"].split()
    except KeyError as missing:
        raise BadSignature(f"There is no header {missing}.") from None
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature("It was not signed just now.")
    key = b64decode(secret.removeprefix(PREFIX))
    mark = hmac.digest(key, b"%b.%b.%b" % (id.encode(), stamp.encode(), body), "sha256")
    expected = f"v1,{b64encode(mark).decode()}".encode()
    # All are looked at, so that the time taken does not tell which is nearly right.
    if not any([hmac.compare_digest(expected, given.encode()) for given in marks]):
        raise BadSignature("None of the signatures is right.")
    return msgspec.json.decode(body)
