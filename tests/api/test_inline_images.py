"""Images that stand within what is said on a ticket."""

from hashlib import sha256

import pytest

from tests.api.browsing import signed_in
from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


async def attached(client: Client, at: str, name: str, content: bytes, media_type: str) -> str:
    answer = await client.http.post(
        f"/api/v1{at}/attachments?name={name}",
        content=content,
        headers={"content-type": media_type},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha256"])


async def test_a_record_tells_which_attachments_stand_in_which_texts(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    said = "It looks so: ![the error](attachment:shot.png)"
    made = await rita.made("/incidents", {"title": "No invoices", "description": said})
    at = f"/incidents/{made['number']}"
    digest = await attached(rita, at, "shot.png", PNG, "image/png")
    note = {"text": f"See ![it](attachment:{digest}).", "visibility": "internal"}
    await adam.act(f"{at}/comment", note)

    hers, his = await rita.read(at), await adam.read(at)
    talk = await adam.read(f"/tickets/{made['number']}/conversation")

    position = his["comments"][0]["position"]
    [file] = hers["attachments"]
    assert (file["inline"], file["places"]) == (True, ["description"])
    assert his["attachments"][0]["places"] == ["description", f"comments/{position}"]
    [told] = [one for one in talk["said"] if one["kind"] == "attachment"]
    assert (told["media_type"], told["places"]) == ("image/png", [f"comments/{position}"])


async def test_an_image_is_sent_to_be_shown_and_nothing_else_is(house: House) -> None:
    rita = house.as_("rita")
    at = f"/incidents/{(await rita.made('/incidents', {'title': 'A picture'}))['number']}"
    digest = await attached(rita, at, "shot.png", PNG + b"2", "image/png")
    drawing = await attached(rita, at, "drawing.svg", SVG, "image/svg+xml")

    shown = await rita.get(f"{at}/attachments/{digest}?inline=true")
    saved = await rita.get(f"{at}/attachments/{digest}")
    refused = await rita.get(f"{at}/attachments/{drawing}?inline=true")

    assert shown.content == PNG + b"2"
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline;")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert refused.status_code == 400


async def test_the_page_shows_an_image_that_was_sent_with_the_reply(house: House) -> None:
    made = await house.as_("rita").made("/incidents", {"title": "With a picture"})
    rita = await signed_in(house, "rita")
    await rita.open(f"/tickets/{made['number']}")
    content = PNG + b"3"

    await rita.send(
        "say",
        text='So: ![<"an> error](attachment:shot.png) and ![x](attachment:drawing.svg)',
        files=[
            ("files", ("shot.png", content, "image/png")),
            ("files", ("drawing.svg", SVG + b" ", "image/svg+xml")),
        ],
    )
    await rita.open(f"/tickets/{made['number']}")

    source = f"/api/v1/incidents/{made['number']}/attachments/{sha256(content).hexdigest()}"
    assert f'<img src="{source}?inline=true" alt="&lt;&#34;an&gt; error"' in rita.page.text
    assert "![x](attachment:drawing.svg)" in rita.page.text
    assert rita.page.text.count("?inline=true") == 1
    assert "img-src 'self'" in rita.page.headers["content-security-policy"]
    picture = await rita.http.get(f"{source}?inline=true")
    assert (picture.status_code, picture.content) == (200, content)
    await rita.aclose()
