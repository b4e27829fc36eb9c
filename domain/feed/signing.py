"""Signatures of what webhooks send, as Standard Webhooks has them (standardwebhooks.com).

A secret is made of the webhook's own key in the ring and of a number, and stored nowhere.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.personal import KeyRing
from domain.webhook import Webhook

SECRET_PREFIX = "whsec_"


def prepare(keys: KeyRing, webhook: UUID) -> None:
    """Make the key of a webhook, durably, if it has none."""
    keys.ensure((str(webhook),))


def secret(keys: KeyRing, webhook: UUID, number: int) -> bytes:
    """A secret of a webhook. Raises LookupError without its key."""
    key = keys.key(str(webhook))
    if key is None:
        raise LookupError("The key of a webhook is missing.")
    return hmac.digest(key, b"webhook secret %d" % number, "sha256")


def told(secret: bytes) -> str:
    """A secret in the form in which receivers are told it."""
    return SECRET_PREFIX + b64encode(secret).decode()


def secrets_of(keys: KeyRing, webhook: Webhook, at: datetime) -> list[bytes]:
    """What signs at a moment: the present secret, and as long as they overlap the one before."""
    numbers = [webhook.secret]
    if webhook.overlap_until is not None and at < webhook.overlap_until:
        numbers.append(webhook.secret - 1)
    return [secret(keys, webhook.id, number) for number in numbers]


def signature(secrets: Sequence[bytes], id: str, timestamp: int, body: bytes) -> str:
    """The value of a webhook-signature header. `timestamp` is in seconds since 1970."""
    signed = b"%b.%d.%b" % (id.encode(), timestamp, body)
    marks = (hmac.digest(secret, signed, "sha256") for secret in secrets)
    return " ".join(f"v1,{b64encode(mark).decode()}" for mark in marks)
