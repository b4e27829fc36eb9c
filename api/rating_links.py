"""The page behind a rating link: whoever has the link is the requester who was asked.

Looking at it rates nothing, as programs look at the links in mails too. A score goes the way of
every other: the same policy, and the same rules.
"""

from uuid import UUID, uuid5

from jinja2 import Environment
from starlette.responses import Response

from api.context import Context
from api.link_pages import CHANNEL, ActingPages
from api.pages.ticket_acts import SCORES
from domain.decision_link import Over
from domain.provenance import Provenance
from domain.rating_link import Invitation, opened
from domain.rules import Refused
from domain.text import REASON_MAX

_COMMANDS = UUID("0f7bb9a4-3c3a-8d0e-9a55-726174696e67")
"""The name space of the ids of ratings that come by link."""


class RatingPages(ActingPages):
    path = "/rate/{link}"
    forbidden = "You may not rate this"
    over = "There is nothing to rate here any more"

    def __init__(self, context: Context, templates: Environment) -> None:
        super().__init__(context, templates, "rating_link.html")

    async def _look(self, link: str) -> Response:
        return await self._show(self._invitation(link))

    def _invitation(self, link: str) -> Invitation:
        return opened(self.context.settings.decision_key, link)

    async def _show(
        self, invitation: Invitation, refusal: str = "", comment: str = "", status: int = 200
    ) -> Response:
        return self._show_form(
            status,
            rating=await self.context.desk.rating(invitation, self.context.clock()),
            scores=SCORES,
            refusal=refusal,
            comment=comment,
            comment_max=REASON_MAX,
        )

    async def _act(self, link: str, fields: dict[str, str], address: str) -> Response:
        invitation = self._invitation(link)
        score, comment = fields.get("score", ""), fields.get("comment", "")
        if score not in dict(SCORES):
            return await self._show(invitation, "Choose a score.", comment, 422)
        by = Provenance(
            actor=str(invitation.person),
            at=self.context.clock(),
            command=uuid5(_COMMANDS, link),
            channel=CHANNEL,
        )
        try:
            receipt = await self.context.desk.rate_as_asked(
                invitation, int(score), comment=comment, by=by
            )
        except Refused as refused:
            return await self._show(invitation, str(refused), comment, 422)
        if receipt.is_repeat:
            raise Over("It has been rated, which is done once.")
        return self._say(200, "Thank you for saying so", "Your rating is recorded.")
