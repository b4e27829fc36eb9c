"""Labels hold the whole QR code, and their files are well formed."""

import re
from xml.etree import ElementTree

import pytest
import segno

from projections.asset_label import Label, pdf, svg

LABEL = Label("AST0000042", "Mail server <1> of the (old) data centre in Zürich — 東京", "T&1")
MATRIX = segno.make(LABEL.number, error="m", micro=False).matrix
DARK = {(x, y) for y, row in enumerate(MATRIX) for x, module in enumerate(row) if module}


def test_an_svg_draws_each_dark_module_once() -> None:
    tree = ElementTree.fromstring(svg(LABEL))

    path = tree.find("{*}path")
    assert path is not None
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.attrib["d"])
    drawn = [(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == DARK
    texts = [one.text for one in tree.findall("{*}text")]
    assert texts[0] == "AST0000042"
    assert texts[-1] == "T&1"


def test_a_pdf_draws_the_same_code() -> None:
    content = pdf(LABEL)

    boxes = [
        tuple(map(float, found))
        for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", content)
    ]
    module = boxes[0][3]
    left, top = min(box[0] for box in boxes), max(box[1] for box in boxes)
    drawn = {
        (round((x - left) / module) + step, round((top - y) / module))
        for x, y, width, _ in boxes
        for step in range(round(width / module))
    }
    assert drawn == DARK


def test_the_objects_of_a_pdf_lie_where_its_table_says() -> None:
    content = pdf(LABEL)

    start = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    assert content[start : start + 4] == b"xref"
    offsets = re.findall(rb"(\d{10}) 00000 n", content[start:])
    for number, offset in enumerate(offsets, 1):
        assert content[int(offset) :].startswith(b"%d 0 obj" % number)
    found = re.search(rb"/Length (\d+) >>\nstream\n", content)
    assert found
    assert content[found.end() + int(found[1]) :].startswith(b"\nendstream")


@pytest.mark.parametrize("name", ["\\", "(", "()) Tj", "x" * 200, "東京"])
def test_no_name_breaks_a_label(name: str) -> None:
    label = Label("AST0000001", name)

    ElementTree.fromstring(svg(label))
    shown = re.findall(rb"\((.*)\) Tj ET", pdf(label))
    assert len(shown) >= 2
    assert all(not re.search(rb"(?<!\\)(?:\\\\)*[()]", text) for text in shown)
