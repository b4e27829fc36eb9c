"""Ownership: who must agree to what touches things that stand in one another.

A place is a path from the outermost thing inwards, such as service, cluster, host, or folder and
file; `()` stands around everything. Whoever owns a place may also approve for all within it. What
names no owners of its own belongs to the nearest place around it that does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from domain.quorum_rules import All, Any, Group, Groups

Place = tuple[str, ...]
Owners = Mapping[Place, Sequence[str]]


def nearest(owners: Owners, affected: Place) -> Place:
    """The innermost place around something, or itself, that is listed; `()` if none is."""
    return next((place for place in _outwards(affected) if place in owners), ())


def governing(
    owners: Owners, affected: Iterable[Place], free: Collection[Place] = ()
) -> tuple[Place, ...]:
    """The places whose approval is needed, in order.

    A place within another one of them is left out: whoever approves for the outer one approves for
    it too. free: places in which things that belong to no place of their own need no approval;
    `affected` are then things in them, each with its own name.
    """
    found = set[Place]()
    for one in affected:
        place = nearest(owners, one)
        if place not in free or len(one) <= len(place) + 1:
            found.add(place)
    within = {place for place in found if found.intersection(_outwards(place[:-1])) - {place}}
    return tuple(sorted(found - within))


def approvers(owners: Owners, place: Place) -> tuple[str, ...]:
    """Who may approve for a place: its owners, and those of all around it, the nearest first."""
    return tuple(
        dict.fromkeys(person for around in _outwards(place) for person in owners.get(around, ()))
    )


def quorum(
    owners: Owners, affected: Iterable[Place], free: Collection[Place] = ()
) -> Groups | None:
    """One approval for each governing place, which are the groups; None where none is needed.

    A group is called by the path of its place, with slashes; `/` around everything.
    """
    groups = tuple(
        Group("/".join(place) or "/", approvers(owners, place), Any())
        for place in governing(owners, affected, free)
    )
    return Groups(groups, All()) if groups else None


def _outwards(place: Place) -> Iterable[Place]:
    return (place[:length] for length in range(len(place), -1, -1))
