"""A browser without scripts: it keeps cookies, and sends the forms of pages."""

from html.parser import HTMLParser
from typing import Any, NamedTuple

import httpx2

from tests.api.house import House

PASSWORD = "correct horse battery"


class Document(HTMLParser):
    """What a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


class Browser:
    """Somebody at the pages of a house."""

    def __init__(self, house: House) -> None:
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=house.app, raise_app_exceptions=False),
            base_url="http://desk.test",
            headers={"accept": "text/html", "sec-fetch-site": "same-origin"},
        )
        self.page: httpx2.Response

    async def open(self, path: str, status: int = 200) -> httpx2.Response:
        """Go to a page."""
        self.page = await self.http.get(path, follow_redirects=True)
        assert self.page.status_code == status, self.page.text
        return self.page

    async def send(
        self, act: str = "", files: Any = None, path: str = "", **typed: Any
    ) -> httpx2.Response:
        """Fill in the form of an act on the page that is open, send it, and follow where it leads.

        Names with a double underscore are those of fields with a dot.
        """
        fields = self.hidden(act) | {
            name.replace("__", "."): value for name, value in typed.items()
        }
        self.page = await self.http.post(
            path or str(self.page.url), data=fields, files=files, follow_redirects=True
        )
        return self.page

    def hidden(self, act: str = "") -> dict[str, Any]:
        """The hidden fields of the form of an act, or of the one with a button for it."""
        for form in forms_of(self.page.text):
            if "csrf" in form.fields and act in (form.fields.get("act", ""), *form.buttons):
                return form.fields | ({"act": act} if act else {})
        raise AssertionError(f"There is no form to {act or 'send'}: {self.page.text}")

    async def aclose(self) -> None:
        await self.http.aclose()


class Form(NamedTuple):
    """The hidden fields of a form, and the values of its buttons."""

    fields: dict[str, str]
    buttons: list[str]


def forms_of(text: str) -> list[Form]:
    """The forms of a page."""
    found: list[Form] = []
    for tag, attributes in Document(text).tags:
        if tag == "form":
            found.append(Form({}, []))
        elif tag == "input" and attributes.get("type") == "hidden" and found:
            found[-1].fields[str(attributes["name"])] = attributes.get("value") or ""
        elif tag == "button" and found:
            found[-1].buttons.append(attributes.get("value") or "")
    return found


async def signed_in(house: House, name: str) -> Browser:
    """Somebody who has signed in."""
    zoe = house.as_("zoe")
    await zoe.made(f"/people/{house.number(name)}/set-password", {"password": PASSWORD})
    browser = Browser(house)
    await browser.open("/sign-in")
    await browser.send(username=name, password=PASSWORD)
    assert browser.page.url.path == "/home", browser.page.text
    return browser
