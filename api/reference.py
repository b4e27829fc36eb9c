"""Numbers and ids that people name: in paths, and in bodies."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import structs

from api.http.calls import Call
from api.http.errors import Problem
from domain.aggregate import Aggregate
from domain.ids import number_of, parse_reference, prefix_of
from domain.person import Scope
from domain.policy import about, allow
from domain.rules import DomainError, NotFound

EVERY_SCOPE = frozenset(Scope)


def reference(kind: type[Aggregate], text: str) -> UUID:
    """The id that a path names. Raises NotFound unless it is one of the kind."""
    id = parse_reference(text)
    if prefix_of(id) != kind.prefix:
        raise NotFound(f"{text[:80]} is no {kind.__name__.lower()}.")
    return id


async def require_known(call: Call, field: str, named: UUID | Sequence[UUID] | None) -> None:
    """Refuse a body that names a record which does not exist, or not for the caller."""
    if named is None:
        return
    for id in (named,) if isinstance(named, UUID) else named:
        if not await _is_known(call, id):
            detail = f"There is no {number_of(id)}."
            raise Problem(
                "invalid",
                f"/{field}: {detail}",
                errors=[{"pointer": f"/{field}", "detail": detail}],
            )


async def _is_known(call: Call, id: UUID) -> bool:
    record = await call.context.ledger.peek(id)
    if record is None:
        return False
    # A token that may only write may still say whom it writes about.
    actor = structs.replace(call.caller.actor, scopes=EVERY_SCOPE)
    try:
        allow(actor, f"{word_of(type(record))}.read", about(record))
    except DomainError:
        return _has_delegated(call, id)
    return True


def _has_delegated(call: Call, id: UUID) -> bool:
    """Whether somebody has let the caller vote for them, and so is known to the caller."""
    directory = call.context.desk.directory
    directory.catch_up()
    return any(person.id == id for person, _ in directory.delegated_to(call.caller.actor.id))


def word_of(kind: type[Aggregate]) -> str:
    """What the policy calls a kind."""
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and place else letter.lower()
        for place, letter in enumerate(kind.__name__)
    )
