"""The versions of service level policies over HTTP, as JSON and as documents, and their schema."""

from collections.abc import Iterator

from api import service_level_policies
from api.document_versions import Documents, version_routes
from api.http.routing import Route
from domain.service_level_document import AgreementDocument, schema
from domain.service_level_yaml import as_document, to_yaml

POLICIES = Documents(
    practice=service_level_policies.PRACTICE,
    noun="service level policy",
    as_document=lambda desk, agreement, name: as_document(agreement, name, desk.policy_names()),
    to_yaml=lambda desk, agreement, name: to_yaml(agreement, name, desk.policy_names()),
    fields=tuple(AgreementDocument.model_fields),
    needed=("calendar", "targets"),
    schema=schema,
    schema_act="service_level_policy_schema.read",
)


def policy_routes() -> Iterator[Route]:
    return version_routes(POLICIES)
