"""Drawings of any process: nothing overlaps, and they are SVG and BPMN that others can read."""

import re
from itertools import combinations, pairwise
from time import perf_counter
from xml.etree import ElementTree

import pytest
from bpmn_io import create_moddle
from bpmn_io.lint import Linter
from bpmn_io.lint.resolver import NodeResolver
from bpmn_io.moddle.base import ModdleElement
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.approval import Any, Count, Stage
from domain.approval_process import Definition
from domain.process_graph import graph
from domain.process_progress import Progress, StageProgress
from projections.bpmn import bpmn
from projections.diagram import Diagram, diagram
from projections.diagram_shapes import Box, Route
from projections.diagram_svg import svg
from projections.diagram_text import lines_of, width_of
from tests.domain.flows import HOSTILE, flows, progresses
from tests.domain.process_documents import definitions

SVG = "{http://www.w3.org/2000/svg}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def stage(name: str, **more: object) -> Stage:
    given: dict[str, object] = {
        "approvers": ("team:Network",),
        "quorum": Any(),
        "patience": "4h",
        "escalate_to": ("role:change-manager",),
    }
    return Stage(name=name, **given | more)  # type: ignore[arg-type]  # any fields


NORMAL = Definition(
    subjects=("change",),
    fallback=("role:administrator",),
    stages=(
        stage("Technical"),
        stage("Security", when='subject.risk == "high"', on_timeout="reject"),
        stage("Budget", after=("Technical",), on_timeout="approve", patience="2bd"),
        stage("CAB", after=("Security", "Budget"), quorum=Count(approvals=2)),
    ),
)
LARGEST = Definition(
    subjects=("change",),
    stages=tuple(
        stage(f"Stage {n}", when='subject.risk == "high"', after=(f"Stage {n - 4}",) * (n > 3))
        for n in range(20)
    ),
)


def laid_out(definition: Definition) -> Diagram:
    return diagram(graph(definition))


def inner(box: Box) -> Box:
    return Box(x=box.x + 1, y=box.y + 1, width=box.width - 2, height=box.height - 2)


def crosses(route: Route, box: Box) -> bool:
    """Whether a way runs through a box."""
    for (x, y), (to_x, to_y) in pairwise(route):
        (left, right), (top, bottom) = sorted((x, to_x)), sorted((y, to_y))
        if left < box.right and right > box.x and top < box.bottom and bottom > box.y:
            return True
    return False


# Layout --------------------------------------------------------------------------------------


@given(definition=flows() | definitions())
def test_nothing_overlaps(definition: Definition) -> None:
    drawn = laid_out(definition)

    hosts = {(node.id, node.host) for node in drawn.graph.nodes}
    solid = {**drawn.boxes, **{f"name of {id}": box for id, box in drawn.labels.items()}}
    for (one, box), (other, beside) in combinations(solid.items(), 2):
        if not {(one, other), (other, one)} & hosts:
            assert not inner(box).overlaps(inner(beside)), (one, other)
    for box in solid.values():
        assert min(box.x, box.y) >= 0
        assert box.right <= drawn.width
        assert box.bottom <= drawn.height


@given(definition=flows() | definitions())
def test_ways_are_level_or_upright_and_run_through_no_node(definition: Definition) -> None:
    drawn = laid_out(definition)

    hosts = {node.id: node.host for node in drawn.graph.nodes if node.host}
    for edge in drawn.graph.edges:
        route = drawn.routes[edge.id]
        assert all(x == to_x or y == to_y for (x, y), (to_x, to_y) in pairwise(route))
        assert not any(one == other for one, other in pairwise(route))
        ends = {edge.source, edge.target, hosts.get(edge.source)}
        for id, box in drawn.boxes.items():
            assert id in ends or not crosses(route, inner(box)), (edge.id, id)
        for id, at in ((edge.source, route[0]), (edge.target, route[-1])):
            around = drawn.boxes[id]
            assert around.x - 0.2 <= at[0] <= around.right + 0.2
            assert around.y - 0.2 <= at[1] <= around.bottom + 0.2


def test_the_same_process_is_drawn_the_same() -> None:
    assert svg(laid_out(NORMAL), NORMAL, title="x") == svg(laid_out(NORMAL), NORMAL, title="x")
    assert bpmn(laid_out(NORMAL), NORMAL, name="x") == bpmn(laid_out(NORMAL), NORMAL, name="x")


def test_the_largest_process_is_drawn_in_a_second() -> None:
    started = perf_counter()

    drawn = laid_out(LARGEST)
    pictures = svg(drawn, LARGEST, title="Large"), bpmn(drawn, LARGEST, name="Large")

    assert perf_counter() - started < 1
    assert all(len(picture) < 300_000 for picture in pictures)


@given(text=st.text(max_size=80), width=st.floats(30, 200), most=st.integers(1, 4))
def test_text_is_broken_into_lines_that_fit(text: str, width: float, most: int) -> None:
    lines = lines_of(text, width, 11, most)

    assert len(lines) <= most
    assert all(width_of(line, 11) <= width for line in lines)
    assert lines or not text.split()


# SVG -------------------------------------------------------------------------------------------


@given(data=st.data(), definition=flows() | definitions(), title=st.sampled_from(HOSTILE))
def test_a_drawing_is_well_formed_and_holds_no_style_and_no_script(
    data: st.DataObject, definition: Definition, title: str
) -> None:
    drawn = laid_out(definition)
    progress = data.draw(st.none() | progresses(definition))

    root = ElementTree.fromstring(svg(drawn, definition, title=title, progress=progress))

    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "g", "path", "circle", "text")
    }
    for element in root.iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert not [value for value in element.attrib.values() if "url(" in value or "nan" in value]


def test_a_drawing_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(svg(laid_out(NORMAL), NORMAL, title="Normal changes"))

    said = root.findtext(f"{SVG}desc") or ""
    assert root.findtext(f"{SVG}title") == "Normal changes"
    assert (
        'Security, after Technical, if subject.risk == "high": asks team:Network; '
        "needs any of them. After 4 hours it is rejected." in said
    )
    assert "After 2 business days it counts as approved." in said


def test_a_drawing_shows_how_far_an_approval_has_come() -> None:
    progress = Progress(
        stages={
            "Technical": StageProgress(state="approved", voted=1, voters=2),
            "Security": StageProgress(state="skipped", text="It does not apply."),
            "Budget": StageProgress(
                state="open", voted=1, voters=3, text="Needs 1 more of 2.", who=("ada: approve.",)
            ),
        }
    )

    root = ElementTree.fromstring(svg(laid_out(NORMAL), NORMAL, title="x", progress=progress))

    words = [text.text for text in root.iter(f"{SVG}text")]
    classes = [(group.get("class") or "").split() for group in root.iter(f"{SVG}g")]
    assert {"Approved", "1 of 2 voted", "Skipped: does not apply", "Open", "1 of 3 voted"} <= {
        *words
    }
    assert ["task", "is-open"] in classes
    assert ["task", "is-skipped"] in classes
    assert "Open, 1 of 3 voted. Needs 1 more of 2. ada: approve." in (
        root.findtext(f"{SVG}desc") or ""
    )
    [taken] = [g for g in root.iter(f"{SVG}g") if g.get("class") == "flows is-taken"]
    assert len(taken) == 8


def test_a_drawing_of_usual_size_has_up_to_20_kilobytes() -> None:
    assert 5_000 < len(svg(laid_out(NORMAL), NORMAL, title="Normal changes")) < 20_000


# BPMN ------------------------------------------------------------------------------------------

CONFIG = {"extends": "bpmnlint:recommended"}


def linted(document: str) -> dict[str, object]:
    """What bpmn-moddle warns of and bpmnlint:recommended reports."""
    parsed = create_moddle().from_xml(document)
    assert isinstance(parsed.root_element, ModdleElement)
    found = Linter({"config": CONFIG, "resolver": NodeResolver()}).lint(parsed.root_element)
    return {**found, **({"warnings": parsed.warnings} if parsed.warnings else {})}


@pytest.mark.parametrize("definition", [NORMAL, LARGEST])
def test_known_processes_lint_clean(definition: Definition) -> None:
    assert linted(bpmn(laid_out(definition), definition, name="Normal changes")) == {}


@settings(max_examples=8, deadline=None)
@given(definition=flows(stages_max=5))
def test_processes_lint_clean(definition: Definition) -> None:
    assert linted(bpmn(laid_out(definition), definition, name="Any")) == {}


def test_the_linter_finds_what_is_wrong() -> None:
    document = bpmn(laid_out(NORMAL), NORMAL, name="Normal changes")

    broken = re.sub(r'(<exclusiveGateway id="stage1_decision") name="[^"]*"', r"\1", document)

    assert list(linted(broken)) == ["label-required"]


@given(definition=flows() | definitions(), name=st.sampled_from(HOSTILE))
def test_each_element_and_flow_has_its_place(definition: Definition, name: str) -> None:
    root = ElementTree.fromstring(bpmn(laid_out(definition), definition, name=name))

    process = root.find(f"{BPMN}process")
    assert process is not None
    elements = {one.get("id"): one for one in process if one.get("id")}
    flows = {id for id, one in elements.items() if one.tag == f"{BPMN}sequenceFlow"}
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    shapes = {one.get("bpmnElement") for one in root.iter(f"{BPMNDI}BPMNShape")}
    drawn = {one.get("bpmnElement"): len(one) for one in root.iter(f"{BPMNDI}BPMNEdge")}
    assert shapes == elements.keys() - flows
    assert drawn.keys() == flows
    assert all(points >= 2 for points in drawn.values())
    for flow in flows:
        one = elements[flow]
        source, target = elements[one.get("sourceRef")], elements[one.get("targetRef")]
        assert flow in [way.text for way in source.findall(f"{BPMN}outgoing")]
        assert flow in [way.text for way in target.findall(f"{BPMN}incoming")]


def test_a_rejection_ends_what_runs_beside_it() -> None:
    alone = Definition(subjects=("change",), stages=(stage("CAB"),))

    assert "terminateEventDefinition" in bpmn(laid_out(NORMAL), NORMAL, name="x")
    assert "terminateEventDefinition" not in bpmn(laid_out(alone), alone, name="x")
