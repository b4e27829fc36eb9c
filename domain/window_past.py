"""What change windows were like, and in which time they held the approval of a change."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from domain.aggregate import Entry
from domain.change_window import ChangeWindow
from domain.window_rules import Span, Window, as_window, joined, spans

Past = Sequence[tuple[datetime, Window | None]]
"""How a window was, each since when; None while it was not in force."""


def past_of(history: Iterable[Entry]) -> Past:
    """How a window was after each of its events."""
    past: list[tuple[datetime, Window | None]] = []
    window: ChangeWindow | None = None
    for entry in history:
        window = ChangeWindow(entry.originator_id) if window is None else window
        window.replay(entry)
        definition = window.published
        known = as_window(window, definition) if definition else None
        past.append((entry.event.by.effective_at, known))
    return past


def held_between(
    past: Past,
    since: datetime,
    until: datetime,
    cuts: Iterable[datetime],
    holds: Callable[[Window, datetime], bool],
) -> list[Span]:
    """The spans between two instants in which a window was under way and held, in order and apart.

    holds: whether the window, as it was then, holds before a moment; asked for each piece of time
    between two cuts.
    """
    found: list[Span] = []
    ends = [*(at for at, _ in past[1:]), until]
    for (start, window), end in zip(past, ends, strict=True):
        if window is None:
            continue
        for span in spans(window.definition, max(since, start), min(until, end)):
            found += [piece for piece in _pieces(span, cuts) if holds(window, piece[1])]
    return joined(found)


def _pieces(span: Span, cuts: Iterable[datetime]) -> list[Span]:
    start, end = span
    moments = [start, *sorted(at for at in set(cuts) if start < at < end), end]
    return list(pairwise(moments))
