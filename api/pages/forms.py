"""What a browser sends with a form: texts by name, and files."""

import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence
from email.message import Message
from hashlib import blake2b
from urllib.parse import parse_qsl

from msgspec import Struct

from api.http.errors import Problem

FIELDS_MAX = 600
FILES_MAX = 10
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class File(Struct, frozen=True):
    name: str
    media_type: str
    content: bytes


class Form(Struct, frozen=True):
    """What was typed: each field with all that was said in it."""

    said: Mapping[str, Sequence[str]] = {}
    files: Sequence[File] = ()

    def __contains__(self, name: str) -> bool:
        return bool(self.text(name))

    def text(self, name: str) -> str:
        """What was typed into a field, without blank ends; "" if nothing was."""
        return self.verbatim(name).strip()

    def verbatim(self, name: str) -> str:
        """What was typed into a field, to the last blank."""
        return next(iter(self.said.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """What was chosen in fields of one name."""
        return [text.strip() for text in self.said.get(name, ()) if text.strip()]

    def whole(self, name: str) -> int | str | None:
        """The whole number that was typed; what is none stays as it is, for the API to refuse."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text or None

    def given(self, *names: str) -> dict[str, str]:
        """The fields of these names in which something was typed."""
        return {name: self.text(name) for name in names if name in self}


def read(content_type: str, body: bytes) -> Form:
    """Raises Problem for what no form of a page sends."""
    header = Message()
    header["content-type"] = content_type
    if header.get_content_type() == _URLENCODED:
        return Form(_texts(body))
    if header.get_content_type() == _MULTIPART:
        return _parts(body, str(header.get_param("boundary", "")).encode("latin-1", "replace"))
    raise Problem("unsupported_media_type", "A form is sent as a browser sends it.")


def pairs(query: bytes) -> Mapping[str, Sequence[str]]:
    """The parameters of an address. Raises Problem for what cannot be read."""
    return _texts(query)


def _texts(body: bytes) -> dict[str, list[str]]:
    try:
        found = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise Problem("bad_request", "The form cannot be read.") from None
    said: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in found:
        said[name].append(_plain(text))
    return said


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _parts(body: bytes, boundary: bytes) -> Form:
    """The parts of a form with files (RFC 7578)."""
    mark = b"--" + boundary
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    is_whole = boundary and pieces[0] == b"" and pieces[-1].startswith(b"--")
    if not is_whole or len(pieces) > FIELDS_MAX:
        raise Problem("bad_request", "The form cannot be read.")
    said: defaultdict[str, list[str]] = defaultdict(list)
    files: list[File] = []
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _headers(head)
        name = headers.get_param("name", None, "content-disposition")
        file = headers.get_param("filename", None, "content-disposition")
        if not isinstance(name, str):
            raise Problem("bad_request", "The form cannot be read.")
        if isinstance(file, str):
            # A browser sends a field for files that nobody chose as one without a name.
            if file:
                files.append(File(file, headers.get_content_type(), content))
        else:
            said[name].append(_plain(_decoded(content)))
    if len(files) > FILES_MAX:
        raise Problem("refused", f"At most {FILES_MAX} files are sent at once.")
    return Form(said, files)


def _headers(head: bytes) -> Message:
    headers = Message()
    for line in _decoded(head).split("\r\n"):
        name, _, value = line.partition(":")
        if name:
            headers[name] = value.strip()
    return headers


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeError:
        raise Problem("bad_request", "The form is not UTF-8.") from None


# Tokens ------------------------------------------------------------------------------------


def token_of(key: bytes, secret: str) -> str:
    """What the forms of a session carry, so that no other site can send one: nobody can make it
    without the key of the desk."""
    keyed = blake2b(secret.encode(), key=key[:64], digest_size=20, person=b"ld form")
    return keyed.hexdigest()


def require_token(form: Form, key: bytes, secret: str) -> None:
    """Refuse a form that did not come from a page of this session. Raises Problem."""
    given = form.text("csrf").encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(given, token_of(key, secret).encode()):
        raise Problem(
            "cross_site", "This form is too old, or came from elsewhere. Open the page again."
        )
