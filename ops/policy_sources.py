"""Where the commands on service level policies find one: in a file, or in the ledger."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from domain.agreement import Agreement
from domain.desk import Desk
from domain.document_text import BadDocument
from domain.ids import parse_reference, prefix_of
from domain.rules import NotFound
from domain.service_level_names import PolicyNames, any_names
from domain.service_level_policy import ServiceLevelPolicy
from domain.service_level_text import Located, parse
from domain.service_level_yaml import as_document, to_yaml
from ops.compose import open_desk
from ops.problems import UserProblem
from ops.process_sources import content_of
from ops.settings import Settings

_NUMBER = re.compile(r"(SLP[0-9]{1,19})(@([0-9]{1,6}|draft))?")
DRAFT = "draft"


class Source(Struct, frozen=True):
    """A policy as it was found, with what the names in it are called there."""

    title: str
    name: str
    agreement: Agreement
    names: PolicyNames
    located: Located | None = None

    @property
    def yaml(self) -> str:
        return to_yaml(self.agreement, self.name, self.names)

    @property
    def fields(self) -> dict[str, object]:
        return as_document(self.agreement, self.name, self.names)


class Sources:
    """Finds policies. Without a desk, files alone, in which any name is taken."""

    def __init__(
        self, desk: Desk | None, names_of: Callable[[], PolicyNames] | None = None
    ) -> None:
        """`names_of`: what names mean, where that is not what they mean on the desk."""
        self.desk = desk
        self._names_of = names_of or (any_names if desk is None else desk.policy_names)

    async def find(self, text: str) -> Source:
        """The policy of a file, or of `SLP0000001`, `SLP0000001@2` or `SLP0000001@draft`."""
        if numbered := _NUMBER.fullmatch(text):
            return await self.numbered(numbered[1], numbered[3])
        return self.in_file(Path(text))

    def in_file(self, path: Path) -> Source:
        """Raises UserProblem with all mistakes of the file."""
        names = self._names_of()
        try:
            located = parse(content_of(path), names)
        except BadDocument as bad:
            raise _problem(str(path), bad) from None
        return Source(str(path), located.name, located.definition, names, located)

    def require_people(self, source: Source) -> None:
        """Raises UserProblem if those whom a policy tells of something are not on the desk."""
        wrong = [] if self.desk is None else self.desk.nobody_told(source.agreement)
        if wrong and source.located:
            mistakes = (source.located.mistake(one.place, one.rule) for one in wrong)
            raise _problem(source.title, BadDocument(mistakes))
        if wrong:
            sentences = " ".join(one.sentence for one in wrong)
            raise UserProblem(f"{source.title}: {sentences}")

    async def numbered(self, number: str, version: str | None = None) -> Source:
        """A version of a recorded policy: the latest without one, or the draft before the first.

        Raises NotFound.
        """
        if self.desk is None:
            raise NotFound(f"There is no ledger to find {number} in.")
        id = parse_reference(number)
        if prefix_of(id) != ServiceLevelPolicy.prefix:
            raise NotFound(f"{number} is no service level policy.")
        try:
            policy = await self.desk.ledger.find(ServiceLevelPolicy, id)
        except NotFound:
            raise NotFound(f"There is no service level policy {number}.") from None
        names = self._names_of()
        chosen = version or str(policy.published_version or DRAFT)
        if chosen != DRAFT:
            agreement = policy.definition_of(int(chosen))
            return Source(f"{policy.number} version {chosen}", policy.name, agreement, names)
        if policy.draft_definition is None:
            raise NotFound(f"{policy.number} has no draft.")
        return Source(f"{policy.number} draft", policy.name, policy.draft_definition, names)


def _problem(title: str, bad: BadDocument) -> UserProblem:
    number = len(bad.mistakes)
    return UserProblem(f"{title}: {number} mistake{'s' if number > 1 else ''}\n{bad}")


@asynccontextmanager
async def open_policies(settings: Settings, *texts: str) -> AsyncIterator[Sources]:
    """The sources of these policies. The ledger is opened if one of them is in it, or if there is
    one: then what names mean is told by it."""
    is_there = settings.database_url is not None or (settings.data / "ledger.db").exists()
    if not is_there and not any(_NUMBER.fullmatch(text) for text in texts):
        yield Sources(None)
        return
    async with open_desk(settings) as desk:
        yield Sources(desk)
