"""A bulk job does what the same requests do one by one, whatever its rows are."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.bulk import Bulk
from tests.api.house import House, opened

SAME = ("status", "title", "category", "assignee", "impact", "urgency", "priority", "version")

BODIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "log": st.fixed_dictionaries(
        {"title": st.sampled_from(["No mail", "", "x" * 251])},
        optional={"impact": st.integers(0, 4), "urgency": st.integers(1, 3)},
    ),
    "categorise": st.fixed_dictionaries({"category": st.sampled_from(["mail", "print", ""])}),
    "amend": st.fixed_dictionaries({}, optional={"title": st.sampled_from(["New", "No mail"])}),
    "comment": st.just({"text": "Well."}),
    "start": st.just({}),
    "resolve": st.just({"code": "solved", "resolution": "It works."}),
    "reopen": st.just({"reason": "It does not."}),
    "cancel": st.just({"reason": "Twice."}),
}


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[str, int, int | None, dict[str, Any]]]:
    """Acts with the place of their record among the latest, and perhaps with a version."""
    found = []
    for _ in range(draw(st.integers(1, 8))):
        act = draw(st.sampled_from(sorted(BODIES)))
        version = draw(st.none() | st.integers(1, 4))
        found.append((act, draw(st.integers(0, 2)), version, draw(BODIES[act])))
    return found


class Pair:
    """Two houses to which the same happens: in one by jobs, in the other one by one."""

    def __init__(self, runner: asyncio.Runner, bulk: House, single: House) -> None:
        self.runner = runner
        self.bulk = Bulk(bulk, "adam")
        self.single = single.as_("adam")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        houses = [
            runner.run(stack.enter_async_context(opened(tmp_path_factory.mktemp(name))))
            for name in ("bulk", "single")
        ]
        yield Pair(runner, *houses)
        runner.run(stack.aclose())


@settings(max_examples=12)
@given(asked=rows())
def test_what_a_job_does_is_what_its_rows_do_one_by_one(
    pair: Pair, asked: list[tuple[str, int, int | None, dict[str, Any]]]
) -> None:
    pair.runner.run(_compare(pair, asked))


async def _compare(pair: Pair, asked: list[tuple[str, int, int | None, dict[str, Any]]]) -> None:
    records = []
    for place in range(3):
        body = {"title": f"Record {place}"}
        first = await pair.bulk.client.made("/incidents", body)
        second = await pair.single.made("/incidents", body)
        assert first["number"] == second["number"]
        records.append(first["number"])

    lines = []
    for act, place, version, body in asked:
        line: dict[str, Any] = {"act": f"incident.{act}", "body": body}
        if act != "log":
            line["record"] = records[place]
            if version is not None:
                line["if_match"] = version
        lines.append(line)
    job = await pair.bulk.proposed(lines)
    previewed = await pair.bulk.results(job, "preview")
    await pair.bulk.act(job, "start")
    told = await pair.bulk.results(job, "run")

    answers = []
    for act, place, version, body in asked:
        path = "/incidents" if act == "log" else f"/incidents/{records[place]}/{act}"
        seen = "*" if version is None else f'"{version}"'
        answers.append((await pair.single.post(path, body, if_match=seen)).json())

    for row, preview, answer in zip(told, previewed, answers, strict=True):
        assert row["outcome"] == preview["outcome"]
        if "code" in answer:
            assert row["outcome"] == "failed"
            problem = {**row["problem"], "request_id": answer["request_id"]}
            assert problem == answer
            assert preview["problem"] == row["problem"]
        else:
            assert (row["number"], row["version"]) == (answer["number"], answer["version"])
    created = [row["number"] for row in told if row["outcome"] == "created"]
    for number in (*records, *created):
        left = await pair.bulk.client.read(f"/incidents/{number}")
        right = await pair.single.read(f"/incidents/{number}")
        assert {name: left[name] for name in SAME} == {name: right[name] for name in SAME}
