"""What a mapping file says of a source of assets. The form is described in docs/assets.md."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domain.asset_reconciliation import DEFAULT, FIELDS
from domain.asset_reminders import End
from domain.asset_type import AssetType
from ops.importing.errors import BadFile, BadMapping
from ops.importing.mapping import FileFormat, Part

SHIPPED = Path(__file__).with_name("mappings")
BYTES_MAX = 1_000_000
RULES_MAX = 10

Name = Annotated[str, Field(min_length=1, max_length=200)]
Rule = Annotated[list[Name], Field(min_length=1, max_length=10)]
Field_ = Literal["name", "tag", "location", "supplier", "contract", "owner", "user", "entitled"]
IDENTIFYING = ("name", "tag")
"""The fields that can tell an asset from others, besides its attributes."""


class AssetMapping(Part):
    type: Name
    """The name or the number of the type of the assets."""
    organisation: Name = ""
    """The number of the organisation whose the new ones are."""
    key: Name = ""
    """The column by which the source itself tells assets apart."""
    identify: Annotated[list[Rule], Field(max_length=RULES_MAX)] = []
    """Attributes, `name` or `tag` that together tell an asset from all others: the first rule of
    which a row gives all is tried first."""
    fields: dict[Field_, Name] = {}
    ends: dict[End, Name] = {}
    attributes: dict[Name, Name] = {}
    """Their columns. The owner and the user are told by number, id or user name."""
    dates: Name = "%Y-%m-%d"
    """How the source writes the days of `ends`, in the letters of C's strptime."""
    precedence: dict[Name, list[Name]] = {}
    """By attribute or field, or `*`: the sources, the first before the others."""
    create: bool = True
    """Whether an asset that nobody knows is registered."""
    missing: list[str] = []
    """What stands in a cell that says nothing, besides an empty one."""
    file: FileFormat = FileFormat()

    @property
    def columns(self) -> list[str]:
        named = [*self.fields.values(), *self.ends.values(), *self.attributes.values()]
        return [*named, self.key] if self.key else named


def load(path: Path) -> tuple[AssetMapping, str]:
    """A mapping with its text: of a file, or one that comes with the desk, by its name. Raises
    BadMapping with all that is wrong."""
    if path.parent == Path() and (shipped := SHIPPED / f"{path}.yaml").exists():
        path = shipped
    try:
        text = path.read_bytes()[: BYTES_MAX + 1].decode("utf-8-sig")
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise BadMapping(f"{path}: a mapping is written in UTF-8.") from None
    if len(text) > BYTES_MAX:
        raise BadMapping(f"{path}: a mapping has at most {BYTES_MAX} characters.")
    try:
        tree = YAML(typ="safe", pure=True).load(text)
        return AssetMapping.model_validate(tree), text
    except (YAMLError, ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise BadMapping(f"{path}: this is no YAML: {error}") from None
        found = error.errors(include_input=False, include_url=False, include_context=False)
    told = (f"{'.'.join(map(str, one['loc'])) or 'mapping'}: {one['msg']}." for one in found)
    raise BadMapping("\n".join(f"{path}, {line}" for line in told))


def check(mapping: AssetMapping, type: AssetType) -> None:
    """Refuse a mapping that does not fit the type. Raises BadMapping with all mistakes."""
    mistakes = list(_mistakes(mapping, type))
    if mistakes:
        raise BadMapping("\n".join(mistakes))


def _mistakes(mapping: AssetMapping, type: AssetType) -> Iterable[str]:
    known = type.schema.attributes
    for name in mapping.attributes:
        if name not in known:
            yield f"attributes: {type.name} has no attribute {name!r}."
    yield from _rule_mistakes(mapping)
    for name in mapping.precedence:
        if name != DEFAULT and name not in FIELDS and name not in known:
            yield f"precedence: {type.name} has no attribute {name!r}."
    if mapping.create and "name" not in mapping.fields:
        yield "fields: a new asset has a name."
    if not (mapping.identify or mapping.key):
        yield "identify: by a rule or a key the assets are told apart."


def _rule_mistakes(mapping: AssetMapping) -> Iterable[str]:
    fields: set[str] = {*mapping.fields}
    for index, rule in enumerate(mapping.identify):
        for name in rule:
            if name not in fields and name not in mapping.attributes:
                yield f"identify[{index}]: no column gives {name!r}."
            elif name in fields and name not in IDENTIFYING:
                yield f"identify[{index}]: {name} tells no assets apart."
