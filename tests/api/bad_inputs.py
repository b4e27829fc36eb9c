# fmt: off
# ruff: noqa: E501, RUF005 - a case a line
"""Requests that are wrong in other ways than their bodies: versions, places, questions, states."""

from tests.api.bad import ANY, CHG, INC, Bad
from tests.api.bad_bodies import BAD_BODIES


def _versions() -> list[Bad]:
    wrong = [
        "3",
        "'3'",
        '"3',
        '"x"',
        '"-1"',
        '"1", "2"',
        'W/"1"',
        '""',
        '"1.0"',
        '"' + "9" * 40 + '"',
    ]
    return [
        *(
            Bad(f"If-Match {given!r}", f"{INC}/categorise", {"category": "a"}, 400, "bad_request",
                headers={"if-match": given})
            for given in wrong
        ),
        Bad("If-Match of the future", f"{INC}/categorise", {"category": "a"}, 412, "outdated",
            headers={"if-match": '"999"'}),
        Bad("If-Match of the past", f"{INC}/categorise", {"category": "a"}, 412, "outdated",
            headers={"if-match": '"0"'}),
        *(
            Bad(f"no If-Match to {act}", f"{INC}/{act}", body, 428, "version_needed")
            for act, body in [
                ("amend", {"title": "y"}),
                ("assign", {"assignee": "{adam}"}),
                ("prioritise", {"impact": 1, "urgency": 1}),
                ("resolve", {"code": "a", "resolution": "b"}),
                ("pend", {"reason": "vendor"}),
                ("cancel", {"reason": "b"}),
                ("close", {}),
            ]
        ),
        Bad("no If-Match to vote", f"{CHG}/vote", {"vote": "approve"}, 428, "version_needed", "anna"),
        Bad("no If-Match to submit", f"{CHG}/submit", {}, 428, "version_needed"),
        *(
            Bad(f"an Idempotency-Key {name}", "/incidents", {"title": "x"}, 400, "bad_request",
                headers={"idempotency-key": key})
            for name, key in [("without text", ""), ("that is too long", "k" * 256), ("with é", "é")]
        ),
        Bad("a used Idempotency-Key", "/incidents", {"title": "other"}, 422, "key_reused",
            headers={"idempotency-key": "used"}),
        Bad("a used Idempotency-Key at another address", "/problems", {"title": "used"}, 422,
            "key_reused", headers={"idempotency-key": "used"}),
    ]


def _places() -> list[Bad]:
    refs = [
        "INC9999999", "INC0", "inc0000001", "INC", "INC-1", "0", "-1", "1e3", "null", "undefined",
        "CHG0000001", "PER0000001", "..", "%2e%2e", "%00", "%ff", "%zz", "INC0000001%00",
        "INC" + "9" * 40, "x" * 2_000, "00000000-0000-0000-0000-000000000000",
        "494e4300-0000-8000-8000-ffffffffffff", "' OR 1=1 --", "<script>", "{{7*7}}", "İNC0000001",
    ]
    bad = [
        Bad(f"to read {ref[:40]!r}", f"/incidents/{ref}", None, 404, "not_found", method="GET")
        for ref in refs
    ]
    bad += [
        Bad(f"to act on {ref[:40]!r}", f"/incidents/{ref}/start", {}, 404, "not_found")
        for ref in refs[:12]
    ]
    return bad + [
        Bad("an unknown command", f"{INC}/explode", {}, 404, "not_found"),
        Bad("an unknown kind", "/unicorns", {"title": "x"}, 404, "not_found"),
        Bad("an unknown version of the API", "/../v2/incidents", {"title": "x"}, 404, "not_found"),
        Bad("a slash too many", "/incidents/", {"title": "x"}, 404, "not_found"),
        Bad("two slashes", "//incidents", {"title": "x"}, 404, "not_found"),
        Bad("PUT", "/incidents", {"title": "x"}, 405, "method_not_allowed", method="PUT"),
        Bad("PATCH", INC, {"title": "x"}, 405, "method_not_allowed", method="PATCH"),
        Bad("DELETE", INC, None, 405, "method_not_allowed", method="DELETE"),
        Bad("a method of their own", INC, None, 405, "method_not_allowed", method="FROB"),
        Bad("GET for a command", f"{INC}/start", None, 405, "method_not_allowed", method="GET"),
    ]


def _questions() -> list[Bad]:
    queries = [
        "limit=0", "limit=251", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=1e2",
        "limit=" + "9" * 50, "limit=5&limit=6", "cursor=x", "cursor=", "cursor=%00",
        "cursor=" + "A" * 3_000, "sort=nothing", "sort=", "sort=-", "sort=title,,number",
        "sort=title;DROP", "fields=nothing", "fields=", "fields=title,", "include=everything",
        "nothing=1", "titel=x", "status=exploded", "status=", "priority=high", "priority=1.5",
        "priority=" + "9" * 40, "assignee=nobody", "assignee=0", "is_open=maybe",
        "opened_at=yesterday", "opened_at=2026-02-30T00:00:00Z", "opened_at=2026-01-01",
        "min_position=x", "min_position=-1", "min_position=" + "9" * 30, "title=%zz", "title=%",
        "title=%ff", "title=%00", "title=%ed%a0%80", "kind=change", "a" * 9_000 + "=1",
        "&".join(f"f{i}=1" for i in range(70)), "filter=status=='nowhere'", "filter=title=", "filter=",
        "filter=title.matches('x')", "q=is:wrong", "facet=x", "view=x", "view=VIE0000999", "expand=x", "q=", "q=status:wrong", "q=%22x", "=", "%00=1",
        "version=1%27%20OR%201", "as_of=x", "as_of=2026-01-01", "as_of=@", "known_at=yesterday",
        "known_at=@1.5", "as_of=@1&as_of=@2",
    ]
    bad = [
        Bad(
            f"a list with ?{query[:40]}",
            f"/incidents?{query}",
            None,
            400,
            "bad_query",
            method="GET",
        )
        for query in queries
    ]
    at = [
        "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z",
        "2026-01-01", "2026-01-01T00:00:00", "@", "@-1", "@x", "@1.5", "@" + "9" * 40, "",
        "2026-W01-1", "0", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    ]
    bad += [
        Bad(f"{name} {moment[:30]!r}", f"{INC}?{name}={moment.replace('+', '%2B')}", None, 400,
            "bad_query", method="GET")
        for moment in at
        for name in ("as_of", "known_at")
    ]
    calendar = [
        "", "from=2030-01-01T00:00:00Z", "to=2030-01-01T00:00:00Z",
        "from=2030-02-01T00:00:00Z&to=2030-01-01T00:00:00Z",
        "from=2030-01-01T00:00:00Z&to=2030-01-01T00:00:00Z",
        "from=2030-01-01T00:00:00Z&to=2033-01-01T00:00:00Z",
        "from=2030-01-01&to=2030-02-01", "from=x&to=y",
    ]
    bad += [
        Bad(f"a calendar of ?{query[:50]}", f"/changes/calendar?{query}", None, 400, "bad_query",
            method="GET")
        for query in calendar
    ]
    return bad + [
        Bad("the events after x", "/events?after=x", None, 400, "bad_query", "axel", "GET"),
        Bad("events of no type", "/events?type=Incident.Lost", None, 400, "bad_query", "axel", "GET"),
        Bad("events of no kind", "/events?kind=incidents", None, 400, "bad_query", "axel", "GET"),
        Bad("events of no record", "/events?subject=x", None, 400, "bad_query", "axel", "GET"),
        Bad("events in bulk, limited", "/events?limit=5", None, 400, "bad_query", "axel", "GET",
            headers={"accept": "application/x-ndjson"}),
        Bad("reads for no reason", "/read-audit?why=x", None, 400, "bad_query", "axel", "GET"),
        Bad("reads of nobody", "/read-audit?who=INC0000001", None, 400, "bad_query", "axel", "GET"),
        Bad("reads of no record", "/read-audit?record=x", None, 400, "bad_query", "axel", "GET"),
        Bad("reads from no time", "/read-audit?from=x", None, 400, "bad_query", "axel", "GET"),
        Bad("the events after -1", "/events?after=-1", None, 400, "bad_query", "axel", "GET"),
        Bad("sideways impact", "/assets/{asset}/impact?direction=left", None, 400, "bad_query",
            method="GET"),
        Bad("impact too deep", "/assets/{asset}/impact?depth=99", None, 400, "bad_query",
            method="GET"),
        Bad("history by another list's cursor", f"{INC}/history?cursor={{cursor}}", None, 400,
            "bad_query", method="GET"),
        Bad("the approvals of another", "/approvals?voter={adam}", None, 400, "bad_query", "anna",
            "GET"),
    ]


def _states() -> list[Bad]:
    refused = [
        ("close an open incident", f"{INC}/close", {}),
        ("reopen an open incident", f"{INC}/reopen", {"reason": "x"}),
        ("resume what does not wait", f"{INC}/resume", {}),
        ("start a closed incident", "/incidents/{closed}/start", {}),
        ("resolve a closed incident", "/incidents/{closed}/resolve", {"code": "a", "resolution": "b"}),
        ("amend a closed incident", "/incidents/{closed}/amend", {"title": "x"}),
        ("cancel a closed incident", "/incidents/{closed}/cancel", {"reason": "x"}),
        ("link an incident to itself", f"{INC}/link", {"other": "{incident}", "type": "blocks"}),
        ("another requester of a closed incident", "/incidents/{closed}/change-requester",
         {"requester": "{adam}", "reason": "x"}),
        ("another requester for a blank reason", f"{INC}/change-requester",
         {"requester": "{adam}", "reason": " "}),
        ("assign to nobody", f"{INC}/assign", {}),
        ("acknowledge no escalation", f"{INC}/acknowledge-escalation", {}),
        ("start a proposed change", f"{CHG}/start-implementation", {}),
        ("submit a change without a plan", f"{CHG}/submit", {}),
        ("back out a proposed change", f"{CHG}/back-out", {"reason": "x"}),
        ("return an asset in stock", "/assets/{asset}/return", {"condition": "x"}),
        ("dispose of an asset in stock", "/assets/{asset}/dispose", {"method": "x"}),
        ("relate an asset to itself", "/assets/{asset}/relate", {"other": "{asset}", "type": "uses"}),
    ]
    bad = [Bad(name, path, body, 422, "refused", headers=ANY) for name, path, body in refused]
    return bad + [
        Bad("vote on what is not open", f"{CHG}/vote", {"vote": "approve"}, 422, "refused", "anna",
            headers=ANY),
        Bad("schedule before it begins", f"{CHG}/schedule",
            {"start": "2030-01-02T00:00:00Z", "end": "2030-01-01T00:00:00Z"}, 422, "refused", "carl",
            headers=ANY),
        Bad("a name that is taken", "/people",
            {"username": "ADAM", "name": "x", "organisation": "{desk}"}, 422, "refused", "zoe"),
        Bad("deactivate oneself", "/people/{zoe}/deactivate", {"reason": "x"}, 403, "forbidden",
            "zoe", headers=ANY),
        Bad("erase whom nobody asked it for", "/people/{adam}/erase", {}, 422, "refused", "zoe",
            headers=ANY),
        Bad("erase oneself", "/people/{zoe}/erase", {}, 403, "forbidden", "zoe", headers=ANY),
        Bad("ask for an erasure without a reason", "/people/{adam}/request-erasure",
            {"reason": " "}, 422, "refused", "zoe", headers=ANY),
        Bad("keep people for no day", "/organisations/{desk}/set-retention", {"days": 0}, 422,
            "invalid", "zoe", headers=ANY),
        Bad("hold oneself", "/people/{zoe}/place-legal-hold", {"reason": "x"}, 403, "forbidden",
            "zoe", headers=ANY),
    ]


def _strangers() -> list[Bad]:
    theirs = "/incidents/{theirs}"
    return [
        Bad("no token", "/incidents", {"title": "x"}, 401, "unauthenticated", ""),
        Bad("no token to read", INC, None, 401, "unauthenticated", "", "GET"),
        *(
            Bad(f"a token {token[:30]!r}", "/incidents", {"title": "x"}, 401, "unauthenticated", "",
                headers={"authorization": token})
            for token in (
                "Bearer", "Bearer ", "bearer x", "Bearer ld_pat_x", "Basic eDp4", "ld_pat_x",
                "Bearer ld_pat_" + "A" * 51, "Bearer null", "Bearer " + "x" * 5_000, "Negotiate x",
                "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGFtIn0.",
            )
        ),
        Bad("a cookie that is none", "/incidents", {"title": "x"}, 401, "unauthenticated", "",
            headers={"cookie": "ledgerdesk_session=x"}),
        Bad("an incident of another", theirs, None, 404, "not_found", "bakery.adam", "GET"),
        Bad("the history of another", f"{theirs}/history", None, 404, "not_found", "bakery.axel", "GET"),
        Bad("to start another's", f"{theirs}/start", {}, 404, "not_found", "bakery.adam"),
        Bad("to link to another's", "/incidents/{ours}/link",
            {"other": "{theirs}", "type": "blocks"}, 422, "invalid", "bakery.adam"),
        Bad("to assign to another's", "/incidents/{ours}/assign", {"assignee": "{foundry_adam}"}, 422,
            "invalid", "bakery.adam", headers=ANY),
        Bad("to change who asks by a customer", "/incidents/{ours}/change-requester",
            {"requester": "{adam}", "reason": "x"}, 403, "forbidden", "bakery.adam", headers=ANY),
        Bad("to change who asks for another's", f"{theirs}/change-requester",
            {"requester": "{adam}", "reason": "x"}, 404, "not_found", "bakery.adam", headers=ANY),
        Bad("to log for another's", "/incidents", {"title": "x", "requester": "{foundry_adam}"}, 422,
            "invalid", "bakery.adam"),
        Bad("to log for another", "/incidents", {"title": "x", "requester": "{adam}"}, 422, "invalid",
            "bakery.rita"),
        Bad("to register in another", "/people",
            {"username": "spy", "name": "Spy", "organisation": "{foundry}"}, 422, "invalid",
            "bakery.zoe"),
        Bad("to define a calendar by an agent", "/calendars",
            {"name": "x", "hours": {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}}, 403,
            "forbidden"),
        Bad("to sign in without a name", "/sessions", {"password": "x"}, 422, "invalid", ""),
        Bad("to sign in with a list", "/sessions", {"username": ["adam"], "password": "x"}, 422,
            "invalid", ""),
        Bad("to sign in as a NUL", "/sessions", {"username": "\0", "password": "x"}, 401,
            "unauthenticated", ""),
        Bad("to sign in from another site", "/sessions", {"username": "a", "password": "x"}, 403,
            "cross_site", "", headers={"sec-fetch-site": "cross-site"}),
    ]


BAD = [
    *BAD_BODIES,
    *_versions(),
    *_places(),
    *_questions(),
    *_states(),
    *_strangers(),
    Bad("a body over the limit", "/incidents", b" " * (1024 * 1024 + 1), 413, "too_large"),
]
