"""What the desk defines for its own use, over HTTP: defined, revised and retired."""

from typing import Any

import msgspec
from pydantic import create_model

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name
from api.http.bodies import Body
from api.http.calls import Call
from api.reference import word_of
from api.tickets import Nothing
from domain.desk import Desk
from domain.plain_definition import PlainDefinition
from domain.policy import About
from domain.recorder import Receipt


class Definition(Body):
    """The body of a definition; `checked` looks at what the record itself cannot."""

    async def checked(self, call: Call) -> None:
        """Raises Problem for what is wrong besides."""


def practice_of(
    kind: type[PlainDefinition[Any]],
    body: type[Definition],
    definition: type[msgspec.Struct],
    *,
    title: str,
    plural: str = "",
    example: dict[str, Any],
) -> Practice:
    """The routes of a kind, whose definitions have this body and become this Struct."""

    class Named(Body):
        def arguments(self) -> dict[str, Any]:
            said = super().arguments()
            plain = said["definition"].model_dump()
            return said | {"definition": msgspec.convert(plain, definition, str_keys=True)}

    what = word_of(kind)
    name = kind.__name__
    fields: Any = {"name": (Name, ...), "definition": (body, ...)}
    define = create_model(f"Define{name}", __base__=Named, **fields)
    revise = create_model(f"Revise{name}", __base__=Named, **fields)

    async def defined(desk: Desk, given: Any, asked: Asked, call: Call) -> Receipt:
        await given.definition.checked(call)
        return await begin(kind, kind.define)(desk, asked, **given.arguments())

    async def checked(call: Call, record: Any, given: Any) -> dict[str, Any]:
        await given.definition.checked(call)
        return {}

    return Practice(
        kind=kind,
        plural=plural or f"{what.replace('_', '-')}s",
        what=what,
        title=title,
        creation=Creation(
            name="define",
            body=define,
            summary=f"Define a {kind.what}",
            about=lambda call, _: About(organisation=call.caller.person.organisation),
            use=defined,
            example=example,
        ),
        commands=(
            Command(
                method=kind.revise,
                body=revise,
                summary="Define it anew, as its next version",
                look_up=checked,
                example=example,
            ),
            Command(method=kind.retire, body=Nothing, summary="Take it out of use"),
        ),
    )
