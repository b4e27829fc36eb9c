"""Mails as they come in: who wrote them, and what of them is the sender's own."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.mail_received import Received, received


def mail(text: str = "approve", *, html: str = "", **headers: str) -> bytes:
    message = EmailMessage()
    given = {"From": "Dan <Dan@Example.org>", "To": "desk+x@desk.example", **headers}
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    if html:
        message.set_content(html, subtype="html")
    else:
        message.set_content(text)
    return message.as_bytes()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("approve", ["approve"]),
        ("\r\n\r\n  Approve.  \r\nThanks\r\n", ["Approve.", "Thanks"]),
        (
            "reject too risky\n\nOn Mon, 2 Mar 2026 at 10:00, Desk wrote:\n> approve",
            ["reject too risky"],
        ),
        ("> approve\n", []),
        ("", []),
    ],
)
def test_what_somebody_quotes_is_not_their_own(text: str, lines: list[str]) -> None:
    found = received(mail(text)).lines

    assert [line for line in found if line] == lines


def test_of_a_page_its_text_is_read_without_what_it_quotes() -> None:
    html = (
        "<html><head><style>p {}</style></head><body><p>reject &amp; <b>stop</b></p>"
        "<blockquote><p>approve</p></blockquote></body></html>"
    )

    found = received(mail(html=html)).lines

    assert [line for line in found if line] == ["reject & stop"]


def test_the_sender_and_all_recipients_are_known() -> None:
    found = received(
        mail(Cc="B <b@x.example>", Delivered_To="c@x.example", Message_ID="<1@x>"), ["d@x.example"]
    )

    assert (found.sender, found.message_id) == ("dan@example.org", "<1@x>")
    assert set(found.recipients) == {
        "d@x.example",
        "desk+x@desk.example",
        "b@x.example",
        "c@x.example",
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x=1"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"List_Id": "<all.x>"},
        {"From": "MAILER-DAEMON@x.example"},
        {"From": ""},
    ],
)
def test_what_a_program_wrote_is_known(headers: dict[str, str]) -> None:
    assert received(mail(**headers)).is_automatic


def test_what_a_person_wrote_is_known() -> None:
    assert not received(mail(Auto_Submitted="no", Return_Path="<dan@example.org>")).is_automatic


@given(raw=st.binary(max_size=400))
def test_whatever_comes_is_read(raw: bytes) -> None:
    assert isinstance(received(raw), Received)


@given(
    name=st.sampled_from(["From", "To", "Content-Type", "Message-ID", "Content-Transfer-Encoding"]),
    value=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=80),
)
def test_whatever_its_headers_say_a_mail_is_read(name: str, value: str) -> None:
    raw = f"{name}: {value}\nSubject: x\n\napprove\n".encode("latin-1")

    assert isinstance(received(raw), Received)
