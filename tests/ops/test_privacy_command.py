"""`ledgerdesk privacy` on a folder of a desk."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from domain.ids import parse_reference
from domain.organisation import Organisation
from domain.person import Person, Role
from ops.cli import app, guarded
from ops.compose import open_desk, open_files
from ops.settings import load
from tests.ops.test_privacy import WORDS, signed, tell


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A desk with Wilhelmina, of two administrators, Zoe and Zed, and an agent, Adam."""
    settings = load(data=tmp_path / "data")

    async def fill() -> None:
        async with open_desk(settings) as desk:
            told = await tell(desk, settings)
            zoe = desk.directory.person(told.zoe)
            assert zoe is not None
            assert zoe.organisation is not None
            await desk.register_person(
                username="adam",
                name="Adam",
                organisation=zoe.organisation,
                roles=[Role.AGENT],
                by=signed(),
            )

    asyncio.run(fill())
    return settings.data


def run(*arguments: object) -> int:
    return guarded(lambda: app(["privacy", *map(str, arguments)]))


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_what_is_known_of_a_person_is_exported_with_their_files(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "of mina"

    assert run("export", WORDS["username"], "--to", to, "--data", data) == 0
    assert run("export", WORDS["username"], "--to", to, "--data", data) == 2
    assert "cannot be made" in told(capsys)

    found: dict[str, Any] = json.loads((to / "person.json").read_text())
    text = str(found).replace("\\n", "\n")
    said = WORDS.keys() - {"content", "rows", "plain word", "word of before"}
    assert {name for name in said if WORDS[name] not in text} == set()
    sent = [(to / "attachments" / one["sha256"]).read_text() for one in found["attachments"]]
    assert sent == [WORDS["content"], WORDS["rows"]]


def test_two_administrators_erase_a_person(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mina, reason = WORDS["username"], ("--reason", "She asked for it.")

    assert run("hold", mina, "--as", "zoe", *reason, "--data", data) == 0
    assert run("request", mina, "--as", "zoe", *reason, "--data", data) == 2
    assert run("lift", mina, "--as", "zoe", *reason, "--data", data) == 0
    assert run("request", mina, "--as", "zoe", *reason, "--data", data) == 0
    assert run("withdraw", mina, "--as", "zed", "--data", data) == 0
    assert run("request", mina, "--as", "zoe", *reason, "--data", data) == 0
    assert run("status", "--data", data) == 0
    assert "is to be erased, once that is confirmed" in told(capsys)
    assert run("erase", mina, "--as", "zoe", "--data", data) == 2
    assert "somebody else" in told(capsys)
    assert run("erase", mina, "--as", "zed", "--data", data) == 0
    number = told(capsys).partition(":")[0]
    assert run("erase", number, "--as", "zed", "--data", data) == 0
    assert "nothing to do" in told(capsys)

    assert run("status", "--data", data) == 0
    status = told(capsys)
    assert f"{number} was erased" in status
    assert "made anew by the projector" in status
    assert run("export", number, "--data", data) == 0
    after = told(capsys)
    assert not any(words in after for words in WORDS.values())
    assert open_files_of(data, json.loads(after)) is None


def test_what_names_a_person_in_the_clear_is_told_before_they_are_erased(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def form_a_team() -> None:
        async with open_desk(load(data=data)) as desk:
            await desk.form_team(name=f"Friends of {WORDS['name'].upper()}", by=signed())
            await desk.form_team(name=f"{WORDS['username']}x", by=signed())

    run("left", WORDS["username"], "--data", data)
    before = told(capsys)
    asyncio.run(form_a_team())

    run("left", WORDS["username"], "--data", data)

    assert before == "0 in all\n"
    [line, count] = told(capsys).splitlines()
    assert line.endswith("TEA0000001 Team.Formed")
    assert count == "1 in all"


def test_whose_days_will_be_over_is_told_ahead(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def keep_for_a_week() -> None:
        async with open_desk(load(data=data)) as desk:
            adam, zoe = (desk.directory.person_by_username(name) for name in ("adam", "zoe"))
            assert adam is not None
            assert zoe is not None
            assert adam.organisation is not None
            by = signed(zoe.id)
            await desk.ledger.edit(
                Organisation, adam.organisation, lambda one: one.set_retention(7, by=by), by=by
            )
            by = signed(zoe.id)
            await desk.ledger.edit(
                Person, adam.id, lambda one: one.deactivate(reason="Left.", by=by), by=by
            )

    asyncio.run(keep_for_a_week())
    none = "0 people, 0 of records, of which 0 are held\n"

    run("retention", "--data", data)
    assert told(capsys) == none
    run("retention", "--within", 8, "--data", data)
    assert "is kept until" in told(capsys)
    run("retention", "--within", 8, "--as-of", "@4", "--data", data)
    assert told(capsys) == none


def test_proofs_hold_after_an_erasure(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def audit(*arguments: object) -> int:
        return guarded(lambda: app(["audit", *map(str, arguments)]))

    audit("key", "--data", data)
    key = told(capsys).strip()
    assert audit("checkpoint", "--data", data) == 0
    mina, reason = WORDS["username"], ("--reason", "She asked for it.")
    run("request", mina, "--as", "zoe", *reason, "--data", data)
    assert run("erase", mina, "--as", "zed", "--data", data) == 0
    bundle = tmp_path / "bundle"

    assert audit("export", bundle, "--data", data) == 0

    assert audit("verify", bundle, "--key", key) == 0
    assert not any(words.encode() in bundle.read_bytes() for words in WORDS.values())


def open_files_of(data: Path, found: dict[str, Any]) -> object:
    async def opened() -> object:
        settings = load(data=data)
        async with open_desk(settings) as desk:
            files = open_files(settings, desk.ledger.mapper.keys)
            [attached, *_] = found["attachments"]
            record = parse_reference(attached["record"])
            return files.open(attached["sha256"], found["id"], record)

    return asyncio.run(opened())


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("erase", "nobody", "--as", "zed"), "There is no person 'nobody'"),
        (("erase", WORDS["username"], "--as", "PER0009999"), "There is no person"),
        (("erase", WORDS["username"], "--as", "adam"), "Only another administrator"),
        (("erase", WORDS["username"], "--as", "zed"), "asked for before it is confirmed"),
        (("request", WORDS["username"], "--as", "zed", "--reason", " "), "needs a reason"),
    ],
)
def test_what_is_not_right_is_said_in_a_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], rule: str
) -> None:
    assert run(*arguments, "--data", data) == 2
    assert rule in told(capsys).replace("\n", " ")
