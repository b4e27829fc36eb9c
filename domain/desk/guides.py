"""Order guides at work: what goes into an order by the answers, and the order itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import form_answers, form_schema
from domain.desk.desk import Repeat
from domain.desk.orders import Orders, Wanted
from domain.ids import number_of
from domain.json_values import key
from domain.ledger import Work
from domain.life_cycle import Channel
from domain.offering import Item, Offering
from domain.order_guide import Chosen, Guide, GuidedItem, OrderGuide, check_answers, chosen
from domain.person import Person
from domain.provenance import Cause, Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require


class Proposed(Struct, frozen=True, kw_only=True):
    """What a guide puts into an order."""

    chosen: Chosen
    offering: Offering
    item: Item | None
    """What is offered; None if it is not, to whom the order is for."""
    why_not: str = ""


class Said(Struct, frozen=True, kw_only=True):
    """What whoever orders answers to the form of an item of a guide, 0 first. `place` is the JSON
    pointer to that in what was sent."""

    index: int
    form: Mapping[str, Any] = {}
    place: str = "/items"


class Guides(Orders):
    async def check_guide(self, guide: Guide) -> None:
        """Refuse a guide of offerings that are not there, or whose forms do not ask for what it
        answers. Raises Refused with the place."""
        for index, item in enumerate(guide.items):
            place = f"items[{index}]"
            try:
                offering = await self.ledger.find(Offering, item.offering)
            except NotFound:
                detail = f"there is no offering {number_of(item.offering)}."
                raise Refused(f"{place}.offering: {detail}") from None
            if offering.published is None:
                raise Refused(f"{place}.offering: {offering.number} is not offered.")
            _check_given(place, item, offering.number, offering.published)

    async def proposed(
        self, guide: OrderGuide, answers: Mapping[str, Any], person: Person
    ) -> list[Proposed]:
        """What goes into an order for a person. Raises Refused for answers that are wrong."""
        guide.require_in_use()
        check_answers(guide.definition, answers)
        found = []
        for one in chosen(guide.definition, answers):
            offering = await self.ledger.find(Offering, one.item.offering)
            item, why_not = None, ""
            try:
                item, _ = self.offered_to(person, offering)
            except Refused as refused:
                why_not = str(refused)
            found.append(Proposed(chosen=one, offering=offering, item=item, why_not=why_not))
        return found

    async def order_by_guide(
        self,
        guide: UUID,
        *,
        answers: Mapping[str, Any],
        said: Sequence[Said],
        without: Sequence[int],
        requester: UUID,
        may: Callable[[Offering], None] = lambda _: None,
        description: str = "",
        channel: Channel = "portal",
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Order what a guide puts together, all of it or nothing. `may` refuses what whoever orders
        may not order. Each event names the guide and its version as its cause."""
        self.directory.catch_up()
        numbers: list[UUID] = []

        async def decide(work: Work) -> None:
            used = await work.read(OrderGuide, guide)
            person = self.active_person("requester", requester)
            proposed = await self.proposed(used, answers, person)
            wanted = _wanted(proposed, said, without)
            for one in proposed:
                if one.chosen.index not in without:
                    may(one.offering)
            cause = Cause(rule=used.number, rule_version=used.definition_version)
            await self._place(
                work,
                numbers,
                wanted,
                person=person,
                description=description,
                channel=channel,
                by=replace(by, cause=cause),
            )

        return await self.ledger.run(by, decide, **repeat)


def _check_given(place: str, item: GuidedItem, number: str, offered: Item) -> None:
    asked = form_schema.names(offered.form)
    for name in (*item.answers, *item.copies):
        require(name in asked, f"{place}: the form of {number} does not ask for {name[:80]}.")
    known = offered.form.get("properties", {})
    for name, value in item.answers.items():
        alone = {"properties": {name: known.get(name, True)}}
        if found := form_answers.mistakes(alone, {name: value}):
            raise Refused(f"{place}.answers.{name[:80]}: {found[0].sentence}")


def _wanted(
    proposed: Sequence[Proposed], said: Sequence[Said], without: Sequence[int]
) -> list[Wanted]:
    """The order, with what is answered by the guide and by whoever orders."""
    parts = {one.chosen.index: one.chosen for one in proposed}
    forms = {one.index: one for one in said}
    require(len(forms) == len(said), "items: each item is answered once.")
    for index in (*forms, *without):
        require(index in parts, f"items: {index + 1} is not part of the order by these answers.")
    for index in without:
        require(parts[index].item.is_optional, f"without: {index + 1} is not left out.")
    kept = [one for index, one in parts.items() if index not in without]
    require(bool(kept), "There is nothing to order by these answers.")
    return [_answered(one, forms.get(one.index, Said(index=one.index))) for one in kept]


def _answered(one: Chosen, said: Said) -> Wanted:
    for name, value in said.form.items():
        require(
            name not in one.given or key(one.given[name]) == key(value),
            f"items: {name[:80]} of {one.index + 1} is answered by the guide.",
        )
    return Wanted(
        offering=one.item.offering, form={**said.form, **one.given}, place=f"{said.place}/form"
    )
