"""People at work over HTTP while processes die: each repeats a command until it is answered."""

import http.client
import json
import threading
import time
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from api.commands import _KEYS as KEYS
from tests.proof.company import AGENTS, PLAIN, PROPOSERS, VOTERS, WATCHED, Cast

ANSWER_SECONDS = 15
PATIENCE_SECONDS = 120
CUT_SHARE = 0.03
"""How often a client hangs up before the answer, and asks again."""
PAUSE_SECONDS = 0.1
OPEN_MAX = 12
AGAIN = frozenset({"conflict", "too_many_requests", "not_yet"})
REFUSALS = frozenset({"refused", "outdated"})
"""How a rule or another's command may say no. All else that is no success is a fault."""

Document = dict[str, Any]


class Told(NamedTuple):
    """A command that came to its answer, after so many attempts."""

    command: UUID
    actor: UUID
    key: str
    act: str
    attempts: int
    status: int
    is_replayed: bool
    answer: Document

    @property
    def is_accepted(self) -> bool:
        return self.status < 300

    @property
    def name(self) -> str:
        return f"{self.key} ({self.act})"


class Journal:
    """What was answered, by all clients."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.faults: list[str] = []
        self.submitted: list[str] = []
        """Changes that were submitted, oldest first."""


class Client(threading.Thread):
    def __init__(self, name: str, cast: Cast, port: int, journal: Journal, seed: int) -> None:
        super().__init__(name=name, daemon=True)
        self.cast = cast
        self.actor = cast.people[name]
        self.port = port
        self.journal = journal
        self.random = Random(f"{seed} {name}")
        self.stopping = threading.Event()
        self.sent = 0
        self._line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        try:
            while not self.stopping.wait(self.random.uniform(0, 2 * PAUSE_SECONDS)):
                try:
                    self.act()
                except Exception as error:
                    self.journal.faults.append(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            self._hang_up()

    def act(self) -> None:
        raise NotImplementedError

    def tell(self, path: str, act: str, version: int | None = None, **said: Any) -> Told:
        """Send a command until it is answered. `key` in what is said stands for its key."""
        self.sent += 1
        key = f"{self.name}-{self.sent}"
        body = json.dumps({n: key if value == "key" else value for n, value in said.items()})
        headers = {
            "Authorization": f"Bearer {self.cast.tokens[self.name]}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "If-Match": "*" if version is None else f'"{version}"',
        }
        deadline = time.monotonic() + PATIENCE_SECONDS
        attempts = 0
        while time.monotonic() < deadline:
            attempts += 1
            is_cut = attempts == 1 and self.random.random() < CUT_SHARE
            try:
                answered = self._ask(path, body, headers, is_cut=is_cut)
            except (OSError, http.client.HTTPException):
                self._hang_up()
                time.sleep(self.random.uniform(0.02, 0.2))
                continue
            if answered is None:
                continue
            status, is_replayed, answer = answered
            if answer.get("code") in AGAIN:
                time.sleep(self.random.uniform(0.02, 0.2))
                continue
            command = uuid5(KEYS, f"{self.actor} {key}")
            told = Told(command, self.actor, key, act, attempts, status, is_replayed, answer)
            self.journal.told.append(told)
            if not told.is_accepted and answer.get("code") not in REFUSALS:
                self.journal.faults.append(f"{self.name} {path}: {status} {answer}")
            return told
        raise TimeoutError(f"{path} was not answered within {PATIENCE_SECONDS} s.")

    def _ask(
        self, path: str, body: str, headers: dict[str, str], *, is_cut: bool
    ) -> tuple[int, bool, Document] | None:
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        self._line.request("POST", f"/api/v1{path}", body, headers)
        if is_cut:
            self._hang_up()
            return None
        answer = self._line.getresponse()
        document = json.loads(answer.read())
        return answer.status, answer.headers.get("Idempotency-Replayed") == "true", document

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class Known:
    """An incident as far as its client knows."""

    def __init__(self, answer: Document) -> None:
        self.path = f"/incidents/{answer['number']}"
        self.version: int = answer["version"]
        self.is_pending = False


class Agent(Client):
    """Logs incidents, works on them, and forgets some."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.open: list[Known] = []

    def act(self) -> None:
        if not self.open or (len(self.open) < OPEN_MAX and self.random.random() < 0.08):
            self.log()
            return
        weights = {
            self.comment: 40,
            self.assign: 14,
            self.prioritise: 6,
            self.pend_or_resume: 12,
            self.resolve: 8,
            self.acknowledge: 4,
            self.cancel: 1,
            self.start_work: 5,
        }
        act = self.random.choices(list(weights), weights=list(weights.values()))[0]
        act(self.random.choice(self.open))

    def log(self) -> None:
        told = self.tell(
            "/incidents",
            "log",
            title="key",
            category=self.random.choice((WATCHED, PLAIN, PLAIN, "Other")),
            impact=self.random.randint(1, 3),
            urgency=self.random.randint(1, 3),
        )
        if told.is_accepted:
            self.open.append(Known(told.answer))
        if len(self.open) > OPEN_MAX // 2 and self.random.random() < 0.3:
            self.open.pop(0)

    def edit(self, known: Known, act: str, **said: Any) -> bool:
        """Command an incident, sometimes only in the version that was seen last."""
        version = known.version if self.random.random() < 0.3 else None
        told = self.tell(f"{known.path}/{act}", act, version, **said)
        if told.is_accepted or told.status == 412:
            known.version = told.answer["version"]
        return told.is_accepted

    def comment(self, known: Known) -> None:
        visibility = "public" if self.random.random() < 0.2 else "internal"
        self.edit(known, "comment", text="key", visibility=visibility)

    def assign(self, known: Known) -> None:
        assignee = str(self.cast.people[self.random.choice(AGENTS)])
        self.edit(known, "assign", team=self.cast.team, assignee=assignee)

    def prioritise(self, known: Known) -> None:
        impact, urgency = self.random.randint(1, 3), self.random.randint(1, 3)
        self.edit(known, "prioritise", impact=impact, urgency=urgency)

    def pend_or_resume(self, known: Known) -> None:
        if known.is_pending:
            known.is_pending = not self.edit(known, "resume")
        else:
            reason = self.random.choice(("customer", "vendor"))
            known.is_pending = self.edit(known, "pend", reason=reason, note="key")

    def start_work(self, known: Known) -> None:
        self.edit(known, "start")

    def acknowledge(self, known: Known) -> None:
        self.edit(known, "acknowledge-escalation")

    def resolve(self, known: Known) -> None:
        if self.edit(known, "resolve", code="solved", resolution="key"):
            self.open.remove(known)

    def cancel(self, known: Known) -> None:
        if self.edit(known, "cancel", reason="key"):
            self.open.remove(known)


class Proposer(Client):
    """Proposes changes and submits them; takes some back."""

    def act(self) -> None:
        type = self.random.choice(("normal", "normal", "emergency"))
        told = self.tell("/changes", "propose", title="key", type=type)
        path = f"/changes/{told.answer['number']}"
        plan = {"implementation": "key", "backout": "Undo it."}
        steps: tuple[tuple[str, Document], ...] = (
            ("assess-risk", {"impact": 2, "likelihood": 2}),
            ("plan", plan),
            ("submit", {}),
        )
        for act, said in steps:
            told = self.tell(f"{path}/{act}", act, told.answer["version"], **said)
            if not told.is_accepted:
                raise AssertionError(f"{path}/{act}: {told.answer}")
        self.journal.submitted.append(path)
        self.stopping.wait(self.random.uniform(0, 1))
        if self.random.random() < 0.1:
            self.tell(f"{path}/withdraw", "withdraw", reason="key")


class Voter(Client):
    """Votes on the latest changes, but not on each."""

    def act(self) -> None:
        latest = [path for path in self.journal.submitted[-8:] if int(path[-7:]) % 4]
        if latest:
            vote = self.random.choices(("approve", "reject", "abstain"), weights=(75, 15, 10))[0]
            self.tell(f"{self.random.choice(latest)}/vote", "vote", vote=vote, comment="key")
        self.stopping.wait(0.2)


def clients(cast: Cast, port: int, journal: Journal, seed: int) -> list[Client]:
    """Everybody who has something to do."""
    kinds = ((AGENTS, Agent), (PROPOSERS, Proposer), (VOTERS, Voter))
    return [kind(name, cast, port, journal, seed) for names, kind in kinds for name in names]
