"""What must hold after the chaos, checked in the ledger against what the clients were told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX, Entry, Event
from domain.change import Change
from domain.ids import number_of, prefix_of
from domain.incident import Incident
from domain.ledger import Ledger
from domain.service_level_policy import ServiceLevelPolicy
from tests.proof import clocks
from tests.proof.lateness import Death, Moment, moments, unexplained
from tests.proof.load import Told
from workflows.values import escalation_id

MAY_CHANGE_NOTHING = frozenset({"assign", "prioritise", "start", "acknowledge-escalation"})
"""Acts that record nothing where all is as they say already."""

DECISION = Change.Approved | Change.Rejected
BEGIN_PATIENCE = (
    Change.StageOpened | Change.StageEscalated | Change.FallbackAsked | Change.InformationProvided
)
TAKEN_BACK = Change.Withdrawn | Change.Cancelled
"""What ends a round of approval without a decision, and is allowed after one."""

ENDS_OF_WORK = (Incident.Resolved, Incident.Closed, Incident.Cancelled)

Histories = Mapping[UUID, Sequence[Entry]]


class Findings:
    """What was found: violations, and what may still come."""

    def __init__(self) -> None:
        self.violations: list[tuple[str, str]] = []
        self.waiting: list[str] = []
        self.counts: Counter[str] = Counter()
        self.moments: list[Moment] = []
        """What had a moment at which it was due, the latest first."""

    def wrong(self, kind: str, what: str) -> None:
        self.violations.append((kind, what))

    def of(self, kind: str) -> list[str]:
        return [what for found, what in self.violations if found == kind]


def all_entries(ledger: Ledger) -> list[Entry]:
    entries: list[Entry] = []
    while page := ledger.after(entries[-1].position if entries else 0):
        entries += page
    return entries


def histories(entries: Sequence[Entry]) -> dict[UUID, list[Entry]]:
    found: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.originator_id].append(entry)
    return found


async def examine(
    ledger: Ledger, told: Sequence[Told], people: set[str], deaths: Sequence[Death]
) -> Findings:
    """Check the whole ledger against all that the clients were told."""
    found = Findings()
    entries = all_entries(ledger)
    check_once(entries, found)
    await check_answers(ledger, entries, told, found)
    asked = {one.command for one in told}
    for entry in entries:
        if entry.event.by.actor in people and entry.event.by.command not in asked:
            found.wrong("unasked", f"{entry!r}: nobody was told of this command")
    for id, history in histories(entries).items():
        check_history(id, history, found)
    check_processes(entries, found, datetime.now(UTC))
    for what in found.waiting:
        found.wrong("missing", what)
    check_lateness(entries, deaths, found)
    found.counts["events"] = len(entries)
    return found


def check_once(entries: Sequence[Entry], found: Findings) -> None:
    """No command has recorded the same twice."""
    recorded = Counter((entry.event.by.command, entry.topic) for entry in entries)
    for (command, topic), times in recorded.items():
        if times > 1:
            found.wrong("twice", f"{topic} of command {command} was recorded {times} times")


async def check_answers(
    ledger: Ledger, entries: Sequence[Entry], told: Sequence[Told], found: Findings
) -> None:
    """What was acknowledged is in the ledger as it was said; what was refused is not."""
    recorded: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in entries:
        recorded[entry.event.by.command].append(entry)
    for one in told:
        events = recorded[one.command]
        if one.is_accepted:
            await _check_receipt(ledger, one, found)
            _check_events(one, events, found)
        elif events:
            found.wrong("refused", f"{one.name} was refused, and is in the ledger: {events}")


async def _check_receipt(ledger: Ledger, told: Told, found: Findings) -> None:
    receipt = await ledger.recorder.receipt(told.command)
    if receipt is None:
        found.wrong("receipts", f"{told.name} was acknowledged and has no receipt")
    elif (number_of(receipt.subject), receipt.version) != (
        told.answer["number"],
        told.answer["version"],
    ):
        found.wrong("receipts", f"{told.name} was told {told.answer}, and not {receipt}")


def _check_events(told: Told, events: Sequence[Entry], found: Findings) -> None:
    if not events and told.act not in MAY_CHANGE_NOTHING:
        found.wrong("lost", f"{told.name} was acknowledged and is not in the ledger")
    if events and not any(_is_answer(told, entry) for entry in events):
        found.wrong("answers", f"{told.name} was told {told.answer}, but did {events}")
    if events and not _says(told, events):
        found.wrong("answers", f"{told.name} is not what was said: {events}")


def _is_answer(told: Told, entry: Entry) -> bool:
    return (number_of(entry.originator_id), entry.originator_version, entry.position) == (
        told.answer["number"],
        told.answer["version"],
        told.answer["position"],
    )


def _says(told: Told, events: Sequence[Entry]) -> bool:
    """Whether the events carry the key as their text, for acts that have one."""
    texts = ("text", "title", "resolution", "note", "reason", "comment", "implementation")
    if told.act in {*MAY_CHANGE_NOTHING, "resume", "assess-risk", "submit"}:
        return True
    return any(getattr(entry.event, name, None) == told.key for entry in events for name in texts)


def check_history(id: UUID, history: Sequence[Entry], found: Findings) -> None:
    """Versions without gaps, in the order of positions, that rebuild the record."""
    versions = [entry.originator_version for entry in history]
    if versions != list(range(1, len(history) + 1)):
        found.wrong("versions", f"{number_of(id)} has the versions {versions}")
        return
    record = KIND_OF_PREFIX[prefix_of(id)](id)
    for entry in history:
        record.replay(entry)


def check_processes(entries: Sequence[Entry], found: Findings, now: datetime) -> None:
    """All that takes time happened once; what has not happened although it is due, waits."""
    escalates = _escalating(entries)
    for id, history in histories(entries).items():
        if prefix_of(id) == Change.prefix:
            check_rounds(history, found)
        elif prefix_of(id) == Incident.prefix:
            for may_come, what in clocks.faults(history, escalates, now):
                if may_come:
                    found.waiting.append(what)
                else:
                    found.wrong("clocks", what)
            found.counts["marks"] += sum(isinstance(e.event, Incident.MarkReached) for e in history)
            check_escalations(history, escalates, found)


def check_lateness(entries: Sequence[Entry], deaths: Sequence[Death], found: Findings) -> None:
    """All that was due came at its moment, or as soon as the desk had recovered from a death."""
    found.moments = sorted(
        moments(histories(entries), _escalating(entries)), key=lambda m: m.late, reverse=True
    )
    for moment in unexplained(found.moments, deaths):
        before = [death for death in deaths if death.at < moment.due]
        last = max(before, key=lambda death: death.at, default=None)
        since = f"; last died {last.name}, {moment.due - last.at} before" if last else ""
        if last and last.back:
            since += f", away for {last.back - last.at}"
        found.wrong("late", f"{moment.what} came {moment.late} late, and nothing had died{since}")


def _escalating(entries: Sequence[Entry]) -> frozenset[UUID]:
    """The policies with an escalation."""
    return frozenset(
        entry.originator_id
        for entry in entries
        if isinstance(entry.event, ServiceLevelPolicy.VersionPublished)
        and entry.event.definition.escalation
    )


def check_rounds(history: Sequence[Entry], found: Findings) -> None:
    """Every round of approval ends once, and every patience at its moment, if it does."""
    number = number_of(history[0].originator_id)
    is_open = False
    dues: dict[str, datetime] = {}
    for entry in history:
        event = entry.event
        if isinstance(event, Change.Submitted | DECISION):
            if is_open is isinstance(event, Change.Submitted):
                found.wrong("approvals", f"{number}: {entry!r} comes out of turn")
            is_open = not is_open
            found.counts["decided rounds"] += not is_open
        elif isinstance(event, TAKEN_BACK):
            is_open = False
        elif isinstance(event, Change.StageTimedOut):
            due = dues.pop(event.stage, None)
            if due is None or event.by.at < due or event.by.effective_at != due:
                found.wrong("approvals", f"{number}: {entry!r}, but its stage was due at {due}")
            found.counts["time-outs"] += 1
        else:
            _follow(dues, event)
    if is_open:
        waits = ", ".join(f"{stage} was due at {due}" for stage, due in dues.items())
        found.waiting.append(f"{number} is not decided; {waits or 'it waits for information'}")


def _follow(dues: dict[str, datetime], event: Event) -> None:
    """When the patience of each open stage ends after an event."""
    if isinstance(event, BEGIN_PATIENCE):
        dues[event.stage] = event.due
    elif isinstance(event, Change.StageDecided | Change.InformationRequested):
        dues.pop(event.stage, None)
    elif isinstance(event, Change.VotesInvalidated):
        for stage in event.again:
            dues.pop(stage, None)


def check_escalations(
    history: Sequence[Entry], escalates: frozenset[UUID], found: Findings
) -> None:
    """Each level of a mark's escalation was told once; all of them, unless it was ended."""
    number = number_of(history[0].originator_id)
    told: Counter[str] = Counter()
    for entry in history:
        if isinstance(entry.event, Incident.EscalatedHierarchically) and entry.event.by.cause:
            told[entry.event.by.cause.workflow or ""] += 1
            found.counts["escalations"] += 1
    for mark, is_ended in _marks(history, escalates):
        workflow = escalation_id(number, mark.round, mark.target, mark.mark)
        wanted = clocks.levels(mark.mark) if mark.target == "resolution" else 0
        times = told.pop(workflow, 0)
        if times > wanted:
            found.wrong("escalations", f"{workflow} told {times} levels instead of {wanted}")
        if times < wanted and not is_ended:
            found.waiting.append(f"{workflow} has told {times} of {wanted} levels")
    for workflow in told:
        found.wrong("escalations", f"{workflow} has no mark")


def _marks(
    history: Sequence[Entry], escalates: frozenset[UUID]
) -> Iterator[tuple[Incident.MarkReached, bool]]:
    """The marks of promises that escalate, and whether something ended their escalation.

    Nobody is told of a mark that was found late, when all is over already.
    """
    policy: UUID | None = None
    is_over = False
    stays = {
        (due.round, due.target, due.mark)
        for due in clocks.promised(history, escalates)
        if due.is_done
    }
    for index, entry in enumerate(history):
        if isinstance(entry.event, Incident.ServiceLevelApplied):
            policy = entry.event.policy
        is_over = is_over or isinstance(entry.event, Incident.Resolved | Incident.Cancelled)
        if isinstance(entry.event, Incident.MarkReached) and policy in escalates:
            later = [one.event for one in history[index + 1 :]]
            yield entry.event, is_over or _is_ended(entry.event, later, stays)


def _is_ended(
    mark: Incident.MarkReached, later: Sequence[Event], stays: set[tuple[int, str, str]]
) -> bool:
    """Whether something that happened later ended the escalation of a mark: the end of the work,
    an answer of those who were told, or a promise under which the mark lies ahead again."""
    is_told, round = False, mark.round
    for event in later:
        if isinstance(event, ENDS_OF_WORK):
            return True
        if isinstance(event, Incident.EscalatedHierarchically):
            is_told = True
        elif isinstance(event, Incident.EscalationAcknowledged):
            if is_told:
                return True
        elif isinstance(event, Incident.ServiceLevelApplied):
            round += 1
            if (round, mark.target, mark.mark) not in stays:
                return True
    return False
