"""Who may do what with webhooks. They see what their owners see, so where they go, and with which
secret, is for their owners alone; administrators see and stop those of their organisation."""

from domain.person import Role
from domain.policy_rows import NOBODY, READ, WRITE, rows, staff
from domain.relation import ANY, IN_SIGHT_OR_PART, OWN

_OVERSEEN = {**staff(OWN), Role.ADMINISTRATOR: IN_SIGHT_OR_PART}

WEBHOOKS = {
    **rows(staff(ANY), READ, {"webhook.list": "list webhooks"}),
    **rows(
        {**_OVERSEEN, Role.AUDITOR: IN_SIGHT_OR_PART},
        READ,
        {
            "webhook.read": "read about a webhook",
            "webhook.read_deliveries": "read what a webhook delivered",
            "webhook.read_history": "read the history of a webhook",
        },
    ),
    **rows(staff(ANY), WRITE, {"webhook.register": "register a webhook"}),
    **rows(
        staff(OWN),
        WRITE,
        {
            "webhook.amend": "amend a webhook",
            "webhook.rotate_secret": "rotate the secret of a webhook",
            "webhook.test": "test a webhook",
            "webhook.rewind": "have a webhook send again",
            "webhook.enable": "enable a webhook",
        },
    ),
    **rows(
        _OVERSEEN,
        WRITE,
        {"webhook.disable": "disable a webhook", "webhook.remove": "remove a webhook"},
    ),
    **rows(NOBODY, WRITE, {"webhook.give_up": "give a webhook up"}),
}
