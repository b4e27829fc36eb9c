"""A mail that came in: who wrote it, to whom, and what they wrote themselves."""

from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

from mailparser_reply import EmailReplyParser
from msgspec import Struct

TEXT_MAX = 50_000
"""Characters of a mail that are looked at."""
LANGUAGES = ["en", "de", "fr", "es", "it", "nl"]
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_BLOCKS = frozenset({"br", "div", "p", "tr", "li", "blockquote"})
_PROGRAMS = ("mailer-daemon", "postmaster", "no-reply", "noreply")


class Received(Struct, frozen=True, kw_only=True):
    """lines: what the sender wrote, without what they quote, from the first line that says
    something. is_automatic: whether a program wrote it, which must not be answered."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str
    subject: str
    lines: tuple[str, ...]
    is_automatic: bool


def received(raw: bytes, envelope: Iterable[str] = ()) -> Received:
    """Read a message, whatever is wrong with it. `envelope` names recipients beside its own."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    sender = parseaddr(_header(message, "From"))[1]
    # Some versions of Python find nothing at all where one of several headers is empty.
    said = [value for name in _RECIPIENTS if (value := _header(message, name))]
    named = [pair for value in said for pair in getaddresses([value])]
    return Received(
        sender=sender.casefold(),
        recipients=tuple(dict.fromkeys((*envelope, *(address for _, address in named if address)))),
        message_id=_header(message, "Message-ID").strip(),
        subject=_header(message, "Subject"),
        lines=_own_lines(_text(message)),
        is_automatic=_is_automatic(message, sender),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(value) for value in message.get_all(name, []))
    except (ValueError, IndexError, AttributeError, TypeError):
        # The library fails on some headers that are broken.
        return ""


def _is_automatic(message: EmailMessage, sender: str) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _header(message, "Precedence").strip().lower()
    local = sender.partition("@")[0].casefold()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or ("Return-Path" in message and _header(message, "Return-Path").strip() == "<>")
        or any(name in message for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or message.get_content_type() in ("multipart/report", "message/delivery-status")
        or not sender
        or local in _PROGRAMS
    )


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        if part is None:
            return ""
        said = str(part.get_content())[:TEXT_MAX]
    except (LookupError, ValueError, AttributeError, TypeError):
        # A character set that nobody knows, or a body that is none.
        return ""
    return _plain(said) if part.get_content_subtype() == "html" else said


def _plain(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._quoted += tag in ("blockquote", "style", "head")
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._quoted -= tag in ("blockquote", "style", "head")

    def handle_data(self, data: str) -> None:
        if self._quoted <= 0:
            self.parts.append(" ".join(data.split("\n")))


def _own_lines(text: str) -> tuple[str, ...]:
    own = EmailReplyParser(languages=LANGUAGES).parse_reply(text=text) or ""
    lines = [line.strip() for line in own.splitlines() if not line.startswith(">")]
    while lines and not lines[0]:
        lines.pop(0)
    return tuple(lines)
