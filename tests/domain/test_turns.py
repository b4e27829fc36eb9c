import asyncio

from domain.ids import record_id
from domain.turns import Turns

A, B = record_id("LMP", 1), record_id("LMP", 2)


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_turns_come_in_the_order_of_arrival() -> None:
    turns = Turns()
    order: list[int] = []

    async def act(number: int) -> None:
        await turns.wait(A)
        order.append(number)
        await asyncio.sleep(0)
        order.append(number)
        turns.give(A)

    await asyncio.gather(*map(act, range(5)))

    assert order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert len(turns) == 0


async def test_records_do_not_wait_for_each_other() -> None:
    turns = Turns()

    assert turns.take(A)
    assert not turns.take(A)
    assert turns.take(B)


async def test_who_leaves_while_waiting_is_passed_over() -> None:
    turns = Turns()
    turns.take(A)
    leaving, staying = (asyncio.ensure_future(turns.wait(A)) for _ in range(2))
    await settle()

    leaving.cancel()
    await settle()
    turns.give(A)
    await settle()

    assert leaving.cancelled()
    assert staying.done()


async def test_who_leaves_on_getting_the_turn_gives_it_on() -> None:
    turns = Turns()
    turns.take(A)
    leaving, staying = (asyncio.ensure_future(turns.wait(A)) for _ in range(2))
    await settle()

    turns.give(A)
    leaving.cancel()
    await settle()

    assert leaving.cancelled()
    assert staying.done()
    turns.give(A)
    assert len(turns) == 0
