"""A definition as BPMN 2.0 XML with its layout, for the viewers and editors of others.

It shows the process, and is not for the execution by another engine: patience counts on the
calendar of the desk, and the conditions are CEL.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from domain.approval_process import Definition
from domain.definition import digest
from domain.process_graph import Edge, Kind, Node
from domain.process_words import duration_words, stage_words, timeout_words
from projections.diagram import Diagram
from projections.diagram_shapes import Box
from projections.xml_text import xml_text

CEL = "https://cel.dev"
NAMESPACES = {
    "xmlns": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
TAGS: Mapping[Kind, str] = {
    "start": "startEvent",
    "task": "userTask",
    "timer": "boundaryEvent",
    "choice": "exclusiveGateway",
    "merge": "exclusiveGateway",
    "fork": "parallelGateway",
    "join": "parallelGateway",
    "approved": "endEvent",
    "rejected": "endEvent",
}
_ISO = {"s": "PT{}S", "m": "PT{}M", "h": "PT{}H", "bd": "P{}D", "d": "P{}D"}
_DURATION = re.compile(r"([0-9]+)([a-z]+)")


def bpmn(diagram: Diagram, definition: Definition, *, name: str) -> str:
    """The document. The same definition under the same name gives the same text."""
    root = Element(
        "definitions",
        {
            **NAMESPACES,
            "id": f"definitions_{digest(definition)[:16]}",
            "targetNamespace": "urn:ledgerdesk:approval-process",
            "exporter": "Ledgerdesk",
        },
    )
    process = SubElement(
        root,
        "process",
        {"id": "process", "name": xml_text(name), "isExecutable": "false"},
    )
    _process(process, diagram, definition)
    _layout(root, diagram)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_written(root)}\n'


def _written(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")


# What happens ------------------------------------------------------------------------------


def _process(process: Element, diagram: Diagram, definition: Definition) -> None:
    graph = diagram.graph
    condition = f", if {definition.when}" if definition.when else ""
    _documented(process, f"Approves {', '.join(definition.subjects)}{condition}.")
    blocks = {node.id: block for block in graph.blocks for node in block.nodes}
    for node in graph.nodes:
        element = SubElement(process, TAGS[node.kind], {"id": node.id})
        if node.name:
            element.set("name", xml_text(node.name))
        default = [e for e in graph.edges if e.source == node.id and e.is_default]
        if default:
            element.set("default", default[0].id)
        if node.kind in ("task", "timer"):
            stage = blocks[node.id].stage
            if node.kind == "task":
                words = stage_words(definition, stage, blocks[node.id].after)
            else:
                element.set("attachedToRef", node.host)
                what = timeout_words(stage, definition.fallback)
                is_last = node.role == "again_timer"
                words = (
                    f"{duration_words(stage.patience)}, counted on the calendar of the process; "
                    f"then {'it is rejected' if is_last else what}."
                )
            _documented(element, words)
        _ways(element, node, graph.edges)
        if node.kind == "timer":
            timed = SubElement(element, "timerEventDefinition", {"id": f"{node.id}_patience"})
            expression = SubElement(timed, "timeDuration", {"xsi:type": "tFormalExpression"})
            expression.text = _iso(blocks[node.id].stage.patience)
        if node.kind == "rejected" and graph.is_parallel:
            # A rejection ends what runs beside it.
            SubElement(element, "terminateEventDefinition", {"id": f"{node.id}_all"})
    for edge in graph.edges:
        _flow(process, edge)


def _ways(element: Element, node: Node, edges: tuple[Edge, ...]) -> None:
    for edge in edges:
        if edge.target == node.id:
            SubElement(element, "incoming").text = edge.id
    for edge in edges:
        if edge.source == node.id:
            SubElement(element, "outgoing").text = edge.id


def _flow(process: Element, edge: Edge) -> None:
    ends = {"sourceRef": edge.source, "targetRef": edge.target}
    flow = SubElement(process, "sequenceFlow", {"id": edge.id, **ends})
    if edge.name:
        flow.set("name", edge.name)
    if edge.condition:
        expression = SubElement(
            flow, "conditionExpression", {"xsi:type": "tFormalExpression", "language": CEL}
        )
        expression.text = xml_text(edge.condition)


def _documented(element: Element, words: str) -> None:
    SubElement(element, "documentation").text = xml_text(words)


def _iso(duration: str) -> str:
    match = _DURATION.fullmatch(duration)
    return _ISO[match[2]].format(match[1]) if match and match[2] in _ISO else duration


# Where it is drawn ---------------------------------------------------------------------------


def _layout(root: Element, diagram: Diagram) -> None:
    sheet = SubElement(root, "bpmndi:BPMNDiagram", {"id": "diagram"})
    plane = SubElement(sheet, "bpmndi:BPMNPlane", {"id": "plane", "bpmnElement": "process"})
    for node in diagram.graph.nodes:
        shape = SubElement(
            plane, "bpmndi:BPMNShape", {"id": f"{node.id}_shape", "bpmnElement": node.id}
        )
        if TAGS[node.kind] == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        _bounds(shape, diagram.boxes[node.id])
        _label(shape, diagram, node.id)
    for edge in diagram.graph.edges:
        drawn = SubElement(
            plane, "bpmndi:BPMNEdge", {"id": f"{edge.id}_edge", "bpmnElement": edge.id}
        )
        for x, y in diagram.routes[edge.id]:
            SubElement(drawn, "di:waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
        _label(drawn, diagram, edge.id)


def _label(element: Element, diagram: Diagram, id: str) -> None:
    if id in diagram.labels:
        _bounds(SubElement(element, "bpmndi:BPMNLabel"), diagram.labels[id])


def _bounds(element: Element, box: Box) -> None:
    at = {"x": f"{box.x:g}", "y": f"{box.y:g}"}
    SubElement(element, "dc:Bounds", {**at, "width": f"{box.width:g}", "height": f"{box.height:g}"})
