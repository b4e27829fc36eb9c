"""`python -m proof BUNDLE --key KEY`: verifies without the rest of the desk.

Exit code 0 if both verdicts hold, 1 if one does not, 2 for what cannot be used.
"""

import argparse
import json
import sys
from pathlib import Path

from .verify import Unusable, keys, verify_file, witnessed


def main() -> int:
    parser = argparse.ArgumentParser(prog="proof", description="Verify a bundle of a ledger.")
    parser.add_argument("bundle", type=Path, help="a bundle, or proofs of single events")
    parser.add_argument(
        "--key", action="append", required=True, help="the public key of the log, or its file"
    )
    parser.add_argument(
        "--witness", action="append", type=Path, default=[], help="a file of a witness"
    )
    parser.add_argument(
        "--witness-key", action="append", default=[], help="the public key of a cosigning witness"
    )
    parser.add_argument("--json", action="store_true", help="tell it as JSON")
    asked = parser.parse_args()
    try:
        verifiers = keys(asked.key)
        seen = witnessed(asked.witness, verifiers)
        report = verify_file(asked.bundle, verifiers, seen, keys(asked.witness_key))
    except Unusable as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    told = json.dumps(report.as_document()) if asked.json else report.as_text()
    sys.stdout.write(f"{told}\n")
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
