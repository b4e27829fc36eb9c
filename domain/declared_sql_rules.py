"""The rules that a SELECT is compiled to."""

from collections.abc import Mapping, Sequence

from msgspec import structs
from sqlglot import exp

from domain.cel_text import Text
from domain.declaration import Place, placed
from domain.declared_definition import ColumnDefinition, ColumnType, Rule, ViewDefinition
from domain.declared_rules import column_type
from domain.declared_sql_columns import BLANK, Aggregate, Branch, unwrapped
from domain.declared_sql_words import Topics, Words, offset
from domain.rules import Refused

Columns = dict[str, ColumnDefinition]


class Draft:
    """A definition that is being made, with the places that its parts come from."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._columns: Columns = {}
        self._remembered: Columns = {}
        self._rules: list[Rule] = []
        self.places: dict[str, Place] = {}

    def definition(
        self,
        *,
        names: Sequence[str],
        key: Mapping[str, exp.Expr],
        told: Sequence[Aggregate],
        kept: Sequence[Aggregate],
        before: Sequence[Aggregate],
    ) -> ViewDefinition:
        """`names` are the columns in their order. What `kept` tells comes before the rows, and what
        `before` tells after them."""
        memory = (*kept, *before)
        for one in sorted(memory, key=_is_to_be_found):
            self._remembered[one.name] = self._column(one)
        texts = {name: self._key(name, node, told) for name, node in key.items()}
        for one in sorted(told, key=_is_to_be_found):
            self._columns[one.name] = self._column(one)
        self._add_rules(kept, "kept")
        self._add_rules(told, "row")
        self._add_rules(before, "kept")
        return ViewDefinition(
            columns=self._in_order(self._columns, names, "columns"),
            key=texts,
            rules=tuple(self._rules),
            remembered=self._in_order(self._remembered, [one.name for one in memory], "remembered"),
        )

    def _in_order(
        self, columns: Columns, names: Sequence[str], place: str
    ) -> tuple[ColumnDefinition, ...]:
        for index, name in enumerate(names):
            self.places[f"{place}[{index}]"] = self.places[name]
            self.places[f"{place}[{index}].name"] = self.places[name]
        return tuple(columns[name] for name in names)

    def _key(self, name: str, node: exp.Expr, told: Sequence[Aggregate]) -> str:
        """The expression of a column of the key, which is of all events that are told."""
        at = offset(node)
        self.places[name] = self.places[f"key.{name}"] = self._words.place(at)
        if not told:
            self._words.refuse(node, "a view has a column that an aggregate tells.")
        said, _, inner = unwrapped(self._words, node)
        text = self._words.cel(inner if said == "id" else node)
        type = "id" if said == "id" else self._type(text, told[0].branches[0].topics, at)
        self._columns[name] = ColumnDefinition(name=name, type=type)
        return text.text

    def _column(self, one: Aggregate) -> ColumnDefinition:
        self.places[one.name] = self._words.place(one.at)
        first = one.branches[0]
        type = one.type or self._type(first.value, first.topics, first.at)
        if one.function in ("min", "max") and type not in BLANK:
            rule = f"{one.function} is of moments and texts: a new row has 0 or false already."
            raise self._words.refusal_at(one.at, rule)
        is_optional = one.is_optional or type in ("instant", "id")
        return ColumnDefinition(name=one.name, type=type, is_optional=is_optional)

    def _type(self, text: Text, topics: Topics, at: int) -> ColumnType:
        try:
            return column_type(text.text, topics.names, self._columns, self._remembered, "value")
        except Refused as refused:
            places = {f"value.on[{index}]": one for index, one in enumerate(topics.offsets)}
            places["value"] = at
            raise placed(
                str(refused), {name: self._words.place(one) for name, one in places.items()}
            ) from None

    def _add_rules(self, aggregates: Sequence[Aggregate], whose: str) -> None:
        """What the same events tell under the same condition is one rule."""
        grouped: dict[tuple[tuple[str, ...], str], list[tuple[Aggregate, Branch]]] = {}
        for one in aggregates:
            for branch in one.branches:
                grouped.setdefault((branch.topics.names, branch.when), []).append((one, branch))
        columns = self._columns if whose == "row" else self._remembered
        for (on, when), found in grouped.items():
            texts = {
                one.name: one.becomes(
                    Text(f"{whose}.{one.name}"), branch, columns[one.name].type
                ).text
                for one, branch in found
            }
            place = f"rules[{len(self._rules)}]"
            part = "set" if whose == "row" else "remember"
            for one, branch in found:
                self.places[f"{place}.{part}.{one.name}"] = self._words.place(branch.at)
            _, first = found[0]
            self.places[place] = self.places[f"{place}.when"] = self._words.place(first.when_at)
            for index, at in enumerate(first.topics.offsets):
                self.places[f"{place}.on[{index}]"] = self._words.place(at)
            rule = Rule(on=on, when=when)
            self._rules.append(structs.replace(rule, **{part: texts}))


def _is_to_be_found(one: Aggregate) -> bool:
    return one.type is None
