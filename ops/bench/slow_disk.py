"""A disk whose fsync takes longer, for the processes that are started meanwhile."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path


class NoCompiler(Exception):
    """The slow disk is a few lines of C, and there is no C compiler."""


@contextmanager
def slow_disk(folder: Path, extra_ms: float) -> Iterator[dict[str, str]]:
    """While this lasts, processes start with a slow disk. The folder is one that they can read.

    Yields the environment that does it, for a server whose environment is its own. Raises
    NoCompiler.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompiler("Slowing fsync down needs a C compiler (cc).")
    library = folder / "slow_disk.so"
    with as_file(files("ops.bench").joinpath("slow_disk.c")) as source:
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True)
    library.chmod(0o755)
    slow = {"LD_PRELOAD": str(library), "SLOW_DISK_US": str(round(extra_ms * 1000))}
    before = {name: os.environ.get(name) for name in slow}
    os.environ.update(slow)
    try:
        yield slow
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
