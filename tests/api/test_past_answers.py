"""What was answered live, and what is answered as of that moment: every read that takes one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.authorisation import subjects
from tests.api.house import House, opened
from tests.api.past_walk import (
    STEPS,
    Clock,
    act_everywhere,
    answer,
    begin,
    questions,
    told,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("house"), clock=clock) as house:
        yield house


async def test_every_read_tells_as_of_a_moment_what_it_told_then(
    house: House, clock: Clock
) -> None:
    of_each_kind = await subjects(house)
    found = await begin(house, of_each_kind)
    asked = await questions(house, of_each_kind, found)
    moments = [await told(house, clock, asked)]
    acts = 0
    for turn, step in enumerate(STEPS):
        clock.go_on()
        await step(house, found)
        moments.append(await told(house, clock, asked))
        if done := await act_everywhere(house, clock, of_each_kind, turn):
            acts += done
            clock.go_on()
            await house.as_("adam").made("/incidents", {"title": "The last for now"})
            moments.append(await told(house, clock, asked))

    differing = [
        (question.address, as_of)
        for moment in moments
        for question, live in moment.answers.items()
        for as_of in (f"@{moment.position}", f"{moment.at:%Y-%m-%dT%H:%M:%SZ}")
        if await answer(house, question, as_of) != live
    ]

    assert differing == []
    assert acts > 300
    changed = [one for one in asked if len({repr(then.answers[one]) for then in moments}) > 1]
    assert len(changed) > 170
