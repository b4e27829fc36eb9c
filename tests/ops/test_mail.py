"""`ledgerdesk mail receive`, as a mail server calls it, and what doctor says of mail."""

import asyncio
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from domain import decision_link
from domain.change import Change
from ops.cli import app, guarded
from ops.compose import decision_key, open_desk
from ops.doctor import Unwell, _mail
from ops.settings import BadSettings, Settings, load
from tests.domain.desks import CAB, Company
from tests.workflows.mail_server import Mailbox, receiving

REPLIES = "approvals@desk.example"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with receiving() as box:
        for name, value in box.settings.items():
            monkeypatch.setenv(f"LEDGERDESK_{name.upper()}", str(value))
        yield box


def settings(data: Path) -> Settings:
    return load(None, data=data)


async def asked(data: Path) -> tuple[UUID, str]:
    """A change that Bea is asked about, and where she replies to."""
    async with open_desk(settings(data)) as desk:
        company = await Company(desk).build()
        await company.publish_process(CAB)
        id = await company.ready_change()
        await desk.submit_change(id, by=company.signed("ann", datetime.now(UTC)))
        record = await desk.ledger.find(Change, id)
        asking = decision_link.asking(record, "CAB", str(company.people["bea"]))
        return id, decision_link.reply_address(decision_key(settings(data)), asking, REPLIES)


def receive(data: Path, monkeypatch: pytest.MonkeyPatch, text: str, to: str) -> int:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "bea@example.org", "<1@bea.example>"
    mail.set_content(text)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail.as_bytes())))
    return guarded(lambda: app(["mail", "receive", "--data", str(data), "--to", to]))


async def votes(data: Path, change: UUID) -> list[str]:
    async with open_desk(settings(data)) as desk:
        history = desk.ledger.history(change)
        return [one.event.by.channel for one in history if isinstance(one.event, Change.VoteCast)]


def test_a_mail_that_is_piped_in_decides_and_others_are_answered(
    box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, to = asyncio.run(asked(tmp_path))

    box.says = "451 Later"
    assert receive(tmp_path, monkeypatch, "Looks good.", to) == 75
    box.says = "250 OK"
    assert receive(tmp_path, monkeypatch, "Looks good.", to) == 0
    assert "Write approve" in box.mails[0].get_content()
    assert asyncio.run(votes(tmp_path, change)) == []

    assert receive(tmp_path, monkeypatch, "Approve\n", to) == 0
    assert receive(tmp_path, monkeypatch, "Approve\n", to) == 0

    assert asyncio.run(votes(tmp_path, change)) == ["mail"]
    assert len(box.mails) == 1


def test_without_settings_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert receive(tmp_path, monkeypatch, "approve", "a@b.example") == 2
    assert "LEDGERDESK_MAIL_REPLIES_TO" in capsys.readouterr().err


def test_doctor_looks_whether_mail_is_taken(box: Mailbox, tmp_path: Path) -> None:
    assert REPLIES in asyncio.run(_mail(settings(tmp_path)))
    with pytest.raises(Unwell, match="LEDGERDESK_MAIL_HOST"):
        asyncio.run(_mail(settings(tmp_path).model_copy(update={"mail_port": 1})))
    assert "none is sent" in asyncio.run(_mail(Settings(data=tmp_path)))


@pytest.mark.parametrize(
    "given",
    [
        {"mail_host": "mail.example"},
        {"mail_host": "mail.example", "mail_from": "nobody"},
        {"mail_replies_to": "a b@c"},
        {"mail_security": "ssl"},
    ],
)
def test_settings_of_mail_that_cannot_be_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match="MAIL"):
        load(None, **given)
