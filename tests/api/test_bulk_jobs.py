"""Bulk jobs: what is previewed, what is done, and who may."""

from typing import Any

import msgspec
import pytest

from api import bulk_runner
from domain.ids import parse_reference
from domain.person import Role, Scope
from tests.api.bulk import Bulk, incident, log, on, titles
from tests.api.house import House, issued, let_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_runner, "PAGE_ROWS", 2)


@pytest.fixture
def adam(house: House) -> Bulk:
    return Bulk(house, "adam")


# Preview, run ------------------------------------------------------------------------------


async def test_a_preview_tells_what_would_come_of_each_row_and_does_nothing(
    house: House, adam: Bulk
) -> None:
    number = await incident(adam)
    rows = [
        log("One"),
        log(""),
        on(number, "assign", assignee=house.number("adam")),
        on(number, "resolve", code="solved", resolution="Done."),
        on(number, "resolve", code="solved", resolution="Done."),
        {"act": "person.register", "body": {"username": "x", "name": "X"}},
    ]
    before = len(house.desk.ledger.history(parse_reference(number)))

    job = await adam.proposed(rows)

    told = await adam.results(job, "preview")
    assert [row["outcome"] for row in told] == [
        *("created", "failed", "changed", "changed", "failed", "failed")
    ]
    assert told[0]["number"] == ""
    assert told[1]["problem"]["code"] == "invalid"
    assert "resolved" in told[4]["problem"]["detail"]
    assert told[5]["problem"]["code"] in ("forbidden", "invalid")
    assert len(house.desk.ledger.history(parse_reference(number))) == before
    assert "One" not in await titles(adam)
    shown = await adam.job(job)
    assert (shown["status"], shown["preview"]) == (
        "previewed",
        {"created": 1, "failed": 3, "changed": 2},
    )


async def test_a_run_does_each_row_in_order_and_each_event_names_the_job(
    house: House, adam: Bulk
) -> None:
    number = await incident(adam)
    job = await adam.proposed([log("First row"), on(number, "categorise", category="mail")])

    shown = await adam.act(job, "start")

    assert (shown["status"], shown["run"]) == ("done", {"created": 1, "changed": 1})
    created, changed = await adam.results(job, "run")
    assert (changed["number"], changed["version"]) == (number, 3)
    history = (await adam.client.read(f"/incidents/{created['number']}/history"))["data"]
    assert history[0]["correlation"] == shown["id"]
    assert history[0]["cause"]["workflow"] == f"bulk/{job}"
    assert history[0]["actor"]["number"] == house.number("adam")
    assert history[0]["channel"] == "bulk"


async def test_the_rows_of_a_stage_are_a_list_like_any_other(adam: Bulk) -> None:
    job = await adam.proposed([log("A row"), log("")])
    position = (await adam.job(job))["position"]

    found = await adam.client.read(
        f"/bulk-jobs/{job}/rows?stage=preview&outcome=failed&min_position={position}&include=total"
    )

    assert [row["row"] for row in found["data"]] == [2]
    assert found["total"] == 1
    assert found["data"][0]["problem"]["errors"][0]["pointer"] == "/title"


async def test_a_row_that_saw_another_version_fails_and_is_retried_in_vain(adam: Bulk) -> None:
    number = await incident(adam)
    job = await adam.proposed([on(number, "categorise", 2, category="mail"), log("Second")])
    await adam.client.act(f"/incidents/{number}/categorise", {"category": "print"})

    first = await adam.act(job, "start")
    again = await adam.act(job, "retry")

    assert first["run"] == again["run"] == {"failed": 1, "created": 1}
    failed, _ = await adam.results(job, "run")
    assert (failed["problem"]["code"], failed["problem"]["version"]) == ("outdated", 3)
    assert (await titles(adam)).count("Second") == 1


async def test_a_retry_does_the_rows_that_failed_and_no_other(house: House, adam: Bulk) -> None:
    number = await incident(adam)
    rows = [log("Once"), on(number, "reopen", reason="It is happening again.")]
    job = await adam.proposed(rows)
    await adam.act(job, "start")
    await adam.client.act(
        f"/incidents/{number}/resolve", {"code": "solved", "resolution": "It works."}
    )

    shown = await adam.act(job, "retry")

    assert shown["run"] == {"created": 1, "changed": 1}
    assert (await titles(adam)).count("Once") == 1
    assert (await adam.client.read(f"/incidents/{number}"))["reopened"] == 1
    refused = await adam.client.post(f"/bulk-jobs/{job}/retry", if_match="*")
    assert refused.json()["detail"] == "No row of this job has failed."


async def test_whoever_goes_on_after_an_interruption_does_nothing_twice(
    adam: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [log(f"Interrupted {number}") for number in range(5)]
    job = await adam.proposed(rows)
    await adam.client.act(f"/bulk-jobs/{job}/start")
    id = parse_reference(job)
    lost = adam.fresh_runner()

    async def killed(*_: Any) -> None:
        raise InterruptedError

    monkeypatch.setattr(lost, "_edit", killed)  # it ends before it has told
    with pytest.raises(InterruptedError):
        await lost.turn(id)
    adam.fresh_runner()
    await adam.turn(job)

    assert (await adam.job(job))["run"] == {"created": 5}
    assert sum("Interrupted" in title for title in await titles(adam)) == 5


async def test_a_preview_that_goes_on_elsewhere_knows_what_the_first_rows_would_do(
    house: House, adam: Bulk
) -> None:
    number = await incident(adam)
    resolve = on(number, "resolve", code="solved", resolution="Done.")
    data = msgspec.json.Encoder().encode_lines([log("A"), resolve, resolve, log("B")])
    job = (await adam.propose(data, "application/x-ndjson")).json()["number"]

    assert not await adam.fresh_runner().turn(parse_reference(job))
    adam.fresh_runner()
    await adam.turn(job)

    outcomes = [row["outcome"] for row in await adam.results(job, "preview")]
    assert outcomes == ["created", "changed", "failed", "created"]


async def test_a_job_that_is_stopped_goes_on_where_it_was(adam: Bulk) -> None:
    job = await adam.proposed([log(f"Stopped {number}") for number in range(5)])
    await adam.client.act(f"/bulk-jobs/{job}/start")
    await adam.fresh_runner().turn(parse_reference(job))

    stopped = await adam.act(job, "stop", {"reason": "Lunch."})
    done = await adam.act(job, "start")

    assert (stopped["status"], stopped["run"]) == ("stopped", {"created": 2})
    assert (done["status"], done["run"]) == ("done", {"created": 5})


async def test_the_same_file_under_the_same_key_is_one_job(adam: Bulk) -> None:
    headers = {"content-type": "text/csv", "idempotency-key": "once"}
    at = "/api/v1/bulk-jobs?act=incident.log"

    first = await adam.client.http.post(at, content=b"title\nA\n", headers=headers)
    again = await adam.client.http.post(at, content=b"title\nA\n", headers=headers)
    other = await adam.client.http.post(at, content=b"title\nB\n", headers=headers)

    assert first.json()["number"] == again.json()["number"]
    assert again.headers["idempotency-replayed"] == "true"
    assert other.json()["code"] == "key_reused"


# Who may -----------------------------------------------------------------------------------


async def test_a_row_may_do_no_more_than_the_token_with_which_it_was_begun(house: House) -> None:
    zoe = house.people["zoe"]
    secret = await issued(house.desk, zoe, (Scope.READ, Scope.WRITE))
    house.secrets["zoe, writing"] = secret
    narrow = Bulk(house, "zoe, writing")

    job = await narrow.proposed([{"act": "team.form", "body": {"name": "Backstairs"}}])
    shown = await narrow.act(job, "start")

    assert shown["run"] == {"failed": 1}
    assert (await narrow.results(job, "run"))[0]["problem"]["code"] == "forbidden"


async def test_a_job_is_for_its_owner_and_its_administrator_alone(house: House, adam: Bulk) -> None:
    job = await adam.proposed([log("Mine")])

    async def status(who: str, path: str) -> int:
        return (await house.as_(who).get(f"/bulk-jobs/{job}{path}")).status_code

    assert [await status(who, "/rows") for who in ("adam", "zoe", "axel")] == [200] * 3
    assert [await status(who, "") for who in ("anna", "bakery.zoe")] == [404] * 2
    answer = await house.as_("zoe").post(f"/bulk-jobs/{job}/start", if_match="*")
    assert answer.status_code == 403
    assert not (await house.as_("anna").read("/bulk-jobs"))["data"]


async def test_a_job_of_somebody_who_was_deactivated_is_given_up(house: House) -> None:
    await let_in(house, "desk", "leaver", (Role.AGENT,))
    leaver = Bulk(house, "leaver")
    job = await leaver.proposed([log("Too late")])
    await leaver.client.act(f"/bulk-jobs/{job}/start")
    await house.as_("zoe").act(
        f"/people/{house.number('leaver')}/deactivate", {"reason": "She left."}
    )

    await leaver.turn(job)

    found = await house.as_("zoe").read(f"/bulk-jobs/{job}")
    assert (found["status"], found["reason"]) == ("stopped", "Whoever began it was deactivated.")


# The records of a list ---------------------------------------------------------------------


async def test_an_act_on_what_a_list_has_is_a_job(adam: Bulk) -> None:
    numbers = [await incident(adam, f"Printer {place}") for place in range(3)]
    position = (await adam.client.read(f"/incidents/{numbers[2]}"))["position"]
    body = {
        "act": "incident.categorise",
        "filter": 'title.startsWith("Printer") && category == ""',
        "body": {"category": "print"},
    }

    made = await adam.client.made(f"/bulk-jobs?min_position={position}", body)
    await adam.turn(made["number"])
    await adam.client.act(f"/incidents/{numbers[1]}/categorise", {"category": "paper"})
    shown = await adam.act(made["number"], "start")

    assert made["rows"] == 3
    assert shown["run"] == {"changed": 2, "failed": 1}
    found = [(await adam.client.read(f"/incidents/{number}"))["category"] for number in numbers]
    assert found == ["print", "paper", "print"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"act": "incident.log", "filter": "true"}, "/act: There is no act incident.log on"),
        ({"act": "incident.assign"}, "/filter: Give a condition, or name the records."),
        (
            {"act": "incident.assign", "filter": 'title == "no such thing"'},
            "/filter: No record fulfils the condition.",
        ),
        ({"act": "incident.assign", "filter": "title == 3"}, "/filter: filter: "),
        ({"act": "bulk_job.start", "records": ["BLK0000001"]}, "/act: There is no act bulk_job"),
    ],
)
async def test_what_chooses_no_records_is_refused(
    adam: Bulk, body: dict[str, Any], says: str
) -> None:
    answer = await adam.client.post("/bulk-jobs", body)

    assert answer.status_code in (400, 422)
    assert answer.json()["detail"].startswith(says)
