"""The command line of `ledgerdesk process simulate`: steps through one case of a process."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from ops.options import Config, Data, Wrong, in_order, out, settings_of
from ops.process_check import At, instant

if TYPE_CHECKING:
    from domain.approval_process import Definition
    from domain.business_time import BusinessHours
    from domain.ledger import Ledger
    from domain.person import Person
    from domain.simulation import Input, Played
    from domain.subjects import SubjectKind

_ACT = re.compile(r"([^=@]+)=([a-z]+)(?::([^@]+))?@([^@]+)")
VOTE = "ada=approve@2h"


def simulate(
    file: Annotated[
        str, typer.Argument(help="A YAML file, or a number: APR0000001, APR0000001@draft.")
    ],
    requester: Annotated[str, typer.Option("--requester", help="The user name of who asks.")],
    subject: Annotated[
        list[str] | None,
        typer.Option("--subject", help="A field, such as risk=high; as often as needed."),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="The kind of subject; else the first governed.")
    ] = None,
    assignee: Annotated[
        str | None, typer.Option("--assignee", help="The user name of the assignee.")
    ] = None,
    vote: Annotated[
        list[str] | None,
        typer.Option(
            "--vote",
            help=f"Who does what when: {VOTE}, or ada=reject:CAB@1d for a stage by name. "
            "Besides approve, reject and abstain: retract, ask and answer (information).",
        ),
    ] = None,
    at: At = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Step through one case: who is asked, what falls due, and what comes of it.

    Times of votes count from the submission: 30m, 2h and 3d by the wall clock, 2bd on the calendar.
    """
    import json

    async def run() -> None:
        from ops.compose import open_ledger
        from ops.process_sources import Sources

        async with open_ledger(settings_of(data, config)) as ledger:
            definition = (await Sources(ledger).find(file)).definition
            case = _Case(ledger, definition, kind, instant(at))
            played = await case.play(requester, assignee, subject or (), vote or ())
        if as_json:
            typer.echo(json.dumps(_plain(played, case), indent=2, ensure_ascii=False))
        else:
            _show(played, case)

    in_order(run())


class _Case:
    def __init__(
        self, ledger: "Ledger", definition: "Definition", kind: str | None, start: datetime
    ) -> None:
        from domain.directory import Directory

        if kind is not None and kind not in definition.subjects:
            raise Wrong(f"--kind: it governs {', '.join(definition.subjects)}.")
        self.ledger = ledger
        self.directory = Directory.load(ledger)
        self.definition = definition
        self.kind: SubjectKind = kind or definition.subjects[0]
        self.start = start

    @property
    def hours(self) -> "BusinessHours | None":
        calendar = self.directory.calendar(self.definition.calendar)
        return calendar.hours if calendar else None

    async def play(
        self,
        requester: str,
        assignee: str | None,
        subject: Sequence[str],
        votes: Sequence[str],
    ) -> "Played":
        from uuid import UUID

        from domain.change import Change
        from domain.conditions import condition
        from domain.desk.approvals import Asked
        from domain.directory_selectors import Owners
        from domain.simulation import Trial, play
        from domain.simulation_subject import facts_said

        asks = self._person("--requester", requester)
        stand_in = Change(UUID(int=0))
        stand_in.requester, stand_in.organisation = asks.id, asks.organisation
        if assignee is not None:
            stand_in.assignee = self._person("--assignee", assignee).id
        said = [_pair("--subject", one) for one in subject]
        facts = facts_said(self.definition, self.kind, said)
        if "requester" in facts:
            facts["requester"] = asks.username
            organisation = self.directory.organisation(asks.organisation)
            facts["organisation"] = organisation.name if organisation else ""
        details = facts.get("details")
        stand_in.details = dict(details) if isinstance(details, dict) else {}
        if not condition(self.definition.when, self.kind).holds(facts):
            raise Wrong(f"The process does not govern it: {self.definition.when} does not hold.")
        own = frozenset(filter(None, (str(asks.id), str(stand_in.assignee or ""))))
        asked = Asked(
            self.directory,
            stand_in,
            self.definition,
            kind=self.kind,
            facts=facts,
            owners=Owners(),
            barred=own,
        )
        return play(
            Trial(own, facts),
            asked.stages,
            asked.terms,
            hours=self.hours,
            start=self.start,
            inputs=[self._input(one) for one in votes],
        )

    def name(self, person: str) -> str:
        from uuid import UUID

        found = self.directory.person(UUID(person))
        return found.username if found else person

    def _person(self, option: str, username: str) -> "Person":
        found = self.directory.person_by_username(username)
        if found is None or not found.is_active:
            raise Wrong(f"{option}: there is no active person {username!r}.")
        return found

    def _input(self, text: str) -> "Input":
        from domain.approval_round_moments import moment_after
        from domain.business_time import duration
        from domain.simulation import Act, Input

        match = _ACT.fullmatch(text)
        if match is None:
            raise Wrong(f"--vote: {text!r} is not written as {VOTE}.")
        who, act, stage, when = match.groups()
        if act not in get_args(Act):
            raise Wrong(f"--vote: {act!r} is none of {', '.join(get_args(Act))}.")
        hours = self.hours if duration(when).unit == "bd" else None
        return Input(
            at=moment_after(self.start, when, hours),
            who=str(self._person("--vote", who).id),
            act=cast("Act", act),
            stage=stage or "",
        )


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Wrong(f"{option}: {text!r} is not written as risk=high.")
    return name.strip(), value.strip()


def _show(played: "Played", case: _Case) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in ("when", "stage", "what", "who", "due", "why"):
        table.add_column(column, overflow="fold")
    for one in played.happenings:
        people = ", ".join(map(case.name, one.people))
        due = f"{one.due:%Y-%m-%d %H:%M}" if one.due else ""
        cells = (f"{one.at:%Y-%m-%d %H:%M}", one.stage, one.what, people, due, one.detail)
        table.add_row(*map(Text, cells))
    out.print(table)
    ended = f" at {played.ended:%Y-%m-%d %H:%M}Z" if played.ended else ""
    out.print(f"It is {played.outcome}{ended}.", highlight=False)


def _plain(played: "Played", case: _Case) -> dict[str, Any]:
    import msgspec

    return {
        "outcome": played.outcome,
        "ended": msgspec.to_builtins(played.ended),
        "happenings": [
            msgspec.to_builtins(one) | {"people": [case.name(person) for person in one.people]}
            for one in played.happenings
        ],
    }
