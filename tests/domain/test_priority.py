import pytest

from domain.priority import DEFAULT, LEVELS, NAMES, Matrix, check, priority
from domain.rules import Refused


def test_the_default_matrix_is_the_usual_one() -> None:
    check(DEFAULT)

    assert [[priority(impact, urgency) for urgency in LEVELS] for impact in LEVELS] == [
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, 5],
    ]
    assert NAMES[1] == "critical"
    assert NAMES[5] == "planning"


def test_another_matrix_gives_other_priorities() -> None:
    flat = Matrix(rows=((1, 1, 2), (1, 2, 2), (2, 2, 2)))
    check(flat)

    assert priority(2, 1, flat) == 1


@pytest.mark.parametrize(("impact", "urgency"), [(0, 1), (4, 1), (1, 0), (1, 4), (-1, 1)])
def test_unknown_levels_are_refused(impact: int, urgency: int) -> None:
    with pytest.raises(Refused, match="is 1 high, 2 medium or 3 low"):
        priority(impact, urgency)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((), "three rows"),
        (((1, 2, 3), (2, 3, 4), (3, 4)), "three rows"),
        (((0, 2, 3), (2, 3, 4), (3, 4, 5)), "impact 1, urgency 1: a priority is a number"),
        (((1, 2, 3), (2, 3, 4), (3, 4, 6)), "impact 3, urgency 3: a priority is a number"),
        (((1, 2, 3), (2, 3, 4), (3, 4, 3)), "impact 3, urgency 3: a lower"),
        (((2, 2, 3), (1, 3, 4), (3, 4, 5)), "impact 2, urgency 1: a lower"),
    ],
)
def test_a_wrong_matrix_is_refused_with_its_place(
    rows: tuple[tuple[int, ...], ...], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        check(Matrix(rows=rows))
