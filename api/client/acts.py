"""What a program says to a desk: each method once, for both clients."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from api.client.said import given, said
from api.client.talk import (
    Give,
    Giving,
    Json,
    Made,
    NextLine,
    Pause,
    Request,
    Steps,
    Talk,
    pause,
    written,
)

PAGE = 250
LOOK_SECONDS = 0.1
"""Before the second look at a bulk job; twice as long before each that follows."""
LOOK_SECONDS_MAX = 2.0
NDJSON = "application/x-ndjson"
CSV = "text/csv"
SERVER_SENT = "text/event-stream"
BULK_ENDS = frozenset({"previewed", "stopped", "done", "undone"})
"""In these states a bulk job waits for somebody."""

_json = msgspec.json.Encoder()


class Acts:
    # Commands ------------------------------------------------------------------------------

    @said
    def create(
        talk: Talk, /, collection: str, *, key: str | None = None, **body: Any
    ) -> Steps[Made]:
        """A new record of a collection such as `incidents`. The same key makes it once."""
        return talk.command(f"/{collection}", _json.encode(body), key=key)

    @said
    def act(
        talk: Talk,
        /,
        collection: str,
        record: Made | str,
        act: str,
        *,
        version: int | None = None,
        key: str | None = None,
        **body: Any,
    ) -> Steps[Made]:
        """Command a record, as it was seen: in the version that is given, or that it was made in;
        a number alone means whatever version it is in."""
        return talk.command(
            f"/{collection}/{_number(record)}/{act}",
            _json.encode(body),
            version=_version(record, version),
            key=key,
        )

    @said
    def send(talk: Talk, /, method: str, path: str, **body: Any) -> Steps[Any]:
        """Anything else, such as `PUT /event-consumers/billing`. Returns what is answered."""
        headers = {"content-type": "application/json"}
        answer = yield from talk.told(
            Request(method, path, body=_json.encode(body), headers=headers)
        )
        return msgspec.json.decode(answer.content) if answer.content else None

    # Questions -----------------------------------------------------------------------------

    @said
    def get(talk: Talk, /, path: str, **asked: Any) -> Steps[Any]:
        """Anything that can be read, such as `/incidents/INC0000001/history`."""
        return talk.question(path, asked)

    @given
    def list(talk: Talk, /, path: str, **asked: Any) -> Giving[Json]:
        """The rows of a list, page after page. `view` is the number of a saved view."""
        asked = {"limit": PAGE} | asked
        while True:
            page = yield from talk.question("/" + path.lstrip("/"), asked)
            yield from map(Give, page["data"])
            if not page["has_more"]:
                return
            asked["cursor"] = page["next_cursor"]

    # Events --------------------------------------------------------------------------------

    @given
    def feed(talk: Talk, /, path: str = "/events", *, after: int = 0, **asked: Any) -> Giving[Json]:
        """What happened after a position up to now: events, or what `/saved-views/VIE0000001/
        changes` tells."""
        while True:
            page = yield from talk.question(path, {"limit": PAGE, "after": after} | asked)
            yield from map(Give, page["data"])
            if not page["has_more"]:
                return
            after = page["next"]

    @given
    def follow(talk: Talk, /, *, after: int, **asked: Any) -> Giving[Json]:
        """Events after a position as they happen, for ever, or up to `until`. It goes on where it
        was after the connection is lost."""
        until = asked.get("until")
        while until is None or after < until:
            headers = {"accept": SERVER_SENT, "last-event-id": str(after)}
            request = Request(
                "GET", "/events/stream", written(asked), headers=headers, is_stream=True
            )
            stream = yield from talk.told(request)
            position, data = after, ""
            while isinstance(line := (yield NextLine(stream)), str):
                name, _, value = line.partition(": ")
                if name == "id":
                    position = int(value)
                elif name == "data":
                    data = value
                elif not line:
                    if data:
                        yield Give(msgspec.json.decode(data))
                    after, data = position, ""
            yield pause(1)

    # Files ---------------------------------------------------------------------------------

    @said
    def attach(
        talk: Talk,
        /,
        collection: str,
        record: Made | str,
        data: bytes,
        *,
        name: str,
        media_type: str,
        key: str | None = None,
    ) -> Steps[Made]:
        """Attach a file to a ticket."""
        path = f"/{collection}/{_number(record)}/attachments"
        return talk.command(path, data, query={"name": name}, media_type=media_type, key=key)

    @said
    def download(talk: Talk, /, path: str, **asked: Any) -> Steps[bytes]:
        """The bytes of a file, such as `/incidents/INC0000001/attachments/…`."""
        answer = yield from talk.told(Request("GET", path, written(asked)))
        content: bytes = answer.content
        return content

    # Bulk jobs -----------------------------------------------------------------------------

    @said
    def propose_bulk(
        talk: Talk,
        /,
        rows: bytes | Iterable[Mapping[str, Any]],
        *,
        media_type: str = NDJSON,
        act: str | None = None,
        name: str | None = None,
        key: str | None = None,
    ) -> Steps[Made]:
        """Have many commands previewed as one job: rows, or a file of them as it is. `act` is what
        rows do that do not say it, such as `incident.log`."""
        data = rows if isinstance(rows, bytes) else _json.encode_lines(rows)
        query = written({"act": act, "name": name})
        return talk.command("/bulk-jobs", data, query=query, media_type=media_type, key=key)

    @said
    def wait_for_bulk(
        talk: Talk, /, job: Made | str, *, progress: Callable[[Json], object] | None = None
    ) -> Steps[Json]:
        """The job once its stage is over. `progress` is told the job at each look."""
        return _waited(talk, job, progress)

    @said
    def run_bulk(
        talk: Talk,
        /,
        job: Made | str,
        act: str = "start",
        *,
        progress: Callable[[Json], object] | None = None,
        **body: Any,
    ) -> Steps[Json]:
        """Begin a stage of a job in whatever version it is (`start`, `retry`, `preview-undo`,
        `undo`), or `stop` it, and wait until that is over."""
        path = f"/bulk-jobs/{_number(job)}/{act}"
        yield from talk.command(path, _json.encode(body), version="*")
        return (yield from _waited(talk, job, progress))

    @given
    def bulk_results(talk: Talk, /, job: Made | str, *, stage: str = "run") -> Giving[Json]:
        """What came of each row in a stage: `preview`, `run`, `undo preview` or `undo`."""
        path = f"/bulk-jobs/{_number(job)}/results"
        answer = yield from talk.told(Request("GET", path, {"stage": stage}))
        for line in answer.content.splitlines():
            yield Give(msgspec.json.decode(line))


def _waited(talk: Talk, job: Made | str, progress: Callable[[Json], object] | None) -> Steps[Json]:
    seconds = LOOK_SECONDS
    while True:
        found: Json = yield from talk.question(f"/bulk-jobs/{_number(job)}", {})
        if progress is not None:
            progress(found)
        if found["status"] in BULK_ENDS:
            return found
        yield Pause(seconds)
        seconds = min(seconds * 2, LOOK_SECONDS_MAX)


def _number(record: Made | str) -> str:
    return record.number if isinstance(record, Made) else record


def _version(record: Made | str, version: int | None) -> str:
    """What was seen of a record; of one that is named alone, whatever it is now."""
    if version is None:
        version = record.version if isinstance(record, Made) else None
    return "*" if version is None else f'"{version}"'
