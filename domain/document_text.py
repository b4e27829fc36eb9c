"""Reading the YAML of a definition, and saying by line and column what is wrong with it.

All mistakes are told at once: those of the YAML, those of its fields, and those of the rules of a
definition as far as the parts they are about can be read.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from domain import yaml_tree
from domain.process_errors import UNKNOWN_FIELD, FieldsAt, place_of, rule_of
from domain.process_mistakes import Finding
from domain.rules import Refused
from domain.yaml_tree import Mark, Mistake, Place, Tree, path_of, steps_of

SHOWN_MAX = 50


class BadDocument(Refused):
    """A document has mistakes, each with its line and column; at most 50 are told."""

    def __init__(self, found: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(found), key=lambda one: (one.mark, path_of(one.place))))
        lines = [sentence(mistake) for mistake in self.mistakes[:SHOWN_MAX]]
        if len(self.mistakes) > SHOWN_MAX:
            lines.append(f"and {len(self.mistakes) - SHOWN_MAX} more.")
        super().__init__("\n".join(lines))


D = TypeVar("D", bound=BaseModel)
S = TypeVar("S", bound=Struct)


class Located(Generic[D, S]):
    """A document that was read, and where everything stands in it."""

    def __init__(self, document: D, definition: S, tree: Tree) -> None:
        self.document = document
        self.definition = definition
        self._tree = tree

    @property
    def name(self) -> str:
        return str(self.document.name)  # type: ignore[attr-defined]  # all documents have one

    def position(self, place: str) -> tuple[int, int]:
        """The line and column, from 1, of a place such as `stages[1].when`; of what should hold
        it where it is left out."""
        mark = self._tree.mark(steps_of(place))
        return mark.line, mark.column

    def mistake(self, place: str, rule: str, within: tuple[int, int] | None = None) -> Mistake:
        """A mistake that was found later, for BadDocument. `within`: the line and column in the
        expression that stands at the place."""
        return _located(self._tree, Finding(place, rule, within))


class Form(Struct, Generic[D, S], frozen=True, kw_only=True):
    """What a kind of documents looks like, and what it means."""

    model: type[D]
    about: str
    """What a document is, for one that is no group of fields at all."""
    fields_at: FieldsAt
    """The fields that there are at a place of an error."""
    defined: Callable[[D], tuple[S, list[Finding]]]
    """What a document means, and what is wrong with that."""
    repaired: Callable[[Mapping[str, Any], Collection[Place]], dict[str, Any]]
    """A document without those of its parts that have a mistake in them, so that its others can
    be checked as well."""
    is_moot: Callable[[str, Collection[Place]], bool]
    """Whether a finding in a mended document may be of the mending."""


def sentence(mistake: Mistake) -> str:
    where = f"line {mistake.mark.line}, column {mistake.mark.column}"
    path = path_of(mistake.place)
    return f"{where}: {path}: {mistake.rule}" if path else f"{where}: {mistake.rule}"


def parse(content: bytes | str, form: Form[D, S]) -> Located[D, S]:
    """Read a document. Raises BadDocument with all its mistakes."""
    tree = yaml_tree.read(content)
    found = list(tree.mistakes)
    if tree.is_whole and not isinstance(tree.value, dict):
        found.append(Mistake(Mark(1, 1), (), form.about))
    if not tree.is_whole or not isinstance(tree.value, dict):
        raise BadDocument(found)
    broken = {mistake.place for mistake in found}
    document, wrong = validated(tree.value, form)
    for place, rule in wrong.items():
        if tree.known(place) not in broken:
            found.append(Mistake(_mark(tree, place, rule), place, rule))
    broken.update(wrong)
    if document is None:
        document, _ = validated(form.repaired(tree.value, broken), form)
    if document is not None:
        definition, findings = form.defined(document)
        found += [_located(tree, one) for one in findings if not form.is_moot(one.place, broken)]
        if not found:
            return Located(document, definition, tree)
    raise BadDocument(found)


def validated(value: Any, form: Form[D, S]) -> tuple[D | None, dict[Place, str]]:
    """The fields of a document, or what is wrong with them."""
    try:
        return form.model.model_validate(value), {}
    except ValidationError as error:
        wrong: dict[Place, str] = {}
        for one in error.errors(include_url=False):
            place = place_of(one, value)
            wrong.setdefault(place, rule_of(one, place, form.fields_at))
        return None, wrong


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
