"""Approval processes in the forms that others read and look at: BPMN, and drawings in SVG."""

from typing import Literal

from domain.aggregate import KIND_OF_PREFIX
from domain.approval_process import ApprovalProcess
from domain.approval_round import ApprovalRounds
from domain.ids import parse_reference, prefix_of
from domain.process_graph import graph
from ops.compose import open_ledger
from ops.history import Names
from ops.options import Wrong
from ops.process_sources import Sources, open_sources
from ops.settings import Settings
from projections.approval_progress import latest_round, progress
from projections.bpmn import bpmn
from projections.diagram import diagram
from projections.diagram_svg import svg

Form = Literal["bpmn", "svg"]


async def exported(settings: Settings, which: str, form: Form) -> str:
    """A process of a file or of the ledger as a document of that form."""
    async with open_sources(settings, which) as sources:
        found = await sources.find(which)
    layout = diagram(graph(found.definition))
    if form == "bpmn":
        return bpmn(layout, found.definition, name=found.name)
    title = found.name if found.located else f"{found.name}, {found.title}"
    return svg(layout, found.definition, title=title)


async def drawn_instance(settings: Settings, which: str, instance: str) -> str:
    """The SVG of the process by which a record is approved, and how far it has come in it.

    The number of the process alone stands for the version that the record was submitted to.
    Raises Wrong if the record is approved by another process than that.
    """
    async with open_ledger(settings) as ledger:
        found = await Sources(ledger).find(which)
        id = parse_reference(instance)
        kind = KIND_OF_PREFIX.get(prefix_of(id))
        if kind is None or not issubclass(kind, ApprovalRounds):
            raise Wrong(f"{instance} is nothing that is approved.")
        record = await ledger.find(kind, id)
        round = latest_round(entry.event for entry in ledger.history(id))
        if round.process is None:
            raise Wrong(f"{record.number} has not been submitted for approval.")
        number, version = round.process
        process = await ledger.find(ApprovalProcess, number)
        used = process.definition_of(version)
        title = f"{process.number} version {version}"
        if which != process.number and found.definition != used:
            raise Wrong(f"{record.number} is approved by {title}, which is not {found.title}.")
        names = Names(ledger)
        known = {person: await names.of(person) for person in round.people}
        drawn = progress(round, lambda person: known[person])
    return svg(
        diagram(graph(used)),
        used,
        title=f"{record.number} in {process.name}, {title}",
        progress=drawn,
    )
