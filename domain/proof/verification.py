"""The verification: fed with a log in its order, it says what was altered and what is missing.

The log names for each position the hash of the leaf, the stream and the version (`logged`, 56
bytes). The tree over these hashes must have the signed roots, so they are what was logged; each
event must hash to its own. Memory is bounded by the number of streams.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from .checkpoint import Checkpoint, Opened, open_checkpoint
from .displaced import Displaced
from .findings import Finding, Findings, Report, Verdict
from .leaf import HEAD_BYTES, IDENTITY, Malformed, decode, name_of, version_in
from .missing import Missing
from .note import BadNote, Verifier, check, is_signed_by, parse
from .tree import Frontier

CLOCK_SECONDS = 300
"""How far the clocks of the desk may differ before it is remarked."""


class Verification:
    def __init__(
        self,
        verifiers: Sequence[Verifier],
        witnessed: Sequence[Opened] = (),
        *,
        cosigners: Sequence[Verifier] = (),
        is_whole: bool = True,
        from_their_first: Collection[bytes] = (),
    ) -> None:
        """`is_whole`: all events are to be there, of each stream from its first version on; else
        only those of the streams named `from_their_first`."""
        self._verifiers = verifiers
        self._cosigners = cosigners
        self._cosigned: dict[str, tuple[int, int]] = {}
        """The newest checkpoint that each witness cosigned: its size, and when."""
        self._is_whole = is_whole
        self._from_their_first = from_their_first
        self._findings = Findings()
        self._missing = Missing(self._findings)
        self._displaced = Displaced(self._findings)
        self._remarks: list[str] = []
        self._tree = Frontier()
        self._position = 0
        """The last position that was accounted for: the size of the tree, while that is whole."""
        self._is_broken = False
        """Hashes of the log are missing, so that no later root can be confirmed."""
        self._is_wrong = False
        """A root was not confirmed, so that no later one can be."""
        self.heads: dict[bytes, int] = {}
        """The last version of each stream, by the log."""
        self._events = 0
        self._unlogged = 0
        self._confirmed = 0
        self._sealed = 0
        """The size of the newest checkpoint that was confirmed."""
        self._newest: Opened | None = None
        self._earliest: tuple[bytes, int] | None = None
        self._latest: tuple[bytes, int] | None = None
        self._witnessed = sorted(witnessed, key=lambda opened: opened.checkpoint.size, reverse=True)
        """Those that are not compared yet, the smallest last."""
        self._agreed = 0
        self._next_witnessed = -1
        self._compare_witnessed()

    # The log in its order ----------------------------------------------------------------------

    def event(self, logged: bytes, data: bytes) -> None:
        """The next event of the log, and what was logged of it."""
        position = self._position + 1
        hash = sha256(b"\x00" + data).digest()
        found = int.from_bytes(data[4:12])
        if hash == logged[:32] and found != position:
            if not self._out_of_place(found, position, data):
                return
            position = found
        elif hash != logged[:32] or data[IDENTITY] != logged[32:]:
            self._odd(position, logged, data)
        self._events += 1
        self._missing.end()
        self._advance(position, logged)
        try:
            recorded = decode(data).recorded
        except Malformed:
            if hash == logged[:32]:
                self._alter(position, logged, "it is no event of this format")
            return
        if recorded and b'"at":"%b"' % recorded not in data:
            self._alter(position, logged, "its recorded time is not that of its state")
        second = recorded[:19], position
        if self._earliest is None or second < self._earliest:
            self._earliest = second
        if self._latest is None or second > self._latest:
            self._latest = second

    def missing(self, logged: bytes) -> None:
        """The next event of the log is not there."""
        position = self._position + 1
        self._missing.add(position, logged[32:])
        self._displaced.expect(logged[32:], position)
        self._advance(position, logged)

    def omitted(self, level: int, hash: bytes) -> tuple[int, int]:
        """2^level events are left out, and only their hash is told: which positions these are."""
        first = self._position + 1
        self._missing.end()
        self._position += 1 << level
        if self._is_whole:
            text = f"positions {first} to {self._position} are told by their hash only"
            self._find("completeness", "omitted", text, first, self._position)
        if not self._is_broken:
            try:
                self._tree.append_subtree(level, hash)
            except ValueError as error:
                self._is_broken = True
                self._find("integrity", "malformed", str(error), first)
        self._compare_witnessed()
        return first, self._position

    def unlogged(self, data: bytes) -> None:
        """An event that the log does not have yet."""
        self._unlogged += 1
        leaf = decode(data)
        if self._displaced.is_expected(data[IDENTITY]):
            self._displaced.found(data[IDENTITY], leaf.position)
            return
        self._follow(leaf.position, leaf.stream, leaf.version)

    def checkpoint(self, note: str) -> None:
        """A checkpoint that is to be over all so far."""
        try:
            opened = open_checkpoint(note, self._verifiers)
        except BadNote as error:
            text = f"the checkpoint after position {self._position} is not valid: {error}"
            self._find("integrity", "signature", text, self._position)
            return
        size = opened.checkpoint.size
        if size > self._position:
            text = f"the checkpoint over {size} events stands after position {self._position}"
            self._find("completeness", "missing", text, self._position + 1, size)
        elif size < self._position:
            text = f"the checkpoint over {size} events stands after position {self._position}"
            self._find("integrity", "malformed", text, size + 1, self._position)
        elif self._confirms(opened.checkpoint, "the checkpoint"):
            self._confirmed += 1
            self._look_at_times(opened)
            self._look_at_cosigners(note, size)
            self._sealed = size
        if self._newest is None or size >= self._newest.checkpoint.size:
            self._newest = opened

    # The end -----------------------------------------------------------------------------------

    def compare_heads(self, stream: bytes, version: int) -> None:
        """A stream that is to end at a version."""
        seen = self.heads.get(stream, 0)
        if seen < version:
            name = name_of(stream)
            span = (
                f"version {version}" if seen + 1 == version else f"versions {seen + 1} to {version}"
            )
            whole = ": the whole stream" if seen == 0 else ""
            text = f"{name} {span} missing at its end{whole}"
            self._find("completeness", "stream cut", text, None, None, stream, seen + 1)

    def wrong(self, verdict: Verdict, kind: str, text: str, position: int | None = None) -> None:
        """Something else that is wrong, found by whoever feeds the verification."""
        self._find(verdict, kind, text, position)

    def finish(self, scope: str, size: int | None = None) -> Report:
        """The verdicts. `size` is how many events there are to be, where that is told."""
        self._missing.finish(self._position, self.heads)
        self._displaced.finish()
        self._find_cut(size)
        if self._newest is None:
            self._find("integrity", "signature", "there is no valid checkpoint")
        unsealed = self._position - (self._newest.checkpoint.size if self._newest else 0)
        if unsealed > 0 and self._newest is not None and not self._is_broken:
            self._remarks.append(f"{unsealed} logged events are after the newest checkpoint")
        for cosigner in self._cosigners:
            size_then, seconds = self._cosigned.get(cosigner.name, (0, 0))
            self._remarks.append(
                f"{cosigner.name} cosigned up to position {size_then} at {_shown(seconds)}"
                if size_then
                else f"{cosigner.name} cosigned nothing of it"
            )
        if self._unlogged:
            self._remarks.append(f"{self._unlogged} events are not logged yet")
        kept = sorted(self._findings.kept, key=lambda f: (f.verdict, f.position or 0))
        return Report(
            scope=scope,
            size=self._newest.checkpoint.size if self._newest else self._position,
            events=self._events,
            streams=len(self.heads),
            checkpoints=self._confirmed,
            findings=tuple(kept),
            unlisted=self._findings.unlisted,
            remarks=tuple(self._remarks),
        )

    def _find_cut(self, size: int | None) -> None:
        ends = [(size, "it says itself")] if size is not None else []
        ends += [
            (opened.checkpoint.size, f"a witness says{_at(opened)}") for opened in self._witnessed
        ]
        wanted, who = max(ends, default=(0, ""))
        if wanted > self._position:
            text = (
                f"the tail is cut: there were {wanted} events, as {who}, and here are "
                f"{self._position}"
            )
            self._find("completeness", "tail cut", text, self._position + 1, wanted)

    # What is odd about an event ----------------------------------------------------------------

    def _out_of_place(self, found: int, position: int, data: bytes) -> bool:
        """An event that was logged elsewhere; whether to go on from there."""
        stream, version = data[12:28], version_in(data[IDENTITY])
        if found < position:
            text = f"{name_of(stream)} version {version} stands after position {position - 1}, "
            text += f"its own is {found}"
            self._find("integrity", "moved", text, found, None, stream, version)
            return False
        last = found - 1
        span = f"position {last} is" if last == position else f"positions {position} to {last} are"
        self._find("completeness", "missing", f"{span} missing", position, last)
        self._is_broken = True
        return True

    def _odd(self, position: int, logged: bytes, data: bytes) -> None:
        if len(data) < HEAD_BYTES or data[IDENTITY] == logged[32:]:
            try:
                recorded = decode(data).recorded.decode(errors="replace")
                what = f"it is not what was logged (it says now that it was recorded at {recorded})"
            except Malformed as error:
                what = f"it is not what was logged ({error})"
            self._alter(position, logged, what)
        else:
            self._displaced.expect(logged[32:], position)
            self._displaced.found(data[IDENTITY], position)

    def _alter(self, position: int, logged: bytes, what: str) -> None:
        stream, version = logged[32:48], version_in(logged[32:])
        text = f"position {position}, {name_of(stream)} version {version}: {what}"
        self._find("integrity", "altered", text, position, None, stream, version)

    def _advance(self, position: int, logged: bytes) -> None:
        self._position = position
        if not self._is_broken:
            self._tree.append(logged[:32])
            if position == self._next_witnessed:
                self._compare_witnessed()
        self._follow(position, logged[32:48], int.from_bytes(logged[48:], signed=True))

    def _follow(self, position: int, stream: bytes, version: int) -> None:
        """Each stream counts its versions without a gap."""
        last = self.heads.get(stream, 0)
        self.heads[stream] = version
        if version == last + 1:
            return
        if last == 0 and not self._is_whole and stream not in self._from_their_first:
            return
        name = name_of(stream)
        if version > last:
            lost = last + 1
            span = f"version {lost}" if lost == version - 1 else f"versions {lost} to {version - 1}"
            text = f"{name} {span} missing before position {position}"
            self._find("completeness", "version gap", text, position, None, stream, lost)
        else:
            text = f"{name} version {version} at position {position} follows version {last}"
            self._find("integrity", "version order", text, position, None, stream, version)

    # Roots -------------------------------------------------------------------------------------

    def _confirms(self, checkpoint: Checkpoint, who: str) -> bool:
        """Whether the tree has the root that was signed at this size."""
        size = checkpoint.size
        if not self._is_broken and self._tree.root() == checkpoint.root:
            return True
        if not self._is_wrong:
            self._is_wrong = True
            text = f"{who} over {size} events cannot be confirmed, nor any after it: "
            if self._is_broken:
                text += "hashes are missing"
            else:
                text += f"positions {self._sealed + 1} to {size} are not those that were signed"
            self._find("integrity", "root", text, self._sealed + 1, size)
        return False

    def _look_at_cosigners(self, note: str, size: int) -> None:
        parsed = parse(note)
        for cosigner in self._cosigners:
            if not is_signed_by(parsed, cosigner):
                continue
            try:
                seconds = check(parsed, cosigner)
            except BadNote as error:
                text = f"the checkpoint over {size} events: {error}"
                self._find("integrity", "signature", text, size)
            else:
                self._cosigned[cosigner.name] = size, seconds or 0

    def _compare_witnessed(self) -> None:
        """Compare the witnessed checkpoints that the tree has reached."""
        while self._witnessed and self._witnessed[-1].checkpoint.size <= self._tree.size:
            opened = self._witnessed.pop()
            size = opened.checkpoint.size
            if size < self._tree.size:
                self._remarks.append(
                    f"the witnessed checkpoint over {size} events cannot be compared here"
                )
            elif self._tree.root() == opened.checkpoint.root:
                self._agreed = size
            else:
                text = (
                    f"a witness saw another history{_at(opened)}: positions {self._agreed + 1} "
                    f"to {size} are not those that were signed then"
                )
                self._find("integrity", "fork", text, self._agreed + 1, size)
        self._next_witnessed = self._witnessed[-1].checkpoint.size if self._witnessed else -1

    def _look_at_times(self, opened: Opened) -> None:
        """Remark what was recorded outside of the time between two checkpoints."""
        before = self._newest.seconds if self._newest else None
        if before is not None and self._earliest:
            text, position = self._earliest
            if text < _second(before - CLOCK_SECONDS):
                self._remarks.append(
                    f"position {position} says {text.decode(errors='replace')}, and was not there "
                    f"at {_shown(before)}"
                )
        if opened.seconds is not None and self._latest:
            text, position = self._latest
            if text > _second(opened.seconds + CLOCK_SECONDS):
                self._remarks.append(
                    f"position {position} says {text.decode(errors='replace')}, and was there at "
                    f"{_shown(opened.seconds)}"
                )
        self._earliest = self._latest = None

    def _find(
        self,
        verdict: Verdict,
        kind: str,
        text: str,
        position: int | None = None,
        until: int | None = None,
        stream: bytes = b"",
        version: int | None = None,
    ) -> None:
        name = name_of(stream) if stream else ""
        self._findings.add(Finding(verdict, kind, text, position, until, name, version))


def _second(seconds: int) -> bytes:
    return datetime.fromtimestamp(max(0, seconds), UTC).isoformat()[:19].encode()


def _shown(seconds: int) -> str:
    return f"{_second(seconds).decode()}Z"


def _at(opened: Opened) -> str:
    return "" if opened.seconds is None else f" at {_shown(opened.seconds)}"
