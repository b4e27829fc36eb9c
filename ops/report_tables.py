"""Reports on a terminal: plain tables, texts that are shown as they are, and lengths of time."""

from rich.console import Console
from rich.table import Table
from rich.text import Text


def length(seconds: int | None) -> str:
    """A length of time such as `2d 03h 05m`, to the minute; to the second below one."""
    if seconds is None:
        return ""
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    if left < 60:
        return f"{sign}{left}s"
    days, hours, minutes = left // 86_400, left // 3_600 % 24, left // 60 % 60
    if days:
        return f"{sign}{days}d {hours:02d}h {minutes:02d}m"
    return f"{sign}{hours}h {minutes:02d}m" if hours else f"{sign}{minutes}m"


def table_of(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column.removeprefix(">"), justify="right" if column[:1] == ">" else "left")
    return made


def plain(said: str) -> Text:
    return Text(said)


def line(out: Console, said: str, style: str) -> None:
    out.print(Text(said, style))
