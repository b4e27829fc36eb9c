"""Schedules a report from the command line, once it is known that it can be sent."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from domain.desk import Desk
from domain.directory import Directory
from domain.ids import parse_reference, prefix_of
from domain.ledger import Work
from domain.person import Person
from domain.provenance import Provenance
from domain.report_schedule import Contents, Delivery, ReportSchedule
from domain.rhythm import Rhythm
from domain.team import Team
from ops.compose import open_desk, open_views
from ops.late_api import LateApi
from ops.options import Wrong
from ops.report_counting import ReportCounting
from ops.settings import Settings
from workflows.report_mails import NotYet, Uncountable, Withheld


async def define(
    settings: Settings,
    name: str,
    owner: str,
    to: Sequence[str],
    zone: str,
    said: Mapping[str, Mapping[str, Any]],
    by: Provenance,
) -> str:
    """Its number. Raises Wrong for what cannot be sent, or not for its owner."""
    async with open_desk(settings) as desk, open_views(settings) as views:
        person = _person(desk.directory, owner)
        named = [_named(desk.directory, one) for one in to]
        id = await desk.ledger.next_id(ReportSchedule)
        made = ReportSchedule.define(
            id,
            name=name,
            owner=person.id,
            organisation=desk.directory.actor(person).organisation,
            contents=_read(said["contents"], Contents),
            rhythm=_read(said["rhythm"], Rhythm),
            zone=zone,
            people=[one for one in named if prefix_of(one) == Person.prefix],
            teams=[one for one in named if prefix_of(one) == Team.prefix],
            by=by,
        )
        counting = ReportCounting(LateApi(settings, desk, views).context, settings.url)
        await _try(counting, made, person, by)
        await _record(desk, made, by)
        return made.number


async def _try(
    counting: ReportCounting, schedule: ReportSchedule, owner: Person, by: Provenance
) -> None:
    delivery = Delivery(person=owner.id, moment=by.at, position=0, since=by.at)
    try:
        await counting.made(schedule, owner, delivery)
    except Withheld:
        raise Wrong(f"{owner.username} may not read that.") from None
    except Uncountable as error:
        raise Wrong(str(error)) from None
    except NotYet:
        raise Wrong("The views were never built. Start `ledgerdesk up` or `project`.") from None


async def _record(desk: Desk, made: ReportSchedule, by: Provenance) -> None:
    async def decide(work: Work) -> None:
        work.add(made)

    await desk.ledger.run(by, decide)


def _read(said: Mapping[str, Any], kind: Any) -> Any:
    given = {name: value for name, value in said.items() if value != ""}
    for name in ("view", "calendar"):
        if name in given:
            given[name] = parse_reference(given[name])
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise Wrong(str(error)) from None


def _person(directory: Directory, username: str) -> Person:
    found = directory.person_by_username(username)
    if found is None:
        raise Wrong(f"There is nobody called {username}.")
    return found


def _named(directory: Directory, text: str) -> UUID:
    """A person by the user name, or a team by its number."""
    if directory.person_by_username(text) is None and text.startswith(Team.prefix):
        team = directory.team(parse_reference(text))
        if team is None:
            raise Wrong(f"There is no team {text}.")
        return team.id
    return _person(directory, text).id
