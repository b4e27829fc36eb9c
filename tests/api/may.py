"""Which of the seven roles may ask for what routes, where many are alike."""


def governed(plural: str, owners: str, readers: str) -> dict[str, str]:
    """The acts of approvals of definitions, on which nobody here is asked to vote."""
    at = f"/{plural}/{{ref}}"
    voting = ("vote", "retract-vote", "hand-on-vote", "request-information")
    owning = (
        *("submit", "withdraw", "comment", "provide-information"),
        *("reassign-vote", "add-approver", "migrate-approval"),
    )
    return {
        **dict.fromkeys((f"POST {at}/{act}" for act in voting), "-------"),
        **dict.fromkeys((f"POST {at}/{act}" for act in owning), owners),
        f"GET {at}/approval-migration": f"{owners[:5]}x{owners[6:]}",
        f"GET {at}/approval.svg": readers,
    }


HOLDS = ("place-legal-hold", "lift-legal-hold")

WORK = (
    *("add-item", "remove-item", "complete-item", "reopen-item"),
    *("book-time", "correct-time", "set-fields"),
    *("begin-edit", "end-edit", "apply-macro"),
)


def commons(plural: str, *, attach: str, read: str, work: str = "-x-----") -> dict[str, str]:
    """What all kinds of tickets have besides their commands."""
    at = f"/{plural}/{{ref}}"
    return {
        f"POST {at}/attachments": attach,
        **dict.fromkeys((f"POST {at}/{act}" for act in WORK), work),
        **dict.fromkeys((f"POST {at}/{act}" for act in HOLDS), "----x--"),
        f"POST {at}/break-lock": "---xx--",
        f"POST {at}/acknowledge-mentions": f"{read[:5]}--",
        f"GET {at}/attachments/{{sha256}}": read,
    }
