"""Where a process spends its processor time: what its main thread does, looked at again and again.

Looking costs next to nothing and so does not distort what is seen, as tracing every call would.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

from msgspec import Struct

INTERVAL_SECONDS = 0.001
"""Of processor time. The system may look less often, every 4 ms as a rule."""
SHOWN_FROM_PERCENT = 2.0
SHOWN_MAX = 40
FRAME_OF_ALL_PERCENT = 95.0
"""What nearly all of the time runs in tells nothing."""
ROOT = Path(__file__).parents[2]


class Share(Struct, frozen=True):
    """How much of the time a function ran."""

    place: str
    percent: float
    """With all that it called."""
    own_percent: float
    """Itself. What it called in C counts for it, or for the function that C called back."""


class Samples:
    def __init__(self) -> None:
        self.count = 0
        self.ran: Counter[CodeType] = Counter()
        self.ran_itself: Counter[CodeType] = Counter()

    def look(self, _: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self.count += 1
        self.ran_itself[frame.f_code] += 1
        seen = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self.ran.update(seen)

    def forget(self) -> None:
        """Begin again."""
        self.count = 0
        self.ran.clear()
        self.ran_itself.clear()

    def shares(self) -> list[Share]:
        """The functions that matter, those with the largest shares first: ours by all that they
        run, and those of libraries that take time themselves."""
        found = []
        for code, count in self.ran.most_common():
            percent = count / self.count * 100
            own = self.ran_itself[code] / self.count * 100
            counts = percent if _is_ours(code) else own
            if counts >= SHOWN_FROM_PERCENT and percent <= FRAME_OF_ALL_PERCENT:
                found.append(Share(f"{code.co_qualname} ({_module(code)})", percent, own))
        return found[:SHOWN_MAX]


@contextmanager
def sampling() -> Iterator[Samples]:
    """Look at the main thread while this lasts."""
    samples = Samples()
    before = signal.signal(signal.SIGPROF, samples.look)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _is_ours(code: CodeType) -> bool:
    return Path(code.co_filename).is_relative_to(ROOT) and "site-packages" not in code.co_filename


def _module(code: CodeType) -> str:
    path = Path(code.co_filename)
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT))
    return "/".join(parts[-2:])
