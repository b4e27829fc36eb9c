"""How every process reaches Temporal, embedded or a cluster, and what it finds prepared there."""

import asyncio
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    DescribeNamespaceResponse,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode, TLSConfig

from workflows.converter import DATA_CONVERTER

RETENTION = timedelta(days=90)
"""How long Temporal keeps a closed workflow; the server's own default is one day."""

NAMESPACE_SECONDS = 30.0


async def connect(
    address: str,
    namespace: str = "default",
    *,
    tls: bool | TLSConfig | None = None,
    api_key: str | None = None,
) -> Client:
    """A client that converts payloads as our workflows do. With an API key, TLS is on by default.

    Raises RuntimeError when nothing answers at `address`.
    """
    return await Client.connect(
        address, namespace=namespace, tls=tls, api_key=api_key, data_converter=DATA_CONVERTER
    )


def tls(
    *,
    root_certificate: Path | None = None,
    client_certificate: Path | None = None,
    client_key: Path | None = None,
    server_name: str | None = None,
) -> TLSConfig:
    """TLS settings from PEM files; `server_name` where the certificate names another host."""

    def pem(file: Path | None) -> bytes | None:
        return None if file is None else file.read_bytes()

    return TLSConfig(
        server_root_ca_cert=pem(root_certificate),
        client_cert=pem(client_certificate),
        client_private_key=pem(client_key),
        domain=server_name,
    )


async def prepare_namespace(
    address: str,
    namespace: str = "default",
    retention: timedelta = RETENTION,
    *,
    tls: bool | TLSConfig | None = None,
    api_key: str | None = None,
) -> None:
    """Makes the namespace if there is none, sets its retention, and waits until it is usable."""
    client = await connect(address, namespace, tls=tls, api_key=api_key)
    kept = Duration()
    kept.FromTimedelta(retention)
    try:
        found = await _describe(client)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        await _register(client, kept)
        return
    if found.config.workflow_execution_retention_ttl != kept:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(
                namespace=namespace, config=NamespaceConfig(workflow_execution_retention_ttl=kept)
            )
        )


async def namespace_id(client: Client) -> str:
    """Names the database behind the namespace: another id means that it was replaced."""
    return (await _describe(client)).namespace_info.id


async def _describe(client: Client) -> DescribeNamespaceResponse:
    return await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )


async def _register(client: Client, retention: Duration) -> None:
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=client.namespace, workflow_execution_retention_period=retention
            )
        )
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise
    async with asyncio.timeout(NAMESPACE_SECONDS):
        while not await _is_usable(client):
            await asyncio.sleep(0.1)


async def _is_usable(client: Client) -> bool:
    """Temporal refuses a new namespace until its caches have heard of it."""
    try:
        await client.workflow_service.count_workflow_executions(
            CountWorkflowExecutionsRequest(namespace=client.namespace)
        )
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
