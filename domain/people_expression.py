"""People that an expression finds in the directory: the selector `cel:EXPRESSION`.

`people` are all in the directory, and the expression gives some of them, or their user names:
`people.filter(p, "approver" in p.roles && "Network" in p.teams)`. The fields of the subject can be
asked for as in conditions. It is checked when it is written, and limited, as conditions are.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal

from msgspec import Struct, structs

from domain.cel import library
from domain.conditions import variables, vocabulary
from domain.expression import Expression
from domain.expression_hints import type_called
from domain.expression_tree import Loop, Name
from domain.field_uses import Plain, Reading, Uses, literals
from domain.person import Role
from domain.rules import require
from domain.subjects import FIELDS, Field, SubjectKind, Value
from domain.wrong_expression import WrongExpression

PERSON = "directory.Person"
PIECE = 100
"""So many people are looked at in one evaluation: what it takes grows with their square."""
PEOPLE_MAX = 1_000
"""So many people at most, where an expression needs all of them at once."""

PERSON_FIELDS = (
    Field("username", "text", "The user name."),
    Field("teams", "texts", "The names of the teams the person is a member of."),
    Field("roles", "texts", "The roles of the person.", tuple(Role)),
    Field("organisation", "text", "The name of the organisation the person belongs to."),
    Field("manager", "text", "The user name of the person's manager, empty without one."),
    Field("is_active", "yes or no", "False for somebody who was deactivated."),
)


class Row(Struct, frozen=True, kw_only=True):
    """A person, as expressions see them: see PERSON_FIELDS."""

    username: str
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    organisation: str = ""
    manager: str = ""
    is_active: bool = True


def people(
    expression: str,
    kind: SubjectKind,
    subject_facts: Mapping[str, Value],
    directory_rows: Iterable[Row],
) -> tuple[str, ...]:
    """The user names of those whom an expression gives for a subject, each once, in its order.

    Raises Refused where it cannot be compiled, or has no answer.
    """
    return people_expression(expression, kind).usernames(subject_facts, tuple(directory_rows))


@lru_cache(maxsize=200)
def people_expression(text: str, kind: SubjectKind) -> "PeopleExpression":
    """The expression with this text, compiled once. Raises WrongExpression."""
    return PeopleExpression(text, kind)


class PeopleExpression:
    """A compiled expression for people. Threads may share it."""

    def __init__(self, text: str, kind: SubjectKind) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        words = vocabulary(kind)
        fields = {field.name: field for field in PERSON_FIELDS}
        asked = structs.replace(words, people=fields)
        self._expression = Expression(text, _environment(kind), asked)
        given = self._expression.type
        if given not in ("list(string)", f"list({PERSON})"):
            rule = f"people or a list of user names are given here, and not {type_called(given)}."
            raise WrongExpression(1, 1, rule)
        self._reading = Reading(self._expression.tree, FIELDS[kind])
        self.fields = self._reading.fields
        """The fields of the subject that it reads, without `subject.`."""
        self._passes = _passes(self._expression)

    @property
    def uses(self) -> Uses:
        """What it asks of each field of the subject."""
        return self._reading.uses

    @property
    def literals(self) -> frozenset[Plain]:
        """All texts, numbers and moments that are written in it."""
        return literals(self._expression.tree)

    def usernames(
        self, subject_facts: Mapping[str, Value], directory_rows: Sequence[Row]
    ) -> tuple[str, ...]:
        """Those whom it gives for a subject, each once. Raises Refused where it has no answer."""
        values = self._reading.values(subject_facts)
        rows = directory_rows if self._passes != "none" else ()
        size = PIECE
        if self._passes == "several":
            size = PEOPLE_MAX
            require(
                len(rows) <= PEOPLE_MAX,
                f"There are {len(rows)} people, and with more than {PEOPLE_MAX} an expression "
                "goes over them only once, as people.filter(p, …) does.",
            )
        found: dict[str, None] = {}
        for start in range(0, max(len(rows), 1), size):
            piece = [_message(row) for row in rows[start : start + size]]
            for each in self._expression.evaluate({**values, "people": piece}):
                found[each if isinstance(each, str) else each.username] = None
        return tuple(username for username in found if username)


def _passes(expression: Expression) -> Literal["none", "once", "several"]:
    """How it goes over the people: once if it is a chain of filters and maps, which give for the
    pieces of a list the pieces of what they give for the whole."""
    nodes = expression.tree.walk()
    named = sum(isinstance(node, Name) and node.name == "people" for node in nodes)
    if named == 0:
        return "none"
    node = expression.tree.root
    while isinstance(node, Loop):
        node = node.over
    is_chain = isinstance(node, Name) and node.name == "people"
    return "once" if is_chain and named == 1 else "several"


# People are messages of a type that is made here, so that their fields are checked by the compiler.


@cache
def _pool() -> Any:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Described
    from google.protobuf.descriptor_pb2 import FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool

    package, name = PERSON.split(".")
    file = FileDescriptorProto(name="directory.proto", package=package, syntax="proto3")
    message = file.message_type.add(name=name)
    for number, field in enumerate(PERSON_FIELDS, 1):
        message.field.add(
            name=field.name,
            number=number,
            type=Described.TYPE_BOOL if field.type == "yes or no" else Described.TYPE_STRING,
            label=Described.LABEL_REPEATED if field.type == "texts" else Described.LABEL_OPTIONAL,
        )
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


@cache
def _message_type() -> Any:
    from google.protobuf.message_factory import GetMessageClass

    return GetMessageClass(_pool().FindMessageTypeByName(PERSON))


def _message(row: Row) -> Any:
    return _message_type()(
        username=row.username,
        teams=row.teams,
        roles=row.roles,
        organisation=row.organisation,
        manager=row.manager,
        is_active=row.is_active,
    )


@cache
def _environment(kind: SubjectKind) -> Any:
    cel = library()
    return cel.NewEnv(
        descriptor_pool=_pool(),
        variables={**variables(kind), "people": cel.Type.List(cel.Type(PERSON))},
    )
