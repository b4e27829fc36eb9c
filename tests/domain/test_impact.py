from collections.abc import Iterator
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import record_id
from domain.impact import Direction, Graph, Relation

APP, DB, HOST, RACK = (record_id("AST", number) for number in range(1, 5))

assets = st.integers(1, 6).map(lambda number: record_id("AST", number))
relations = st.lists(st.builds(Relation, assets, assets), max_size=14)
directions = st.sampled_from(["up", "down"])


def test_what_fails_is_felt_by_all_that_depends_on_it_with_the_path_to_it() -> None:
    graph = Graph([Relation(APP, DB), Relation(DB, HOST), Relation(APP, HOST)])

    assert graph.paths([HOST], "up") == {APP: (HOST, APP), DB: (HOST, DB)}
    assert graph.paths([APP], "down") == {DB: (APP, DB), HOST: (APP, HOST)}


def test_a_circle_is_gone_round_once() -> None:
    graph = Graph([Relation(APP, DB), Relation(DB, HOST), Relation(HOST, APP)])

    assert graph.paths([APP], "down") == {DB: (APP, DB), HOST: (APP, DB, HOST)}


def test_what_is_further_away_than_the_depth_is_not_reached() -> None:
    graph = Graph([Relation(APP, DB), Relation(DB, HOST), Relation(HOST, RACK)])

    assert list(graph.paths([APP], "down", depth=2)) == [DB, HOST]
    assert graph.paths([APP], "down", depth=0) == {}


def test_an_asset_without_relations_reaches_nothing() -> None:
    assert Graph([Relation(APP, APP)]).paths([APP, RACK], "up") == {}


@given(relations, st.lists(assets, max_size=3), directions, st.integers(0, 6))
def test_a_path_is_the_first_of_the_shortest_walks(
    given_relations: list[Relation], starts: list[UUID], direction: Direction, depth: int
) -> None:
    found = Graph(given_relations).paths(starts, direction, depth=depth)

    walked: dict[UUID, tuple[UUID, ...]] = {}
    for walk in sorted(walks(given_relations, starts, direction, depth), key=by_length):
        walked.setdefault(walk[-1], walk)
    assert found == {asset: walk for asset, walk in walked.items() if asset not in starts}


@given(relations, assets, assets)
def test_up_and_down_are_the_same_way_seen_from_both_ends(
    given_relations: list[Relation], one: UUID, other: UUID
) -> None:
    graph = Graph(given_relations)

    up, down = graph.paths([one], "up"), graph.paths([other], "down")

    assert (other in up) == (one in down)
    if other in up:
        assert len(up[other]) == len(down[one])


def by_length(walk: tuple[UUID, ...]) -> tuple[int, tuple[UUID, ...]]:
    return len(walk), walk


def walks(
    given_relations: list[Relation], starts: list[UUID], direction: Direction, depth: int
) -> Iterator[tuple[UUID, ...]]:
    """Every walk without a repeated asset, of so many steps at most."""
    steps = [step if direction == "down" else (step.other, step.asset) for step in given_relations]
    open_walks: list[tuple[UUID, ...]] = [(start,) for start in starts]
    for _ in range(depth):
        open_walks = list(
            {
                (*walk, other)
                for walk in open_walks
                for asset, other in steps
                if asset == walk[-1] and other not in walk
            }
        )
        yield from open_walks
