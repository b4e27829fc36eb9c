"""Mail by SMTP: one message to one person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal

import aiosmtplib
from msgspec import Struct

SECONDS = 30.0
"""For each step of a conversation."""
Security = Literal["starttls", "tls", "none"]


class MailServer(Struct, frozen=True, kw_only=True):
    """Where mail is handed over, and in whose name.

    sender: the address of the desk, as `Desk <desk@example.com>` or without a name. replies_to: the
    address that replies are read at, without what goes behind its plus; empty if none are read.
    """

    host: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    replies_to: str = ""

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"


class MailRefused(Exception):
    """The server will never take this message."""


class MailAway(Exception):
    """The server cannot be reached, or takes nothing now."""


async def send(server: MailServer, message: EmailMessage, *, is_answer: bool = False) -> None:
    """Hand a message over. An answer of a program has no sender that a program would answer to.
    Raises MailRefused and MailAway."""
    sender = "" if is_answer else parseaddr(server.sender)[1]
    async with _connected(server) as client:
        await client.send_message(message, sender=sender, recipients=[parseaddr(message["To"])[1]])


async def check(server: MailServer) -> None:
    """Reach the server, and sign in there. Raises MailRefused and MailAway."""
    async with _connected(server) as client:
        await client.noop()


@asynccontextmanager
async def _connected(server: MailServer) -> AsyncIterator[aiosmtplib.SMTP]:
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        username=server.user or None,
        password=server.password or None,
        timeout=SECONDS,
    )
    try:
        async with client:
            yield client
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients[0].code) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error.code) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailAway(f"{server.host}:{server.port}: {type(error).__name__}") from None


def _refusal(code: int) -> Exception:
    # What the server says may name people, and stands in logs for long.
    said = f"The mail server answers {code}."
    return MailRefused(said) if code >= 500 else MailAway(said)
