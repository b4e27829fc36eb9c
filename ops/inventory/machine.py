"""What this machine is: read from where its system tells it, and nothing of whoever uses it."""

import os
import platform
import re
import socket
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from uuid import getnode

from ops.inventory import addresses

Row = dict[str, str | int]

NOT_SAID = re.compile(
    r"0*|none|n/?a|unknown|not (specified|applicable|available)|default string|"
    r"(system )?serial number|to be filled by o\.?e\.?m\.?|x+|f{8}.*|0{8}.*",
    re.IGNORECASE,
)
"""What makers write where they have nothing to say."""
VIRTUAL_DISKS = ("loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd")
GIGABYTE = 10**9


def machine(root: Path = Path("/")) -> Row:
    """The machine, in one row. What cannot be read, or is not allowed to be, is left out."""
    dmi = root / "sys/class/dmi/id"
    interfaces = list(addresses.interfaces(root))
    row: Row = {
        "key": "",
        "hostname": socket.gethostname(),
        "serial": _said(_first_line(dmi / "product_serial")),
        "uuid": _said(_first_line(dmi / "product_uuid")).lower(),
        "vendor": _said(_first_line(dmi / "sys_vendor")),
        "model": _said(_first_line(dmi / "product_name")),
        **_system(root),
        "architecture": platform.machine(),
        "cpu": _cpu(root),
        "cores": os.cpu_count() or 0,
        "memory_mb": _memory(root),
        **_disks(root),
        "mac": " ".join(sorted(one.mac for one in interfaces if one.mac)) or _any_mac(),
        "addresses": " ".join(sorted({a for one in interfaces for a in one.addresses})),
    }
    row["key"] = _key(row, root)
    return {name: value for name, value in row.items() if value not in ("", 0)}


def _key(row: Row, root: Path) -> str:
    """By which it is known again: what is burnt in, or what its system made of it for good."""
    made = _first_line(root / "etc/machine-id")
    # The id itself is not to be told to others: see machine-id(5).
    hashed = sha256(f"ledgerdesk inventory {made}".encode()).hexdigest()[:32] if made else ""
    return str(row["uuid"] or row["serial"] or hashed or row["hostname"])


def _system(root: Path) -> Row:
    release = dict(_assignments(root / "etc/os-release"))
    if not release:
        return {"os": platform.system(), "os_version": platform.release()}
    return {
        "os": release.get("NAME", platform.system()),
        "os_version": release.get("VERSION_ID", ""),
        "kernel": platform.release(),
    }


def _assignments(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        name, is_one, value = line.partition("=")
        if is_one and not name.startswith("#"):
            yield name.strip(), value.strip().strip("\"'")


def _cpu(root: Path) -> str:
    names = (
        line.partition(":")[2].strip()
        for line in _lines(root / "proc/cpuinfo")
        if line.startswith("model name")
    )
    return next(names, "") or platform.processor()


def _memory(root: Path) -> int:
    for line in _lines(root / "proc/meminfo"):
        found = re.fullmatch(r"MemTotal:\s+(\d+) kB", line)
        if found:
            return int(found[1]) // 1024
    return 0


def _disks(root: Path) -> Row:
    sizes = {
        disk.name: int(_first_line(disk / "size") or 0) * 512
        for disk in _entries(root / "sys/block")
        if not disk.name.startswith(VIRTUAL_DISKS)
    }
    held = {name: size // GIGABYTE for name, size in sizes.items() if size >= GIGABYTE}
    told = " ".join(f"{name}:{size}" for name, size in held.items())
    return {"disks": told, "disk_gb": sum(held.values())}


def _any_mac() -> str:
    """That of an interface, where the system lists none."""
    number = getnode()
    # A made-up one, as there is where none can be found, has this bit.
    return "" if number >> 40 & 1 else ":".join(f"{byte:02x}" for byte in number.to_bytes(6))


def _said(value: str) -> str:
    return "" if NOT_SAID.fullmatch(value) else value


def _first_line(path: Path) -> str:
    return next(iter(_lines(path)), "").strip()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _entries(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return ()
