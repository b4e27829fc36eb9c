"""Every kind of record."""

from domain import kinds
from domain.aggregate import Aggregate

EVERY_KIND: tuple[type[Aggregate], ...] = tuple(getattr(kinds, name) for name in kinds.__all__)
