"""A real SMTP server that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from ops.ports import free_port
from workflows.mail_sending import MailServer


class Mailbox:
    """`says` is what it answers to each message; `senders` are those of the envelopes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.senders: list[str] = []
        self.says = "250 OK"
        self.tries = 0
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.tries += 1
        if self.says.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.senders.append(envelope.mail_from or "")
        return self.says

    @property
    def settings(self) -> dict[str, str | int]:
        """What a desk is told, to send its mail here."""
        server = self.server
        return {
            "mail_host": server.host,
            "mail_port": server.port,
            "mail_security": server.security,
            "mail_from": server.sender,
            "mail_replies_to": server.replies_to,
        }

    @property
    def server(self) -> MailServer:
        return MailServer(
            host="127.0.0.1",
            port=self.port,
            security="none",
            sender="Desk <desk@desk.example>",
            replies_to="approvals@desk.example",
        )


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """A mailbox on a free port."""
    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
