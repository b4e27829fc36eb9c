from tests.temporal import live_client as live_client
from tests.temporal import skipper as skipper
