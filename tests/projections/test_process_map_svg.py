"""The picture of a process map: all of it on the sheet, and the same for the same."""

from xml.etree import ElementTree

from domain.process_map import discovered
from projections.process_map_svg import svg

SVG = "{http://www.w3.org/2000/svg}"
TRACES = [
    ["Logged", "WorkStarted", "Resolved", "Reopened", "Resolved", "Closed"],
    ["Logged", "WorkStarted", "WorkStarted", "Closed"],
]


def drawn(title: str = "Incidents") -> ElementTree.Element:
    return ElementTree.fromstring(svg(discovered(TRACES), title=title))


def test_each_event_and_each_step_is_told_with_how_often_it_happened() -> None:
    told = [text.text for text in drawn().iter(f"{SVG}text")]

    assert told.count("Work started") == 1
    assert "3 · again 1" in told
    steps = {step for step in discovered(TRACES).steps if step[0] != step[1]}
    assert len(list(drawn().iter(f"{SVG}path"))) == len(steps)


def test_everything_stands_on_the_sheet() -> None:
    root = drawn()
    left, top, width, height = map(float, root.attrib["viewBox"].split())

    for text in root.iter(f"{SVG}text"):
        assert left <= float(text.attrib["x"]) <= left + width
        assert top <= float(text.attrib["y"]) <= top + height


def test_what_a_title_says_is_text_and_the_picture_is_always_the_same() -> None:
    assert drawn("<b>&\x00").findtext(f"{SVG}title") is not None
    assert svg(discovered(TRACES), title="a") == svg(discovered(TRACES), title="a")
