"""Articles at the desk: governed by a process, written for tickets, and answering them."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.article import Article, Status
from domain.article_content import Content
from domain.ids import record_id
from domain.person import Role
from domain.rules import Refused
from tests.domain.articles import DRUCKER, PRINTER
from tests.domain.desks import Company, open_desk
from tests.domain.governed import drafted

OWNERS = Stage(
    name="Knowledge",
    approvers=("role:process owner",),
    quorum=AnyOne(),
    patience="8h",
    on_timeout="reject",
)
PUBLIC = Definition(subjects=("article",), when='subject.audience == "public"', stages=(OWNERS,))


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Ola and Pia are process owners; a process governs what is for everybody."""
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        for name in ("ola", "pia"):
            await company.hire(name, company.operator, Role.PROCESS_OWNER)
        process = await drafted(company, ApprovalProcess, PUBLIC)
        await desk.publish_process(process, by=company.signed("ola"))
        yield company


async def written(company: Company, content: Content = PRINTER) -> UUID:
    receipt = await company.desk.draft_article(definition=content, by=company.signed("ola"))
    return receipt.subject


async def article(company: Company, id: UUID) -> Article:
    return await company.desk.ledger.find(Article, id)


async def test_the_vote_that_approves_an_article_publishes_it(company: Company) -> None:
    desk, id = company.desk, await written(company)

    await desk.submit_definition(id, by=company.signed("ola"))
    waiting = await article(company, id)
    with pytest.raises(Refused, match="is in approval"):
        await desk.publish_definition(id, by=company.signed("pia"))
    with pytest.raises(Refused, match="Nobody votes on their own article"):
        await desk.vote(id, "approve", by=company.signed("ola"))
    await desk.vote(id, "approve", by=company.signed("pia"))

    found = await article(company, id)
    assert waiting.status is Status.IN_REVIEW
    assert (found.status, found.versions) == (Status.PUBLISHED, (PRINTER,))


async def test_what_a_process_governs_needs_its_round(company: Company) -> None:
    desk, id = company.desk, await written(company)

    with pytest.raises(Refused, match=r"governs this article"):
        await desk.publish_definition(id, by=company.signed("pia"))

    await desk.submit_definition(id, by=company.signed("ola"))
    await desk.vote(id, "reject", comment="Which tray?", by=company.signed("pia"))
    assert (await article(company, id)).status is Status.DRAFT


async def test_what_no_process_governs_needs_the_review_by_somebody_else(
    company: Company,
) -> None:
    desk, id = company.desk, await written(company, replace(PRINTER, audience="agents"))

    await desk.submit_definition(id, by=company.signed("ola"))
    with pytest.raises(Refused, match="Nobody publishes what they wrote themselves"):
        await desk.publish_definition(id, by=company.signed("ola"))
    await desk.publish_definition(id, by=company.signed("pia"))

    assert (await article(company, id)).status is Status.PUBLISHED


async def test_a_review_does_not_do_where_a_process_governs_by_then(company: Company) -> None:
    desk = company.desk
    id = await written(company, replace(PRINTER, audience="agents"))
    await desk.submit_definition(id, by=company.signed("ola"))
    await desk.revise_article(id, definition=PRINTER, by=company.signed("ola"))

    with pytest.raises(Refused, match=r"governs this article"):
        await desk.publish_definition(id, by=company.signed("pia"))


async def test_a_translation_of_nothing_is_refused(company: Company) -> None:
    with pytest.raises(Refused, match="translation_of: There is no article KBA0000099"):
        await company.desk.draft_article(
            definition=DRUCKER, translation_of=record_id("KBA", 99), by=company.signed("ola")
        )


async def test_an_asset_is_no_ticket_to_be_answered(company: Company) -> None:
    id = await written(company)

    with pytest.raises(Refused, match="ticket: AST0000001 is no ticket"):
        await company.desk.answer(id, ticket=record_id("AST", 1), by=company.signed("ola"))
