"""How many of some people can be spent elsewhere: the largest flow from people to stages."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence

Node = tuple[str, ...]

SOURCE: Node = ("source",)
SINK: Node = ("sink",)


def most_spent(
    people: Collection[str], asked: Mapping[str, frozenset[str]], votes: Mapping[str, int]
) -> dict[str, str]:
    """As many of the people as can vote in other stages, each in one, with their stages.

    asked: who may be asked in each other stage; votes: how many can vote there at most.
    People who are asked in the same stages are taken together, so that many are no more work.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for person in people:
        stages = tuple(stage for stage, voters in asked.items() if person in voters)
        if stages:
            groups[stages].append(person)
    network = _Network()
    for stages, members in groups.items():
        network.add(SOURCE, ("group", *stages), len(members))
        for stage in stages:
            network.add(("group", *stages), ("stage", stage), len(members))
    for stage, most in votes.items():
        network.add(("stage", stage), SINK, most)
    network.fill(SOURCE, SINK)
    spent = {}
    for stages, members in groups.items():
        left = iter(members)
        for stage in stages:
            for _ in range(network.flow(("group", *stages), ("stage", stage))):
                spent[next(left)] = stage
    return spent


class _Network:
    def __init__(self) -> None:
        self._left: dict[Node, dict[Node, int]] = defaultdict(dict)

    def add(self, source: Node, target: Node, capacity: int) -> None:
        self._left[source][target] = capacity
        self._left[target].setdefault(source, 0)

    def flow(self, source: Node, target: Node) -> int:
        return self._left[target][source]

    def fill(self, source: Node, target: Node) -> None:
        """Send as much as possible, along shortest ways."""
        while way := self._way(source, target):
            amount = min(self._left[one][other] for one, other in way)
            for one, other in way:
                self._left[one][other] -= amount
                self._left[other][one] += amount

    def _way(self, source: Node, target: Node) -> Sequence[tuple[Node, Node]]:
        came: dict[Node, Node] = {source: source}
        waiting = deque([source])
        while waiting and target not in came:
            node = waiting.popleft()
            for other, left in self._left[node].items():
                if left > 0 and other not in came:
                    came[other] = node
                    waiting.append(other)
        way: list[tuple[Node, Node]] = []
        node = target
        while node in came and node != source:
            way.append((came[node], node))
            node = came[node]
        return way
