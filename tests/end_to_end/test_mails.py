"""Mails that come again, of a desk that runs: what enters a view, and reports."""

import json
import re
from email.message import EmailMessage
from typing import Any

import httpx2

from tests.end_to_end.desks import RunningDesk
from tests.end_to_end.processes import until

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def mailed(desk: RunningDesk, subject: str) -> EmailMessage:
    """The mail whose subject begins so, once it has come."""
    assert desk.mailbox is not None
    mails = desk.mailbox.mails
    # What a look came too early for is seen by the next one, a minute later.
    until(lambda: any(subject in str(mail["Subject"]) for mail in mails), 90, "mailed")
    return next(mail for mail in mails if subject in str(mail["Subject"]))


def test_what_enters_a_view_is_mailed_and_one_click_ends_it(desk: RunningDesk) -> None:
    body: Any = {"name": "Kettles", "list": "incidents", "asking": {"filter": "title == 'Kettle'"}}
    view = f"/saved-views/{desk.post('ann', '/saved-views', **body)['number']}"
    desk.post("ann", f"{view}/subscribe", mailing={"every": "change"})

    made = desk.post("ann", "/incidents", title="Kettle")
    desk.get("ann", f"/incidents?limit=1&min_position={made['position']}")
    # Whoever subscribes otherwise is seen to at once.
    desk.post("ann", f"{view}/subscribe", mailing={"every": "change", "at": "09:00"})
    mail = mailed(desk, "Kettles: 1 entered")
    ended = httpx2.post(str(mail["List-Unsubscribe"]).strip("<>"), data=ONE_CLICK)

    assert re.search(rf"http\S+/tickets/{made['number']}", mail.get_content())
    assert ended.status_code == 200
    assert desk.get("ann", view)["mailings"] == {}


def test_a_report_is_mailed_with_the_figures_that_its_address_answers(desk: RunningDesk) -> None:
    ann = desk.get("ann", "/me")["number"]
    body: Any = {
        "name": "Open by kind",
        "contents": {"report": "backlog", "by": ["kind"]},
        "rhythm": {"every": "month"},
        "people": [ann],
    }
    at = f"/report-schedules/{desk.post('ann', '/report-schedules', **body)['number']}"

    desk.post("ann", f"{at}/run-now")
    mail = mailed(desk, "Preview: Open by kind")
    body_of_it = mail.get_body(("plain",))
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}

    assert body_of_it is not None
    [path] = re.findall(r"http\S+/api/v1(/reports/backlog\S+)", body_of_it.get_content())
    sent = json.loads(files["backlog.json"])
    assert sent == desk.person("ann").get(path).json()
    assert sent["total"]["counted"] > 0
    [told] = [
        one["changed"]
        for one in desk.get("ann", f"{at}/history?limit=200")["data"]
        if one["event"] == "Delivered"
    ]
    assert (told["outcome"], told["position"]) == ("sent", sent["position"])
