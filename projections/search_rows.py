"""What is kept of a record to find it by: its words, whom it is for, and the texts to show.

`words` are what the store looks up. Beside the words of all that everybody reads who may read the
record, it has words that begin with a mark: those of the title, those of what was said among
agents, what is a slip of the pen away from a name, and whom it is for. First come those of the
record, its head; then, as they came, those of what was said.

What it was is found backwards: each change notes what was otherwise before. What was said was only
ever added to, so of that it notes how much there was. Words that have left the head are in `gone`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.tables import Id, Key, Row, Table
from projections.words import SLIP_MIN, shortened, words_of

NAME = "search"
VERSION = 3

TICKETS = ("incident", "problem", "change", "question", "request")
KINDS = (*TICKETS, "article", "asset", "person")

NUMBER, TITLE, INTERNAL, SLIP, SCOPE = _MARKS = "#", "^", "~", "?", "="
GONE = "!"
PUBLIC = f"{SCOPE}public"
PUBLISHED = f"{SCOPE}published"

SAID_MAX = 65_536
"""How many characters of what was said on a ticket are found, in public and among agents each."""

Texts = dict[str, str]


class SearchRow(Row):
    id: Id
    place: int
    """The position at which it began, so what began later has a higher one."""
    kind: str
    number: str
    began: int
    """When it took effect that it began, as `held`."""
    held: int
    """Since when it is as it is, in microseconds since 1970: no change took effect later."""
    known: int
    """The position since which it is so."""
    head: int
    """The length of the head of the words."""
    title: str
    words: str = ""
    gone: str = ""
    texts: Texts = {}
    """What is written in it, by the names of the fields."""
    said: str = ""
    """What was said in public: replies, resolutions and answers."""
    internal: str = ""
    organisation: Id | None = None
    people: tuple[str, ...] = ()
    """Who has part in it, beside those who watch it."""
    owner: Id | None = None
    holder: Id | None = None
    watchers: tuple[str, ...] = ()
    is_published: bool = False
    """Of an article: whether what it shows is published, and not a draft or retired."""
    is_public: bool = False
    audience: tuple[str, ...] = ()
    """The organisations whose people read it, of what is published for some."""

    @property
    def scopes(self) -> set[str]:
        """Whom it is for, in words."""
        found = {of_person(person) for person in (*self.people, *self.watchers)}
        found |= {of_organisation(organisation) for organisation in self.audience}
        if self.organisation is not None:
            found.add(of_organisation(self.organisation))
        return found | {PUBLIC} if self.is_public else found


class ChangeRow(Row):
    """What was otherwise in a record before a change."""

    id: Id
    position: int
    held: int
    """When it took effect, as in the record."""
    said: int
    """How long was what was said in public,"""
    internal: int
    """what was said among agents,"""
    tail: int
    """and the words of both."""
    written: dict[str, Any] = {}
    """By the names of columns."""


class WordRow(Row):
    word: str
    known: int
    """The position at which it came."""
    held: int
    """The first moment at which it took effect that a record has it."""


SEARCH = Table(
    NAME,
    VERSION,
    SearchRow,
    key=("id",),
    indexes=[("place", "began")],
    sought=("words", "gone", "place"),
)
CHANGES = Table("search_changes", VERSION, ChangeRow, key=("id", "position"))
VOCABULARY = Table("search_vocabulary", VERSION, WordRow, key=("word",), least="held")
"""The words that were ever in a record and can be longer ones of some that are asked."""
START_MIN = 3
"""Shorter words are not taken for the beginnings of longer ones."""


def of_kind(kind: str) -> str:
    return f"{SCOPE}{kind}"


def of_person(id: str) -> str:
    return f"{SCOPE}p:{id}"


def of_organisation(id: str) -> str:
    return f"{SCOPE}o:{id}"


def reword(row: SearchRow) -> None:
    """Make the head of the words anew."""
    before, tail = row.words[: row.head], row.words[row.head :]
    head = head_of(row)
    if left := {*before.split()} - {*head.split(" ")}:
        row.gone = " ".join(sorted({*row.gone.split(), *marked(GONE, left)}))
    row.words, row.head = head + tail, len(head)


def head_of(row: SearchRow) -> str:
    """The words of all but what was said."""
    title, text = words_of(row.title), words_of("\n".join(row.texts.values()))
    return " ".join(
        (
            of_kind(row.kind),
            *((PUBLISHED,) if row.is_published else ()),
            *sorted(row.scopes),
            f"{NUMBER}{row.number.lower()}",
            *marked(TITLE, title),
            *title,
            *(_slips(title) if row.kind in NAMED else ()),
            *(marked(SLIP, text) if row.kind in NAMED else ()),
            *text,
        )
    )


NAMED = frozenset({"asset", "person"})
"""The kinds that are called by a name, of which a slip of the pen is found too."""


def marked(mark: str, words: Iterable[str]) -> list[str]:
    return [f"{mark}{word}" for word in words]


def slips(word: str) -> set[str]:
    """By what a word is found that is a slip of the pen away from another that has one of them.
    A number with a slip in it is another number."""
    return shortened(word) | {word} if len(word) >= SLIP_MIN and word.isalpha() else {word}


def long_words(words: str) -> set[Key]:
    """The keys of the vocabulary that words of a row have. Those of a title are there without a
    mark, too."""
    plain = words.replace(f" {INTERNAL}", " ").split(" ")
    return {(word,) for word in plain if len(word) > START_MIN and word[0] not in _MARKS}


def _slips(title: Iterable[str]) -> list[str]:
    return sorted({f"{SLIP}{slip}" for word in title for slip in slips(word)})


def write(row: SearchRow, texts: Mapping[str, str | None]) -> None:
    """Put some texts in the place of those of their names; one of them may be the title."""
    title = texts.get("title")
    row.title = row.title if title is None else title
    told = {name: said for name, said in texts.items() if said is not None and name != "title"}
    row.texts = {**row.texts, **told}


def say(row: SearchRow, said: str) -> None:
    """Add what was said in public."""
    said = said[: SAID_MAX - len(row.said)]
    if said:
        row.said = _joined(row.said, said)
        row.words = " ".join((row.words, *words_of(said)))


def say_internally(row: SearchRow, said: str) -> None:
    """Add what was said among agents."""
    said = said[: SAID_MAX - len(row.internal)]
    if said:
        row.internal = _joined(row.internal, said)
        row.words = " ".join((row.words, *marked(INTERNAL, words_of(said))))


def _joined(before: str, said: str) -> str:
    return f"{before}\n{said}" if before else said
