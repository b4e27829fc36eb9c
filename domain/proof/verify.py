"""Verifies a bundle or single proofs, offline, with the public key alone."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from . import bundle, inclusion
from .checkpoint import Opened, open_checkpoint, split
from .findings import Finding, Report
from .leaf import IDENTITY_BYTES, LOGGED_BYTES, Malformed, name_of, version_in
from .note import BadKey, BadNote, Verifier
from .tree import BadProof
from .verification import Verification


class Unusable(Exception):
    """What was given cannot be used; the message says why."""


def keys(texts: Sequence[str]) -> list[Verifier]:
    """The verifier keys, each given as such or as a file that holds some. Raises Unusable."""
    found = []
    for text in texts:
        lines = [text]
        if Path(text).is_file():
            lines = Path(text).read_text(encoding="utf-8", errors="replace").split()
        try:
            found += [Verifier.of(line) for line in lines]
        except BadKey as error:
            raise Unusable(f"{text}: {error}") from None
    return found


def witnessed(paths: Sequence[Path], verifiers: Sequence[Verifier]) -> list[Opened]:
    """The checkpoints in files of witnesses. Raises Unusable for one that is not signed."""
    found = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            found += [open_checkpoint(note, verifiers) for note in split(text)]
        except (OSError, UnicodeDecodeError, BadNote) as error:
            raise Unusable(f"{path}: {error}") from None
    return found


def verify_file(
    path: Path,
    verifiers: Sequence[Verifier],
    seen: Sequence[Opened] = (),
    cosigners: Sequence[Verifier] = (),
) -> Report:
    """Verify a bundle or a file of proofs. Raises Unusable for what is neither.

    `seen` are checkpoints that witnesses have, `cosigners` the keys of witnesses that cosign.
    """
    try:
        with path.open("rb") as file:
            opening = file.read(len(inclusion.OPENING))
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from None
    if opening == inclusion.OPENING.encode():
        return _verify_proofs(path.read_text(encoding="utf-8"), verifiers)
    if opening[:2] != b"\x1f\x8b":
        raise Unusable(f"{path} is neither a bundle nor a proof.")
    return _verify_bundle(path, verifiers, seen, cosigners)


def _verify_bundle(
    path: Path,
    verifiers: Sequence[Verifier],
    seen: Sequence[Opened],
    cosigners: Sequence[Verifier],
) -> Report:
    found = bundle.records(path)
    try:
        kind, content = next(found)
        header = json.loads(content) if kind == bundle.HEADER else {}
        asked = Asked(header)
    except (Malformed, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"{path}: {error}") from None
    verification = Verification(
        verifiers,
        seen,
        cosigners=cosigners,
        is_whole=asked.is_whole,
        from_their_first=asked.streams if asked.first is None else (),
    )
    event = verification.event
    try:
        for kind, content in found:
            if kind == bundle.EVENT:
                event(content[:LOGGED_BYTES], content[LOGGED_BYTES:])
            else:
                _other(verification, asked, kind, content)
    except (Malformed, ValueError, IndexError) as error:
        verification.wrong("completeness", "damaged", f"the bundle cannot be read on: {error}")
    return verification.finish(asked.scope, asked.size)


class Asked:
    """What a bundle says that it holds."""

    def __init__(self, header: dict[str, Any]) -> None:
        if header["scope"] not in ("all", "slice"):
            raise ValueError("its header has an unknown scope")
        self.is_whole = header["scope"] == "all"
        self.size = int(header["size"])
        self.first = _position(header.get("from"))
        self.last = _position(header.get("to"))
        self.streams = {UUID(id).bytes for id in header.get("streams") or ()}
        if self.is_whole:
            self.scope = "a whole ledger"
        else:
            names = ", ".join(sorted(map(name_of, self.streams))) or "all streams"
            self.scope = (
                f"a slice: {names}, positions {self.first or 1} to {self.last or self.size}; what "
                "else there was is told by hashes alone"
            )

    def is_wanted(self, first: int, last: int) -> bool:
        """Whether all of these positions are to be shown."""
        if self.is_whole:
            return True
        return not self.streams and last >= (self.first or 1) and first <= (self.last or self.size)


def _position(value: Any) -> int | None:
    return None if value is None else int(value)


def _other(verification: Verification, asked: Asked, kind: bytes, content: bytes) -> None:
    if kind == bundle.MISSING:
        verification.missing(content[:LOGGED_BYTES])
    elif kind == bundle.OMITTED:
        level, hash = content[0], content[1:33]
        if level > 62 or len(hash) != 32:
            raise Malformed("a subtree is malformed")
        first, last = verification.omitted(level, hash)
        if not asked.is_whole and asked.is_wanted(first, last):
            verification.wrong(
                "completeness",
                "omitted",
                f"positions {first} to {last} are told by their hash only",
                first,
            )
    elif kind == bundle.CHECKPOINT:
        verification.checkpoint(content.decode())
    elif kind == bundle.HEADS and asked.last is None:
        for place in range(0, len(content), IDENTITY_BYTES):
            head = content[place : place + IDENTITY_BYTES]
            verification.compare_heads(head[:16], version_in(head))


def _verify_proofs(text: str, verifiers: Sequence[Verifier]) -> Report:
    findings: list[Finding] = []
    streams = set()
    sizes = [0]
    proofs = list(inclusion.split(text))
    for number, proof in enumerate(proofs, 1):
        try:
            proven = inclusion.verify(proof, verifiers)
        except (Malformed, BadProof, BadNote) as error:
            said = f"proof {number} does not hold: {error}"
            findings.append(Finding("integrity", "proof", said))
        else:
            streams.add(proven.leaf.stream)
            sizes.append(proven.opened.checkpoint.size)
    return Report(
        scope="proofs that single events were logged; they tell nothing of other events",
        size=max(sizes),
        events=len(proofs) - len(findings),
        streams=len(streams),
        checkpoints=len(sizes) - 1,
        findings=tuple(findings),
        unlisted=0,
        remarks=(),
    )
