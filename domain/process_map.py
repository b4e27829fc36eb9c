"""What the histories of records say of their process: which event is directly followed by which,
and how often (a directly-follows graph)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

Step = tuple[str, str]

START, END = "", " "
"""What comes before the first event of a record, and after its last."""


class ProcessMap(Struct, frozen=True, kw_only=True):
    records: int
    events: Mapping[str, int]
    steps: Mapping[Step, int]
    """By the names of two events of which the second came next. The first begins with START, and
    the last leads to END."""

    def without_rare(self, share: float) -> "ProcessMap":
        """With the most frequent steps alone that make up a share of all, and of each event the
        most frequent one to it and from it."""
        ordered = sorted(self.steps, key=lambda step: (-self.steps[step], step))
        kept: set[Step] = set()
        for place in (0, 1):
            best: dict[str, Step] = {}
            for step in ordered:
                best.setdefault(step[place], step)
            kept |= set(best.values())
        covered, enough = 0, share * sum(self.steps.values())
        for step in ordered:
            if covered >= enough:
                break
            covered += self.steps[step]
            kept.add(step)
        return ProcessMap(
            records=self.records,
            events=self.events,
            steps={step: count for step, count in self.steps.items() if step in kept},
        )


def discovered(traces: Iterable[Sequence[str]], without: Collection[str] = ()) -> ProcessMap:
    """The map of the names of events in the order in which they took effect, record by record;
    some names are passed over. A record without any other is not counted."""
    records = 0
    events: Counter[str] = Counter()
    steps: Counter[Step] = Counter()
    for trace in traces:
        names = [name for name in trace if name not in without]
        if names:
            records += 1
            events.update(names)
            steps.update(pairwise([START, *names, END]))
    return ProcessMap(records=records, events=dict(events), steps=dict(steps))
