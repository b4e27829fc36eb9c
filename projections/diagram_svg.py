"""A diagram as SVG: without styles and scripts, so that it stands under the strictest policy.

Lines and words take the colour of the text around them, states a colour that is legible on light
and dark alike; what a colour says, a sign and words say as well. The classes are for a page that
wants it otherwise: `process-diagram`, the kinds of nodes, `flow`, `is-taken`, `is-` and a state.
"""

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from domain.approval_process import Definition
from domain.process_graph import Node
from domain.process_progress import NodeState, Progress, Trace, trace
from domain.process_words import quorum_words, stage_words
from projections.diagram import Diagram
from projections.diagram_marks import FAINT, SIGNS, outline, sign, way, words
from projections.diagram_shapes import Box
from projections.diagram_text import BOLD, NORMAL, SMALL, lines_of
from projections.xml_text import xml_text

COLOURS: Mapping[NodeState, str] = {
    "open": "#2f7de1",
    "approved": "#2c9a56",
    "rejected": "#d64545",
    "expired": "#c77700",
    "stopped": "#c77700",
}
STATES: Mapping[NodeState, str] = {
    "waiting": "Waiting",
    "open": "Open",
    "approved": "Approved",
    "rejected": "Rejected",
    "skipped": "Skipped: does not apply",
    "stopped": "Ended undecided",
    "expired": "Patience ran out",
}
BESIDE = ("timer", "again_timer", "unanswered")
"""What has its name to the right of it."""


def svg(
    diagram: Diagram, definition: Definition, *, title: str, progress: Progress | None = None
) -> str:
    """The drawing of a definition, or of how far an approval has come in it."""
    return _Sheet(diagram, definition, progress).drawn(title)


class _Sheet:
    def __init__(self, diagram: Diagram, definition: Definition, progress: Progress | None) -> None:
        self.diagram = diagram
        self.definition = definition
        self.progress = progress
        self.trace: Trace | None = trace(diagram.graph, progress) if progress else None
        self.stages = {block.stage.name: block for block in diagram.graph.blocks}

    def drawn(self, title: str) -> str:
        width, height = f"{self.diagram.width:g}", f"{self.diagram.height:g}"
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "process-diagram",
                "role": "img",
                "width": width,
                "height": height,
                "viewBox": f"0 0 {width} {height}",
                "font-family": "system-ui, sans-serif",
                "font-size": f"{SMALL:g}",
                "fill": "none",
                "stroke-linejoin": "round",
                "stroke-linecap": "round",
            },
        )
        SubElement(root, "title").text = xml_text(title)
        SubElement(root, "desc").text = xml_text(self._in_words())
        self._edges(root)
        for node in self.diagram.graph.nodes:
            self._node(root, node)
        self._labels(root)
        return ElementTree.tostring(root, encoding="unicode") + "\n"

    def _in_words(self) -> str:
        said = []
        for block in self.diagram.graph.blocks:
            words = stage_words(self.definition, block.stage, block.after)
            if self.progress:
                words += f" {self._standing(block.stage.name)}"
            said.append(words)
        if self.progress:
            said.append(f"The approval is {self.progress.outcome}.")
        return "\n".join(said)

    def _standing(self, name: str) -> str:
        assert self.progress
        stage = self.progress.of(name)
        said = [STATES[stage.state]]
        if stage.voters:
            said.append(f"{stage.voted} of {stage.voters} voted")
        if stage.is_again:
            said.append("more people were asked")
        return ", ".join(said) + ". " + " ".join((stage.text, *stage.who))

    # Ways ----------------------------------------------------------------------------------

    def _edges(self, root: Element) -> None:
        # Those that were taken come last, to lie above the others.
        untaken = SubElement(root, "g", {"class": "flows", "stroke": "currentColor"})
        if self.trace:
            untaken.set("stroke-opacity", FAINT)
        taken = SubElement(
            root, "g", {"class": "flows is-taken", "stroke": "currentColor", "stroke-width": "2.4"}
        )
        for edge in self.diagram.graph.edges:
            route = self.diagram.routes[edge.id]
            is_taken = self.trace is not None and edge.id in self.trace.edges
            SubElement(taken if is_taken else untaken, "path", {"class": "flow", "d": way(route)})
        if not len(taken):
            root.remove(taken)

    # Nodes ---------------------------------------------------------------------------------

    def _node(self, root: Element, node: Node) -> None:
        state = self.trace.nodes[node.id] if self.trace else None
        box = self.diagram.boxes[node.id]
        colour = COLOURS.get(state, "currentColor") if state else "currentColor"
        group = SubElement(
            root,
            "g",
            {
                "class": f"{node.kind} is-{state}" if state else node.kind,
                "stroke": colour,
                "stroke-width": "1.5" if colour == "currentColor" else "2.2",
            },
        )
        SubElement(group, "title").text = xml_text(self._tip(node))
        outline(group, node, box, is_faint=state in ("waiting", "skipped"), colour=colour)
        if state == "skipped":
            group[1].set("stroke-dasharray", "5 4")
        if node.kind == "task":
            self._written(group, node, box, state)
            if state is not None and state in SIGNS:
                sign(group, state, box.right, box.y, colour)

    def _tip(self, node: Node) -> str:
        """What a pointer on the node is told."""
        if node.kind == "task":
            block = self.stages[node.stage]
            words = stage_words(self.definition, block.stage, block.after)
            if self.progress:
                words = "\n".join((words, self._standing(node.stage)))
            return words
        if node.role == "when":
            return self.stages[node.stage].stage.when
        if node.name:
            return f"{node.stage}: {node.name}" if node.stage else node.name
        return {
            "fork": "From here on side by side",
            "join": "When all before is passed",
            "merge": "Whichever way it came",
        }.get(node.kind, "")

    def _written(self, group: Element, node: Node, box: Box, state: NodeState | None) -> None:
        """The name of a task and, below, what is asked or how it stands."""
        room = box.width - 20
        name = lines_of(node.name, room / BOLD, NORMAL, 2)
        below = self._details(node, state)
        lines = [line for text in below for line in lines_of(text, room, SMALL, 1)]
        lines = lines[: 4 - len(name)]
        height = len(name) * 16 + len(lines) * 14
        x = box.centre[0]
        # The timer reaches into the task by half of its height.
        y = box.y + max(3, (box.height - 18 - height) / 2) + 12
        text = {"fill": "currentColor", "stroke": "none", "text-anchor": "middle"}
        written = SubElement(group, "g", text)
        for line in name:
            words(written, x, y, line, {"font-size": f"{NORMAL:g}", "font-weight": "600"})
            y += 16
        for line in lines:
            words(written, x, y, line, {})
            y += 14

    def _details(self, node: Node, state: NodeState | None) -> list[str]:
        stage = self.stages[node.stage].stage
        if state in (None, "waiting") or self.progress is None:
            if node.role == "again":
                is_escalated = stage.on_timeout == "escalate"
                more = stage.escalate_to if is_escalated else self.definition.fallback
                return [f"and {', '.join(more)}", quorum_words(stage.quorum)]
            return [", ".join(stage.approvers), quorum_words(stage.quorum)]
        found = self.progress.of(node.stage)
        if state == "expired" and not found.is_timed_out:
            return [STATES["expired"], "More people were asked"]
        details = [f"No answer: {found.state}" if found.is_timed_out else STATES[state]]
        if found.voters:
            details.append(f"{found.voted} of {found.voters} voted")
        return details

    # Names beside ----------------------------------------------------------------------------

    def _labels(self, root: Element) -> None:
        group = SubElement(root, "g", {"class": "labels", "fill": "currentColor"})
        nodes = self.diagram.nodes
        names = {edge.id: edge.name for edge in self.diagram.graph.edges}
        for id, box in self.diagram.labels.items():
            node = nodes.get(id)
            text = node.name if node else names[id]
            is_centred = node is not None and node.role not in (
                "timer",
                "again_timer",
                "unanswered",
            )
            x = box.centre[0] if is_centred else box.x
            more = {"text-anchor": "middle"} if is_centred else {}
            lines = lines_of(text, box.width, SMALL, max(1, int(box.height // 14)))
            for number, line in enumerate(lines):
                words(group, x, box.y + 11 + 14 * number, line, more)
