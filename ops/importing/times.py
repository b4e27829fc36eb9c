"""Reading times as foreign systems write them."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ops.importing.errors import BadRow
from ops.importing.mapping import Times

FIRST_YEAR = 1970
LAST_YEAR = 2100


def time_reader(times: Times) -> Callable[[str], datetime]:
    """A function from text to an instant in UTC, which raises BadRow.

    An offset in the text wins over the zone. Of a time that clocks showed twice the first is
    meant, and one that they left out counts as if they had not been changed yet.
    """
    zone = ZoneInfo(times.zone)

    def read(text: str) -> datetime:
        for format in times.formats:
            try:
                found = (
                    datetime.fromisoformat(text)
                    if format == "iso"
                    else datetime.strptime(text, format)  # noqa: DTZ007 - the zone is set below
                )
            except (ValueError, OverflowError):
                continue
            if not FIRST_YEAR <= found.year <= LAST_YEAR:
                raise BadRow(f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
            if found.tzinfo is None:
                found = found.replace(tzinfo=zone)
            return found.astimezone(UTC)
        raise BadRow(f"{text[:80]!r} is no time of the form {' or '.join(times.formats)}")

    return read


def write_time(at: datetime) -> str:
    """An instant as it stands in a detail."""
    return at.isoformat().replace("+00:00", "Z")
