"""A real S3-compatible store, SeaweedFS, for the tests that ask for one."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from domain.files import FilesUnavailable
from ops.ports import free_port
from ops.stores.file_s3 import Credentials, S3Files

PATIENCE = 60.0
CREDENTIALS = Credentials("ledgerdesk-tests", "the-secret-of-the-tests")
REGION = "us-east-1"


class Bucket(NamedTuple):
    """A place in a store, for this process and for others."""

    address: str
    endpoint: str

    def open(self, credentials: Credentials = CREDENTIALS) -> S3Files:
        return S3Files(self.address, endpoint=self.endpoint, region=REGION, credentials=credentials)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="ledgerdesk-s3-"))
    port = free_port()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(_command(folder, port), stdout=log, stderr=log, cwd=folder)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait(Bucket(f"s3://files/{uuid4().hex}", endpoint), server, folder / "log")
        yield endpoint
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder)


@pytest.fixture
def bucket(s3_endpoint: str) -> Bucket:
    """A prefix of its own for each test."""
    return Bucket(f"s3://files/{uuid4().hex}", s3_endpoint)


def _command(folder: Path, port: int) -> list[str]:
    access_key, secret_key = CREDENTIALS
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = ("master", "volume", "filer")
    named = [f"-{one}.port{grpc}={free_port()}" for one in ports for grpc in ("", ".grpc")]
    sockets = [f"-{one}.localSocket={folder / one}.sock" for one in ("filer", "s3")]
    return [
        *(str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", *named, *sockets),
        *("-master.volumeSizeLimitMB=64", "-volume.max=20", "-filer"),
        *("-s3", f"-s3.port={port}", f"-s3.port.grpc={free_port()}", "-s3.iam=false"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={folder / 's3.json'}"),
    ]


def _wait(bucket: Bucket, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it takes files: it listens long before that."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            bucket.open().put("first", b"file")
            return
        except FilesUnavailable:
            time.sleep(0.1)
    raise RuntimeError(f"The S3 store did not start: {log.read_text(errors='replace')[-2000:]}")
