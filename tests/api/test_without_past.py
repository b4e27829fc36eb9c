"""Every read of records takes a moment, or says why it does not."""

import re

import pytest

from api.app import routes_of
from api.http.routing import Route
from api.without_past import REASONS, is_told_of_past, why_not
from tests.api.house import SETTINGS, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

READS = [route for route in routes_of(SETTINGS) if route.method == "GET"]
OF_NOW = [route for route in READS if not is_told_of_past(route)]


async def test_every_read_takes_a_moment_or_stands_in_the_list_of_reasons() -> None:
    assert [route.path for route in OF_NOW if not why_not(route.path)] == []
    assert len(OF_NOW) < len(READS) / 2


async def test_the_list_of_reasons_names_no_read_that_takes_a_moment() -> None:
    named = {path for route in OF_NOW for path in (route.path, route.path.partition("{ref}")[2])}

    assert REASONS.keys() - named == set()


async def test_the_document_tells_why_a_read_takes_no_moment(house: House) -> None:
    paths = house.app.openapi()["paths"]

    for route in OF_NOW:
        description = paths[f"/api/v1{route.path}"]["get"]["description"]
        assert description.endswith(f"It takes no `as_of`: {why_not(route.path)}")


@pytest.mark.parametrize("name", ["as_of", "known_at"])
async def test_a_moment_that_a_read_does_not_take_is_refused_with_the_reason(
    house: House, name: str
) -> None:
    adam = house.as_("adam")

    for route in OF_NOW:
        answer = await adam.get(f"{_address(route)}?{name}=@1")
        assert answer.status_code == 400, route.path
        assert answer.json()["detail"] == f"{name}: {why_not(route.path)}"


def _address(route: Route) -> str:
    return re.sub(r"\{[^}]*\}", "1", route.path)
