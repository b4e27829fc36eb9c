"""Reading the YAML of an approval process, and saying by line and column what is wrong with it.

All mistakes are told at once: those of the YAML, those of its fields, and those of the rules of a
definition as far as the parts they are about can be read.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from domain import yaml_tree
from domain.approval_process import Definition, Finding, mistakes
from domain.process_document import CalendarOf, ProcessDocument
from domain.process_errors import UNKNOWN_FIELD, place_of, rule_of
from domain.process_repair import is_moot, repaired
from domain.rules import Refused
from domain.yaml_tree import Mark, Mistake, Place, Tree, path_of, steps_of

SHOWN_MAX = 50
_NO_CALENDAR = UUID(int=0)


class BadDocument(Refused):
    """A document has mistakes, each with its line and column; at most 50 are told."""

    def __init__(self, found: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(found), key=lambda one: (one.mark, path_of(one.place))))
        lines = [sentence(mistake) for mistake in self.mistakes[:SHOWN_MAX]]
        if len(self.mistakes) > SHOWN_MAX:
            lines.append(f"and {len(self.mistakes) - SHOWN_MAX} more.")
        super().__init__("\n".join(lines))


class Located:
    """A document that was read, and where everything stands in it."""

    def __init__(self, document: ProcessDocument, definition: Definition, tree: Tree) -> None:
        self.document = document
        self.definition = definition
        self._tree = tree

    @property
    def name(self) -> str:
        return self.document.name

    def position(self, place: str) -> tuple[int, int]:
        """The line and column, from 1, of a place such as `stages[1].when`; of what should hold
        it where it is left out."""
        mark = self._tree.mark(steps_of(place))
        return mark.line, mark.column

    def mistake(self, place: str, rule: str, within: tuple[int, int] | None = None) -> Mistake:
        """A mistake that was found later, for BadDocument. `within`: the line and column in the
        expression that stands at the place."""
        return _located(self._tree, Finding(place, rule, within))


def sentence(mistake: Mistake) -> str:
    where = f"line {mistake.mark.line}, column {mistake.mark.column}"
    path = path_of(mistake.place)
    return f"{where}: {path}: {mistake.rule}" if path else f"{where}: {mistake.rule}"


def parse(content: bytes | str, calendar_of: CalendarOf) -> Located:
    """Read a document. Raises BadDocument with all its mistakes."""
    tree = yaml_tree.read(content)
    found = list(tree.mistakes)
    if tree.is_whole and not isinstance(tree.value, dict):
        rule = "a process is written as fields, such as `name: Normal changes`."
        found.append(Mistake(Mark(1, 1), (), rule))
    if not tree.is_whole or not isinstance(tree.value, dict):
        raise BadDocument(found)
    broken = {mistake.place for mistake in found}
    document, wrong = _validated(tree.value)
    for place, rule in wrong.items():
        if tree.known(place) not in broken:
            found.append(Mistake(_mark(tree, place, rule), place, rule))
    broken.update(wrong)
    if document is None:
        document, _ = _validated(repaired(tree.value, broken))
    if document is not None:
        definition, findings = _defined(document, calendar_of)
        found += [_located(tree, one) for one in findings if not is_moot(one.place, broken)]
        if not found:
            return Located(document, definition, tree)
    raise BadDocument(found)


def _validated(value: Any) -> tuple[ProcessDocument | None, dict[Place, str]]:
    try:
        return ProcessDocument.model_validate(value), {}
    except ValidationError as error:
        wrong: dict[Place, str] = {}
        for one in error.errors(include_url=False):
            place = place_of(one, value)
            wrong.setdefault(place, rule_of(one, place))
        return None, wrong


def _defined(
    document: ProcessDocument, calendar_of: CalendarOf
) -> tuple[Definition, list[Finding]]:
    found = []

    def lenient(name: str) -> UUID:
        try:
            return calendar_of(name)
        except Refused as refused:
            found.append(Finding("calendar", str(refused)))
            return _NO_CALENDAR

    definition = document.definition(lenient)
    return definition, [*found, *mistakes(definition)]


def _mark(tree: Tree, place: Place, rule: str) -> Mark:
    """A field that there is none of is at its name, everything else at its value."""
    return tree.keys[place] if rule.startswith(UNKNOWN_FIELD) else tree.mark(place)


# Places ------------------------------------------------------------------------------------


def _located(tree: Tree, finding: Finding) -> Mistake:
    # A list of one may be written as the one text: then that is the place.
    place = steps_of(finding.place)
    there = tree.known(place)
    shown = place if isinstance(tree.at(there), dict | list) else there
    if finding.within is None:
        return Mistake(tree.mark(place), shown, finding.rule)
    line, column = finding.within
    inside = tree.inside(there, line, column)
    if inside is not None:
        return Mistake(inside, shown, finding.rule)
    return Mistake(tree.mark(place), shown, f"its line {line}, column {column}: {finding.rule}")
