"""Sends what was found of a machine to a desk, by its public API: as a new asset, or as the
attributes that differ from those that it has."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlencode

from ops.inventory.machine import Row

SECONDS_MAX = 30
IDENTIFYING = ("uuid", "serial")
Action = Literal["created", "changed", "left"]


class NotTaken(Exception):
    """The desk did not take it; the message says why."""


class Sent(NamedTuple):
    action: Action
    asset: str
    changed: tuple[str, ...] = ()


class Desk:
    """A desk by its address, in the name of whom a token is of."""

    def __init__(self, address: str, token: str, type: str) -> None:
        """`type` is the name of the type of assets."""
        self._at = f"{address.rstrip('/')}/api/v1"
        self._token = token
        self._type = type

    def send(self, row: Row) -> Sent:
        """Bring the register up to a row. Raises NotTaken."""
        type, kinds = self._read_type()
        found = _attributes(row, kinds)
        known = self._find(type, row, kinds)
        if known is None:
            body = {"name": row["hostname"], "type": type, "attributes": found}
            return Sent("created", self._post("/assets", body)["number"], tuple(found))
        number = known["number"]
        changes = {name: one for name, one in found.items() if known["attributes"].get(name) != one}
        if not changes:
            return Sent("left", number)
        path = f"/assets/{number}/set-attributes"
        self._post(path, {"attributes": changes}, known["version"])
        return Sent("changed", number, tuple(changes))

    def _read_type(self) -> tuple[str, dict[str, str]]:
        """The number of the type, and the kinds of its attributes by their names."""
        listed = self._get("/asset-types", {"name": self._type, "is_retired": "false"})
        if not listed:
            raise NotTaken(f"There is no type of assets {self._type!r}.")
        [type] = listed
        levels = [*(level["attributes"] for level in type["inherited"]), type["attributes"]]
        return type["number"], {one["name"]: one["kind"] for level in levels for one in level}

    def _find(self, type: str, row: Row, kinds: Mapping[str, str]) -> dict[str, Any] | None:
        """The asset that a row is about: by what is burnt in, else by its name."""
        rules = [
            f"attributes.{_word(name)} == {json.dumps(row[_word(name)])}"
            for name in kinds
            if _word(name) in IDENTIFYING and _word(name) in row
        ]
        for rule in (*rules, f"name == {json.dumps(row['hostname'])}"):
            where = f'type == "{type}" && status != "disposed" && {rule}'
            found = self._get("/assets", {"filter": where, "limit": "2"})
            if len(found) > 1:
                raise NotTaken(f"Several assets fit: {rule}.")
            for one in found:
                return dict(one)
        return None

    # HTTP ------------------------------------------------------------------------------------

    def _get(self, path: str, query: Mapping[str, str]) -> list[Any]:
        asked = urlencode(query, quote_via=quote)
        return list(self._ask(urllib.request.Request(f"{self._at}{path}?{asked}"))["data"])

    def _post(self, path: str, body: Any, version: int | None = None) -> dict[str, Any]:
        data = json.dumps(body, sort_keys=True).encode()
        # The same again, as after an answer that was lost, is done once.
        key = sha256(f"{path}\0{version}\0".encode() + data).hexdigest()
        request = urllib.request.Request(f"{self._at}{path}", data=data, method="POST")
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", key)
        if version is not None:
            request.add_header("If-Match", f'"{version}"')
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> dict[str, Any]:
        request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
                read: dict[str, Any] = json.load(answer)
                return read
        except urllib.error.HTTPError as error:
            raise NotTaken(f"The desk says no ({error.code}): {_detail(error)}") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise NotTaken(f"The desk cannot be asked: {reason}.") from None


def _attributes(row: Row, kinds: Mapping[str, str]) -> dict[str, str | int]:
    """What the type asks for of what was found, as its kinds have it."""
    return {
        name: row[_word(name)] if kind == "integer" else str(row[_word(name)])
        for name, kind in kinds.items()
        if _word(name) in row
    }


def _word(name: str) -> str:
    """The column of an attribute: `memory MB` is `memory_mb`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower())


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)
