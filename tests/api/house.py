"""A whole desk behind the real API: stores on disk, views that follow, and people with tokens."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from api import tokens
from api.app import create_app
from api.settings import Settings, now
from domain.aggregate import KINDS
from domain.desk import Desk
from domain.directory import Directory
from domain.files import Files
from domain.ids import number_of
from domain.organisation import Organisation
from domain.person import Role, Scope
from domain.provenance import Provenance
from domain.transparency.follower import Follower
from ops.compose import open_files, open_ledger, open_log, open_view_store, open_views
from ops.settings import Settings as Stores
from projections.declaring import DeclaringProjector
from projections.listings import ALL
from projections.views import Views
from tests.logs import SIGNER

SETTINGS = Settings(
    signing_key=b"a key that signs the cursors of tests",
    decision_key=b"a key that marks the links of tests",
    temporal_page="http://127.0.0.1:8233",
    wait_seconds_max=5.0,
)

ROLES = {
    "rita": (Role.REQUESTER,),
    "adam": (Role.AGENT,),
    "anna": (Role.APPROVER,),
    "abel": (Role.APPROVER,),
    "carl": (Role.CHANGE_MANAGER,),
    "olga": (Role.PROCESS_OWNER,),
    "axel": (Role.AUDITOR,),
    "zoe": (Role.ADMINISTRATOR,),
}
"""The people of each organisation, by what they may do; the names are of the operator's."""


class House:
    """The desk, with `people` and `secrets` by name: `adam`, and `bakery.adam` for a customer's."""

    def __init__(self, desk: Desk, views: Views, app: FastAPI, files: Files) -> None:
        self.desk = desk
        self.views = views
        self.app = app
        self.files = files
        self.organisations: dict[str, UUID] = {}
        self.people: dict[str, UUID] = {}
        self.secrets: dict[str, str] = {}
        self._clients: dict[str, Client] = {}

    def as_(self, name: str) -> "Client":
        """Somebody at their client; "" for somebody without a token."""
        if name not in self._clients:
            self._clients[name] = Client(self.app, self.secrets.get(name, ""))
        return self._clients[name]

    def number(self, name: str) -> str:
        return number_of(self.people[name])

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()


class Client:
    def __init__(self, app: FastAPI, secret: str) -> None:
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://desk.test",
            headers=headers,
        )

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(_at(path), headers=_named(headers))

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        return await self.http.post(
            _at(path), json={} if body is None else body, headers=_named(headers)
        )

    async def made(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        """The answer to a command that is to succeed."""
        answer = await self.post(path, body, **headers)
        assert answer.status_code in (200, 201), answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def act(self, path: str, body: Any = None) -> dict[str, Any]:
        """Command a record in whatever version it is."""
        return await self.made(path, {} if body is None else body, if_match="*")

    async def read(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def aclose(self) -> None:
        await self.http.aclose()


def _at(path: str) -> str:
    return path if path.startswith(("http", "//")) else f"/api/v1{path}"


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@asynccontextmanager
async def opened(
    folder: Path,
    settings: Settings = SETTINGS,
    *,
    first: int = 1,
    url: str | None = None,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[House]:
    """A settled house, on SQLite in the folder or on PostgreSQL at `url`. `first` is the number of
    the first record of each kind."""
    stores = Stores(data=folder, database_url=SecretStr(url) if url else None)
    async with open_ledger(stores) as ledger, open_views(stores) as views:
        for kind in KINDS.values():
            ledger.recorder.advance_serial(kind.prefix, first - 1)
        desk = Desk(ledger, Directory.load(ledger))
        with closing(open_view_store(stores)) as store, closing(open_log(stores)) as log:
            projector = DeclaringProjector(ledger, store, ALL)
            projector.prepare()
            projector.moved.append(views.progress.tell)
            files = open_files(stores, ledger.mapper.keys)
            app = create_app(desk, views, settings, clock=clock, log=log, files=files)
            house = House(desk, views, app, files)
            await _settle(house)
            Follower(ledger.recorder, log, SIGNER, time.time).catch_up()
            following = asyncio.create_task(projector.run())
            try:
                yield house
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                await house.aclose()


async def _settle(house: House) -> None:
    """Found the organisations, and let their people in."""
    for name, is_operator in (("desk", True), ("bakery", False), ("foundry", False)):
        house.organisations[name] = await _found(house.desk, name, is_operator=is_operator)
        for who, roles in ROLES.items():
            await let_in(house, name, who, roles)


async def _found(desk: Desk, name: str, *, is_operator: bool) -> UUID:
    id = await desk.ledger.next_id(Organisation)
    by = setting_up()

    async def decide(work: Any) -> None:
        work.add(Organisation.register(id, name=name, is_operator=is_operator, by=by))

    await desk.ledger.run(by, decide)
    return id


async def let_in(house: House, organisation: str, who: str, roles: tuple[Role, ...]) -> None:
    """Register a person and issue them a token."""
    name = who if organisation == "desk" else f"{organisation}.{who}"
    receipt = await house.desk.register_person(
        username=name,
        name=who.title(),
        email=f"{who}@{organisation}.example",
        organisation=house.organisations[organisation],
        roles=roles,
        by=setting_up(),
    )
    house.people[name] = receipt.subject
    house.secrets[name] = await issued(house.desk, receipt.subject)


async def issued(
    desk: Desk,
    person: UUID,
    scopes: tuple[Scope, ...] = tuple(Scope),
    expires_in: timedelta | None = None,
) -> str:
    """A new token of a person."""
    secret = tokens.secret_of(token_bytes(32))
    by = setting_up()
    await desk.issue_token(
        person,
        token_id=by.command,
        digest=tokens.digest(secret),
        hint=tokens.hint(secret),
        name="test",
        scopes=scopes,
        expires=by.at + expires_in if expires_in else None,
        by=by,
    )
    return secret


def setting_up() -> Provenance:
    return Provenance(actor="tests", at=datetime.now(UTC), command=uuid4(), channel="system")
