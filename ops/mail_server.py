"""The mail server of the settings."""

from ops.settings import Settings
from workflows.mail_sending import MailServer


def mail_server(settings: Settings) -> MailServer:
    password = settings.mail_password
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        security=settings.mail_security,
        user=settings.mail_user,
        password=password.get_secret_value() if password else "",
        sender=settings.mail_from,
        replies_to=settings.mail_replies_to,
    )
