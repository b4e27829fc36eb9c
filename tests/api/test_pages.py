"""The pages that everybody may see, and what programs ask of a running desk."""

import re

import pytest

from tests.api.browsing import Document
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = ("/", "/docs")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_holds_to_its_own_strict_policy(house: House, path: str) -> None:
    answer = await house.as_("").http.get(path)

    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    document = Document(answer.text)
    for tag, attributes in document.tags:
        assert tag not in ("script", "style", "iframe", "object", "base")
        assert not any(name == "style" or name.startswith("on") for name in attributes)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_elsewhere(house: House, path: str) -> None:
    document = Document((await house.as_("").http.get(path)).text)

    for attributes in document.of("link") + document.of("img"):
        address = attributes.get("href") or attributes.get("src") or ""
        assert address.startswith(("/static/", "data:"))
    style = await house.as_("").http.get("/static/desk.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text
    assert "url(" not in style.text
    assert "@import" not in style.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_can_be_read_on_a_phone_and_by_keyboard(house: House, path: str) -> None:
    text = (await house.as_("").http.get(path)).text

    document = Document(text)
    assert document.of("html")[0]["lang"] == "en"
    assert any(meta.get("name") == "viewport" for meta in document.of("meta"))
    assert len(document.of("main")) == len(document.of("h1")) == 1
    assert 'href="#content"' in text
    ids = [attributes["id"] for _, attributes in document.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in document.of("a"):
        href = link["href"] or ""
        assert not href.startswith("#") or href[1:] in ids


async def test_the_start_page_links_what_runs_where(house: House) -> None:
    document = Document((await house.as_("").http.get("/")).text)

    links = {link["href"] for link in document.of("a")}
    assert {"/docs", "/openapi.json", "/livez", "/readyz", "/metrics"} <= links
    assert "http://127.0.0.1:8233" in links
    for link in links:
        if link and link.startswith("/"):
            assert (await house.as_("").http.get(link)).status_code in (200, 503)


async def test_the_reference_shows_every_operation(house: House) -> None:
    stranger = house.as_("").http
    document = (await stranger.get("/openapi.json")).json()
    page = Document((await stranger.get("/docs")).text)

    shown = {attributes["id"] for attributes in page.of("details")}
    operations = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert shown == operations


async def test_what_stands_between_backticks_is_shown_as_code(house: House) -> None:
    page = (await house.as_("").http.get("/docs")).text
    said = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)

    assert "`" not in said
    assert "take its <code>position</code> as <code>min_position</code>." in said


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
async def test_documents_stand_at_the_top_and_beside_what_they_describe(
    house: House, name: str
) -> None:
    stranger = house.as_("").http

    at_the_top = await stranger.get(f"/{name}.json")
    beside = await stranger.get(f"/api/v1/{name}.json")

    assert at_the_top.status_code == beside.status_code == 200
    assert at_the_top.json() == beside.json()
    assert name in at_the_top.json()


async def test_the_document_is_complete(house: House) -> None:
    document = (await house.as_("").http.get("/openapi.json")).json()

    assert document["openapi"] == "3.1.0"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            at = f"{method} {path}"
            parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert set(re.findall(r"{(\w+)}", path)) <= parameters, at
            assert any(status.startswith("2") for status in operation["responses"]), at
            assert operation["summary"], at
            for status, response in operation["responses"].items():
                if "$ref" in response:
                    name = response["$ref"].rpartition("/")[2]
                    response = document["components"]["responses"][name]
                assert response["description"], at
                if status not in ("204", "304"):
                    assert response["content"], (at, status)
            if body := operation.get("requestBody"):
                (media_type, media), *_ = body["content"].items()
                is_json = media_type == "application/json"
                assert "example" in media or not (is_json and body["required"]), at
    for target in re.findall(r'"#/components/schemas/(\w+)"', str(document).replace("'", '"')):
        assert target in document["components"]["schemas"]


async def test_links_lead_to_operations(house: House) -> None:
    document = (await house.as_("").http.get("/openapi.json")).json()

    operations = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    links = [
        link
        for operation in operations.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert len(links) > 50
    for link in links:
        known = {parameter["name"] for parameter in operations[link["operationId"]]["parameters"]}
        assert set(link["parameters"]) <= known


async def test_a_running_desk_is_alive_and_ready(house: House) -> None:
    stranger = house.as_("").http

    alive = await stranger.get("/livez")
    ready = await stranger.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert "ticket_lists" in ready.json()["views"]


async def test_figures_tell_requests_positions_and_lag(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", {"title": "Counted"})
    await adam.read(f"/incidents?min_position={made['position']}")

    text = (await adam.http.get("/metrics")).text

    assert f"ledgerdesk_ledger_position {float(made['position'])}" in text
    assert f'ledgerdesk_view_position{{view="ticket_lists"}} {float(made["position"])}' in text
    assert 'ledgerdesk_view_lag_events{view="ticket_lists"} 0.0' in text
    assert re.search(
        r'ledgerdesk_http_requests_total{method="POST",route="/api/v1/incidents",status="201"} \d',
        text,
    )
    assert made["number"] not in text


async def test_an_address_with_nothing_is_a_problem_too(house: House) -> None:
    answer = await house.as_("").http.get("/nothing/here")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_page_that_is_written_to_is_a_problem_too(house: House) -> None:
    answer = await house.as_("").http.post("/docs", content=b"x")

    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "GET" in answer.headers["allow"]
