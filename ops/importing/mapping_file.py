"""Reading a mapping file, and saying by place and line what is wrong with it."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from ops.importing.errors import BadMapping
from ops.importing.mapping import Mapping, Source
from ops.importing.shapes import FOREIGN_NUMBER, SHAPES, Shape

MAPPING_BYTES_MAX = 1_000_000
SHIPPED = Path(__file__).parents[1] / "mappings"

Place = tuple[str | int, ...]


class MappingFile:
    """A mapping with the text that it came from, so that errors can name the line."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._tree = self._parse()
        self.mapping = self._validate()
        self._refuse(self._mistakes())

    def bad(self, place: Place, message: str) -> BadMapping:
        return BadMapping(self._sentence(place, message))

    def require_columns(self, columns: Iterable[str]) -> None:
        """Raise BadMapping unless the file has all columns that the mapping names."""
        known = list(columns)
        self._refuse(
            (place, f"the file has no column {column!r}{_near(column, known)}")
            for place, column in self._columns()
            if column not in known
        )

    # Reading -----------------------------------------------------------------------------

    def _parse(self) -> Any:
        yaml = YAML(typ="rt", pure=True)
        try:
            if any(isinstance(event, AliasEvent) for event in yaml.parse(self.text)):
                raise BadMapping(f"{self.name}: a mapping has no aliases.")
            tree = yaml.load(self.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f", line {mark.line + 1}" if mark else ""
            raise BadMapping(f"{self.name}{line}: this is no YAML: {error.problem}") from None
        except (YAMLError, ValueError, RecursionError) as error:
            raise BadMapping(f"{self.name}: this is no YAML: {error}") from None
        if not isinstance(tree, dict):
            raise BadMapping(f"{self.name}: a mapping begins with `source:` and `record:`.")
        return tree

    def _validate(self) -> Mapping:
        try:
            return Mapping.model_validate(self._tree)
        except ValidationError as error:
            problems = error.errors(include_input=False, include_url=False, include_context=False)
        raise BadMapping(
            "\n".join(
                self._sentence(problem["loc"], _plain(problem["msg"])) for problem in problems
            )
        )

    def _refuse(self, mistakes: Iterable[tuple[Place, str]]) -> None:
        found = [self._sentence(place, message) for place, message in mistakes]
        if found:
            raise BadMapping("\n".join(found))

    def _sentence(self, place: Place, message: str) -> str:
        # A union adds the names of its members to the place, which is not in the file.
        where, line = self._look_up(place)
        return f"{self.name}, line {line}, {where or 'mapping'}: {message}."

    def _look_up(self, place: Place) -> tuple[str, int]:
        node: Any = self._tree
        line, path = 1, list[str]()
        for step in place:
            key = "as" if step == "as_" else step
            try:
                position = node.lc.key(key) if hasattr(node, "keys") else node.lc.item(key)
                node = node[key]
            except (KeyError, IndexError, TypeError, AttributeError):
                if isinstance(step, str) and not path_ends_inside(node):
                    path.append(step)
                break
            line = position[0] + 1
            path.append(str(step))
        return ".".join(path), line

    # Rules over several places ------------------------------------------------------------

    def _mistakes(self) -> Iterator[tuple[Place, str]]:
        mapping = self.mapping
        shape = SHAPES[mapping.record]
        yield from self._field_mistakes(shape)
        for place, source in self._sources():
            if source.person is not None and source.person not in mapping.people:
                near = _near(source.person, mapping.people)
                yield (*place, "person"), f"`people` has no group {source.person!r}{near}"
        for state, move in (mapping.state.values if mapping.state else {}).items():
            if move and (message := shape.lifecycle.mistake(move.status, move.reason)):
                yield ("state", "values", state), message
        for index, link in enumerate(mapping.links):
            if message := shape.link_mistake(link):
                yield ("links", index), message

    def _field_mistakes(self, shape: Shape) -> Iterator[tuple[Place, str]]:
        fields = self.mapping.fields
        for name, source in fields.items():
            if name not in shape.fields:
                near = _near(name, shape.fields)
                yield ("fields", name), f"{shape.article} has no field {name!r}{near}"
            elif message := shape.fields[name].mistake(source):
                yield ("fields", name), message
        for field, needed in shape.together(fields):
            yield ("fields", field), f"{field} is given together with {needed}"
        for name in self.mapping.details:
            if name in fields or name == FOREIGN_NUMBER:
                yield ("details", name), f"a detail is not called {name!r}, as a field is"

    def _sources(self) -> Iterator[tuple[Place, Source]]:
        mapping = self.mapping
        if mapping.actor:
            yield ("actor",), mapping.actor
        if mapping.opened and mapping.opened.actor:
            yield ("opened", "actor"), mapping.opened.actor
        for part in ("fields", "details"):
            for name, source in getattr(mapping, part).items():
                yield (part, name), source

    def _columns(self) -> Iterator[tuple[Place, str]]:
        mapping = self.mapping
        yield ("number", "column"), mapping.number.column
        for index, key in enumerate(mapping.order):
            yield ("order", index), key.column
        yield ("time",), mapping.time
        if mapping.opened:
            yield ("opened", "time"), mapping.opened.time
        for place, source in self._sources():
            for column in source.columns:
                yield place, column
        for index, column in enumerate(mapping.state.columns if mapping.state else ()):
            yield ("state", "columns", index), column
        for index, link in enumerate(mapping.links):
            yield ("links", index, "column"), link.column


def load_mapping(path: Path | str) -> MappingFile:
    """Read a mapping: from a file, or one of those shipped, by its name. Raises BadMapping."""
    given = Path(path)
    shipped = SHIPPED / f"{given.name.removesuffix('.yaml')}.yaml"
    chosen = (
        shipped if not given.exists() and given.parent == Path() and shipped.exists() else given
    )
    try:
        with chosen.open("rb") as stream:
            content = stream.read(MAPPING_BYTES_MAX + 1)
    except OSError as error:
        raise BadMapping(f"{path}: {error.strerror or error}.") from None
    if len(content) > MAPPING_BYTES_MAX:
        raise BadMapping(f"{path}: a mapping has at most {MAPPING_BYTES_MAX} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadMapping(f"{path}, line {line}: a mapping is written in UTF-8.") from None
    return MappingFile(chosen.name, text)


def path_ends_inside(node: Any) -> bool:
    """Whether a place has run into a single value: what follows is no place in the file."""
    return not isinstance(node, dict | list)


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=2, cutoff=0.6)
    folded = [name for name in known if name.casefold() == word.casefold()]
    named = " or ".join(repr(name) for name in dict.fromkeys([*folded, *near]))
    return f"; is it {named}?" if named else ""


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")
