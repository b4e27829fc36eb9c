"""Knowledge articles over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.approvals import commands_of_definitions
from api.commands import Asked, Command, Creation, Practice
from api.fields import ArticleRef, Name, Note, OptionalName, OrganisationRef, TicketRef, Words
from api.http.bodies import Body
from api.http.calls import Call
from api.reference import word_of
from api.tickets import Nothing, WithReason, holds_of
from domain.aggregate import Aggregate
from domain.article import SHOWN_MAX, VERSIONS_MAX, Article
from domain.article_content import (
    LANGUAGE,
    ORGANISATIONS_MAX,
    REVIEW_DAYS_MAX,
    Audience,
    Content,
)
from domain.desk import Desk
from domain.policy import About, about, allow
from domain.recorder import Receipt


class TheArticle(Body):
    """What the article says, in which language, to whom, and until when that is believed."""

    title: Name
    text: Annotated[Words, Field(description="In Markdown.")]
    language: Annotated[
        str,
        Field(
            max_length=11,
            pattern=f"^{LANGUAGE}$",
            description="A tag of BCP 47: a language, with its script or region where needed.",
        ),
    ] = "en"
    category: OptionalName = ""
    audience: Annotated[
        Audience,
        Field(
            description="Who reads what is published: everybody, the people of these "
            "organisations, or those who work at the desk."
        ),
    ] = "agents"
    organisations: Annotated[list[OrganisationRef], Field(max_length=ORGANISATIONS_MAX)] = []
    review_after_days: Annotated[int, Field(ge=1, le=REVIEW_DAYS_MAX)] = 365
    of_version: Annotated[
        int,
        Field(
            ge=0,
            le=VERSIONS_MAX,
            description="For a translation, the version of the original that it renders.",
        ),
    ] = 0


class Revise(Body):
    definition: TheArticle

    def arguments(self) -> dict[str, Any]:
        plain = self.definition.model_dump()
        return super().arguments() | {"definition": msgspec.convert(plain, Content)}


class Draft(Revise):
    translation_of: ArticleRef | None = None
    ticket: Annotated[
        TicketRef | None, Field(description="The ticket that it is written for; it is linked.")
    ] = None


class GiveFeedback(Body):
    helpful: bool
    comment: Note = ""


class Deflect(Body):
    shown: Annotated[
        list[ArticleRef],
        Field(max_length=SHOWN_MAX, description="The articles that were suggested."),
    ] = []


class OfTicket(Body):
    ticket: TicketRef


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    if body.ticket is not None:
        _allow_link(call, await desk.ledger.find(Aggregate, body.ticket), "link")
    return await desk.draft_article(**body.arguments(), **asked.keywords)


def linking(act: str) -> Callable[[Call, Any, Any], Awaitable[dict[str, Any]]]:
    """Whoever answers a ticket by an article may link that ticket, too."""

    async def look_up(call: Call, _: Any, body: Any) -> dict[str, Any]:
        _allow_link(call, await call.context.ledger.find(Aggregate, body.ticket), act)
        return {}

    return look_up


def _allow_link(call: Call, ticket: Aggregate, act: str) -> None:
    allow(call.caller.actor, f"{word_of(type(ticket))}.{act}", about(ticket))


ARTICLE = {
    "title": "The printer shows E7",
    "text": "Open the tray, take the paper out, and close it again.",
    "language": "en",
    "category": "printing",
    "audience": "public",
}


def _commands() -> tuple[Command, ...]:
    found = commands_of_definitions(
        Article,
        revise=Command(
            method=Article.revise,
            body=Revise,
            summary="Change the draft; what is published stays until the draft is published",
            use=Desk.revise_article,
            example={"definition": ARTICLE},
        ),
        publish=Command(
            method=Article.publish,
            body=Nothing,
            summary="Publish the draft as the next version, which never changes",
            description="Nobody publishes what they wrote themselves. Where a process governs "
            "articles, what it approves is published by that.",
            use=Desk.publish_definition,
        ),
        retire="Take it out of use: it is read by those alone who work at the desk",
    )
    return tuple(
        msgspec.structs.replace(
            command,
            summary="Submit the draft for review",
            description="By the process that governs articles; where none does, by somebody else "
            "who publishes it or sends it back.",
        )
        if command.name == "submit"
        else command
        for command in found
    )


PRACTICE = Practice(
    kind=Article,
    plural="articles",
    what="article",
    title="Articles",
    creation=Creation(
        name="draft",
        body=Draft,
        summary="Write an article, anew, for a ticket, or as a translation",
        about=about_new,
        use=draft,
        example={"definition": ARTICLE},
    ),
    commands=(
        *_commands(),
        *holds_of(Article),
        Command(
            method=Article.send_back,
            body=WithReason,
            summary="Send the draft back to be written on",
            example={"reason": "Which tray?"},
        ),
        Command(
            method=Article.confirm,
            body=Nothing,
            summary="Say that what is published is still right, so that its time begins again",
        ),
        Command(
            method=Article.give_feedback,
            body=GiveFeedback,
            summary="Say whether it helped",
            description="Everybody says so once of each version; the latest word holds.",
            needs_version=False,
            example={"helpful": True, "comment": "It was the upper tray."},
        ),
        Command(
            method=Article.deflect,
            body=Deflect,
            summary="Say that it helped, so that no ticket is needed",
            description="Once a day and person; it is what deflection is counted from.",
            needs_version=False,
            example={"shown": ["KBA0000042"]},
        ),
        Command(
            method=Article.answer,
            body=OfTicket,
            summary="Answer a ticket by it: they are linked, and it is counted",
            use=Desk.answer,
            look_up=linking("link"),
            needs_version=False,
            example={"ticket": "INC0000042"},
        ),
        Command(
            method=Article.withdraw_answer,
            body=OfTicket,
            summary="Take the answer back",
            use=Desk.withdraw_answer,
            look_up=linking("unlink"),
            needs_version=False,
            example={"ticket": "INC0000042"},
        ),
    ),
)
