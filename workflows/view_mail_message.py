"""The mail that tells what entered a saved view and what left it, in plain text."""

from collections.abc import Sequence
from email.message import EmailMessage

from msgspec import Struct

from domain.person import Person
from workflows.mail_sending import MailServer
from workflows.mail_writing import begun

TOLD_MAX = 200
"""Records that a mail names; of more it says how many there are."""


class Item(Struct, frozen=True, kw_only=True):
    """A record of which something is told. `title` is empty where the reader may not see it now,
    `page` where it has none."""

    number: str
    title: str = ""
    page: str = ""


class News(Struct, frozen=True, kw_only=True):
    """What happened in a view, each record once: by where it was before, and where it is now."""

    entered: Sequence[Item] = ()
    left: Sequence[Item] = ()
    passed: Sequence[Item] = ()
    """What entered and left again."""
    returned: Sequence[Item] = ()
    """What left and entered again."""
    upto: int
    """The position of the ledger up to which this is all."""
    is_all: bool = True
    """Whether that is as far as was asked."""

    @property
    def parts(self) -> list[tuple[str, Sequence[Item]]]:
        parts = [
            ("Entered", self.entered),
            ("Left", self.left),
            ("Entered and left again", self.passed),
            ("Left and entered again", self.returned),
        ]
        return [part for part in parts if part[1]]


def message(
    name: str, number: str, news: News, to: Person, server: MailServer, *, end: str, id: str
) -> EmailMessage:
    """The mail to a subscriber. `end` is the address that ends the subscription by one click."""
    counts = ", ".join(f"{len(items)} {title.lower()}" for title, items in news.parts)
    made = begun(server, to, f"{name}: {counts}", id=id)
    # RFC 8058: a program asks with a POST, so that whatever follows links ends nothing.
    made["List-Unsubscribe"] = f"<{end}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made["List-ID"] = f"<{number.lower()}.views.{server.domain}>"
    made.set_content(_text(name, number, news, end))
    return made


def _text(name: str, number: str, news: News, end: str) -> str:
    said = [f"What changed in the view {name} ({number}):", ""]
    left = TOLD_MAX
    for title, items in news.parts:
        said.append(f"{title} ({len(items)})")
        said += [_line(item) for item in items[:left]]
        if len(items) > left:
            said.append(f"  and {len(items) - left} more, which the list shows")
        said.append("")
        left = max(0, left - len(items))
    said += ["You hear of this as you have subscribed to the view. To hear no more of it:", end, ""]
    return "\n".join(said)


def _line(item: Item) -> str:
    link = f"\n    {item.page}" if item.page else ""
    return f"  {item.number}  {item.title}".rstrip() + link
