"""`ledgerdesk export`: the ledger, or a slice of it, for other tools."""

from collections.abc import Sequence
from uuid import UUID

from domain.aggregate import Entry
from domain.ledger import Ledger
from ops.backtest_options import bar, opened
from ops.compose import open_ledger
from ops.export import cloudevents, ocel, xes
from ops.export.formats import Format
from ops.export.slices import Slice, bound, entries, histories, prefixes
from ops.options import err
from ops.past import require_ledger
from ops.read_notes import note_export
from ops.settings import Settings


async def export(
    settings: Settings,
    file: str,
    format: Format,
    *,
    kinds: str | None = None,
    since: str | None = None,
    until: str | None = None,
    with_personal: bool = False,
) -> None:
    """Write a slice as the ledger stands now. Raises Wrong and UserProblem."""
    require_ledger(settings)
    async with open_ledger(settings) as ledger:
        wanted = Slice(
            head=ledger.position(),
            prefixes=prefixes(kinds),
            since=bound("--from", since),
            until=bound("--to", until, is_end=True),
        )
        asked = {"format": format.value, "kind": kinds, "from": since, "to": until}
        await note_export(ledger, "export", asked | {"with_personal": with_personal})
        told = _write(ledger, wanted, file, format, with_personal=with_personal)
    err.print(f"{file}: {told}", markup=False, highlight=False, soft_wrap=True)


def _write(ledger: Ledger, wanted: Slice, file: str, format: Format, *, with_personal: bool) -> str:
    """Write a slice; what was written, in words."""

    def history(id: UUID) -> Sequence[Entry]:
        found = ledger.history(id)
        over = (place for place, entry in enumerate(found) if wanted.is_over_by(entry))
        return found[: next(over, len(found))]

    with bar() as tell, opened("FILE", file) as stream:
        assert stream is not None
        if format is Format.XES:
            found = histories(ledger, wanted, tell)
            events, records = xes.write(found, stream, with_personal=with_personal)
            return f"{events} events in {records} traces"
        in_order = entries(ledger, wanted, tell)
        if format is Format.OCEL:
            events, records = ocel.write(in_order, history, stream, with_personal=with_personal)
            return f"{events} events, {records} objects"
        source = ledger.recorder.identity()
        events = cloudevents.write(in_order, stream, ledger=source, with_personal=with_personal)
        return f"{events} events"
