"""What the register keeps of an asset: its type and attributes, where it is, what it costs, who
supplies it, and until when what was agreed on it lasts."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from domain import asset_attributes, text
from domain.aggregate import Event
from domain.asset_attributes import Mistake, Schema, Value, Values, WrongAttributes
from domain.asset_drift import AssetDrift
from domain.asset_reminders import ENDS, AssetReminders, End
from domain.provenance import Provenance
from domain.rules import require

AMOUNT_MAX = Decimal("1e12")
ENTITLED_MAX = 1_000_000_000

CURRENCY = re.compile(r"[A-Z]{3}")


class Cost(Struct, frozen=True):
    """An amount with at most four decimals, and its currency as ISO 4217 has it, such as EUR."""

    amount: Decimal
    currency: str


class AssetRecord(AssetDrift, AssetReminders, abstract=True):
    type: UUID | None
    type_version: int
    """By which version of its type its attributes were checked."""
    sources: dict[str, str]
    """Of the attributes and particulars that an import gave: the source that did."""
    owner: UUID | None
    """Who answers for it."""
    location: str
    cost: Cost | None
    supplier: str
    contract: str
    entitled: int | None
    """Of a licence: how many installations are paid for."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.asset_class = ""
        self.type = None
        self.type_version = 0
        self.sources = {}
        self.owner = None
        self.location = ""
        self.cost = None
        self.supplier = ""
        self.contract = ""
        self.entitled = None

    def require_changeable(self) -> None:
        raise NotImplementedError

    # Type and attributes -------------------------------------------------------------------

    def classify(
        self,
        schema: Schema,
        attributes: Mapping[str, object],
        *,
        source: str = "",
        by: Provenance,
    ) -> None:
        """Give it a type, with all the attributes that it has then, by a source or by hand."""
        self.require_changeable()
        values = asset_attributes.checked(schema, attributes)
        if schema.type == self.type:
            self._require_uncontrolled(schema, values)
        is_same = (self.type, self.type_version) == (schema.type, schema.version)
        if is_same and self.attributes == values:
            return
        self.record(
            self.Classified(
                by=by,
                type=schema.type,
                type_version=schema.version,
                asset_class=schema.name,
                attributes=values,
                source=source,
            )
        )

    class Classified(Event):
        type: UUID
        type_version: int
        asset_class: str
        attributes: dict[str, Value] = {}
        source: str = ""

        def apply(self, asset: "AssetRecord", /) -> None:
            asset.close_drifts(tuple(asset.drifts))
            asset.given_by(self.source, (*asset.attributes, *self.attributes))
            asset.type = self.type
            asset.type_version = self.type_version
            asset.asset_class = self.asset_class
            asset.attributes = self.attributes

    def set_attributes(
        self,
        schema: Schema,
        changes: Mapping[str, object],
        *,
        source: str = "",
        change: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Change some attributes, and leave the others; None takes one away. It is done by a
        source or by hand, or to close a change.

        All of them are checked by this version of its type: what that does not know falls away.
        """
        self.require_changeable()
        require(self.type is not None, "An asset gets a type before it gets attributes.")
        require(schema.type == self.type, "The attributes of an asset are those of its type.")
        kept = {name: old for name, old in self.attributes.items() if name in schema.attributes}
        wanted = {name: new for name, new in {**kept, **changes}.items() if new is not None}
        values = asset_attributes.checked(schema, wanted)
        if change is None:
            self._require_uncontrolled(schema, values)
        if (values, schema.version) == (self.attributes, self.type_version):
            return
        gone = tuple(name for name in self.attributes if name not in values)
        new = {name: one for name, one in values.items() if self.attributes.get(name) != one}
        self.record(
            self.AttributesSet(
                by=by,
                type_version=schema.version,
                attributes=new,
                removed=gone,
                source=source,
                change=change,
            )
        )

    def _require_uncontrolled(self, schema: Schema, values: Values) -> None:
        """Refuse another value of what only changes alter. Raises WrongAttributes."""
        mistakes = [
            Mistake(f"attributes.{name}", "a change alone alters it.")
            for name, attribute in schema.attributes.items()
            if attribute.is_controlled
            and name in self.attributes
            and values.get(name) != self.attributes[name]
        ]
        if mistakes:
            raise WrongAttributes(mistakes)

    def given_by(self, source: str, names: Iterable[str]) -> None:
        """What an event does that gives values: they are those of a source, or of nobody."""
        left = {name: old for name, old in self.sources.items() if name not in names}
        self.sources = {**left, **dict.fromkeys(names, source)} if source else left

    class AttributesSet(Event):
        type_version: int
        attributes: dict[str, Value] = {}
        removed: tuple[str, ...] = ()
        source: str = ""
        change: UUID | None = None
        """That which planned it, and is closed by it."""

        def apply(self, asset: "AssetRecord", /) -> None:
            names = (*self.removed, *self.attributes)
            asset.close_drifts(names)
            asset.given_by(self.source, names)
            left = {name: old for name, old in asset.attributes.items() if name not in self.removed}
            asset.type_version = self.type_version
            asset.attributes = {**left, **self.attributes}

    # Particulars ---------------------------------------------------------------------------

    def describe(
        self,
        *,
        owner: UUID | None = None,
        location: str | None = None,
        cost: Cost | None = None,
        supplier: str | None = None,
        contract: str | None = None,
        ends: Mapping[End, date | None] | None = None,
        source: str = "",
        by: Provenance,
    ) -> None:
        """Say who answers for it, where it is, what it costs, and so on. What is left out stays; an
        empty text takes what is there away, and so does an end that is None."""
        self.require_changeable()
        event = self.Described(
            by=by,
            owner=owner if owner != self.owner else None,
            location=_news("location", location, self.location),
            cost=check_cost(cost) if cost != self.cost else None,
            supplier=_news("supplier", supplier, self.supplier),
            contract=_news("contract", contract, self.contract),
            ends=_changed_ends(ends or {}, self.ends),
            source=source,
        )
        if event != self.Described(by=by, source=source):
            self.record(event)

    class Described(Event):
        owner: UUID | None = None
        location: str | None = None
        cost: Cost | None = None
        supplier: str | None = None
        contract: str | None = None
        ends: dict[str, date | None] = {}
        source: str = ""

        def apply(self, asset: "AssetRecord", /) -> None:
            for name in ("owner", "location", "cost", "supplier", "contract"):
                value = getattr(self, name)
                if value is not None:
                    setattr(asset, name, value)
                    asset.given_by(self.source, (name,))
            asset.given_by(self.source, [f"ends.{end}" for end in self.ends])
            asset.set_ends(self.ends, self.by.effective_at)

    # Licences ------------------------------------------------------------------------------

    def entitle(self, *, installations: int, source: str = "", by: Provenance) -> None:
        """Say how many installations a licence is good for, in all, by a source or by hand."""
        self.require_changeable()
        require(
            0 <= installations <= ENTITLED_MAX,
            f"installations: a number from 0 to {ENTITLED_MAX}.",
        )
        if installations != self.entitled:
            self.record(self.Entitled(by=by, installations=installations, source=source))

    class Entitled(Event):
        installations: int
        source: str = ""

        def apply(self, asset: "AssetRecord", /) -> None:
            asset.entitled = self.installations
            asset.given_by(self.source, ("entitled",))


def _news(field: str, said: str | None, present: str) -> str | None:
    """What is said if it is news, in one line."""
    if said is None:
        return None
    line = " ".join(text.body(said, f"{field}: it", text.NAME_MAX).split())
    return line if line != present else None


def check_cost(cost: Cost | None) -> Cost | None:
    """Refuse an amount or a currency that is none."""
    if cost is None:
        return None
    amount = cost.amount
    require(
        amount.is_finite() and 0 <= amount <= AMOUNT_MAX,
        f"cost: an amount from 0 to {AMOUNT_MAX:f}.",
    )
    require(amount == round(amount, 4), "cost: an amount has at most four decimals.")
    require(
        CURRENCY.fullmatch(cost.currency) is not None,
        "cost: a currency is three capital letters, such as EUR.",
    )
    return cost


def _changed_ends(
    ends: Mapping[End, date | None], present: Mapping[str, date]
) -> dict[str, date | None]:
    for name in ends:
        require(name in ENDS, f"ends: one of {', '.join(ENDS)}.")
    return {name: day for name, day in ends.items() if present.get(name) != day}
