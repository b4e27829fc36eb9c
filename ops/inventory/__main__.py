"""`python -m ops.inventory`: the agent alone, on a machine that has nothing else of the desk."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from ops.inventory import agent
from ops.inventory.sending import NotTaken

parser = ArgumentParser(prog="inventory", description="What this machine is, for the register.")
parser.add_argument("--to", default="", help="the address of a desk that is to have it")
parser.add_argument("--token-file", type=Path, help="the file with the token for that")
parser.add_argument("--type", default=agent.TYPE, help="the type of assets of machines there")
parser.add_argument("--packages", action="store_true", help="print each installed package")
given = parser.parse_args()
try:
    if given.packages:
        agent.report_packages()
    elif given.to:
        agent.send(given.to, given.token_file, given.type)
    else:
        agent.report()
except NotTaken as no:
    sys.exit(f"inventory: {no}")
