"""Text in a diagram: broken into lines that surely fit, as nobody measures it with a real font."""

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

NARROW = frozenset("iljtfrI.,:;'|!()[]{}/\\ ")
WIDE = frozenset("mwMW@%—…")
SMALL, NORMAL = 11.0, 13.0
"""The sizes of what stands beside nodes and of what names them."""
BOLD = 1.08
"""How much wider bold text is."""
ELLIPSIS = "…"


def width_of(text: str, size: float) -> float:
    """How wide a line is at most about, in pixels, in a common sans-serif font."""
    return size * sum(map(_em, text))


def lines_of(text: str, width: float, size: float, lines_max: int) -> list[str]:
    """The text in at most so many lines of that width, the last one cut off if need be."""
    lines: list[str] = []
    for line in _broken(" ".join(text.split()), width, size):
        if len(lines) == lines_max:
            lines[-1] = _cut(f"{lines[-1]} {line}", width, size)
            break
        lines.append(line)
    return lines


def _broken(text: str, width: float, size: float) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while width_of(line, size) > width and len(line) > 1:
            part = _start(line, width, size)
            yield part
            line = line[len(part) :]
    if line:
        yield line


def _cut(line: str, width: float, size: float) -> str:
    return _start(line, width - width_of(ELLIPSIS, size), size).rstrip() + ELLIPSIS


def _start(text: str, width: float, size: float) -> str:
    """As much of the text as fits, one character at least."""
    used, end = 0.0, 0
    for character in text:
        used += size * _em(character)
        if used > width and end > 0:
            break
        end += 1
    return text[:end]


def _em(character: str) -> float:
    if combining(character):
        return 0.0
    if east_asian_width(character) in "WF":
        return 1.05
    if character in NARROW:
        return 0.36
    if character in WIDE:
        return 0.95
    if not character.isascii():
        return 0.8
    return 0.72 if character.isupper() else 0.58
