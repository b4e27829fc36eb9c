"""The company of the chaos: whose patience and promises last seconds."""

from datetime import UTC, datetime
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid4

from api import tokens
from domain.approval import Any as AnyOne
from domain.approval import Count, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.desk import Desk
from domain.ids import number_of
from domain.person import Role, Scope
from domain.service_level_policy import (
    Agreement,
    EscalationStep,
    ServiceLevelPolicy,
    TargetPromise,
)
from ops.compose import open_desk
from ops.settings import Settings
from tests.domain.desks import Company, system

AGENTS = ("abe", "ada", "amy", "art")
PROPOSERS = ("pam", "pat")
VOTERS = ("val", "ver", "vic")
LEADS = ("lea", "lou")

WATCHED, PLAIN = "Watched", "Plain"
"""Categories of incidents that are promised something; those of the first escalate, too."""

TARGETS = (
    TargetPromise(name="first response", budget={1: "2s", 2: "3s", 3: "4s", 4: "5s", 5: "6s"}),
    TargetPromise(
        name="resolution",
        budget={1: "4s", 2: "6s", 3: "8s", 4: "10s", 5: "12s"},
        pausing=("customer",),
    ),
)
ESCALATION = (
    EscalationStep(target="resolution", mark="75%", notify=("person:lea",), wait="2s"),
    EscalationStep(target="resolution", mark="100%", notify=("person:lea",), wait="2s"),
    EscalationStep(target="resolution", mark="100%", notify=("person:lou",), wait="2s"),
)
NORMAL = (
    Stage(
        name="Review",
        approvers=("person:val", "person:ver"),
        quorum=AnyOne(),
        patience="3s",
        on_timeout="escalate",
        escalate_to=("person:vic",),
    ),
    Stage(
        name="Board",
        approvers=("role:approver",),
        quorum=Count(2),
        patience="4s",
        on_timeout="reject",
    ),
)
EMERGENCY = (
    Stage(
        name="Board",
        approvers=("role:approver",),
        quorum=Count(2),
        patience="2s",
        on_timeout="approve",
    ),
)


class Cast(NamedTuple):
    """Who takes part, and how the API knows them."""

    people: dict[str, UUID]
    tokens: dict[str, str]
    team: str


async def found_company(settings: Settings, seed: int) -> Cast:
    """Begin an empty ledger with people, their tokens, and what they agreed on."""
    async with open_desk(settings) as desk:
        company = Company(desk)
        operator = await company.organisation("Operator", is_operator=True)
        for name in (*AGENTS, *PROPOSERS, *LEADS):
            await company.hire(name, operator, Role.AGENT)
        for name in VOTERS:
            await company.hire(name, operator, Role.APPROVER)
        team = (await desk.form_team(name="Support", by=system())).subject
        always = await company.add(Calendar, "define", name="Always", hours=ALWAYS)
        await _publish_process(
            company,
            "Normal",
            Definition(
                subjects=("change",),
                when='subject.type == "normal"',
                stages=NORMAL,
                fallback=("person:lea", "person:lou"),
                repeat_voters=True,
            ),
        )
        await _publish_process(
            company,
            "Emergency",
            Definition(subjects=("change",), when='subject.type == "emergency"', stages=EMERGENCY),
        )
        for category, escalation in ((WATCHED, ESCALATION), (PLAIN, ())):
            agreement = Agreement(
                calendar=always, targets=TARGETS, categories=(category,), escalation=escalation
            )
            policy = await company.add(
                ServiceLevelPolicy, "draft", name=category, definition=agreement
            )
            await desk.publish_policy(policy, by=system())
        admitted = await _admit(desk, company.people, Random(seed))
        return Cast(company.people, admitted, number_of(team))


async def _publish_process(company: Company, name: str, definition: Definition) -> None:
    process = await company.add(ApprovalProcess, "draft", name=name, definition=definition)
    await company.desk.publish_process(process, by=system())


async def _admit(desk: Desk, people: dict[str, UUID], random: Random) -> dict[str, str]:
    """Give everybody a token."""
    secrets = {name: tokens.secret_of(random.randbytes(tokens.SECRET_BYTES)) for name in people}
    for name, secret in secrets.items():
        await desk.issue_token(
            people[name],
            token_id=uuid4(),
            digest=tokens.digest(secret),
            hint=tokens.hint(secret),
            name="chaos",
            scopes=(Scope.READ, Scope.WRITE),
            expires=None,
            by=system(at=datetime.now(UTC)),
        )
    return secrets
