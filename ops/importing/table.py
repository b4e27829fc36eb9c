"""Reading a CSV file row by row, compressed or not, without ever holding more than a row."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from ops.importing.errors import BadFile
from ops.importing.mapping import FileFormat

GZIP_MAGIC = b"\x1f\x8b"
LINE_CHARACTERS_MAX = 4 * 1024 * 1024
COLUMNS_MAX = 2_000


class RawRow(NamedTuple):
    line: int
    """Where the row begins; the header stands in line 1."""
    cells: list[str]
    complaint: str = ""
    """Why the row could not be read."""


class Table:
    """An open file. `columns` are the names of its header; iterating gives its rows."""

    def __init__(self, path: Path, raw: IO[bytes], format: FileFormat) -> None:
        self.path = path
        self.size = path.stat().st_size
        self._raw = raw
        self._last_line = 0
        compressed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        raw.seek(0)
        self._stream: Any = gzip.GzipFile(fileobj=raw) if compressed else raw
        # The name for UTF-8 that also takes a byte order mark, as Excel writes one.
        encoding = "utf-8-sig" if format.encoding.lower() in ("utf-8", "utf8") else format.encoding
        self._text = io.TextIOWrapper(self._stream, encoding=encoding, errors="strict", newline="")
        self._reader = csv.reader(
            self._lines(), delimiter=format.delimiter, quotechar=format.quote, strict=True
        )
        self._encoding = format.encoding
        self.columns = self._header()

    @property
    def done(self) -> int:
        """How many bytes of the file have been read."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[RawRow]:
        width = len(self.columns)
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield RawRow(line, [], f"the row cannot be read: {error}")
                continue
            if len(cells) == width:
                yield RawRow(line, cells)
            elif cells:
                yield RawRow(line, cells, f"the row has {len(cells)} fields, not {width}")

    def _lines(self) -> Iterator[str]:
        while True:
            try:
                line = self._text.readline(LINE_CHARACTERS_MAX)
            except EOFError:
                raise self._bad("the compressed file ends too early") from None
            except (gzip.BadGzipFile, zlib.error) as error:
                raise self._bad(f"the compressed file is damaged: {error}") from None
            except UnicodeError as error:
                what = f"not written in {self._encoding}: {getattr(error, 'reason', error)}"
                raise BadFile(f"{self.path}, line {self._undecodable()}: {what}.") from None
            if not line:
                return
            if len(line) == LINE_CHARACTERS_MAX:
                raise self._bad(f"a line has more than {LINE_CHARACTERS_MAX} characters")
            self._last_line += 1
            yield line

    def _undecodable(self) -> int:
        """The first line that cannot be decoded: text is decoded in blocks of many lines."""
        self._raw.seek(0)
        self._stream.seek(0)
        decode = codecs.getincrementaldecoder(self._encoding)().decode
        for number, line in enumerate(iter(self._readline, b""), 1):
            try:
                decode(line)
            except UnicodeError:
                return number
        return self._last_line + 1

    def _readline(self) -> bytes:
        line: bytes = self._stream.readline(LINE_CHARACTERS_MAX)
        return line

    def _bad(self, what: str) -> BadFile:
        return BadFile(f"{self.path}, after line {self._last_line}: {what}.")

    def _header(self) -> list[str]:
        try:
            header = next(self._reader, None)
        except csv.Error as error:
            raise self._bad(f"the header cannot be read: {error}") from None
        if not header:
            raise BadFile(f"{self.path}: the file is empty.")
        if len(header) > COLUMNS_MAX:
            raise BadFile(f"{self.path}: a file has at most {COLUMNS_MAX} columns.")
        names: list[str] = []
        seen: dict[str, int] = {}
        for cell in header:
            name = cell.strip()
            seen[name] = seen.get(name, 0) + 1
            # A name that stands twice is addressed by its count the second time.
            names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
        return names


@contextmanager
def open_table(path: Path, format: FileFormat) -> Iterator[Table]:
    """Open a file. Raises BadFile if it cannot be read, here or while iterating."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}.") from None
    with raw:
        try:
            yield Table(path, raw, format)
        except OSError as error:
            raise BadFile(f"{path}: {error.strerror or error}.") from None
