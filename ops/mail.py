"""`ledgerdesk mail`: what a mail server pipes to the desk."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.options import Config, Data, Wrong, in_order, out, settings_of

app = typer.Typer(no_args_is_help=True, help="Decisions by mail.")

MESSAGE_BYTES_MAX = 10_000_000
"""More of a message is not read: it is attachments by then."""
TRY_AGAIN = 75
"""What tells a mail server to keep the message and to try again later."""


@app.callback()
def mail() -> None:
    """Decisions by mail."""


@app.command()
def receive(
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="A recipient of the envelope, if no header names it."),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Take the message on the standard input: a reply to a mail that asked for a decision.

    The exit code is 0 if it was seen to, and 75 if it is to be tried again.
    """
    settings = settings_of(data, config)
    if not (settings.mail_host and settings.mail_replies_to):
        raise Wrong("LEDGERDESK_MAIL_HOST and LEDGERDESK_MAIL_REPLIES_TO: give both.")
    raw = sys.stdin.buffer.read(MESSAGE_BYTES_MAX)

    async def run() -> None:
        from ops.compose import decision_key, open_desk
        from ops.mail_received import received
        from ops.mail_replies import take
        from ops.mail_server import mail_server
        from workflows.mail_sending import MailAway, MailRefused, send

        server = mail_server(settings)
        message = received(raw, to or ())
        async with open_desk(settings) as desk:
            now = datetime.now(UTC)
            outcome = await take(desk, server, decision_key(settings), message, raw, now)
        out.print(outcome.said, markup=False, highlight=False, soft_wrap=True)
        if outcome.answer is not None:
            try:
                await send(server, outcome.answer, is_answer=True)
            except MailAway as away:
                out.print(f"It is not answered yet: {away}", markup=False, highlight=False)
                raise typer.Exit(TRY_AGAIN) from None
            except MailRefused as refused:
                out.print(f"It is not answered: {refused}", markup=False, highlight=False)

    in_order(run())
