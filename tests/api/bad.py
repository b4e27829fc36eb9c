"""A request that no desk should take, with the status and the code that it gets."""

from typing import Any, NamedTuple


class Bad(NamedTuple):
    name: str
    path: str
    body: Any = None
    """JSON, or bytes to be sent as they are."""
    status: int = 422
    code: str = "invalid"
    who: str = "adam"
    method: str = "POST"
    headers: dict[str, str] = {}
    pointer: str = ""
    """The first mistake's place in the body."""


ANY = {"if-match": "*"}
INC = "/incidents/{incident}"
CHG = "/changes/{change}"
