"""How much happens on which day, and the whole told from its beginning to its end."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import NamedTuple

from domain.desk import Desk
from ops.demo_life import changes, tickets, trouble
from ops.demo_life.assets import fill_register
from ops.demo_life.catalogue import RETIRING, open_portfolio
from ops.demo_life.company import Company, found
from ops.demo_life.helps import help_the_desk
from ops.demo_life.purchases import buy
from ops.demo_life.rules import lay_down
from ops.demo_life.timeline import OFFICE, Scene, Story, Timeline

FOUNDED_BEFORE = timedelta(days=7)
PACE = timedelta(seconds=2)
"""How long after each other the commands come by which the company is founded."""


class Kind(NamedTuple):
    name: str
    tell: Callable[[Scene, Company], Story]
    on_workdays: float
    """How many begin on such a day, on the average."""
    on_others: float


KINDS = (
    Kind("incident", tickets.incident, 26, 4),
    Kind("question", tickets.question, 7, 0.5),
    Kind("deflection", tickets.deflection, 3, 0.5),
    Kind("order", tickets.order, 9, 0.5),
    Kind("change", changes.change, 2, 0),
    Kind("problem", trouble.problem, 0.5, 0),
    Kind("release", changes.release, 0.15, 0),
    Kind("major incident", trouble.major_incident, 0.06, 0.02),
)


async def live(
    timeline: Timeline, since: datetime, progress: Callable[[datetime], None]
) -> Company:
    """Found the company some days before, and tell what happens from then on until the end."""
    scene = Scene(timeline, "company", since - FOUNDED_BEFORE)
    scene.pace = PACE
    company = await found(scene)
    await lay_down(scene)
    await open_portfolio(scene, company)
    await fill_register(scene, company)
    await help_the_desk(scene, company)
    await buy(scene, company)
    _schedule(timeline, company, since)
    await timeline.play(progress)
    return company


def _schedule(timeline: Timeline, company: Company, since: datetime) -> None:
    days = (timeline.until - since).days
    # Each with luck of its own, so that another kind leaves the others as they are.
    for kind in KINDS:
        luck = Scene(timeline, f"schedule/{kind.name}", since)
        for number in range(days):
            day = since + timedelta(days=number)
            mean = kind.on_workdays if OFFICE.is_workday(day) else kind.on_others
            for n in range(_how_many(luck, mean)):
                timeline.begin(
                    f"{kind.name}/{number}/{n}",
                    _moment(luck, day),
                    lambda scene, kind=kind: kind.tell(scene, company),  # type: ignore[misc]  # defaults bind it now
                )
    # One of the rare ones in any case, also in a short life.
    first = since + timedelta(hours=10)
    timeline.begin("major", first, lambda scene: trouble.major_incident(scene, company))
    timeline.begin("release", first, lambda scene: changes.release(scene, company))
    middle = since + timedelta(days=days / 2)
    timeline.begin("retirement", middle, lambda scene: trouble.retirement(scene, company, RETIRING))


def _how_many(luck: Scene, mean: float) -> int:
    """About so many, and now and then one more of what is rare."""
    spread = luck.random.uniform(0.7, 1.3) * mean
    return int(spread) + luck.chance(spread % 1)


def _moment(luck: Scene, day: datetime) -> datetime:
    """Some time on a day, mostly around noon."""
    seconds = round(luck.random.triangular(6 * 3600, 19 * 3600, 10 * 3600))
    return datetime.combine(day.date(), time(0), day.tzinfo) + timedelta(seconds=seconds)


def timeline_of(desk: Desk, seed: str, until: datetime, days: int) -> Timeline:
    """That of a run, which is told from others by all that its commands follow from."""
    return Timeline(desk, f"1/{seed}/{until.isoformat()}/{days}", until)
