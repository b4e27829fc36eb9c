"""The routes of signing in, of passwords and of tokens."""

from typing import Any

from api import schemas
from api.credentials import Credentials
from api.http.routing import Operation, Route
from api.openapi import camel
from api.people import PRACTICE as PEOPLE
from api.people import IssueToken, RevokeToken, SetPassword
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS, accepted, reference_of
from api.sessions import Sessions, SignIn

TAG = "Identity"

TOKEN: dict[str, Any] = {
    "type": "object",
    "required": ["id", "hint", "scopes", "expires", "is_revoked", "calendar"],
    "properties": {
        "id": schemas.UUID_TEXT,
        "hint": {"type": "string", "description": "By which people tell their tokens apart."},
        "scopes": {"type": "array", "items": {"type": "string"}},
        "expires": {"anyOf": [schemas.INSTANT, {"type": "null"}]},
        "is_revoked": {"type": "boolean"},
        "calendar": {
            "anyOf": [schemas.NUMBER, {"type": "null"}],
            "description": "The calendar whose feed it opens, and nothing else.",
        },
    },
    "additionalProperties": False,
}
SESSION: dict[str, Any] = {
    "type": "object",
    "required": ["token", "expires", "person"],
    "properties": {
        "token": {"type": "string", "description": "To be sent as a bearer token."},
        "expires": schemas.INSTANT,
        "person": schemas.NUMBER,
    },
    "additionalProperties": False,
}
ME: dict[str, Any] = {
    "type": "object",
    "required": ["id", "number", "username", "name", "roles", "token"],
    "properties": {
        "id": schemas.UUID_TEXT,
        "number": schemas.NUMBER,
        "username": {"type": "string"},
        "name": {"type": "string"},
        "email": {"type": "string"},
        "organisation": {"anyOf": [schemas.UUID_TEXT, {"type": "null"}]},
        "roles": {"type": "array", "items": {"type": "string"}},
        "language": {"type": "string"},
        "zone": {"type": "string"},
        "is_operator": {"type": "boolean"},
        "token": TOKEN,
    },
    "additionalProperties": False,
}
ISSUED: dict[str, Any] = {
    **schemas.ACCEPTED,
    "description": "The token is told once: not to a repeat of the request.",
    "required": [*schemas.ACCEPTED["required"], "token_id"],
    "properties": {
        **schemas.ACCEPTED["properties"],
        "token_id": schemas.UUID_TEXT,
        "token": {"type": "string"},
    },
}


def identity_routes(sessions: Sessions, credentials: Credentials) -> list[Route]:
    return [
        Route(
            method="POST",
            path="/sessions",
            endpoint=sessions.sign_in,
            act="",
            operation=Operation(
                id="signIn",
                tag=TAG,
                summary="Sign in with a user name and a password",
                description="Answers with a token, and sets it as a cookie for pages.",
                body=SignIn,
                is_body_required=True,
                body_example={"username": "ann", "password": "correct horse battery"},
                responses={201: {"description": "Signed in.", "content": schemas.content(SESSION)}},
                problems=(
                    "bad_request",
                    "unauthenticated",
                    "cross_site",
                    "too_many_requests",
                    *OF_BODIES,
                ),
            ),
        ),
        Route(
            method="DELETE",
            path="/sessions/current",
            endpoint=sessions.sign_out,
            act="person.revoke_token",
            operation=Operation(
                id="signOut",
                tag=TAG,
                summary="Sign out",
                responses={204: {"description": "Signed out."}},
                problems=(*KNOWN_CALLER, "cross_site", "refused", "conflict"),
            ),
        ),
        Route(
            method="GET",
            path="/me",
            endpoint=sessions.me,
            act="person.read",
            operation=Operation(
                id="readMe",
                tag=TAG,
                summary="Who one is, and what the token is good for",
                responses={200: {"description": "You.", "content": schemas.content(ME)}},
                problems=KNOWN_CALLER,
            ),
        ),
        _of_person(
            "POST",
            "set-password",
            credentials.set_password,
            "Set the password of a person",
            SetPassword,
            {200: accepted("It is set.", schemas.ETAG, schemas.REPEAT)},
            {"password": "correct horse battery"},
        ),
        _of_person(
            "POST",
            "issue-token",
            credentials.issue,
            "Issue a token to a person",
            IssueToken,
            {
                201: {
                    "description": "It is issued.",
                    "headers": schemas.ETAG | schemas.REPEAT,
                    "content": schemas.content(ISSUED),
                }
            },
            {"name": "laptop", "scopes": ["read", "write"]},
        ),
        _of_person(
            "POST",
            "revoke-token",
            credentials.revoke,
            "Revoke a token of a person",
            RevokeToken,
            {200: accepted("It is revoked.", schemas.ETAG, schemas.REPEAT)},
            {"token_id": "0193a1f0-5c00-7abc-8def-0123456789ab"},
        ),
        Route(
            method="GET",
            path="/people/{ref}/tokens",
            endpoint=credentials.tokens_of,
            act="person.revoke_token",
            operation=Operation(
                id="listPersonTokens",
                tag=TAG,
                summary="List the tokens of a person, without their secrets",
                parameters=[reference_of(PEOPLE), schemas.AS_OF, schemas.KNOWN_AT],
                responses={
                    200: {
                        "description": "The tokens.",
                        "content": schemas.content(
                            {
                                "type": "object",
                                "required": ["data"],
                                "properties": {"data": {"type": "array", "items": TOKEN}},
                            }
                        ),
                    }
                },
                problems=(*KNOWN_CALLER, "not_found"),
            ),
        ),
    ]


def _of_person(
    method: str,
    name: str,
    endpoint: Any,
    summary: str,
    body: Any,
    responses: dict[int, dict[str, Any]],
    example: Any,
) -> Route:
    return Route(
        method=method,
        path=f"/people/{{ref}}/{name}",
        endpoint=endpoint,
        act=f"person.{name.replace('-', '_')}",
        operation=Operation(
            id=camel(f"{name} person".replace("-", " ")),
            tag=TAG,
            summary=summary,
            parameters=[reference_of(PEOPLE), schemas.IDEMPOTENCY_KEY],
            body=body,
            is_body_required=True,
            body_example=example,
            responses=responses,
            problems=(*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS, "not_found"),
        ),
    )
