"""The network interfaces of a machine that runs Linux, and the addresses that last."""

import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv6Address
from pathlib import Path
from typing import NamedTuple

VIRTUAL = ("lo", "veth", "docker", "br-", "virbr", "vnet", "tap", "tun", "ifb", "dummy", "cni")
_SIOCGIFADDR = 0x8915
_TEMPORARY, _LINK = 0x01, 0x20
"""In /proc/net/if_inet6: an address that changes by itself, and the scope of one of the link."""


class Interface(NamedTuple):
    name: str
    mac: str
    addresses: tuple[str, ...]


def interfaces(root: Path = Path("/")) -> Iterator[Interface]:
    """Those that are no mere parts of the machine's own software."""
    longer = _version_6(root)
    try:
        folders = sorted((root / "sys/class/net").iterdir())
    except OSError:
        return
    for folder in folders:
        if folder.name.startswith(VIRTUAL):
            continue
        try:
            mac = (folder / "address").read_text().strip().lower()
        except OSError:
            mac = ""
        found = (*_version_4(folder.name), *longer.get(folder.name, ()))
        yield Interface(folder.name, "" if mac == "00:00:00:00:00:00" else mac, found)


def _version_4(name: str) -> tuple[str, ...]:
    """The first address of an interface of this machine."""
    if sys.platform != "linux":
        return ()
    from fcntl import ioctl

    asked = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = ioctl(asking.fileno(), _SIOCGIFADDR, asked)
        except OSError:
            return ()
    return (socket.inet_ntoa(answer[20:24]),)


def _version_6(root: Path) -> dict[str, tuple[str, ...]]:
    try:
        lines = (root / "proc/net/if_inet6").read_text().splitlines()
    except OSError:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for line in lines:
        address, _, _, scope, flags, name = line.split()
        if int(scope, 16) != _LINK and not int(flags, 16) & _TEMPORARY:
            told = str(IPv6Address(bytes.fromhex(address)))
            found[name] = (*found.get(name, ()), told)
    return found
