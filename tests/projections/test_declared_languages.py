"""Views that are declared in SQL and in Python, as they are folded."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.aggregate import Entry
from domain.declaration import Language, declaration_of, of_source
from domain.rules import Refused
from projections.declared import Declared, listing_of
from projections.past import AsOf
from projections.views import Views
from tests.projections.conftest import Kit
from tests.projections.declaring import (
    EXAMPLES,
    ID,
    NAME,
    declared,
    lived,
    projecting,
    reopened_incident,
)
from tests.projections.lives import entries_of, folded, rows_of


@pytest.mark.parametrize("language", EXAMPLES)
async def test_the_example_covers_history_from_the_first_day(
    kit: Kit, views: Views, language: Language
) -> None:
    definition = declaration_of(EXAMPLES[language], language).definition
    lived(kit, 1)
    end = kit.ledger.position()
    declared(kit, definition)
    lived(kit, 2)
    projecting(kit).catch_up()
    the = listing_of(NAME, ID, 1, definition)

    page = await views.list_rows(the, sort=("category",))
    then = await views.list_rows(the, as_of=AsOf(position=end))

    mail = {"category": "mail", "month": "2026-03", "reopened": 5, "minutes_pending": 35}
    assert page.rows == [{**mail, "category": ""}, mail]
    assert then.rows == [mail]


# Methods ---------------------------------------------------------------------------------

ENTRIES = entries_of(*(reopened_incident(serial, times=1) for serial in (1, 2)))
CELLS = ["row.a", "row.b", "kept.x", "kept.y"]
NUMBERS = st.one_of(
    st.sampled_from(CELLS),
    st.integers(-2, 3).map(str),
    st.builds("{} + {}".format, st.sampled_from(CELLS), st.integers(-2, 2)),
    st.builds("({} if {} > {} else {})".format, *(st.sampled_from(CELLS) for _ in range(4))),
)
CONDITIONS = st.builds("{} {} {}".format, st.sampled_from(CELLS), st.sampled_from("<>"), NUMBERS)
SIMPLE = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(CELLS), NUMBERS),
    st.builds("{} += {}".format, st.sampled_from(CELLS), NUMBERS),
    st.just("del row"),
)


def block(depth: int) -> st.SearchStrategy[list[str]]:
    """The lines of a body."""
    statements: st.SearchStrategy[list[str]] = SIMPLE.map(lambda line: [line])
    if depth:
        inner = block(depth - 1).map(lambda lines: [f"    {line}" for line in lines])
        alone = st.builds(lambda of, then: [f"if {of}:", *then], CONDITIONS, inner)
        both = st.builds(
            lambda of, then, other: [f"if {of}:", *then, "else:", *other], CONDITIONS, inner, inner
        )
        ended = CONDITIONS.map(lambda of: [f"if {of}:", "    return"])
        statements = st.one_of(statements, alone, both, ended)
    lists = st.lists(statements, min_size=1, max_size=3)
    return lists.map(lambda found: [line for lines in found for line in lines])


KEYS = st.sampled_from(["event.position", "kept.x", "1"])


@settings(max_examples=200)
@given(key=KEYS, bodies=st.lists(block(1), min_size=1, max_size=2))
def test_methods_do_what_python_would_do(key: str, bodies: list[list[str]]) -> None:
    text = "\n".join(
        [
            "class Any:",
            f"    found_by: int = key({key})",
            "    a: int",
            "    b: int",
            "    class kept:",
            "        x: int",
            "        y: int",
            *(
                line
                for number, body in enumerate(bodies)
                for line in (
                    "    @on('Incident.*')",
                    f"    def method{number}(row, kept):",
                    *(f"        {line}" for line in body),
                )
            ),
        ]
    )
    try:
        definition = of_source(text, "py").definition
    except Refused:
        assume(False)
    view = Declared(NAME, ID, 1, definition).view

    found = rows_of(folded(view, ENTRIES), view.tables[0])

    assert {(row.found_by, row.a, row.b) for row in found} == run(key, bodies, ENTRIES)


def run(key: str, bodies: list[list[str]], entries: list[Entry]) -> set[tuple[int, int, int]]:
    """The rows after these events, by running the bodies."""
    model = Model(key)
    lines = []
    for body in bodies:
        inner = (f"    {line.replace('del row', 'remove()')}" for line in body)
        lines += ["def method():", *inner, "method()"]
    program = compile("\n".join(lines), "bodies", "exec")
    for entry in entries:
        model.entry = entry
        names = {"row": RowOf(model), "kept": model.kept(), "remove": model.remove}
        exec(program, names)
    return {(of, row["a"], row["b"]) for of, row in model.rows.items()}


@dataclass
class Model:
    key: str
    rows: dict[int, dict[str, int]] = field(default_factory=dict)
    remembered: dict[Any, Any] = field(default_factory=dict)
    entry: Any = None

    def kept(self) -> Any:
        return self.remembered.setdefault(self.entry.originator_id, Kept())

    def at(self) -> int:
        found = {"event.position": self.entry.position, "kept.x": self.kept().x, "1": 1}
        return int(found[self.key])

    def remove(self) -> None:
        self.rows.pop(self.at(), None)


@dataclass
class Kept:
    x: int = 0
    y: int = 0


class RowOf:
    """The row that is found by the key as it is now."""

    def __init__(self, model: Model) -> None:
        self.__dict__["model"] = model

    def __getattr__(self, name: str) -> int:
        model: Model = self.__dict__["model"]
        return model.rows.get(model.at(), {}).get(name, 0)

    def __setattr__(self, name: str, value: int) -> None:
        model: Model = self.__dict__["model"]
        model.rows.setdefault(model.at(), {"a": 0, "b": 0})[name] = value
