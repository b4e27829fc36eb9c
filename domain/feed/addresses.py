"""Where webhooks may go: to public addresses by HTTPS, and to networks that are allowed besides."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from domain.rules import require

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_RELAYING = [
    # What is sent there comes out at an IPv4 address that stands in it.
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
    ip_network("::/96"),
]
_LOOPBACK = IPv4Address("127.0.0.1")


def may_go(address: Address, allowed: Iterable[Network], *, is_tls: bool) -> bool:
    """Whether something may be sent to an address; `allowed` are networks that need not be public,
    and no HTTPS."""
    plain = unmapped(address)
    return any(plain in network for network in allowed) or (is_tls and is_public(address))


def require_allowed(url: str, allowed: Iterable[Network]) -> None:
    """Refuse an address of which it is known already, before any name is looked up, that nothing
    may be sent there."""
    parts = urlsplit(url)
    address = _named(parts.hostname or "")
    if address is None:
        return
    rule = "Only HTTPS goes to public addresses." if is_public(address) else _NOT_PUBLIC
    require(may_go(address, allowed, is_tls=parts.scheme == "https"), f"url: {rule}")


_NOT_PUBLIC = "A webhook goes to public addresses, or to networks that are allowed by a setting."


def _named(host: str) -> Address | None:
    """The address that stands in a URL, however it is written; None for a name."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return _LOOPBACK
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        # The short and the hexadecimal ways to write one, which are read so when it is sent to.
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def unmapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Whether it is an address of the public internet, and of one machine there."""
    plain = unmapped(address)
    return (
        plain.is_global
        and not plain.is_multicast
        and not plain.is_reserved
        and not any(plain in network for network in _RELAYING)
    )
