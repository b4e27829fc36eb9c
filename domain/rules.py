"""How the domain says no. Messages state the rule, for the person who asked."""

from datetime import datetime
from uuid import UUID


class DomainError(Exception):
    """The base of everything that the domain refuses on purpose."""


class Refused(DomainError):
    """A command broke a rule."""


class Locked(Refused):
    """Somebody else has locked the record for a while."""

    def __init__(self, message: str, *, holder: UUID, until: datetime) -> None:
        super().__init__(message)
        self.holder = holder
        self.until = until


class Forbidden(DomainError):
    """The actor may not do this."""


class NotFound(DomainError):
    """There is no such record, or none that the actor may see."""


class Outdated(DomainError):
    """The caller decided on a version of the record that is no longer the latest."""

    def __init__(self, message: str, *, version: int) -> None:
        super().__init__(message)
        self.version = version


class KeyReused(DomainError):
    """A command id was used before for another command."""


def require(holds: bool, rule: str) -> None:
    """Refuse the command unless its rule holds. Raises Refused."""
    if not holds:
        raise Refused(rule)
