from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import named_id
from domain.planned import Conflict
from domain.window_rules import (
    Window,
    conflicts_with_windows,
    is_about,
    is_under_way,
    spans,
)
from tests.domain.plans import (
    FIELDS,
    asset,
    change,
    freeze,
    hour,
    maintenance,
    planned,
    weekly,
    window_id,
)
from tests.people import CUSTOMER, OPERATOR


@pytest.mark.parametrize(
    ("scope", "fitting"),
    [
        ({"organisations": (CUSTOMER,)}, {"organisation": CUSTOMER}),
        ({"services": ("mail", "web")}, {"services": ["mail"]}),
        ({"assets": (asset(1), asset(2))}, {"assets": [asset(2), asset(9)]}),
        ({"when": 'subject.risk != "low"'}, {"fields": {**FIELDS, "risk": "high"}}),
    ],
)
def test_a_window_is_about_the_changes_that_fit_all_that_it_names(
    scope: dict[str, Any], fitting: dict[str, Any]
) -> None:
    other = {"organisation": OPERATOR, "services": ["erp"], "assets": [asset(3)]}

    assert is_about(freeze(**scope).definition, planned(1, 0, 1, **fitting))
    assert not is_about(freeze(**scope).definition, planned(1, 0, 1, **other))


def test_a_condition_without_an_answer_lets_a_change_be_in_the_scope() -> None:
    window = freeze(when="subject.impact / subject.urgency > 1")

    assert is_about(
        window.definition, planned(1, 0, 1, fields={**FIELDS, "impact": 1, "urgency": 0})
    )


def test_a_change_that_touches_a_freeze_lies_in_it_for_that_part() -> None:
    assert conflicts_with_windows(planned(1, 22, 30), [freeze(1, 0, 24)]) == [
        Conflict(
            reason="inside a freeze",
            other=window_id(1),
            start=hour(22),
            end=hour(24),
            effect="refused",
        )
    ]
    assert conflicts_with_windows(planned(1, 24, 30), [freeze(1, 0, 24)]) == []


@pytest.mark.parametrize(
    ("is_emergency", "window", "effect"),
    [
        (False, {}, "refused"),
        (False, {"is_strict": False}, "warned"),
        (False, {"exceptions": [change(1)]}, "excepted"),
        (False, {"exceptions": [change(2)]}, "refused"),
        (True, {}, "emergency"),
        (True, {"stops_emergencies": True}, "refused"),
        (True, {"stops_emergencies": True, "exceptions": [change(1)]}, "excepted"),
    ],
)
def test_what_follows_from_a_freeze(
    is_emergency: bool, window: dict[str, Any], effect: str
) -> None:
    (conflict,) = conflicts_with_windows(
        planned(1, 1, 2, is_emergency=is_emergency), [freeze(**window)]
    )

    assert conflict.effect == effect


def test_a_change_lies_in_the_windows_of_each_asset_that_has_some() -> None:
    windows = [
        maintenance(1, 0, 2, assets=(asset(1),)),
        maintenance(2, 2, 4, assets=(asset(1),)),
        maintenance(3, 0, 3, assets=(asset(2),)),
    ]

    one, both, free = [asset(1)], [asset(1), asset(2)], [asset(3)]
    assert conflicts_with_windows(planned(1, 1, 4, assets=one), windows) == []
    assert conflicts_with_windows(planned(1, 9, 10, assets=free), windows) == []
    (conflict,) = conflicts_with_windows(planned(1, 1, 4, assets=both), windows)
    assert (conflict.other, conflict.things) == (window_id(3), (str(asset(2)),))
    assert conflict.effect == "refused"


def test_a_window_that_is_not_strict_only_warns() -> None:
    windows = [maintenance(1, 0, 2, services=("mail",), is_strict=False)]

    (conflict,) = conflicts_with_windows(planned(1, 1, 4, services=["mail"]), windows)

    assert (conflict.effect, conflict.things) == ("warned", ("mail",))


def test_a_weekly_window_is_open_by_the_clock_of_its_zone() -> None:
    # The clocks of Zurich go forward in the night to 29 March 2026.
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)

    found = spans(weekly().definition, saturday, saturday + timedelta(days=1))

    assert found == [(datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC))]


def test_a_weekly_window_holds_between_its_start_and_its_end() -> None:
    saturday = datetime(2026, 3, 7, 21, tzinfo=UTC)
    window = weekly(
        start=saturday + timedelta(hours=1), end=saturday + timedelta(hours=2)
    ).definition

    assert spans(window, saturday, saturday + timedelta(days=30)) == [(window.start, window.end)]
    assert spans(window, saturday, saturday + timedelta(minutes=30)) == []


def test_a_window_is_not_under_way_any_more_at_its_end() -> None:
    assert is_under_way(freeze(1, 0, 5), hour(4))
    assert not is_under_way(freeze(1, 0, 5), hour(5))


@st.composite
def windows_of_an_asset(draw: st.DrawFn) -> list[Window]:
    return [
        maintenance(number, start, start + draw(st.integers(1, 6)), assets=(asset(1),))
        for number, start in enumerate(draw(st.lists(st.integers(0, 20), min_size=1, max_size=5)))
    ]


@given(windows_of_an_asset(), st.integers(0, 20), st.integers(1, 6))
def test_a_change_is_inside_when_each_of_its_hours_is(
    windows: list[Window], start: int, length: int
) -> None:
    plan = planned(1, start, start + length, assets=[asset(1)])

    conflicts = conflicts_with_windows(plan, windows)

    def is_open(at: int) -> bool:
        return any(is_under_way(window, hour(at + 0.5)) for window in windows)

    assert (conflicts == []) == all(is_open(at) for at in range(start, start + length))


def test_a_window_of_one_organisation_is_for_its_changes_alone() -> None:
    window = maintenance(1, 0, 2, organisations=(CUSTOMER,))

    assert (
        conflicts_with_windows(planned(1, 5, 6, organisation=named_id("ORG", "x")), [window]) == []
    )
    (conflict,) = conflicts_with_windows(planned(1, 5, 6, organisation=CUSTOMER), [window])
    assert conflict.things == ()
