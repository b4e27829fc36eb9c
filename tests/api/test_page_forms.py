"""What browsers send with forms, and the colours in which pages answer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.errors import Problem
from api.pages import forms
from api.pages.drawing import STYLE

BOUNDARY = "----WebKitFormBoundaryx7"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """A body of parts, each with its headers."""
    mark = f"--{BOUNDARY}".encode()
    lines = [b"%s\r\n%s\r\n\r\n%s\r\n" % (mark, head.encode(), body) for head, body in parts]
    return b"".join(lines) + mark + b"--\r\n"


FIELD = 'Content-Disposition: form-data; name="text"'
FILE = 'Content-Disposition: form-data; name="files"; filename="a b.bin"\r\nContent-Type: image/png'


@given(text=st.text(max_size=60), content=st.binary(max_size=200))
def test_a_form_with_a_file_is_read_as_it_was_sent(text: str, content: bytes) -> None:
    typed = text.encode("utf-8", "ignore")

    form = forms.read(MULTIPART, multipart((FIELD, typed), (FILE, content)))

    (file,) = form.files
    assert form.verbatim("text") == typed.decode().replace("\r\n", "\n")
    assert (file.name, file.media_type, file.content) == ("a b.bin", "image/png", content)


@given(body=st.binary(max_size=300), is_multipart=st.booleans())
def test_nothing_that_is_sent_breaks_the_reading_of_a_form(body: bytes, is_multipart: bool) -> None:
    kind = MULTIPART if is_multipart else "application/x-www-form-urlencoded"
    try:
        form = forms.read(kind, body)
    except Problem:
        return
    assert all(isinstance(text, str) for texts in form.said.values() for text in texts)


def test_a_field_for_files_that_is_left_empty_sends_none() -> None:
    empty = 'Content-Disposition: form-data; name="files"; filename=""'

    assert forms.read(MULTIPART, multipart((empty, b""))).files == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b"a=b"),
        ("multipart/form-data", b"--\r\n"),
        (MULTIPART, b"--other--"),
        (MULTIPART, multipart((FIELD, b"\xff"))),
        (MULTIPART, multipart(("X: y", b""))),
        (MULTIPART, multipart(*[(FILE, b"x")] * 11)),
        ("application/x-www-form-urlencoded", b"a=%ff"),
        ("application/x-www-form-urlencoded", "a=é".encode()),
        ("application/x-www-form-urlencoded", b"a=b&" * 700),
    ],
)
def test_what_no_page_sends_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(Problem):
        forms.read(kind, body)


# Colours -----------------------------------------------------------------------------------

PAIRS = [
    *((paper, ink) for paper in ("page", "paper", "sunken") for ink in ("ink", "quiet", "link")),
    ("main", "main-ink"),
    *((tone, f"{tone}-ink") for tone in ("new", "busy", "waiting", "done", "bad", "calm")),
    ("paper", "bad-ink"),
]


def schemes() -> dict[str, dict[str, str]]:
    """The colours by name, of the light scheme and of the dark one."""
    light, dark = re.findall(r":root \{(.*?)\}", STYLE.decode(), re.DOTALL)
    colour = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})")
    of_light, of_dark = dict(colour.findall(light)), dict(colour.findall(dark))
    return {"light": of_light, "dark": of_light | of_dark}


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("paper", "ink"), PAIRS)
def test_text_can_be_told_from_what_is_behind_it(scheme: str, paper: str, ink: str) -> None:
    colours = schemes()[scheme]

    low, high = sorted((luminance(colours[paper]), luminance(colours[ink])))

    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paper", ["page", "paper"])
def test_the_edges_of_fields_can_be_seen(scheme: str, paper: str) -> None:
    colours = schemes()[scheme]

    low, high = sorted((luminance(colours[paper]), luminance(colours["edge"])))

    assert (high + 0.05) / (low + 0.05) >= 3
