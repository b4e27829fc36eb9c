"""The label of an asset: its number as a QR code, with its number, name and tag beside it.

A label is 62 mm wide and 29 mm high, as printers of labels have it. The lines of a PDF are in
Latin-1, which its built-in fonts know; a character beyond that is printed as a question mark.
"""

from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

import segno

WIDTH, HEIGHT = 62.0, 29.0
"""In millimetres."""
MARGIN = 2.0
QUIET = 4
"""So many modules around a code stay white, as ISO/IEC 18004 asks for."""
POINTS = 72 / 25.4
"""To a millimetre."""
CHARACTERS_MAX = 18
"""Of a plain line, so that it fits beside the code."""

BOLD, PLAIN = 4.6, 3.2
"""The sizes of the lines, in millimetres."""


class Label(NamedTuple):
    number: str
    name: str
    tag: str = ""


class Run(NamedTuple):
    """Dark modules side by side."""

    x: int
    y: int
    length: int


class Line(NamedTuple):
    text: str
    size: float
    y: float
    """Of its base, from the top in millimetres."""


def svg(label: Label) -> str:
    side, runs = _code(label.number)
    module = (HEIGHT - 2 * MARGIN) / (side + 2 * QUIET)
    path = "".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in runs)
    at = MARGIN + QUIET * module
    texts = "".join(
        f'<text x="{_left():g}" y="{line.y:g}" font-size="{line.size:g}"'
        f' font-weight="{"bold" if line.size == BOLD else "normal"}">{escape(line.text)}</text>'
        for line in _lines(label)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm"'
        f' viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"'
        ' font-family="Helvetica, Arial, sans-serif">'
        f"<title>{escape(label.number)}</title>"
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#fff"/>'
        f'<path transform="translate({at:.4f} {at:.4f}) scale({module:.5f})" d="{path}"/>'
        f"{texts}</svg>"
    )


def pdf(label: Label) -> bytes:
    side, runs = _code(label.number)
    module = (HEIGHT - 2 * MARGIN) / (side + 2 * QUIET) * POINTS
    left = MARGIN * POINTS + QUIET * module
    top = (HEIGHT - MARGIN) * POINTS - QUIET * module
    drawn = [
        f"{left + run.x * module:.3f} {top - (run.y + 1) * module:.3f}"
        f" {run.length * module:.3f} {module:.3f} re"
        for run in runs
    ]
    texts = [
        f"BT /{'B' if line.size == BOLD else 'P'} {line.size * POINTS:.2f} Tf"
        f" {_left() * POINTS:.2f} {(HEIGHT - line.y) * POINTS:.2f} Td ({_quoted(line.text)}) Tj ET"
        for line in _lines(label)
    ]
    content = "\n".join([*drawn, "f", *texts]).encode("latin-1")
    box = f"[0 0 {WIDTH * POINTS:.3f} {HEIGHT * POINTS:.3f}]"
    fonts = "<< /B 5 0 R /P 6 0 R >>"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R"
            f" /Resources << /Font {fonts} >> >>".encode(),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
            font.format("Helvetica-Bold").encode(),
            font.format("Helvetica").encode(),
        ]
    )


def _code(text: str) -> tuple[int, list[Run]]:
    """How many modules a side has, and the dark ones."""
    matrix = segno.make(text, error="m", micro=False).matrix
    return len(matrix), [run for y, row in enumerate(matrix) for run in _runs(y, row)]


def _runs(y: int, row: bytes | bytearray) -> Iterator[Run]:
    start = None
    for x, module in enumerate([*row, 0]):
        if module and start is None:
            start = x
        elif not module and start is not None:
            yield Run(start, y, x - start)
            start = None


def _left() -> float:
    return HEIGHT


def _lines(label: Label) -> Iterator[Line]:
    yield Line(label.number, BOLD, 9.0)
    for y, text in zip((15.5, 20.5, 25.5), _wrapped(label), strict=False):
        yield Line(text, PLAIN, y)


def _wrapped(label: Label) -> Iterator[str]:
    """The name in two lines at most, and the tag."""
    name = label.name
    yield name[:CHARACTERS_MAX]
    if rest := name[CHARACTERS_MAX:].strip():
        yield rest if len(rest) <= CHARACTERS_MAX else f"{rest[: CHARACTERS_MAX - 1]}…"
    if label.tag:
        yield label.tag[:CHARACTERS_MAX]


def _quoted(text: str) -> str:
    latin = text.replace("…", "...").encode("latin-1", "replace").decode("latin-1")
    return latin.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: list[bytes]) -> bytes:
    """A PDF of these objects, the catalogue first."""
    written, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    )
