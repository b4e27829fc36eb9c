"""What subscribers of saved views are told by mail, to a real mail server."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from domain.incident import Incident
from domain.person import Role
from domain.saved_view import Mailing, SavedView
from domain.unsubscribe_link import opened
from tests.temporal import shared_server
from tests.workflows.floor import Floor
from tests.workflows.machinery import eventually
from tests.workflows.mail_server import Mailbox, receiving
from tests.workflows.post import KEY, Post, mailing
from workflows import view_mails
from workflows.mail_sending import send

SOON = Mailing(every="change")
DAILY = Mailing(every="day", at="08:00")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@pytest.fixture
def post(floor: Floor, box: Mailbox) -> Post:
    return Post(floor, box)


async def test_changes_go_bundled_and_each_is_told_once(post: Post) -> None:
    await post.incident("Before")
    view = await post.view()
    await post.subscribe(view, "bea", SOON)
    nothing = await post.turn(view)
    first = await post.incident("First")
    await post.turn(view)
    await post.act(Incident, first, "cancel", reason="No trouble.")
    waits = await post.turn(view)
    await post.incident("Second")

    post.at = datetime.now(UTC) + view_mails.BUNDLED
    await post.turn(view)
    await post.turn(view)

    assert post.told == ["Open: 1 entered", "Open: 1 entered"]
    assert nothing.until is not None
    assert waits.until is not None
    assert timedelta(minutes=14) < waits.until - datetime.now(UTC) <= view_mails.BUNDLED
    plain = post.box.mails[0].get_content()
    assert "First" in plain
    assert re.search(r"https://desk.example/tickets/INC\d+", plain)
    assert "Before" not in plain


async def test_what_left_and_what_passed_by_is_told_apart(post: Post) -> None:
    view = await post.view(filter="status != 'cancelled'")
    stays, goes = await post.incident("Stays"), await post.incident("Goes")
    await post.subscribe(view, "bea", SOON)
    await post.act(Incident, goes, "cancel", reason="No trouble.")
    passes = await post.incident("Passes")
    await post.act(Incident, passes, "cancel", reason="No trouble.")

    await post.turn(view)

    assert post.told == ["Open: 1 left, 1 entered and left again"]
    assert str(stays) not in post.box.mails[0].get_content()


async def test_the_link_in_a_mail_ends_it_by_one_click(post: Post) -> None:
    view = await post.view()
    await post.subscribe(view, "bea", SOON)
    await post.incident()

    await post.turn(view)

    [mail] = post.box.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [link] = re.findall(r"<https://desk.example/unsubscribe/(\S+)>", str(mail["List-Unsubscribe"]))
    subscription = opened(KEY, link)
    assert (subscription.view, subscription.person) == (view, post.company.people["bea"])


async def test_a_digest_tells_a_day_at_the_persons_own_time_however_late_it_goes(
    post: Post,
) -> None:
    await post.company.hire("eva", post.company.operator, Role.AGENT, zone="Asia/Tokyo")
    view = await post.view("bea")
    await post.act(SavedView, view, "share", shared_with="organisation")
    post.at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    await post.subscribe(view, "eva", DAILY)
    await post.incident("On the first day")
    due = await post.turn(view)
    post.at = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
    await post.incident("On the second day")

    await post.turn(view)
    again = await post.turn(view)

    assert due.until == datetime(2027, 3, 1, 23, tzinfo=UTC)
    assert again.until == datetime(2027, 3, 2, 23, tzinfo=UTC)
    [mail] = post.box.mails
    assert "On the first day" in mail.get_content()
    assert "On the second day" not in mail.get_content()


async def test_a_day_on_which_nothing_changed_sends_nothing(post: Post) -> None:
    view = await post.view()
    post.at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    await post.subscribe(view, "bea", DAILY)

    post.at += timedelta(days=2)
    await post.turn(view)

    assert post.box.mails == []


async def test_nobody_is_told_more_than_they_may_read(post: Post) -> None:
    view = await post.view("bea")
    await post.act(SavedView, view, "share", shared_with="organisation")
    await post.company.hire("eva", post.company.operator)
    await post.subscribe(view, "bea", SOON)
    await post.subscribe(view, "eva", SOON)
    await post.incident("Of a customer")

    await post.turn(view)

    assert [str(mail["To"]).partition(" ")[0] for mail in post.box.mails] == ["Bea"]


@pytest.mark.parametrize("how", ["leaves", "unshared"])
async def test_whoever_may_not_use_it_any_more_hears_no_more(post: Post, how: str) -> None:
    view = await post.view("bea")
    await post.act(SavedView, view, "share", shared_with="organisation")
    await post.subscribe(view, "cem", SOON)
    await post.incident()
    if how == "leaves":
        await post.company.leave("cem")
    else:
        await post.act(SavedView, view, "share", shared_with="nobody")

    over = await post.turn(view)

    assert over.is_over
    assert post.box.mails == []
    [ended] = post.floor.events(view, SavedView.Unsubscribed)
    assert ended.because == "may not use it any more"


async def test_what_happened_while_somebody_had_not_subscribed_is_not_told(post: Post) -> None:
    view = await post.view()
    await post.subscribe(view, "bea", SOON)
    await post.act(SavedView, view, "unsubscribe", person=post.company.people["bea"])
    await post.incident("Meanwhile")
    await post.subscribe(view, "bea", SOON)

    await post.turn(view)

    assert post.box.mails == []


async def test_a_mail_of_which_nobody_knows_whether_it_went_is_made_again_as_it_was(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await post.view()
    await post.subscribe(view, "bea", SOON)
    await post.incident("First")

    async def killed(*given: Any) -> None:
        await send(*given)
        raise ApplicationError("Killed.")

    monkeypatch.setattr(view_mails, "send", killed)
    with pytest.raises(ApplicationError):
        await post.turn(view)
    monkeypatch.undo()
    await post.incident("Second")
    await post.turn(view)
    post.at = datetime.now(UTC) + view_mails.BUNDLED
    await post.turn(view)

    first, again, last = post.box.mails
    assert first["Message-ID"] == again["Message-ID"] != last["Message-ID"]
    assert first.get_content() == again.get_content()
    assert "Second" in last.get_content()
    assert "First" not in last.get_content()


# By Temporal -------------------------------------------------------------------------------


async def test_every_change_is_told_whatever_ends_in_between(
    post: Post, live_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOOK_AGAIN", "BUNDLED", "TRY_AGAIN"):
        monkeypatch.setattr(view_mails, name, timedelta(milliseconds=50))
    queue = f"mail-{uuid4()}"
    view = await post.view()
    post.box.says = "451 Later"

    async with mailing(post, live_client, queue):
        await post.subscribe(view, "bea", SOON)
        await post.incident("First")
        await eventually(lambda: post.box.tries >= 1)
    await post.incident("Second")
    post.box.says = "250 OK"
    async with mailing(post, live_client, queue):
        await eventually(lambda: len(post.box.mails) == 2)
        bea = post.company.people["bea"]
        await post.act(SavedView, view, "unsubscribe", person=bea)
        number = (await post.floor.ledger.find(SavedView, view)).number
        await live_client.get_workflow_handle(f"mailing/{number}").result()

    first, second = (mail.get_content() for mail in post.box.mails)
    assert ("First" in first, "Second" in first) == (True, False)
    assert ("First" in second, "Second" in second) == (False, True)


async def test_each_change_is_told_once_though_who_tells_it_is_killed_at_any_moment(
    post: Post, live_client: Client, tmp_path: Path
) -> None:
    queue, box = f"mail-{uuid4()}", post.box
    view = await post.view()
    await post.subscribe(view, "bea", SOON)
    made = 0
    for _ in range(2):
        async with process(tmp_path, live_client.namespace, queue, box.port):
            for _ in range(2):
                before = len(box.mails)
                made += 1
                await post.incident(f"Number {made}.")
                await eventually(lambda before=before: len(box.mails) > before)

    def told() -> list[str]:
        once = {str(mail["Message-ID"]): mail.get_content() for mail in box.mails}
        return re.findall(r"Number \d+\.", "".join(once.values()))

    async with process(tmp_path, live_client.namespace, queue, box.port):
        await eventually(lambda: len(told()) >= made)

    assert sorted(told()) == sorted(f"Number {number}." for number in range(1, made + 1))
    contents = {(str(mail["Message-ID"]), mail.get_content()) for mail in box.mails}
    assert len(contents) == len({id for id, _ in contents})


@asynccontextmanager
async def process(folder: Path, namespace: str, queue: str, port: int) -> AsyncIterator[None]:
    """Another process that tells people of views, and is killed in the end."""
    address = shared_server(time_skipping=False).address
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.workflows.post_process"),
        *(str(folder), address, namespace, queue, str(port)),
    )
    try:
        yield
    finally:
        running.kill()
        await running.wait()
