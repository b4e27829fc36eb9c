"""One row: which asset it is about, what becomes of it, and why not more."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import blake2b
from typing import Literal, NamedTuple
from uuid import UUID

from domain import asset_attributes
from domain.asset import Asset
from domain.asset_attributes import Value
from domain.asset_reconciliation import Given, Plan, Said, give, planned
from domain.asset_record import ENTITLED_MAX
from domain.asset_type import AssetType
from domain.desk import Desk
from domain.ids import number_of, parse_reference
from domain.ledger import Work
from domain.organisation import Organisation
from domain.provenance import Provenance
from domain.rules import NotFound, Refused
from ops.asset_import.mapping import AssetMapping
from ops.asset_import.register import Register
from ops.importing.errors import BadMapping, BadRow

Cells = Mapping[str, str]
Read = Callable[[str], Given]
"""What a cell says. Raises BadRow."""


class Done(NamedTuple):
    action: Literal["created", "changed", "left"]
    asset: UUID | None
    why: str
    drifts: int = 0


class Steps:
    def __init__(
        self, desk: Desk, mapping: AssetMapping, type: AssetType, source: str, *, is_dry: bool
    ) -> None:
        self._desk = desk
        self._mapping = mapping
        self._type = type
        self._source = source
        self._is_dry = is_dry
        self._organisation = _organisation(desk, mapping)
        self._rules = [tuple(rule) for rule in mapping.identify]
        self._register = Register(desk.ledger, self._rules, type.id)
        self._keys_tried: dict[str, UUID] = {}
        self._claims_tried: dict[str, UUID] = {}
        self._missing = frozenset(mapping.missing)
        self._columns: list[tuple[str, str, Read]] = [
            *((name, column, self._reader(name)) for name, column in mapping.fields.items()),
            *((f"ends.{end}", column, self._day) for end, column in mapping.ends.items()),
        ]

    async def take(self, cells: Cells, by: Provenance) -> Done:
        """Do what a row asks for. Raises BadRow and what the desk refuses."""
        key = self._cell(cells, self._mapping.key) if self._mapping.key else ""
        if self._mapping.key and not key:
            raise BadRow(f"{self._mapping.key}: the key is missing")
        said = self._said(cells)
        known = {name: str(one) for name, one in {**said.fields, **said.attributes}.items()}
        claim = _key_claim(self._source, key) if key else ""
        # A row that was recorded before the run was broken off has its receipt.
        if not self._is_dry and (receipt := await self._desk.ledger.recorder.receipt(by.command)):
            self._register.take(await self._desk.ledger.find(Asset, receipt.subject))
            is_new = receipt.answer == b"created"
            return Done("created" if is_new else "changed", receipt.subject, "recorded before")
        held = await self._held(claim)
        if held is not None:
            return await self._change(held, said, "its key", "", by)
        if (found := self._register.identified(known)) is not None:
            return await self._change(found[0], said, found[1], claim, by)
        if not self._mapping.create:
            return Done("left", None, "nobody knows it")
        return await self._create(said, claim, by)

    def _said(self, cells: Cells) -> Said:
        schema, mistakes = self._type.schema.attributes, []
        attributes: dict[str, Value] = {}
        for name, column in self._mapping.attributes.items():
            text = self._cell(cells, column)
            try:
                if text:
                    attributes[name] = asset_attributes.read(schema[name], text)
            except Refused as refused:
                mistakes.append(f"{column}: {refused}")
        fields: dict[str, Given] = {}
        for name, column, read in self._columns:
            text = " ".join(self._cell(cells, column).split())
            try:
                if text:
                    fields[name] = read(text)
            except BadRow as bad:
                mistakes.append(f"{column}: {bad}")
        if mistakes:
            raise BadRow(" ".join(mistakes))
        return Said(source=self._source, fields=fields, attributes=attributes)

    def _reader(self, name: str) -> "Read":
        if name in ("owner", "user"):
            return self._person
        return _installations if name == "entitled" else str

    def _person(self, text: str) -> UUID:
        directory = self._desk.directory
        directory.catch_up()
        try:
            person = directory.person(parse_reference(text))
        except NotFound:
            person = directory.person_by_username(text)
        if person is None:
            raise BadRow(f"there is no person {text!r}.")
        return person.id

    def _day(self, text: str) -> date:
        try:
            return datetime.strptime(text, self._mapping.dates).date()  # noqa: DTZ007 - a day
        except ValueError:
            raise BadRow(f"{text!r} is no day as {self._mapping.dates} tells.") from None

    def _cell(self, cells: Cells, column: str) -> str:
        text = cells.get(column, "").strip()
        return "" if text in self._missing else text

    async def _held(self, claim: str) -> UUID | None:
        """The asset that the source has given this key before."""
        if not claim:
            return None
        return self._keys_tried.get(claim) or await self._desk.ledger.recorder.claimed(claim)

    # Change ------------------------------------------------------------------------------

    async def _change(self, id: UUID, said: Said, rule: str, claim: str, by: Provenance) -> Done:
        asset = await self._register.asset(id)
        plan = await self._plan(asset, said)
        if claim and self._is_dry:
            self._keys_tried[claim] = id
        if plan.is_empty and not claim:
            return Done("left", id, _told(plan) or "it is as registered")
        if self._is_dry:
            tried = asset.fork()
            self._try(tried, plan, by)
            await self._check_claims(tried)
        else:
            plan = await self._record(id, said, claim, by)
            self._register.take(await self._desk.ledger.find(Asset, id))
        action: Literal["left", "changed"] = "left" if plan.is_empty else "changed"
        return Done(action, id, f"by {rule}: {_told(plan)}", len(plan.drifts))

    async def _plan(self, asset: Asset, said: Said) -> Plan:
        if asset.type != self._type.id:
            raise BadRow(f"{number_of(asset.id)} is of another type")
        changes = await self._desk.planned_by_changes(asset)
        return planned(asset, self._type.schema, said, self._mapping.precedence, changes)

    async def _record(self, id: UUID, said: Said, claim: str, by: Provenance) -> Plan:
        plans: list[Plan] = []

        async def decide(work: Work) -> None:
            asset = await work.get(Asset, id)
            plans[:] = [await self._plan(asset, said)]
            await self._desk.reconcile(work, asset, plans[0], source=self._source, by=by)
            if claim:
                work.claim(claim, id, f"{claim}: another asset has this key.")
            work.answer = b"changed"

        await self._desk.ledger.run(by, decide, is_repeatable=True)
        return plans[0]

    def _try(self, asset: Asset, plan: Plan, by: Provenance) -> None:
        give(asset, plan.fields, source=self._source, by=by)
        if plan.attributes:
            asset.set_attributes(self._type.schema, plan.attributes, source=self._source, by=by)
        for name, found in plan.drifts.items():
            asset.note_drift(name, found=found, source=self._source, by=by)
        for name in plan.cleared:
            asset.clear_drift(name, source=self._source, by=by)
        self._register.tried[asset.id] = asset
        self._register.take(asset)

    async def _check_claims(self, asset: Asset) -> None:
        """Refuse what another asset has already, as recording would."""
        for name, rule in asset_attributes.claims(self._type.schema, asset.attributes):
            holder = self._claims_tried.get(name) or await self._desk.ledger.recorder.claimed(name)
            if holder not in (None, asset.id):
                raise BadRow(rule)
            self._claims_tried[name] = asset.id

    # Create ------------------------------------------------------------------------------

    async def _create(self, said: Said, claim: str, by: Provenance) -> Done:
        if "name" not in said.fields:
            raise BadRow(f"{self._mapping.fields['name']}: a new asset has a name")
        id = (
            UUID(int=len(self._register.tried) + 1)
            if self._is_dry
            else await self._desk.ledger.next_id(Asset)
        )
        if self._is_dry:
            await self._try_new(id, said, claim, by)
            return Done("created", None, "nobody knows it")

        async def decide(work: Work) -> None:
            await self._desk.register_found(
                work,
                id,
                type=self._type,
                said=said,
                organisation=self._organisation,
                by=by,
            )
            if claim:
                work.claim(claim, id, f"{claim}: another asset has this key.")
            work.answer = b"created"

        receipt = await self._desk.ledger.run(by, decide, is_repeatable=True)
        self._register.take(await self._desk.ledger.find(Asset, receipt.subject))
        return Done("created", receipt.subject, "nobody knew it")

    async def _try_new(self, id: UUID, said: Said, claim: str, by: Provenance) -> None:
        asset = Asset.register(
            id,
            name=str(said.fields["name"]),
            asset_class=self._type.name,
            tag=str(said.fields.get("tag", "")),
            by=by,
        )
        asset.classify(self._type.schema, said.attributes, source=self._source, by=by)
        give(asset, said.fields, source=self._source, by=by)
        await self._check_claims(asset)
        self._register.tried[id] = asset
        self._register.take(asset)
        if claim:
            self._keys_tried[claim] = id


def _installations(text: str) -> int:
    digits = text.replace(",", "").replace("'", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(ENTITLED_MAX))):
        raise BadRow(f"{text!r} is no number of installations.")
    return int(digits)


def _told(plan: Plan) -> str:
    """A plan in words, with the reasons for what is left."""
    given = {**plan.fields, **plan.attributes}
    parts = [
        f"{name} = {number_of(value) if isinstance(value, UUID) else value}"
        for name, value in given.items()
    ]
    parts += [f"{name} was found to be {value}" for name, value in plan.drifts.items()]
    parts += [f"{name} is as registered again" for name in plan.cleared]
    parts += [f"{name} is left: {why}" for name, why in plan.left.items()]
    return "; ".join(parts)


def _key_claim(source: str, key: str) -> str:
    digest = blake2b(f"{source}\0{key}".encode(), digest_size=16).hexdigest()
    return f"asset-source:{digest}"


def _organisation(desk: Desk, mapping: AssetMapping) -> UUID | None:
    if not mapping.organisation:
        return None
    try:
        id = parse_reference(mapping.organisation)
    except NotFound as missing:
        raise BadMapping(f"organisation: {missing}") from None
    desk.directory.catch_up()
    found = desk.directory.organisation(id)
    if not isinstance(found, Organisation):
        raise BadMapping(f"organisation: there is no organisation {mapping.organisation}.")
    return id
