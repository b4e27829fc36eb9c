"""Token buckets: so many requests a minute, and not more in one go."""

from collections import OrderedDict

KNOWN_MAX = 20_000


class Buckets:
    """A bucket per name. It starts full, and fills up again evenly."""

    def __init__(self, capacity: int, seconds: float) -> None:
        self.capacity = capacity
        self.seconds = seconds
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Take one and return what is left; negative, with nothing taken, if none was there.

        `now` is a monotonic time in seconds.
        """
        left = self.level(name, now) - 1
        if left >= 0:
            self._keep(name, left, now)
        return left

    def level(self, name: str, now: float) -> float:
        level, at = self._levels.get(name, (float(self.capacity), now))
        return min(self.capacity, level + (now - at) * self.capacity / self.seconds)

    def seconds_until_one(self, left: float) -> float:
        """How long until one is there again, given what `take` returned."""
        return max(0.0, -left) * self.seconds / self.capacity

    def _keep(self, name: str, level: float, now: float) -> None:
        self._levels[name] = (level, now)
        if len(self._levels) > KNOWN_MAX:
            # The one seen least recently: with time it would be full, and forgotten anyway.
            self._levels.popitem(last=False)
        else:
            self._levels.move_to_end(name)
