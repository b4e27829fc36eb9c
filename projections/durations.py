"""Durations as filters write them, such as `1h30m` or `-2.5s`."""

import re
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

_PART = re.compile(r"([0-9.]+)(h|ms|us|ns|m|s)")
_MICROSECONDS: Mapping[str, int | Fraction] = {
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
    "ns": Fraction(1, 1_000),
}


def length_of(text: str) -> timedelta:
    """The length of a duration. Raises ValueError if it is no whole number of microseconds."""
    parts = _PART.findall(text)
    microseconds = sum(
        (Fraction(number) * _MICROSECONDS[unit] for number, unit in parts), Fraction()
    )
    if microseconds.denominator != 1:
        raise ValueError(text)
    length = timedelta(microseconds=int(microseconds))
    return -length if text.startswith("-") else length
