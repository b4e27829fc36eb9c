"""Public holidays of countries, as the `holidays` library knows them.

The library takes 20 MB and a third of a second. So the API asks a process of its own, which ends
with its answer: `python -m api.public_holidays` reads a question as JSON, and writes the answer.
"""

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.metadata import version

import msgspec

from domain.calendar_holidays import PublicHolidays, Wanted, check_wanted
from domain.near import near
from domain.rules import Refused

LANGUAGE = "en_US"
SECONDS_MAX = 30

Places = Mapping[str, Sequence[str]]
"""The countries that are known, by their ISO 3166-1 codes, with their subdivisions."""


async def known(wanted: Sequence[Wanted]) -> tuple[PublicHolidays, ...]:
    """What is known of them. Raises Refused naming the place that is not."""
    for index, one in enumerate(wanted):
        check_wanted(f"public_holidays[{index}]", one)
    if not wanted:
        return ()
    return await asyncio.to_thread(_known, tuple(wanted))


def _known(wanted: tuple[Wanted, ...]) -> tuple[PublicHolidays, ...]:
    known_places = _known_places()
    for index, one in enumerate(wanted):
        check_place(f"public_holidays[{index}]", one, known_places)
    return tuple(_answered(one) for one in wanted)


@lru_cache(maxsize=64)
def _answered(wanted: Wanted) -> PublicHolidays:
    return msgspec.json.decode(_ask(msgspec.json.encode(wanted)), type=PublicHolidays)


@cache
def _known_places() -> Places:
    found: Places = msgspec.json.decode(_ask(b"null"))
    return found


def _ask(question: bytes) -> bytes:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "api.public_holidays"],
        input=question,
        stdout=subprocess.PIPE,
        timeout=SECONDS_MAX,
        check=True,
    )
    return done.stdout


def check_place(at: str, wanted: Wanted, known_places: Places) -> None:
    """Refuse a country or a part of one that is not known. Raises Refused with the place."""
    if wanted.country not in known_places:
        raise Refused(
            f"{at}.country: nothing is known of the holidays of {wanted.country}"
            f"{near(wanted.country, known_places)}"
        )
    parts = known_places[wanted.country]
    if wanted.subdivision and wanted.subdivision not in parts:
        raise Refused(
            f"{at}.subdivision: {wanted.country} has no {wanted.subdivision!r}"
            f"{near(wanted.subdivision, parts)}"
        )


# With the library ----------------------------------------------------------------------------


def places() -> Places:
    import holidays

    return {
        country: list(parts)
        for country, parts in holidays.list_supported_countries(include_aliases=True).items()
        if len(country) == 2
    }


def looked_up(wanted: Wanted) -> PublicHolidays:
    """What the library knows. Raises Refused for a place that it does not."""
    import holidays

    check_wanted("public_holidays", wanted)
    check_place("public_holidays", wanted, places())
    years = range(wanted.first_year, wanted.last_year + 1)
    found = holidays.country_holidays(
        wanted.country, subdiv=wanted.subdivision or None, years=years, language=LANGUAGE
    )
    return PublicHolidays(
        country=wanted.country,
        subdivision=wanted.subdivision,
        first_year=wanted.first_year,
        last_year=wanted.last_year,
        without=wanted.without,
        days={
            str(day): " ".join(found[day].split())[:200]
            for day in sorted(found)
            if day.year in years
        },
        source=f"holidays {version('holidays')}",
    )


def answer(question: bytes) -> bytes:
    """The answer to a question in JSON: the places that are known, or the days of one."""
    wanted = msgspec.json.decode(question, type=Wanted | None)
    return msgspec.json.encode(places() if wanted is None else looked_up(wanted))


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
