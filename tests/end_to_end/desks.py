"""A desk as people run it: `ledgerdesk up --demo` in a folder, and HTTP alone to talk to it."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx2

from ops.ports import free_port
from tests.end_to_end.processes import Process, environment, look, tree, until
from tests.workflows.mail_server import Mailbox

LEDGERDESK = Path(sys.executable).with_name("ledgerdesk")
READY_SECONDS = 40
STOP_SECONDS = 20


class RunningDesk:
    """A desk in a folder. Started again, it goes on where it ended, under another address."""

    def __init__(self, folder: Path, mailbox: Mailbox | None = None) -> None:
        """`mailbox`: where its mail arrives; it sends none without."""
        self.folder = folder
        self.mailbox = mailbox
        self.data = folder / "data"
        self.port = 0
        self.ready_seconds = 0.0
        self._started: subprocess.Popen[bytes] | None = None
        self._people: dict[str, httpx2.Client] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._started is not None
        return self._started

    @property
    def is_running(self) -> bool:
        return self._started is not None and self._started.poll() is None

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def environment(self) -> dict[str, str]:
        mail = {} if self.mailbox is None else self.mailbox.settings
        return environment(
            data=self.data,
            port=self.port,
            temporal_port=0,
            temporal_ui_port=0,
            log_level="warning",
            **mail,
        )

    def start(self) -> None:
        """Start the desk and wait until it says that it is ready."""
        self.port = free_port()
        began = time.monotonic()
        with (self.folder / "output").open("wb") as output:
            self._started = subprocess.Popen(
                [LEDGERDESK, "up", "--demo"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment(),
                cwd=self.folder,
            )
        try:
            until(self._has_welcomed, READY_SECONDS, "ready")
        except AssertionError:
            self.close()
            raise AssertionError(f"The desk did not start:\n{self.output}") from None
        self.ready_seconds = time.monotonic() - began

    def _has_welcomed(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"It ended with code {self.process.returncode}.")
        welcome = self.output.partition(f"ready {self.url}\n")[2]
        return "Ctrl-C stops everything" in welcome

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop the desk with a signal; its exit code."""
        self._hang_up()
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        self._hang_up()
        if not self.is_running:
            return
        left = self.tree()
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            for process in left:
                if process.is_alive:
                    subprocess.run(["kill", "-9", str(process.pid)], check=False)

    def tree(self) -> list[Process]:
        """The supervisor and all that it runs."""
        top = look(self.process.pid)
        return [top, *tree(self.process.pid)] if top else []

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `ledgerdesk` command on the same desk."""
        return subprocess.run(
            [LEDGERDESK, *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            env=self.environment(),
            cwd=self.folder,
            check=False,
        )

    def last_event(self, path: str) -> str:
        """What happened to a record last, read from the ledger itself."""
        shown = self.run("history", path.rpartition("/")[2], "--json")
        return str(json.loads(shown.stdout.splitlines()[-1])["event"]).partition(".")[2]

    # Over HTTP ---------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(self, username: str) -> httpx2.Client:
        """The API as somebody of the demo company uses it."""
        if username not in self._people:
            token = json.loads((self.data / "demo-tokens.json").read_text())[username]
            self._people[username] = self._client(token)
        return self._people[username]

    def let_in(self, username: str) -> None:
        """Let the administrator issue a token to somebody who has none."""
        found = self.person("eli").get("/people", params={"username": username}).json()
        [row] = found["data"]
        path = f"/people/{row['number']}/issue-token"
        issued = self.post("eli", path, name="test", scopes=["read", "write"])
        self._people[username] = self._client(issued["token"])

    def _client(self, token: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )

    def post(self, username: str, path: str, **said: Any) -> dict[str, Any]:
        """A command that is to be accepted; its answer."""
        answer = self.person(username).post(path, json=said, headers={"If-Match": "*"})
        assert answer.is_success, f"{answer.text}\n{self.output}"
        return dict(answer.json())

    def get(self, username: str, path: str, **query: Any) -> dict[str, Any]:
        answer = self.person(username).get(path, params=query)
        assert answer.is_success, f"{answer.text}\n{self.output}"
        return dict(answer.json())

    def events(self, username: str, path: str) -> list[str]:
        """What has happened to a record, in order."""
        page = self.get(username, f"{path}/history", limit=200)
        return [str(event["event"]) for event in page["data"]]

    def status(self, username: str, path: str) -> str:
        return str(self.get(username, path)["status"])

    def _hang_up(self) -> None:
        for client in self._people.values():
            client.close()
        self._people.clear()
