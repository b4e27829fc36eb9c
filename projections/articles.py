"""Knowledge articles: which there are, for whom, and how they are found; what they say beside.

A row says what is published; before anything is, what the draft says.
"""

from typing import Any

from domain.aggregate import Entry, Event
from domain.approval_round_state import GivenUp
from domain.article import Article, Status
from domain.article_content import Content
from domain.definition import digest
from domain.ids import as_id
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    as_json,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.view import Cases, View

NAME = "articles"
VERSION = 3


class ArticleRow(Row):
    id: Id
    number: str
    title: str
    language: str
    category: str
    audience: str
    translation_of: Id | None
    at: Instant
    """When something last happened to it."""
    version: int
    position: int
    status: str = "draft"
    is_public: bool = False
    """Whether it is for everybody to read now."""
    author: Id | None = None
    """Who wrote last."""
    published_version: int = 0
    published_at: Instant | None = None
    review_due: Instant | None = None
    of_version: int = 0
    """For a translation, the version of the original that it renders."""
    is_outdated: bool = False
    """Whether the original of a translation has a newer version."""
    helpful: int = 0
    """How many people say so of the latest version."""
    unhelpful: int = 0
    answers: int = 0
    """How many tickets it answers."""
    deflections: int = 0
    """How often somebody said that it made a ticket needless."""


class PageRow(Row):
    """What is not listed: the text, and what is known only to those who work on it."""

    id: Id
    text: str = ""
    organisations: tuple[str, ...] = ()
    digest: str = ""
    """That of what is published."""
    draft: Json = {}
    draft_status: str = ""
    """Where the draft is on its way; empty if all of it is published."""
    ticket: Id | None = None
    """The ticket that it was written for."""


class DraftRow(Row):
    """How far a draft is."""

    id: Id
    digest: str = ""
    granted: str = ""
    """The digest of what a round approved."""
    is_submitted: bool = False
    is_in_round: bool = False


class AudienceRow(Row):
    """An organisation whose people read an article."""

    article: Id
    organisation: Id


class VersionRow(Row):
    article: Id
    number: int
    title: str
    language: str
    audience: str
    digest: str
    published_by: str
    published_at: Instant
    round: int


class FeedbackRow(Row):
    """What a person says of a version; their latest word."""

    article: Id
    number: int
    person: str
    helpful: bool
    comment: str
    at: Instant


class OriginalRow(Row):
    """An article that others translate, by the version that is published."""

    id: Id
    number: int = 0
    translations: tuple[str, ...] = ()


ARTICLES = Table(
    NAME,
    VERSION,
    ArticleRow,
    key=("id",),
    indexes=[
        ("number",),
        ("status", "review_due"),
        ("language", "category"),
        ("translation_of", "language"),
        ("review_due",),
        ("at", "id"),
    ],
    past=(),
)
PAGES = Table(f"{NAME}_pages", VERSION, PageRow, key=("id",))
AUDIENCE = Table(
    f"{NAME}_audience",
    VERSION,
    AudienceRow,
    key=("article", "organisation"),
    indexes=[("organisation", "article")],
    past=(),
)
DRAFTS = Table(f"{NAME}_drafts", VERSION, DraftRow, key=("id",))
VERSIONS = Table(f"{NAME}_versions", VERSION, VersionRow, key=("article", "number"))
FEEDBACK = Table(f"{NAME}_feedback", VERSION, FeedbackRow, key=("article", "number", "person"))
ORIGINALS = Table(f"{NAME}_originals", VERSION, OriginalRow, key=("id",))

CASES = Cases[Any]()
APPROVALS = Cases[Any]()
"""What becomes of the draft."""


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Article.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Article.Drafted):
        _begin(entry, event, rows)
    row, page, draft = rows.get(ARTICLES, id), rows.get(PAGES, id), rows.get(DRAFTS, id)
    if case := CASES.of(type(event)):
        case(event, row, rows)
    if approved := APPROVALS.of(type(event)):
        approved(event, draft)
    page.draft_status = "" if row.status == Status.RETIRED else _draft_status(page, draft)
    if row.status in (Status.DRAFT, Status.IN_REVIEW):
        row.status = page.draft_status
    row.at = instant(event.by.effective_at)
    row.version = entry.originator_version
    row.position = entry.position
    note_original(entry, rows)


def _draft_status(page: PageRow, draft: DraftRow) -> str:
    if draft.digest == page.digest:
        return ""
    is_approved = draft.granted == draft.digest
    in_review = draft.is_submitted or draft.is_in_round or is_approved
    return Status.IN_REVIEW if in_review else Status.DRAFT


def _begin(entry: Entry, event: Article.Drafted, rows: Rows) -> None:
    id, original = id_text(entry.originator_id), id_or_none(event.translation_of)
    rows.put(
        ARTICLES,
        ArticleRow(
            id=id,
            number=number_text(entry.originator_id),
            title="",
            language="",
            category="",
            audience="",
            translation_of=original,
            at=instant(event.by.effective_at),
            version=1,
            position=entry.position,
        ),
    )
    rows.put(PAGES, PageRow(id, ticket=id_or_none(event.ticket)))
    rows.put(DRAFTS, DraftRow(id))
    if original is not None:
        known = rows.find(ORIGINALS, original) or rows.put(ORIGINALS, OriginalRow(original))
        known.translations = (*known.translations, id)


def note_original(entry: Entry, rows: Rows) -> None:
    """Take note of what is published of an article that others may translate."""
    if not isinstance(entry.event, Article.VersionPublished):
        return
    id, number = id_text(entry.originator_id), entry.event.number
    known = rows.find(ORIGINALS, id) or rows.put(ORIGINALS, OriginalRow(id))
    known.number = number
    for translation in known.translations:
        row = rows.get(ARTICLES, translation)
        row.is_outdated = row.of_version < number


# What it says ------------------------------------------------------------------------------


@CASES.on(Article.Drafted, Article.Revised)
def _written(event: Article.Drafted, row: ArticleRow, rows: Rows) -> None:
    draft = rows.get(DRAFTS, row.id)
    row.author = id_or_none(as_id(event.by.actor))
    rows.get(PAGES, row.id).draft = as_json(event.definition)
    draft.digest = digest(event.definition)
    if not row.published_version:
        _show(event.definition, row, rows)


@CASES.on(Article.DraftAdopted)
def _adopted(event: Event, row: ArticleRow, _: Rows) -> None:
    row.author = id_or_none(as_id(event.by.actor))


@CASES.on(Article.VersionPublished)
def _published(event: Article.VersionPublished, row: ArticleRow, rows: Rows) -> None:
    content, at = event.definition, instant(event.by.effective_at)
    page, draft = rows.get(PAGES, row.id), rows.get(DRAFTS, row.id)
    if row.published_version:
        _close(row, page, rows)
    _show(content, row, rows)
    row.status = Status.PUBLISHED
    row.is_public = content.audience == "public"
    row.published_version, row.published_at = event.number, at
    row.review_due = instant_or_none(event.review_due)
    row.helpful = row.unhelpful = 0
    page.digest, draft.granted, draft.is_submitted = event.digest, "", False
    for organisation in page.organisations:
        rows.put(AUDIENCE, AudienceRow(row.id, organisation))
    rows.put(
        VERSIONS,
        VersionRow(
            article=row.id,
            number=event.number,
            title=content.title,
            language=content.language,
            audience=content.audience,
            digest=event.digest,
            published_by=event.by.actor,
            published_at=at,
            round=event.round,
        ),
    )


@CASES.on(Article.Retired)
def _retired(_: Event, row: ArticleRow, rows: Rows) -> None:
    row.status = Status.RETIRED
    _close(row, rows.get(PAGES, row.id), rows)


def _show(content: Content, row: ArticleRow, rows: Rows) -> None:
    page = rows.get(PAGES, row.id)
    row.title, row.language, row.category = content.title, content.language, content.category
    row.audience, row.of_version = content.audience, content.of_version
    page.text, page.organisations = content.text, tuple(map(str, content.organisations))
    if row.translation_of is not None:
        original = rows.peek(ORIGINALS, row.translation_of)
        row.is_outdated = original is not None and row.of_version < original.number


def _close(row: ArticleRow, page: PageRow, rows: Rows) -> None:
    """It is for no reader any more, as it was."""
    row.is_public = False
    for organisation in page.organisations:
        rows.remove(AUDIENCE, row.id, organisation)


# How far the draft is ----------------------------------------------------------------------


@CASES.on(Article.ReviewRequested)
def _requested(event: Event, row: ArticleRow, rows: Rows) -> None:
    row.author = id_or_none(as_id(event.by.actor))
    rows.get(DRAFTS, row.id).is_submitted = True


@APPROVALS.on(Article.SentBack)
def _sent_back(_: Event, draft: DraftRow) -> None:
    draft.is_submitted = False


@APPROVALS.on(Article.Submitted)
def _submitted(_: Event, draft: DraftRow) -> None:
    draft.is_in_round, draft.is_submitted, draft.granted = True, False, ""


@APPROVALS.on(Article.Approved)
def _approved(_: Event, draft: DraftRow) -> None:
    draft.is_in_round, draft.granted = False, draft.digest


@APPROVALS.on(Article.Rejected, GivenUp)
def _ended(_: Event, draft: DraftRow) -> None:
    draft.is_in_round = False


# How it serves -----------------------------------------------------------------------------


@CASES.on(Article.FellDue)
def _fell_due(_: Event, row: ArticleRow, __: Rows) -> None:
    row.status = Status.NEEDS_REVIEW


@CASES.on(Article.Confirmed)
def _confirmed(event: Article.Confirmed, row: ArticleRow, _: Rows) -> None:
    row.status, row.review_due = Status.PUBLISHED, instant(event.review_due)


@CASES.on(Article.FeedbackGiven)
def _felt(event: Article.FeedbackGiven, row: ArticleRow, rows: Rows) -> None:
    person = event.by.actor
    before = rows.peek(FEEDBACK, row.id, event.number, person)
    if before is not None and before.helpful:
        row.helpful -= 1
    elif before is not None:
        row.unhelpful -= 1
    if event.helpful:
        row.helpful += 1
    else:
        row.unhelpful += 1
    at = instant(event.by.effective_at)
    rows.put(FEEDBACK, FeedbackRow(row.id, event.number, person, event.helpful, event.comment, at))


@CASES.on(Article.Deflected)
def _deflected(_: Event, row: ArticleRow, __: Rows) -> None:
    row.deflections += 1


@CASES.on(Article.Answered)
def _answered(_: Event, row: ArticleRow, __: Rows) -> None:
    row.answers += 1


@CASES.on(Article.AnswerWithdrawn)
def _not_answered(_: Event, row: ArticleRow, __: Rows) -> None:
    row.answers -= 1


VIEW = View(
    NAME,
    VERSION,
    (ARTICLES, PAGES, AUDIENCE, DRAFTS, VERSIONS, FEEDBACK, ORIGINALS),
    fold,
    concerns=concerns,
    keyed=(ARTICLES, PAGES, DRAFTS),
)
