"""Declared views, of which no two in use have the same name."""

from typing import Unpack
from uuid import UUID

from domain.declared_definition import ViewDefinition
from domain.declared_view import DeclaredView
from domain.desk.desk import Base, Repeat
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound


def claim(name: str) -> str:
    return f"declared view:{name}"


class DeclaredViews(Base):
    async def declare_view(
        self,
        *,
        name: str,
        title: str,
        definition: ViewDefinition,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        id = await self.ledger.next_id(DeclaredView)

        async def decide(work: Work) -> None:
            work.add(DeclaredView.declare(id, name=name, title=title, definition=definition, by=by))
            work.claim(claim(name), id, f"name: there is a view {name} already. Revise that.")

        return await self.ledger.run(by, decide, **repeat)

    async def retire_view(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Have a declared view no more; its name is free again."""

        async def decide(work: Work) -> None:
            view = await work.get(DeclaredView, id, expected=expected)
            if not view.is_retired:
                view.retire(by=by)
                work.release_claim(claim(view.name))

        return await self.ledger.run(by, decide, **repeat)

    async def declared_view(self, name: str) -> DeclaredView:
        """The declared view of this name. Raises NotFound."""
        id = await self.ledger.recorder.claimed(claim(name))
        if id is None:
            raise NotFound(f"There is no view {name[:80]}.")
        return await self.ledger.find(DeclaredView, id)
