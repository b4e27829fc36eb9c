"""Knowledge articles with what they are about: originals that they translate, and tickets."""

from collections.abc import Mapping
from typing import Any, Unpack
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX
from domain.article import Article
from domain.article_content import Content
from domain.desk.definitions import Definitions
from domain.desk.desk import Repeat
from domain.desk.publishing import Check
from domain.desk.rounds import facts
from domain.ids import number_of, prefix_of
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require
from domain.service_level_policy import AppliesTo
from domain.ticket import LinkType, Ticket
from domain.versioned import Versioned

ANSWERED_BY: LinkType = "answered by"
WRITTEN_FOR: LinkType = "relates to"


class Articles(Definitions):
    @property
    def checks(self) -> Mapping[type[Versioned[Any]], Check]:
        return {**super().checks, Article: self._check_article}

    async def draft_article(
        self,
        *,
        definition: Content,
        translation_of: UUID | None = None,
        ticket: UUID | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Write an article: anew, as a translation of a published one, or for a ticket, which is
        linked to it."""
        id = await self.ledger.next_id(Article)

        async def decide(work: Work) -> None:
            article = work.add(
                Article.draft(
                    id, definition=definition, translation_of=translation_of, ticket=ticket, by=by
                )
            )
            await self._check_article(article, by)
            if ticket is not None:
                linked = await work.get(ticket_kind(ticket), ticket)
                linked.link(id, type=WRITTEN_FOR, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def revise_article(
        self,
        id: UUID,
        *,
        definition: Content,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Change the draft of an article: see `Versioned.revise`."""

        async def decide(work: Work) -> None:
            article = await work.get(Article, id, expected=expected)
            article.revise(definition, by=by)
            await self._check_article(article, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _check_article(self, article: Article, _: Provenance) -> None:
        """Refuse a draft that is for an organisation that does not exist, or translates what is
        not published, or is written in the language of its original."""
        draft = article.draft_definition
        if draft is None:
            return
        for organisation in draft.organisations:
            self.active_organisation("organisations", organisation)
        if article.translation_of is None:
            return
        try:
            original = await self.ledger.find(Article, article.translation_of)
        except NotFound as missing:
            raise Refused(f"translation_of: {missing}") from None
        require(
            original.translation_of is None,
            f"translation_of: {original.number} is a translation itself.",
        )
        require(
            1 <= draft.of_version <= original.published_version,
            f"of_version: {original.number} has no version {draft.of_version}.",
        )
        require(
            original.definition_of(draft.of_version).language != draft.language,
            f"language: {original.number} is written in {draft.language}.",
        )

    # Review ----------------------------------------------------------------------------------

    async def submit_definition(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        applies_to: AppliesTo | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit a draft to the process that governs it; where none governs an article, to the
        review by somebody else."""
        if prefix_of(id) != Article.prefix or await self._is_governed(id):
            return await super().submit_definition(
                id, expected=expected, applies_to=applies_to, by=by, **repeat
            )

        async def decide(work: Work) -> None:
            article = await work.get(Article, id, expected=expected)
            await self._check_article(article, by)
            article.request_review(by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def _is_governed(self, id: UUID) -> bool:
        self.directory.catch_up()
        article = await self.ledger.find(Article, id)
        known = await facts(article, self)
        return self.directory.process_for(article.subject, known) is not None

    # Answer tickets --------------------------------------------------------------------------

    async def answer(
        self,
        id: UUID,
        *,
        ticket: UUID,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Link a ticket to the article that answers it, and count that; once for each ticket."""

        async def decide(work: Work) -> None:
            article = await work.get(Article, id, expected=expected)
            answered = await work.get(ticket_kind(ticket), ticket)
            if (ANSWERED_BY, id) not in answered.links:
                article.answer(ticket, by=by)
                answered.link(id, type=ANSWERED_BY, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def withdraw_answer(
        self,
        id: UUID,
        *,
        ticket: UUID,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Take the link and the count back."""

        async def decide(work: Work) -> None:
            article = await work.get(Article, id, expected=expected)
            answered = await work.get(ticket_kind(ticket), ticket)
            if (ANSWERED_BY, id) in answered.links:
                article.withdraw_answer(ticket, by=by)
                answered.unlink(id, type=ANSWERED_BY, by=by)

        return await self.ledger.run(by, decide, **repeat)


def ticket_kind(id: UUID) -> type[Ticket]:
    """The kind of a ticket. Raises Refused for what is none."""
    kind = KIND_OF_PREFIX.get(prefix_of(id))
    if kind is None or not issubclass(kind, Ticket):
        raise Refused(f"ticket: {number_of(id)} is no ticket.")
    return kind
