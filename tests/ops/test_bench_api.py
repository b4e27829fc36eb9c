"""The questions to the API at their smallest: that they are asked of both stores, to the end."""

from pathlib import Path

import pytest

from ops.bench import api
from ops.bench.figures import Section


@pytest.mark.proof
def test_questions_are_asked_of_both_stores(tmp_path: Path, postgres_url: str) -> None:
    stores = [(tmp_path / "one", "SQLite", None), (tmp_path / "two", "PostgreSQL", postgres_url)]
    for folder, _, _ in stores:
        folder.mkdir()

    told = api.measure(stores, events=1, seconds=0.2)

    for section in told:
        assert "Not measured" not in section.note
        figures = {line.name: line for line in section.lines}
        for when in ("meanwhile", "while erasing"):
            assert figures[f"questions that failed {when}"].value == 0
            assert figures[f"questions answered {when}"].value > 10
        assert all(line.value > 0 for name, line in figures.items() if "failed" not in name)
        assert [len(asked(section, clients)) for clients in api.CLIENTS] == [8, 8]


def asked(section: Section, clients: int) -> list[str]:
    return [
        line.name
        for line in section.lines
        if line.name.endswith(f", {clients} clients") and line.unit == "/s"
    ]
