"""The running API against its own OpenAPI document, with schemathesis and all of its checks."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from domain.person import Role
from tests.api.authorisation import subjects
from tests.api.house import SETTINGS, House, let_in, opened
from tests.api.serving import served

RULES = Path(__file__).with_name("schemathesis.toml")
MANY = 10_000_000
SOME = "^/api/v1/(problems|me)(/|$)"
"""Of these paths more than examples is tried in each run of the tests; of all in the proofs."""
FUZZING_SECONDS = os.environ.get("FUZZING_SECONDS", "600")

QUIET = replace(
    SETTINGS, wait_seconds_max=0.01, requests_per_minute=MANY, anonymous_per_minute=MANY
)


async def _settled(house: House) -> str:
    """A record of each kind at the number of the examples, and the secret of one who may all."""
    await let_in(house, "desk", "mia", tuple(Role))
    found = await subjects(house)
    assert found["incidents"] == "INC0000042"
    return house.secrets["mia"]


async def _checked(folder: Path, *runs: Sequence[str], url: str | None = None) -> None:
    """Run schemathesis with each of these options, all at the same time on one house."""
    # Thousands of requests are not to wait for a disk: durability is proved elsewhere.
    memory = Path("/dev/shm")
    within = memory if memory.is_dir() else folder
    with TemporaryDirectory(dir=within) as stores:
        async with opened(Path(stores), QUIET, first=42, url=url) as house:
            secret = await _settled(house)
            async with served(house) as address, asyncio.TaskGroup() as tasks:
                for options in runs:
                    tasks.create_task(_run(folder, address, secret, options))
            assert (await house.as_("zoe").get("/me")).status_code == 200


async def _run(folder: Path, address: str, secret: str, options: Sequence[str]) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(RULES), "run", f"{address}/openapi.json"),
        *("-H", f"Authorization: Bearer {secret}", "--checks", "all", "--no-color"),
        # Before Python 3.11.8 two threads must not parse source at once (SystemError),
        # and hypothesis parses source to name a lambda: hence one worker.
        *("--suppress-health-check", "all", "--workers", "1", *options),
        # It ends only when the other side has had enough.
        *("--exclude-path", "/api/v1/events/stream"),
    ]
    hooks = {"PYTHONPATH": str(RULES.parent), "SCHEMATHESIS_HOOKS": "schemathesis_hooks"}
    run = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | hooks,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        told, _ = await run.communicate()
    finally:
        # The other run has failed.
        if run.returncode is None:
            run.kill()
            await run.wait()
    assert run.returncode == 0, told.decode()[-60_000:]
    assert b"Test cases:" in told


async def test_the_api_is_as_its_document_says(tmp_path: Path) -> None:
    """Examples of every operation; every limit of some, with anything that they take, in turns."""
    seeded = ("--max-examples", "1", "--seed", "7")
    some = ("--phases", "coverage,fuzzing,stateful", "--include-path-regex", SOME)

    await _checked(tmp_path, ("--phases", "examples", *seeded), (*some, *seeded))


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_the_api_stays_as_its_document_says_under_long_fuzzing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """All limits of all operations and anything they take; beside that, in turns along links."""
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
    limits = ("--max-time", FUZZING_SECONDS, "--max-examples", "10")

    alone = (*limits, "--phases", "examples,coverage,fuzzing")
    await _checked(tmp_path, alone, (*limits, "--phases", "stateful"), url=url)
