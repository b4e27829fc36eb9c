# fmt: off
# ruff: noqa: E501 - a case a line
"""Bodies that are no JSON, or not those that are asked for.

`{…}` stand for records of the house that is asked. Whoever asks is `adam`, an agent of the
operator, where nothing else is said.
"""

from typing import Any

from tests.api.bad import ANY, CHG, INC, Bad

DEEP = b'{"title": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"

QUORUMS: tuple[Any, ...] = (
    {}, {"kind": "most"}, {"kind": "count"}, {"kind": "count", "approvals": 0},
    {"kind": "percent", "percent": 101}, {"kind": "percent", "percent": "half"}, "most", 0, "101%", None, [],
)


def _bodies() -> list[Bad]:
    """Bodies of a new incident that are no bodies of a new incident."""
    fields: list[tuple[str, str, Any]] = [
        ("a title that is a number", "title", 7),
        ("a title that is null", "title", None),
        ("a title that is a list", "title", ["No invoices"]),
        ("a title that is an object", "title", {"text": "No invoices"}),
        ("a title that is true", "title", True),
        ("an empty title", "title", ""),
        ("a blank title", "title", "   "),
        ("a title that is too long", "title", "x" * 251),
        ("a title of a megabyte less a bit", "title", "x" * 1_000_000),
        ("a title with a NUL", "title", "No\0invoices"),
        ("a title with an escape", "title", "No\x1b[31minvoices"),
        ("a title of two lines", "title", "No\ninvoices"),
        ("a title with a DEL", "title", "No\x7finvoices"),
        ("a description that is a number", "description", 1.5),
        ("a description that is null", "description", None),
        ("a description that is too long", "description", "x" * 65_537),
        ("a description with a NUL", "description", "\0"),
        ("a description with a bell", "description", "ding\x07"),
        ("an impact of 0", "impact", 0),
        ("an impact of 4", "impact", 4),
        ("an impact of -1", "impact", -1),
        ("an impact in words", "impact", "high"),
        ("an impact as text", "impact", "1"),
        ("an impact with a fraction", "impact", 1.5),
        ("an impact that is true", "impact", True),
        ("an impact beyond all numbers", "impact", 10**400),
        ("an impact of minus infinity of digits", "impact", -(10**400)),
        ("an impact in a list", "impact", [1]),
        ("an urgency of 9", "urgency", 9),
        ("an urgency as an object", "urgency", {}),
        ("an unknown channel", "channel", "carrier pigeon"),
        ("a channel in capitals", "channel", "EMAIL"),
        ("a channel that is null", "channel", None),
        ("a category that is too long", "category", "x" * 201),
        ("a category with a NUL", "category", "\0"),
        ("a service that is a number", "service", 1),
        ("a subcategory with a vertical tab", "subcategory", "a\x0bb"),
        ("a requester that is nothing known", "requester", "rita"),
        ("a requester that is empty", "requester", ""),
        ("a requester that is a number", "requester", 7),
        ("a requester that is an incident", "requester", "INC0000001"),
        ("a requester in small letters", "requester", "per0000001"),
        ("a requester who is not there", "requester", "PER9999999"),
        ("a requester of an unknown kind", "requester", "XYZ0000001"),
        ("a requester with too many digits", "requester", "PER" + "9" * 30),
        ("a requester that is a foreign UUID", "requester", "0193a1f0-5c00-7abc-8def-0123456789ab"),
        ("a requester that is no UUID", "requester", "0193a1f0-5c00-7abc-8def-0123456789"),
        ("a requester in braces", "requester", "{0193a1f0-5c00-7abc-8def-0123456789ab}"),
        ("an organisation that is a person", "organisation", "PER0000001"),
        ("an organisation that is not there", "organisation", "ORG9999999"),
        ("an organisation that is SQL", "organisation", "'; DROP TABLE events; --"),
    ]
    bad = [
        Bad(name, "/incidents", {"title": "No invoices", field: value}, pointer=f"/{field}")
        for name, field, value in fields
    ]
    bad += [
        Bad("no title", "/incidents", {}, pointer="/title"),
        Bad("a fix by a change that is not there", "/problems/{problem}/plan-fix", {"change": "CHG9999999"}, headers=ANY, pointer="/change"),
        Bad("an unknown field", "/incidents", {"title": "x", "titel": "y"}, pointer="/titel"),
        Bad("a field of another kind", "/incidents", {"title": "x", "type": "normal"}),
        Bad("a status from outside", "/incidents", {"title": "x", "status": "closed"}),
        Bad("an id from outside", "/incidents", {"title": "x", "id": "INC0000001"}),
        Bad("a field named __proto__", "/incidents", {"title": "x", "__proto__": {}}),
        Bad("a field with a slash", "/incidents", {"title": "x", "a/b": 1}, pointer="/a~1b"),
        Bad("a field with a tilde", "/incidents", {"title": "x", "a~b": 1}, pointer="/a~0b"),
        Bad("a field without a name", "/incidents", {"title": "x", "": 1}),
        Bad("a hundred unknown fields", "/incidents", {f"f{i}": i for i in range(100)}),
        Bad("a list", "/incidents", [{"title": "x"}]),
        Bad("a text", "/incidents", "No invoices"),
        Bad("a number", "/incidents", 42),
        Bad("null", "/incidents", b"null"),
        Bad("true", "/incidents", b"true"),
        Bad("an impact without an urgency", "/incidents", {"title": "x", "impact": 1}, 422, "refused"),
        Bad("a service without a category", "/incidents", {"title": "x", "service": "a"}, 422, "refused"),
        Bad("an organisation that is not the requester's", "/incidents",
            {"title": "x", "organisation": "{foundry}"}, 422, "refused"),
    ]
    return bad


def _not_json() -> list[Bad]:
    raw: list[tuple[str, bytes]] = [
        ("half a body", b'{"title": "No inv'),
        ("a body that begins twice", b'{"title": "x"}{"title": "y"}'),
        ("a comma too many", b'{"title": "x",}'),
        ("single quotes", b"{'title': 'x'}"),
        ("no quotes", b"{title: x}"),
        ("a comment", b'{"title": "x"} // please'),
        ("YAML", b"title: x"),
        ("XML", b"<title>x</title>"),
        ("a form", b"title=x"),
        ("UTF-16", '{"title": "x"}'.encode("utf-16")),
        ("Latin-1", '{"title": "Müller"}'.encode("latin-1")),
        ("broken UTF-8", b'{"title": "\xff\xfe"}'),
        ("UTF-8 that is too long", b'{"title": "\xc0\xaf"}'),
        ("a surrogate in UTF-8", b'{"title": "\xed\xa0\x80"}'),
        ("a lone surrogate", b'{"title": "\\ud800"}'),
        ("a surrogate the wrong way round", b'{"title": "\\udc00\\ud800"}'),
        ("a raw line end in a text", b'{"title": "a\nb"}'),
        ("a raw NUL", b'{"title": "a\0b"}'),
        ("only NULs", b"\0" * 100),
        ("an unknown escape", b'{"title": "\\x41"}'),
        ("a number with a zero before it", b'{"title": "x", "impact": 01}'),
        ("a number with a plus", b'{"title": "x", "impact": +1}'),
        ("a hexadecimal number", b'{"title": "x", "impact": 0x1}'),
        ("only a brace", b"{"),
        ("only a quote", b'"'),
        ("only blanks", b"   "),
        ("lists in lists in lists", DEEP),
        ("objects in objects", b'{"title":' * 5_000 + b"1" + b"}" * 5_000),
        ("a byte order mark", b'\xef\xbb\xbf{"title": "x"}'),
        ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"),
    ]
    bad = [Bad(f"not JSON: {name}", "/incidents", body, 400, "broken_json") for name, body in raw]
    odd: list[tuple[str, bytes]] = [
        ("NaN", b'{"title": "x", "impact": NaN}'),
        ("Infinity", b'{"title": "x", "impact": Infinity}'),
        ("a number beyond all doubles", b'{"title": "x", "impact": 1e999}'),
        ("a number of ten thousand digits", b'{"title": "x", "impact": ' + b"9" * 10_000 + b"}"),
    ]
    return bad + [Bad(f"odd JSON: {name}", "/incidents", body, 0, "") for name, body in odd]


def _types() -> list[Bad]:
    types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "application/jsonp",
        "json",
        "",
        "*/*",
    ]
    return [
        Bad(f"a body of type {type!r}", "/incidents", b'{"title": "x"}', 415,
            "unsupported_media_type", headers={"content-type": type})
        for type in types
    ]


def _acts() -> list[Bad]:
    """Bodies of acts that are wrong in form."""
    acts: list[tuple[str, str, Any, str]] = [
        ("an unknown vote", f"{CHG}/vote", {"vote": "maybe"}, "anna"),
        ("a vote of two", f"{CHG}/vote", {"vote": ["approve", "reject"]}, "anna"),
        ("an unknown pending reason", f"{INC}/pend", {"reason": "lunch"}, "adam"),
        ("an unknown visibility", f"{INC}/comment", {"text": "x", "visibility": "secret"}, "adam"),
        ("a comment by its inner name", f"{INC}/comment", {"said": "x"}, "adam"),
        ("an empty comment", f"{INC}/comment", {"text": ""}, "adam"),
        ("an unknown link", f"{INC}/link", {"other": "{change}", "type": "likes"}, "adam"),
        ("a link to a person", f"{INC}/link", {"other": "{adam}", "type": "blocks"}, "adam"),
        ("a link to what is not there", f"{INC}/link", {"other": "CHG9999999", "type": "blocks"}, "adam"),
        ("a digest that is too short", f"{INC}/attach",
         {"name": "a", "media_type": "a/b", "size": 1, "sha256": "abc"}, "adam"),
        ("an attachment of nothing", f"{INC}/attach",
         {"name": "a", "media_type": "a/b", "size": 0, "sha256": "a" * 64}, "adam"),
        ("an attachment of a terabyte", f"{INC}/attach",
         {"name": "a", "media_type": "a/b", "size": 2**40, "sha256": "a" * 64}, "adam"),
        ("a media type of another world", f"{INC}/attach",
         {"name": "a", "media_type": "text", "size": 1, "sha256": "a" * 64}, "adam"),
        ("a level of support of 4", f"{INC}/escalate-functionally",
         {"team": "{team}", "support_level": 4, "reason": "x"}, "adam"),
        ("an escalation to nobody", f"{INC}/escalate-hierarchically",
         {"to": [], "level": 1, "reason": "x"}, "adam"),
        ("an escalation to strangers", f"{INC}/escalate-hierarchically",
         {"to": ["PER9999999"], "level": 1, "reason": "x"}, "adam"),
        *(
            (f"a recurrence {what}", "/assignment-rules",
             {"name": "Again", "definition": {"on": ["logged"], "actions": [
                 {"do": "propose problem", "same": ["service"], "count": 3, "within": "7d"} | more]}}, "olga")
            for what, more in (
                ("of one incident", {"count": 1}), ("of too many", {"count": 101}), ("of nothing", {"same": []}),
                ("of the weather", {"same": ["weather"]}), ("within a fortnight", {"within": "fortnight"}),
            )
        ),
        ("a team that is a person", f"{INC}/assign", {"team": "{adam}"}, "adam"),
        ("a team that is not there", f"{INC}/assign", {"team": "TEA9999999"}, "adam"),
        ("another requester who is not there", f"{INC}/change-requester",
         {"requester": "PER9999999", "reason": "x"}, "adam"),
        ("a requester that is a team", f"{INC}/change-requester",
         {"requester": "{team}", "reason": "x"}, "adam"),
        ("no requester at all", f"{INC}/change-requester", {"reason": "x"}, "adam"),
        ("nobody as the requester", f"{INC}/change-requester", {"requester": None, "reason": "x"}, "adam"),
        ("another requester without a reason", f"{INC}/change-requester", {"requester": "{rita}"}, "adam"),
        ("another requester for an empty reason", f"{INC}/change-requester",
         {"requester": "{rita}", "reason": ""}, "adam"),
        ("an organisation beside a requester", f"{INC}/change-requester",
         {"requester": "{rita}", "organisation": "{desk}", "reason": "x"}, "adam"),
        ("a resolution without words", f"{INC}/resolve", {"code": "a", "resolution": ""}, "adam"),
        ("details of numbers", f"{INC}/amend", {"details": {"floor": 3}}, "adam"),
        ("too many details", f"{INC}/amend", {"details": {f"d{i}": "" for i in range(201)}}, "adam"),
        ("a detail with a name that is too long", f"{INC}/amend", {"details": {"x" * 201: ""}}, "adam"),
        ("an unknown type of change", f"{CHG}/classify", {"type": "huge"}, "adam"),
        ("a likelihood of 0", f"{CHG}/assess-risk", {"impact": 1, "likelihood": 0}, "adam"),
        ("a plan without a way back", f"{CHG}/plan", {"implementation": "x"}, "adam"),
        ("an outcome of another world", f"{CHG}/complete-implementation", {"outcome": "meh"}, "adam"),
        *(
            (f"a start of {start!r}", f"{CHG}/schedule", {"start": start, "end": "2030-01-01T00:00:00Z"},
             "carl")
            for start in (
                "tomorrow", "2030-13-01T00:00:00Z", "2030-02-30T00:00:00Z", "2030-01-01T00:00:00",
                "2030-01-01T24:01:00Z", "9999-12-31T23:59:59-14:00", "0000-00-00T00:00:00Z", 0, None, "",
                "2030-01-01T00:00:00+25:00", 1e300,
            )
        ),
        *(
            (f"a zone {zone!r}", "/people/{rita}/amend", {"zone": zone}, "zoe")
            for zone in ("", "../../etc/passwd", "UTC\0", "Europe/London ", "x" * 65, 7)
        ),
        *(
            (f"a language {language!r}", "/people/{rita}/amend", {"language": language}, "zoe")
            for language in ("", "english", "EN", "e", "en_GB", "en-GB-oxford")
        ),
        *(
            (f"an address {email!r}", "/people/{rita}/amend", {"email": email}, "zoe")
            for email in ("a", "a@", "@a", "a b@c", "a@b@c", "x" * 255 + "@a", "a@b\n")
        ),
        ("an unknown role", "/people/{rita}/grant-role", {"role": "god"}, "zoe"),
        ("a person without a role", "/people",
         {"username": "u", "name": "U", "organisation": "{desk}", "roles": []}, "zoe"),
        ("a user name with a space", "/people",
         {"username": "u u", "name": "U", "organisation": "{desk}"}, "zoe"),
        ("a password that is too short", "/people/{rita}/set-password", {"password": "short"}, "zoe"),
        ("a password that is too long", "/people/{rita}/set-password", {"password": "x" * 201}, "zoe"),
        ("a token without a scope", "/people/{rita}/issue-token", {"name": "x", "scopes": []}, "zoe"),
        ("a token of an unknown scope", "/people/{rita}/issue-token",
         {"name": "x", "scopes": ["root"]}, "zoe"),
        ("a token that is no UUID", "/people/{rita}/revoke-token", {"token_id": "x"}, "zoe"),
        *(
            (f"hours of {name}", "/calendars", {"name": "x", "hours": {"zone": "UTC", **hours}}, "olga")
            for name, hours in (
                ("no day known", {"weekly": {"monday": [["09:00", "17:00"]]}}),
                ("one end", {"weekly": {"mon": [["09:00"]]}}),
                ("three ends", {"weekly": {"mon": [["09:00", "10:00", "11:00"]]}}),
                ("no time known", {"weekly": {"mon": [["9", "17"]]}}),
                ("a holiday that is none", {"holidays": ["Christmas"]}),
                ("a date that is none", {"date_hours": {"soon": []}}),
            )
        ),
        *(
            (f"a quorum of {quorum}", "/approval-processes",
             {"name": "x", "definition": {"subjects": ["change"], "stages": [
                 {"name": "s", "approvers": ["role:approver"], "quorum": quorum, "patience": "1d",
                  "on_timeout": "reject"}]}}, "olga")
            for quorum in QUORUMS
        ),
        *(
            (f"a document {name}", "/approval-processes", {"document": document}, "olga")
            for name, document in (
                ("that is empty", ""), ("that is null", None), ("that is no text", {"name": "x"}),
                ("that is no YAML", "name: ["), ("with a tab", "name: x\n\tsubjects: [change]"),
                ("without stages", "name: x\nsubjects: [change]"),
                ("with a NUL", "name: \0"), ("with an alias", "name: *x"), ("with a tag", "name: !x y"),
                ("of 100,000 levels", "[" * 100_000), ("of 300 KB", "x" * 300_000),
            )
        ),
        ("a process in no form", "/approval-processes", {"name": "x"}, "olga"),
        ("a process in both forms", "/approval-processes",
         {"name": "x", "document": "name: x", "definition": {"subjects": ["change"], "stages": []}}, "olga"),
        ("a promise of nothing", "/service-level-policies",
         {"name": "x", "definition": {"calendar": "CAL0000001", "targets": []}}, "olga"),
        ("a budget that is a number", "/service-level-policies",
         {"name": "x", "definition": {"calendar": "CAL0000001",
                                      "targets": [{"name": "resolution", "budget": 4}]}}, "olga"),
    ]
    return [Bad(name, path, body, who=who, headers=ANY) for name, path, body, who in acts] + [
        Bad(f"a zone {zone!r} that is none", "/people/{rita}/amend", {"zone": zone}, 422, "refused",
            "zoe", headers=ANY)
        for zone in ("Middle/Earth", "/etc/localtime", "UTC+99")
    ] + [
        Bad(f"hours {name}", "/calendars", {"name": "x", "hours": {"zone": "UTC", **hours}}, 422,
            "refused", "olga")
        for name, hours in (
            ("that are empty", {"weekly": {"mon": [["09:00", "09:00"]]}}),
            ("that overlap", {"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}),
            ("after midnight", {"weekly": {"mon": [["09:00", "29:00"]]}}),
            ("never", {}),
            ("on the 30th of February", {"weekly": {"mon": [["09:00", "17:00"]]},
                                         "holidays": ["2026-02-30"]}),
        )
    ]


BAD_BODIES = [*_bodies(), *_not_json(), *_types(), *_acts()]
