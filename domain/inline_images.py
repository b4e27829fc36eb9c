"""Images in what people write: attachments that stand where `![what it shows](attachment:NAME)`
names them, by their name or the SHA-256 of their content."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""The types that are shown within a text. No SVG: it is a document, which could run scripts."""
IMAGES_MAX = 50
"""So many are shown in one text; further ones stay words."""

_IMAGE = re.compile(r"!\[([^\]\n]{0,250})\]\(attachment:([^()\s][^()\n]{0,250})\)")


class Image(NamedTuple):
    alt: str
    """What it shows, for those who do not see it."""
    sha256: str


def parts(text: str, attached: Mapping[str, str]) -> Iterator[str | Image]:
    """The words of a text and the images among them, in their order. `attached`: the digests of the
    images that there are, by name and by digest."""
    begin, found = 0, 0
    for match in _IMAGE.finditer(text):
        sha256 = attached.get(unquote(match[2].strip()))
        if sha256 is None or found == IMAGES_MAX:
            continue
        if match.start() > begin:
            yield text[begin : match.start()]
        yield Image(match[1], sha256)
        begin, found = match.end(), found + 1
    if begin < len(text):
        yield text[begin:]


def shown_in(text: str, attached: Mapping[str, str]) -> frozenset[str]:
    """The digests of the images within a text."""
    if "](attachment:" not in text:
        return frozenset()
    return frozenset(part.sha256 for part in parts(text, attached) if isinstance(part, Image))
