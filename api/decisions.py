"""The page behind a decision link: whoever has the link is the one who was asked.

Looking at it never decides anything, as programs look at the links in mails too. The vote goes the
way of every other: the same policy, the same rules, and the password where it is to be signed.
"""

from uuid import UUID, uuid5

from jinja2 import Environment
from starlette.responses import Response

from api.context import Context
from api.link_pages import CHANNEL, ActingPages
from api.passwords import PASSWORD_MAX
from domain.approval import Vote
from domain.decision_link import Asking, Forged, Over, opened, require_asked
from domain.desk.rounds import kind_of
from domain.person import Person
from domain.provenance import Provenance
from domain.rules import Refused
from domain.signature import Proven
from domain.text import REASON_MAX

VOTES: dict[str, Vote] = {"approve": "approve", "reject": "reject", "abstain": "abstain"}
_COMMANDS = UUID("0f7bb9a4-3c3a-8d0e-9a55-64656369646c")
"""The name space of the ids of votes that come by link."""


class DecisionPages(ActingPages):
    path = "/decide/{link}"
    forbidden = "You may not decide this"
    over = "There is nothing to decide here any more"

    def __init__(self, context: Context, templates: Environment) -> None:
        super().__init__(context, templates, "decision_link.html")

    async def _look(self, link: str) -> Response:
        return await self._show(self._asking(link))

    def _asking(self, link: str) -> Asking:
        key = self.context.settings.decision_key
        if not key:
            raise Forged("This desk takes no decisions by link.")
        return opened(key, link)

    async def _show(self, asking: Asking, refusal: str = "", status: int = 200) -> Response:
        desk = self.context.desk
        record = await desk.ledger.find(kind_of(asking.record), asking.record)
        stage = require_asked(record, asking, self.context.clock())
        voter = desk.voter(asking.voter)
        decision = await desk.decision(record, stage, str(asking.voter))
        return self._show_form(
            status,
            decision=decision,
            voter=voter.name,
            refusal=refusal,
            comment_max=REASON_MAX,
        )

    async def _act(self, link: str, fields: dict[str, str], address: str) -> Response:
        asking, at, desk = self._asking(link), self.context.clock(), self.context.desk
        vote = VOTES.get(fields.get("vote", ""))
        if vote is None:
            return await self._show(asking, "Choose what you decide.", 422)
        # What is over is told before a password is looked at.
        record = await desk.ledger.find(kind_of(asking.record), asking.record)
        require_asked(record, asking, at)
        by = Provenance(
            actor=str(asking.voter), at=at, command=uuid5(_COMMANDS, link), channel=CHANNEL
        )
        try:
            receipt = await desk.decide(
                asking,
                vote,
                comment=fields.get("comment", ""),
                proven=await self._proven(desk.voter(asking.voter), fields, address),
                by=by,
            )
        except Refused as refused:
            return await self._show(asking, str(refused), 422)
        if receipt.is_repeat:
            raise Over("This link has been used.")
        said = {"approve": "You have approved it", "reject": "You have rejected it"}
        return self._say(200, said.get(vote, "You have abstained"), "Your vote is recorded.")

    async def _proven(self, voter: Person, fields: dict[str, str], address: str) -> Proven | None:
        password = fields.get("password", "")
        if not password:
            return None
        if len(password) > PASSWORD_MAX or not await self.context.passwords.proves(
            password, voter.username, voter, address
        ):
            raise Refused("This is not your password.")
        return Proven(method="password", at=self.context.clock())
