import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from ops.temporal_client import RETENTION, connect, namespace_id, prepare_namespace, tls
from ops.temporal_server import TemporalServer
from tests.temporal import shared_server, worker
from tests.workflows.sample_workflows import Nap, Sleeper


async def retention(client: Client) -> timedelta:
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return described.config.workflow_execution_retention_ttl.ToTimedelta()


async def test_the_retention_is_set_and_survives_a_restart(tmp_path: Path) -> None:
    with TemporalServer(tmp_path, namespace="desk") as server:
        await prepare_namespace(server.address, "desk")
        await prepare_namespace(server.address, "desk")
    with TemporalServer(tmp_path, namespace="desk") as server:
        client = await connect(server.address, "desk")

        assert await retention(client) == RETENTION == timedelta(days=90)


async def test_a_missing_namespace_is_made_and_usable_at_once() -> None:
    server = shared_server(time_skipping=False)
    name = f"desk-{uuid4()}"

    await prepare_namespace(server.address, name, timedelta(days=7))
    client = await connect(server.address, name)
    async with worker(client, [Sleeper]) as queue:
        await client.execute_workflow(
            Sleeper.run, Nap(timedelta(0), "none"), id="nap", task_queue=queue
        )

    assert await retention(client) == timedelta(days=7)
    assert await namespace_id(client) != await namespace_id(await connect(server.address))


async def test_an_address_where_nothing_answers_is_an_error(unused_tcp_port: int) -> None:
    with pytest.raises(RuntimeError, match="Failed client connect"):
        await connect(f"127.0.0.1:{unused_tcp_port}")


async def test_a_cluster_behind_mutual_tls_is_reached_with_certificates_only(
    tmp_path: Path,
) -> None:
    certificate, key = write_certificate(tmp_path)
    async with behind_tls(shared_server(time_skipping=False).address, certificate, key) as address:
        trusted = tls(root_certificate=certificate, server_name="temporal.example")
        known = tls(
            root_certificate=certificate,
            client_certificate=certificate,
            client_key=key,
            server_name="temporal.example",
        )

        with pytest.raises(RuntimeError, match="Failed client connect"):
            await connect(address, tls=trusted)
        client = await connect(address, tls=known)

        assert await client.service_client.check_health()


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """One self-signed certificate that serves as authority, server and client."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "temporal.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("temporal.example"),
                    x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")),
                ]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "certificate.pem", folder / "key.pem"


@contextlib.asynccontextmanager
async def behind_tls(address: str, certificate: Path, key: Path) -> AsyncIterator[str]:
    """A proxy that demands a client certificate and passes the bytes on to `address`."""
    host, port = address.split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    serving: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # either side may hang up
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        target.transport.abort()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving[task] = [writer]
        back, forth = await asyncio.open_connection(host, int(port))
        serving[task].append(forth)
        await asyncio.gather(copy(reader, forth), copy(back, writer))
        await asyncio.gather(writer.wait_closed(), forth.wait_closed(), return_exceptions=True)

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    finally:
        proxy.close()
        for writers in serving.values():
            for writer in writers:
                writer.transport.abort()
        await asyncio.wait_for(asyncio.gather(*serving), timeout=10)
