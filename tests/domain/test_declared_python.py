"""What a declaration in Python means, and how it is refused. It is never run."""

import re
from textwrap import indent

import pytest

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.declaration import declaration_of, of_source
from domain.declared_definition import ColumnDefinition, ViewDefinition
from domain.rules import Refused

HEAD = '''class LoggedByDay:
    """Logged, by day"""

    day: str = key(by.day)
    n: int
    last: UUID | None

    class kept:
        name: str | None
        at: datetime | None
        times: int

    @on("Incident.Logged")
    def logged(row, kept):
'''
LINES = HEAD.count("\n")


def view(body: str) -> ViewDefinition:
    return of_source(HEAD + indent(body, " " * 8), "py").definition


def rules(body: str) -> list[tuple[object, ...]]:
    return [(rule.when, rule.remember, rule.set, rule.removes) for rule in view(body).rules]


def test_the_class_tells_name_title_and_columns() -> None:
    found = declaration_of(f"{HEAD}        row.n += 1", "py")

    assert (found.name, found.title) == ("logged_by_day", "Logged, by day")
    assert found.definition.key == {"day": "by.day"}
    assert found.definition.columns == (
        ColumnDefinition(name="day", type="text"),
        ColumnDefinition(name="n", type="integer"),
        ColumnDefinition(name="last", type="id", is_optional=True),
    )
    assert [column.name for column in found.definition.remembered] == ["name", "at", "times"]


MEANT = {
    "row.n -= 1\nrow.last = record.id": [("", {}, {"n": "row.n - 1", "last": "record.id"}, False)],
    "kept.times += 1\nrow.n = kept.times": [
        ("", {"times": "kept.times + 1"}, {"n": "kept.times"}, False)
    ],
    "row.n = kept.times\nkept.times += 1": [
        ("", {}, {"n": "kept.times"}, False),
        ("", {"times": "kept.times + 1"}, {}, False),
    ],
    "row.n += 1\nrow.n += 2": [
        ("", {}, {"n": "row.n + 1"}, False),
        ("", {}, {"n": "row.n + 2"}, False),
    ],
    "row.n = 1\ndel row": [("", {}, {"n": "1"}, False), ("", {}, {}, True)],
    "kept.times = 1\nkept.at = by.at if kept.times > 0 else never": [
        ("", {"times": "1"}, {}, False),
        ("", {"at": "kept.times > 0 ? by.at : never"}, {}, False),
    ],
    "del row\nrow.n = 1": [("", {}, {}, True), ("", {}, {"n": "1"}, False)],
    "if row.n > 3:\n    return\nrow.n += 1": [("!(row.n > 3)", {}, {"n": "row.n + 1"}, False)],
    "if kept.at is not None and by.day == 'x':\n    del row": [
        ('kept.at != never && by.day == "x"', {}, {}, True)
    ],
    "if by.day == 'x':\n    row.n = 1\nelif by.day == 'y':\n    row.n = 2\nelse:\n    del row": [
        ('by.day == "x"', {}, {"n": "1"}, False),
        ('!(by.day == "x") && by.day == "y"', {}, {"n": "2"}, False),
        ('!(by.day == "x") && !(by.day == "y")', {}, {}, True),
    ],
    "kept.name = None\nkept.at = None\nrow.last = None": [
        ("", {"name": '""', "at": "never"}, {"last": '""'}, False)
    ],
    "row.n = int(row.n / 2) if 1 < row.n <= 5 and by.day not in ['x'] else -1": [
        (
            "",
            {},
            {"n": '1 < row.n && row.n <= 5 && !(by.day in ["x"]) ? row.n / 2 : -1'},
            False,
        )
    ],
    "if by.at - by.effective_at > timedelta(hours=2):\n    row.n = hours(by.at - kept.at)": [
        (
            'by.at - by.effective_at > duration("7200s")',
            {},
            {"n": "(by.at - kept.at).getHours()"},
            False,
        )
    ],
    "if by.at < datetime.fromisoformat('2026-01-01T00:00:00Z'):\n    row.n = len(by.day)": [
        ('by.at < timestamp("2026-01-01T00:00:00Z")', {}, {"n": "size(by.day)"}, False)
    ],
}


@pytest.mark.parametrize("body", MEANT)
def test_a_method_becomes_rules(body: str) -> None:
    assert rules(body) == MEANT[body]


MOVING = """class ByName:
    name: str = key(kept.name)
    n: int
    m: int

    class kept:
        name: str
        n: int

    @on("Incident.Categorised")
    def categorised(row, kept):
"""


def test_a_row_is_another_one_when_what_it_is_found_by_changes() -> None:
    def told(body: str) -> list[tuple[object, ...]]:
        found = of_source(MOVING + indent(body, " " * 8), "py").definition.rules
        return [(rule.when, rule.remember, rule.set) for rule in found]

    assert told("if row.n > 1:\n    kept.name = event.category\n    row.n = 1") == [
        ("row.n > 1", {"name": "event.category"}, {"n": "1"})
    ]
    assert told("row.m = 1\nkept.name = event.category\nkept.n = row.n\nrow.n = 1") == [
        ("", {}, {"m": "1"}),
        ("", {"name": "event.category"}, {}),
        ("", {"n": "row.n"}, {"n": "1"}),
    ]
    with pytest.raises(Refused, match="changes before all is done that depends on it"):
        told("if row.n > 1:\n    kept.name = event.category\n    kept.name = 'x'")


REFUSED = {
    "if row.n > 1:\n    row.n = 0\nelse:\n    row.n += 1": "1, column 12: row.n changes before all",
    "if kept.at is None:\n    kept.at = by.at\nelse:\n    row.n += 1": "1, column 12: kept.at chan",
    "row.x = 1": "1, column 9: there is no column row.x to assign to.",
    "x = 1": "1, column 9: a name is never, or begins with event, record, by, row, kept and a dot.",
    "row.day = 'x'": "1, column 19: what rows are found by is not set.",
    "row.n = event.titel": "1, column 17: there is no field event.titel here",
    "row.n = kept.x": "1, column 17: there is no field kept.x here",
    "row.n = len('é') + open(1)": "1, column 28: there is no function open",
    "row.n = event.title": "1, column 17: event.title is sealed, and erased with whose it is",
    "row.n = 1 / 2": "1, column 17: a division tells no whole number: int(… / …) does.",
    "row.n = None": "1, column 9: None is in columns that say so: `text: str | None`.",
    "row.n = 1.5": "1, column 17: a value is a text, a whole number of 64 bits, True or False.",
    "row.n = 9223372036854775808": "1, column 17: a value is a text, a whole number of 64 bits",
    "kept.name = '\\ud800'": "1, column 21: a value is a text, a whole number",
    "row.n = f'{1}'": "1, column 17: this is not known here.",
    "row.n = (lambda: 1)()": "1, column 17: this is not known here.",
    "row.n = open('x')": "1, column 17: there is no function open: hours, minutes, seconds, len, i",
    "row.n = __import__('os').system('x')": "1, column 17: this is not known here.",
    "row.n = ().__class__": "1, column 17: a name is never, or begins with",
    "import os": "1, column 9: a method assigns to row.… and kept.…, has if, return and del row.",
    "while True:\n    pass": "1, column 9: a method assigns to",
    "return 1": "1, column 9: a method assigns to",
    "return\nrow.n = 1": "2, column 9: nothing is done after a return.",
    "if by.day == 'x':\n    if by.day == 'y':\n        return\nrow.n = 1": "1, column 9: a return ",
    "pass": "0, column 5: a method assigns something, or has del row.",
    "row.n = (": "1, column 17: this is no Python: '(' was never closed.",
}


@pytest.mark.parametrize("body", REFUSED)
def test_a_mistake_is_told_with_its_place(body: str) -> None:
    line, rest = REFUSED[body].split(",", 1)

    with pytest.raises(Refused, match=re.escape(f"line {LINES + int(line)},{rest}")):
        view(body)


OTHERS = {
    "": "a file has one class alone.",
    "import os\nclass A: pass": "a file has one class alone.",
    "class A(object):\n    pass": "the class has no bases and no decorators.",
    "@open\nclass A:\n    pass": "the class has no bases and no decorators.",
    "class A:\n    x = 1": "a class has columns such as `times: int`, and methods under @on(…).",
    "class A:\n    x: list": "a column is str, int, bool, datetime, UUID, or such | None.",
    "class A:\n    x: int = 1": "a column is = key(…), by which its row is found.",
    "class A:\n    class past:\n        x: int": "the one class within it is `kept`.",
    "class A:\n    class kept:\n        x: int = key(by.day)": "what is kept has no key.",
    "class A:\n    def f(row): row.x = 1": "a method stands under @on(…) with names of events.",
    "class A:\n    x: int\n    @on('A.B')\n    def f(z): row.x = 1": "a method takes of event, rec",
    "class A:\n    x: int\n    @on('A.B')\n    def f(row=1): row.x = 1": "a method takes of event",
    "class A:\n    x: int\n    @on('A.B')\n    def f(row: int): row.x = 1": "a method has no annot",
    "class A:\n    x: str = key(by.day)\n    @on('A.B')\n    def f(row): del row": "there is no ev",
    "\0": "this is no text of Python.",
    "\ud800": "this is no text of Python.",
}


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_view_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=rf"^line \d+, column \d+: {re.escape(OTHERS[text])}"):
        of_source(text, "py")
