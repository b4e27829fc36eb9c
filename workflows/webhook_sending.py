"""One request to an address that somebody else chose: to where it may go, within bounds.

The name is looked up once, what it stands for is checked, and the connection is made to what was
checked: a name that changes its meaning in between changes nothing. Redirects are not followed,
and of an answer nothing is read but its head.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from domain.feed.addresses import Address, Network, is_public, may_go

SECONDS = 10.0
"""For all of it: to look the name up, to connect, to send, and to be answered."""
HEAD_BYTES_MAX = 16_384
LOOK_UPS_AT_ONCE = 32
ADDRESSES_TRIED = 3

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])[ \r]")
_RETRY_AFTER = re.compile(rb"\r\nretry-after:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)


class Answered(Struct, frozen=True):
    """`status` is 0 without an answer; then `error` says why. `retry_after` is in seconds."""

    status: int
    error: str = ""
    retry_after: int = 0


class NotAllowed(Exception):
    """It must not go there."""


class Sender:
    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        """`allowed` are networks to which it may go though they are not public, by HTTP too."""
        self._allowed = allowed
        self._tls = ssl.create_default_context()
        # Names that are never found must not take the threads of all others.
        self._looking_up = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, "webhook-names")

    def close(self) -> None:
        self._looking_up.shutdown(wait=False, cancel_futures=True)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Send, and tell what came of it. Never raises for what the other side does."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._post(urlsplit(url), headers, body)
        except TimeoutError:
            return Answered(0, f"No answer within {SECONDS:.0f} s.")
        except NotAllowed as error:
            return Answered(0, str(error))
        except ssl.SSLError as error:
            return Answered(0, f"TLS: {error.reason or error}"[:200])
        except asyncio.IncompleteReadError:
            return Answered(0, "The connection ended before the answer did.")
        except asyncio.LimitOverrunError:
            return Answered(0, f"The head of the answer has more than {HEAD_BYTES_MAX} bytes.")
        except (OSError, UnicodeError) as error:
            return Answered(0, (getattr(error, "strerror", None) or str(error))[:200])

    async def _post(self, url: SplitResult, headers: Mapping[str, str], body: bytes) -> Answered:
        reader, writer = await self._connected(url)
        try:
            writer.write(_request(url, headers, body))
            await writer.drain()
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = _STATUS.match(head)
                if found is None:
                    return Answered(0, "What answers speaks no HTTP.")
                status = int(found[1])
                if status >= 200:
                    break
            asked = _RETRY_AFTER.search(head)
            error = "Redirects are not followed." if 300 <= status < 400 else ""
            return Answered(status, error, int(asked[1]) if asked else 0)
        finally:
            # Nothing of the answer is waited for any more.
            writer.transport.abort()

    async def _connected(
        self, url: SplitResult
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        is_tls = url.scheme == "https"
        host = url.hostname or ""
        port = url.port or (443 if is_tls else 80)
        failure: OSError | None = None
        for address in (await self._addresses(host, port, is_tls))[:ADDRESSES_TRIED]:
            try:
                return await asyncio.open_connection(
                    str(address),
                    port,
                    limit=HEAD_BYTES_MAX,
                    ssl=self._tls if is_tls else None,
                    server_hostname=host if is_tls else None,
                )
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
        raise failure or OSError("There is no such address.")

    async def _addresses(self, host: str, port: int, is_tls: bool) -> list[Address]:
        """What a name stands for, as far as it may go there. Raises NotAllowed."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._looking_up, socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM
        )
        addresses = [ip_address(str(place[0])) for *_, place in found]
        may = [one for one in addresses if may_go(one, self._allowed, is_tls=is_tls)]
        if may:
            return may
        if any(is_public(one) for one in addresses):
            raise NotAllowed("Only HTTPS goes to public addresses.")
        raise NotAllowed("The address is not a public one.")


def _request(url: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [f"POST {target} HTTP/1.1", f"host: {url.netloc}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
