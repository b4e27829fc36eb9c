"""`python -m ops.bench.sampled_serve FILE`: `ledgerdesk serve`, saying where its time went.

SIGUSR1 makes it forget what it has seen so far, such as its own start.
"""

import signal
import sys
from pathlib import Path

import msgspec

from ops.bench.sampling import sampling
from ops.processes import configure_logging, run
from ops.serve import serve
from ops.settings import load


def main() -> None:
    settings = load()
    configure_logging(settings.log_level, "serve")
    with sampling() as samples:
        signal.signal(signal.SIGUSR1, lambda *_: samples.forget())
        run(serve(settings, with_worker=False, with_demo=False))
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(samples.shares()))


if __name__ == "__main__":
    main()
