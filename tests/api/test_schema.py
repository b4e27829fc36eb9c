"""The running API against its own OpenAPI document, with schemathesis and all of its checks."""

import asyncio
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
LIMITS_OF = "^/api/v1/(problems|assets|me)(/|$)"
"""Of these paths every limit is tried in each run of the tests; of all of them in the proofs."""

QUIET = replace(
    SETTINGS, wait_seconds_max=0.01, requests_per_minute=MANY, anonymous_per_minute=MANY
)


async def _settled(house: House) -> str:
    """A record of each kind at the number of the examples, and the secret of one who may all."""
    await let_in(house, "desk", "mia", tuple(Role))
    found = await subjects(house)
    assert found["incidents"] == "INC0000042"
    return house.secrets["mia"]


async def _checked(folder: Path, *runs: Sequence[str]) -> None:
    """Run schemathesis with each of these options, all at the same time on one house."""
    # Thousands of requests are not to wait for a disk: durability is proved elsewhere.
    memory = Path("/dev/shm")
    within = memory if memory.is_dir() else folder
    with TemporaryDirectory(dir=within) as stores:
        async with opened(Path(stores), QUIET, first=42) as house:
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
    run = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    told, _ = await run.communicate()
    assert run.returncode == 0, told.decode()[-60_000:]
    assert b"Test cases:" in told


async def test_the_api_is_as_its_document_says(tmp_path: Path) -> None:
    """Examples of every operation, and every limit of every value of some kinds of records."""
    examples = ("--phases", "examples,fuzzing,stateful", "--max-examples", "1", "--seed", "7")
    limits = ("--phases", "coverage", "--include-path-regex", LIMITS_OF)

    await _checked(tmp_path, examples, limits)


@pytest.mark.proof
async def test_the_api_stays_as_its_document_says_under_long_fuzzing(tmp_path: Path) -> None:
    await _checked(tmp_path, ["--max-examples", "60"])
