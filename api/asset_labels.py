"""Labels of assets over HTTP: a QR code with the number, to print."""

from collections.abc import Iterator

from api import history, schemas
from api.assets import PRACTICE
from api.desk_then import find_then
from api.diagrams import DRAWN_ONLY, SVG
from api.http.answers import Answer
from api.http.calls import Call
from api.http.routing import Endpoint, Operation, Route
from api.lists import only
from api.openapi import camel
from api.practices import KNOWN_CALLER, reference_of
from api.process_versions import responses, tagged
from domain.asset import Asset
from projections.asset_label import Label, pdf, svg

PDF = b"application/pdf"


async def read_svg(call: Call) -> Answer:
    return _printed(call, svg(await _label(call)).encode(), SVG)


async def read_pdf(call: Call) -> Answer:
    return _printed(call, pdf(await _label(call)), PDF)


async def _label(call: Call) -> Label:
    query = call.query()
    only(query, *history.PARAMETERS)
    asset = await find_then(call, PRACTICE, await history.asked_of(call, query))
    assert isinstance(asset, Asset)
    return Label(asset.number, asset.name, asset.tag)


def _printed(call: Call, content: bytes, media_type: bytes) -> Answer:
    answer = tagged(call, content, media_type)
    answer.headers.append(DRAWN_ONLY)
    return answer


# Routes ------------------------------------------------------------------------------------


def label_routes() -> Iterator[Route]:
    yield _route("svg", read_svg, "image/svg+xml")
    yield _route("pdf", read_pdf, "application/pdf")


def _route(form: str, endpoint: Endpoint, media_type: str) -> Route:
    content = {media_type: {"schema": {"type": "string"}}}
    return Route(
        method="GET",
        path=f"/assets/{{ref}}/label.{form}",
        endpoint=endpoint,
        act="asset.read",
        operation=Operation(
            id=camel(f"read label {form} of asset"),
            tag="Assets",
            summary=f"Read its label as {form.upper()}, with a QR code",
            parameters=[
                reference_of(PRACTICE),
                schemas.AS_OF,
                schemas.KNOWN_AT,
                schemas.IF_NONE_MATCH,
            ],
            responses=responses(content),
            problems=("bad_query", *KNOWN_CALLER, "not_found"),
        ),
    )
