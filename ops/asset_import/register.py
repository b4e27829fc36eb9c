"""The register as an import sees it: by what tells assets apart, with what a dry run would do."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from domain.asset import Asset, Status
from domain.ids import number_of
from domain.ledger import Ledger
from ops.importing.errors import BadRow

Rule = tuple[str, ...]
Known = Mapping[str, str]
"""Attributes, name and tag, as texts."""


class Register:
    def __init__(self, ledger: Ledger, rules: Sequence[Rule], type: UUID) -> None:
        self._ledger = ledger
        self._rules = rules
        self._type = type
        self._by: dict[Rule, dict[tuple[str, ...], dict[UUID, None]]] = {rule: {} for rule in rules}
        self._keys: dict[UUID, list[tuple[Rule, tuple[str, ...]]]] = {}
        self.tried: dict[UUID, Asset] = {}
        """What a dry run has made of assets, in memory alone."""
        for asset, _ in ledger.all_of(Asset):
            self.take(asset)

    def take(self, asset: Asset) -> None:
        """Know an asset as it is now. What was disposed of is not found any more."""
        for rule, key in self._keys.pop(asset.id, []):
            del self._by[rule][key][asset.id]
        if asset.type != self._type or asset.status is Status.DISPOSED:
            return
        kept = self._keys[asset.id] = list(_keys(self._rules, known_of(asset)))
        for rule, key in kept:
            self._by[rule].setdefault(key, {})[asset.id] = None

    async def asset(self, id: UUID) -> Asset:
        return self.tried.get(id) or await self._ledger.find(Asset, id)

    def identified(self, known: Known) -> tuple[UUID, str] | None:
        """The asset that the first rule with a fitting one finds, and the rule. One of which a rule
        before tells that it is another does not fit. Raises BadRow if several fit."""
        tried: list[tuple[Rule, tuple[str, ...]]] = []
        for rule, key in _keys(self._rules, known):
            found = [id for id in self._by[rule].get(key, ()) if self._agrees(id, tried)]
            tried.append((rule, key))
            named = " and ".join(rule)
            if len(found) > 1:
                numbers = ", ".join(map(number_of, found[:5]))
                raise BadRow(f"{len(found)} assets have this {named}: {numbers}")
            if found:
                return found[0], named
        return None

    def _agrees(self, id: UUID, tried: Sequence[tuple[Rule, tuple[str, ...]]]) -> bool:
        kept = dict(self._keys[id])
        return all(kept.get(rule, key) == key for rule, key in tried)


def known_of(asset: Asset) -> Known:
    attributes = {name: str(value) for name, value in asset.attributes.items()}
    return {"name": asset.name, "tag": asset.tag, **attributes}


def _keys(rules: Sequence[Rule], known: Known) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    for rule in rules:
        key = tuple(known.get(name, "").casefold() for name in rule)
        if all(key):
            yield rule, key
