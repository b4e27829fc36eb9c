"""Text as XML can carry it."""

import re

# Whatever XML 1.0 has no character for.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text with a replacement character for each that XML cannot carry."""
    return _NO_CHARACTER.sub("\ufffd", text)
