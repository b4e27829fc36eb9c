"""Every route and every role, in one table."""

import pytest

from tests.api.authorisation import REFUSED, ROLES, attempt, routes, subjects
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def governed(plural: str, owners: str, readers: str) -> dict[str, str]:
    """The acts of approvals of definitions, on which nobody here is asked to vote."""
    at = f"/{plural}/{{ref}}"
    voting = ("vote", "retract-vote", "hand-on-vote", "request-information")
    owning = (
        *("submit", "withdraw", "comment", "provide-information"),
        *("reassign-vote", "add-approver", "migrate-approval"),
    )
    return {
        **dict.fromkeys((f"POST {at}/{act}" for act in voting), "-------"),
        **dict.fromkeys((f"POST {at}/{act}" for act in owning), owners),
        f"GET {at}/approval-migration": f"{owners[:5]}x{owners[6:]}",
        f"GET {at}/approval.svg": readers,
    }


WORK = (
    *("add-item", "remove-item", "complete-item", "reopen-item"),
    *("book-time", "correct-time"),
)


def commons(plural: str, *, attach: str, read: str, work: str = "-x-----") -> dict[str, str]:
    """What all kinds of tickets have besides their commands."""
    at = f"/{plural}/{{ref}}"
    return {
        f"POST {at}/attachments": attach,
        **dict.fromkeys((f"POST {at}/{act}" for act in WORK), work),
        f"GET {at}/attachments/{{sha256}}": read,
    }


# requester, agent, approver, change manager, process owner, auditor, administrator: x may, - not.
MAY = {
    **commons("incidents", attach="xx-----", read="xxxxxx-"),
    "POST /incidents/{ref}/rate": "x------",
    "POST /questions/{ref}/rate": "x------",
    "GET /time-spent": "-xxxxx-",
    "GET /reports/time-spent": "-xxxxx-",
    **commons("problems", attach="-x-----", read="-xxxxx-"),
    **commons("questions", attach="xx-----", read="xxxxxx-"),
    **commons("changes", attach="xx-x---", read="xxxxxx-", work="-x-x---"),
    "POST /sessions": "-------",
    "DELETE /sessions/current": "xxxxxxx",
    "GET /me": "xxxxxxx",
    "POST /people/{ref}/set-password": "------x",
    "POST /people/{ref}/issue-token": "------x",
    "POST /people/{ref}/revoke-token": "------x",
    "GET /people/{ref}/tokens": "------x",
    "POST /incidents": "xx-----",
    "POST /incidents/{ref}/amend": "-x-----",
    "POST /incidents/{ref}/categorise": "-x-----",
    "POST /incidents/{ref}/merge": "-x-----",
    "POST /incidents/{ref}/unmerge": "-x-----",
    "POST /incidents/{ref}/split-off": "-x-----",
    "POST /incidents/{ref}/undo-split": "-x-----",
    "POST /incidents/{ref}/assign": "-x-----",
    "POST /incidents/{ref}/comment": "xxx----",
    "POST /incidents/{ref}/prioritise": "-x-----",
    "POST /incidents/{ref}/attach": "xx-----",
    "POST /incidents/{ref}/link": "-x-----",
    "POST /incidents/{ref}/unlink": "-x-----",
    "POST /incidents/{ref}/watch": "-x-----",
    "POST /incidents/{ref}/unwatch": "-x-----",
    "POST /incidents/{ref}/start": "-x-----",
    "POST /incidents/{ref}/escalate-functionally": "-x-----",
    "POST /incidents/{ref}/escalate-hierarchically": "-x-----",
    "POST /incidents/{ref}/acknowledge-escalation": "-x-----",
    "POST /incidents/{ref}/pend": "-x-----",
    "POST /incidents/{ref}/resume": "-x-----",
    "POST /incidents/{ref}/note-pause": "-x-----",
    "POST /incidents/{ref}/resolve": "-x-----",
    "POST /incidents/{ref}/reopen": "xx-----",
    "POST /incidents/{ref}/close": "xx-----",
    "POST /incidents/{ref}/cancel": "xx-----",
    "POST /problems": "-x-----",
    "POST /problems/{ref}/amend": "-x-----",
    "POST /problems/{ref}/categorise": "-x-----",
    "POST /problems/{ref}/assign": "-x-----",
    "POST /problems/{ref}/comment": "-xx----",
    "POST /problems/{ref}/prioritise": "-x-----",
    "POST /problems/{ref}/attach": "-x-----",
    "POST /problems/{ref}/link": "-x-----",
    "POST /problems/{ref}/unlink": "-x-----",
    "POST /problems/{ref}/watch": "-x-----",
    "POST /problems/{ref}/unwatch": "-x-----",
    "POST /problems/{ref}/investigate": "-x-----",
    "POST /problems/{ref}/document-workaround": "-x-----",
    "POST /problems/{ref}/identify-cause": "-x-----",
    "POST /problems/{ref}/declare-known-error": "-x-----",
    "POST /problems/{ref}/pend": "-x-----",
    "POST /problems/{ref}/resume": "-x-----",
    "POST /problems/{ref}/resolve": "-x-----",
    "POST /problems/{ref}/reopen": "-x-----",
    "POST /problems/{ref}/close": "-x-----",
    "POST /problems/{ref}/cancel": "-x-----",
    "POST /questions": "xx-----",
    "POST /questions/{ref}/amend": "-x-----",
    "POST /questions/{ref}/categorise": "-x-----",
    "POST /questions/{ref}/merge": "-x-----",
    "POST /questions/{ref}/unmerge": "-x-----",
    "POST /questions/{ref}/split-off": "-x-----",
    "POST /questions/{ref}/undo-split": "-x-----",
    "POST /questions/{ref}/assign": "-x-----",
    "POST /questions/{ref}/comment": "xxx----",
    "POST /questions/{ref}/prioritise": "-x-----",
    "POST /questions/{ref}/attach": "xx-----",
    "POST /questions/{ref}/link": "-x-----",
    "POST /questions/{ref}/unlink": "-x-----",
    "POST /questions/{ref}/watch": "-x-----",
    "POST /questions/{ref}/unwatch": "-x-----",
    "POST /questions/{ref}/start": "-x-----",
    "POST /questions/{ref}/pend": "-x-----",
    "POST /questions/{ref}/resume": "-x-----",
    "POST /questions/{ref}/note-pause": "-x-----",
    "POST /questions/{ref}/escalate-hierarchically": "-x-----",
    "POST /questions/{ref}/acknowledge-escalation": "-x-----",
    "POST /questions/{ref}/give-answer": "-x-----",
    "POST /questions/{ref}/ask-again": "xx-----",
    "POST /questions/{ref}/close": "xx-----",
    "POST /questions/{ref}/cancel": "xx-----",
    "POST /changes": "xx-x---",
    "POST /changes/{ref}/amend": "-x-x---",
    "POST /changes/{ref}/categorise": "-x-x---",
    "POST /changes/{ref}/assign": "-x-x---",
    "POST /changes/{ref}/comment": "xxxx---",
    "POST /changes/{ref}/prioritise": "-x-x---",
    "POST /changes/{ref}/attach": "xx-x---",
    "POST /changes/{ref}/link": "-x-x---",
    "POST /changes/{ref}/unlink": "-x-x---",
    "POST /changes/{ref}/watch": "-x-x---",
    "POST /changes/{ref}/unwatch": "-x-x---",
    "POST /changes/{ref}/classify": "-x-x---",
    "POST /changes/{ref}/assess-risk": "-x-x---",
    "POST /changes/{ref}/plan": "-x-x---",
    "POST /changes/{ref}/plan-attributes": "-x-x---",
    "POST /changes/{ref}/apply-template": "-x-x---",
    "POST /changes/{ref}/affect": "-x-x---",
    "POST /changes/{ref}/unaffect": "-x-x---",
    "POST /changes/{ref}/add-task": "-x-x---",
    "POST /changes/{ref}/order-task": "-x-x---",
    "POST /changes/{ref}/assign-task": "-x-x---",
    "POST /changes/{ref}/start-task": "-x-x---",
    "POST /changes/{ref}/complete-task": "-x-x---",
    "POST /changes/{ref}/cancel-task": "-x-x---",
    "POST /changes/{ref}/request-time": "-x-x---",
    "POST /changes/{ref}/submit": "-x-x---",
    "POST /changes/{ref}/vote": "--x----",
    "POST /changes/{ref}/retract-vote": "--x----",
    "POST /changes/{ref}/hand-on-vote": "--x----",
    "POST /changes/{ref}/request-information": "--x----",
    "POST /changes/{ref}/provide-information": "xx-x---",
    "POST /changes/{ref}/reassign-vote": "---x---",
    "POST /changes/{ref}/add-approver": "---x---",
    "POST /changes/{ref}/migrate-approval": "---xx--",
    "POST /changes/{ref}/schedule": "---x---",
    "POST /changes/{ref}/start-implementation": "-x-x---",
    "POST /changes/{ref}/complete-implementation": "-x-x---",
    "POST /changes/{ref}/back-out": "-x-x---",
    "POST /changes/{ref}/note-pause": "-x-x---",
    "POST /changes/{ref}/acknowledge-escalation": "-x-x---",
    "POST /changes/{ref}/review": "---x---",
    "POST /changes/{ref}/make-template": "---xx--",
    "POST /changes/{ref}/close": "---x---",
    "POST /changes/{ref}/withdraw": "x------",
    "POST /changes/{ref}/cancel": "---x---",
    "POST /cab-meetings": "---x---",
    "POST /cab-meetings/{ref}/reschedule": "---x---",
    "POST /cab-meetings/{ref}/fix-agenda": "---x---",
    "POST /cab-meetings/{ref}/open": "---x---",
    "POST /cab-meetings/{ref}/record-vote": "---x---",
    "POST /cab-meetings/{ref}/minute": "---x---",
    "POST /cab-meetings/{ref}/close": "---x---",
    "POST /cab-meetings/{ref}/cancel": "---x---",
    "POST /change-templates": "---xx--",
    **governed("change-templates", "---xx--", "xxxxxxx"),
    "POST /change-templates/{ref}/revise": "---xx--",
    "POST /change-templates/{ref}/publish": "---xx--",
    "POST /change-templates/{ref}/retire": "---xx--",
    "POST /services": "-x-xx--",
    **governed("services", "---xx--", "-xxxxxx"),
    "POST /services/{ref}/amend": "---xx--",
    "POST /services/{ref}/begin-design": "---xx--",
    "POST /services/{ref}/write-gate": "---xx--",
    "POST /services/{ref}/charter": "---xx--",
    "POST /services/{ref}/redesign": "---xx--",
    "POST /services/{ref}/go-live": "---xx--",
    "POST /services/{ref}/begin-retirement": "---xx--",
    "POST /services/{ref}/keep": "---xx--",
    "POST /services/{ref}/retire": "---xx--",
    "POST /services/{ref}/pass-gate": "----x--",
    "GET /services": "xxxxxxx",
    "GET /services/{ref}": "-xxxxxx",
    "GET /services/{ref}/history": "-xxxxxx",
    "POST /offerings": "---xx--",
    **governed("offerings", "---xx--", "-xxxxxx"),
    "POST /offerings/{ref}/revise": "---xx--",
    "POST /offerings/{ref}/publish": "---xx--",
    "POST /offerings/{ref}/retire": "---xx--",
    "GET /offerings": "xxxxxxx",
    "GET /offerings/{ref}": "-xxxxxx",
    "GET /offerings/{ref}/history": "-xxxxxx",
    "POST /articles": "-x-xx--",
    **governed("articles", "-x-xx--", "xxxxxxx"),
    "POST /articles/{ref}/revise": "-x-xx--",
    "POST /articles/{ref}/publish": "-x-xx--",
    "POST /articles/{ref}/retire": "-x-xx--",
    "POST /articles/{ref}/send-back": "-x-xx--",
    "POST /articles/{ref}/confirm": "-x-xx--",
    "POST /articles/{ref}/give-feedback": "xxxxx-x",
    "POST /articles/{ref}/answer": "-x-xx--",
    "POST /articles/{ref}/withdraw-answer": "-x-xx--",
    "GET /articles": "xxxxxxx",
    "GET /articles/{ref}": "xxxxxxx",
    "GET /articles/{ref}/history": "-xxxxxx",
    "GET /articles/{ref}/versions/{version}": "-xxxxxx",
    "GET /articles/{ref}/diff": "-xxxxxx",
    "POST /change-windows": "---xx--",
    **governed("change-windows", "---xx--", "-xxxxxx"),
    "POST /change-windows/{ref}/revise": "---xx--",
    "POST /change-windows/{ref}/publish": "---xx--",
    "POST /change-windows/{ref}/retire": "---xx--",
    "POST /change-windows/{ref}/except-change": "---x---",
    "POST /change-windows/{ref}/withdraw-exception": "---x---",
    "POST /risk-models": "----x--",
    **governed("risk-models", "----x--", "-xxxxxx"),
    "POST /risk-models/{ref}/revise": "----x--",
    "POST /risk-models/{ref}/publish": "----x--",
    "POST /risk-models/{ref}/retire": "----x--",
    "POST /assignment-rules": "----x--",
    **governed("assignment-rules", "----x--", "-xxxxxx"),
    "POST /assignment-rules/{ref}/revise": "----x--",
    "POST /assignment-rules/{ref}/publish": "----x--",
    "POST /assignment-rules/{ref}/retire": "----x--",
    "POST /assignment-rules/{ref}/try": "----xx-",
    "GET /assignment-rules": "-xxxxxx",
    "GET /assignment-rules/{ref}": "-xxxxxx",
    "GET /assignment-rules/{ref}/history": "-xxxxxx",
    "POST /assets": "-x-----",
    "POST /assets/{ref}/amend": "-x-----",
    "POST /assets/{ref}/relate": "-x-----",
    "POST /assets/{ref}/unrelate": "-x-----",
    "POST /assets/{ref}/issue": "-x-----",
    "POST /assets/{ref}/return": "-x-----",
    "POST /assets/{ref}/repair": "-x-----",
    "POST /assets/{ref}/complete-repair": "-x-----",
    "POST /assets/{ref}/retire": "-x-----",
    "POST /assets/{ref}/dispose": "-x-----",
    "POST /assets/{ref}/submit": "-x-----",
    "POST /assets/{ref}/withdraw": "-x-----",
    "POST /assets/{ref}/vote": "-------",
    "POST /assets/{ref}/retract-vote": "-------",
    "POST /assets/{ref}/hand-on-vote": "-------",
    "POST /assets/{ref}/request-information": "-------",
    "POST /assets/{ref}/provide-information": "-x-----",
    "POST /assets/{ref}/reassign-vote": "---x---",
    "POST /assets/{ref}/add-approver": "---x---",
    "POST /assets/{ref}/migrate-approval": "---xx--",
    "POST /assets/{ref}/receive": "-x-----",
    "POST /assets/{ref}/classify": "-x-----",
    "POST /assets/{ref}/set-attributes": "-x-----",
    "POST /assets/{ref}/describe": "-x-----",
    "POST /assets/{ref}/entitle": "-x-----",
    "POST /assets/{ref}/group": "-x-----",
    "GET /licences": "xxxxxxx",
    "GET /asset-findings": "-xxxxx-",
    "POST /asset-types": "----x--",
    "POST /asset-types/{ref}/revise": "----x--",
    "POST /asset-types/{ref}/retire": "----x--",
    "POST /people": "------x",
    "POST /people/{ref}/amend": "------x",
    "POST /people/{ref}/set-skills": "------x",
    "POST /people/{ref}/delegate": "------x",
    "POST /people/{ref}/end-delegation": "------x",
    "POST /people/{ref}/move": "------x",
    "POST /people/{ref}/set-manager": "------x",
    "POST /people/{ref}/grant-role": "------x",
    "POST /people/{ref}/revoke-role": "------x",
    "POST /people/{ref}/deactivate": "------x",
    "POST /people/{ref}/reactivate": "------x",
    "POST /teams": "------x",
    "POST /teams/{ref}/rename": "------x",
    "POST /teams/{ref}/add-member": "------x",
    "POST /teams/{ref}/remove-member": "------x",
    "POST /teams/{ref}/disband": "------x",
    "POST /organisations": "------x",
    "POST /organisations/{ref}/rename": "------x",
    "POST /organisations/{ref}/locate": "------x",
    "POST /organisations/{ref}/deactivate": "------x",
    "POST /approval-processes": "----x--",
    **governed("approval-processes", "----x--", "-xxxxxx"),
    "POST /approval-processes/{ref}/revise": "----x--",
    "POST /approval-processes/{ref}/publish": "----x--",
    "POST /approval-processes/{ref}/retire": "----x-x",
    "POST /service-level-policies": "----x--",
    **governed("service-level-policies", "----x--", "-xxxxxx"),
    "POST /service-level-policies/{ref}/revise": "----x--",
    "POST /service-level-policies/{ref}/publish": "----x--",
    "POST /service-level-policies/{ref}/retire": "----x--",
    "POST /service-level-policies/{ref}/what-if": "----x--",
    "POST /calendars": "----x--",
    "POST /calendars/{ref}/revise": "----x--",
    "POST /calendars/{ref}/renew-holidays": "----x--",
    "POST /calendars/{ref}/import-file": "----x--",
    "POST /calendars/{ref}/retire": "----x--",
    "GET /incidents": "xxxxxxx",
    "GET /incidents/{ref}": "xxxxxx-",
    "GET /incidents/{ref}/history": "-xxxxx-",
    "GET /problems": "xxxxxxx",
    "GET /problems/{ref}": "-xxxxx-",
    "GET /problems/{ref}/history": "-xxxxx-",
    "GET /questions": "xxxxxxx",
    "GET /questions/{ref}": "xxxxxx-",
    "GET /questions/{ref}/history": "-xxxxx-",
    "GET /changes": "xxxxxxx",
    "GET /changes/{ref}": "xxxxxx-",
    "GET /changes/{ref}/history": "-xxxxx-",
    "GET /changes/{ref}/conflicts": "xxxxxx-",
    "GET /cab-meetings": "-xxxxxx",
    "GET /cab-meetings/{ref}": "-xxxxxx",
    "GET /cab-meetings/{ref}/history": "-xxxxxx",
    "GET /change-templates": "xxxxxxx",
    "GET /change-templates/{ref}": "xxxxxxx",
    "GET /change-templates/{ref}/history": "xxxxxxx",
    "GET /change-windows": "-xxxxxx",
    "GET /change-windows/{ref}": "-xxxxxx",
    "GET /change-windows/{ref}/history": "-xxxxxx",
    "GET /change-windows/{ref}/affected": "-xxxxxx",
    "GET /risk-models": "-xxxxxx",
    "GET /risk-models/{ref}": "-xxxxxx",
    "GET /risk-models/{ref}/history": "-xxxxxx",
    "GET /assets": "xxxxxxx",
    "GET /assets/{ref}": "-xxxxx-",
    "GET /assets/{ref}/history": "-xxxxx-",
    "GET /assets/{ref}/approval.svg": "-xxxxx-",
    "GET /assets/{ref}/approval-migration": "---xxx-",
    "GET /people": "-xxxxxx",
    "GET /people/{ref}": "-xxxxxx",
    "GET /people/{ref}/history": "-----xx",
    "GET /people/{ref}/delegations": "----xxx",
    "GET /teams": "-xxxxxx",
    "GET /teams/{ref}": "-xxxxxx",
    "GET /teams/{ref}/history": "-----xx",
    "GET /organisations": "-xxxxxx",
    "GET /organisations/{ref}": "-xxxxxx",
    "GET /organisations/{ref}/history": "-----xx",
    "GET /approval-processes": "-xxxxxx",
    "GET /approval-processes/{ref}": "-xxxxxx",
    "GET /approval-processes/{ref}/history": "-xxxxxx",
    "GET /approval-processes/{ref}/versions": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}/document": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}/diagram.svg": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}/diagram.bpmn": "-xxxxxx",
    "GET /changes/{ref}/approval.svg": "xxxxxx-",
    "GET /changes/{ref}/approval-migration": "---xxx-",
    "GET /approval-processes/{ref}/running": "---xxx-",
    "GET /schemas/approval-process": "xxxxxxx",
    "GET /service-level-policies": "-xxxxxx",
    "GET /service-level-policies/{ref}": "-xxxxxx",
    "GET /service-level-policies/{ref}/history": "-xxxxxx",
    "GET /service-level-policies/{ref}/versions": "-xxxxxx",
    "GET /service-level-policies/{ref}/versions/{version}": "-xxxxxx",
    "GET /service-level-policies/{ref}/versions/{version}/document": "-xxxxxx",
    "GET /schemas/service-level-policy": "xxxxxxx",
    "GET /asset-types": "xxxxxxx",
    "GET /asset-types/{ref}": "xxxxxxx",
    "GET /asset-types/{ref}/history": "xxxxxxx",
    "GET /calendars": "xxxxxxx",
    "GET /calendars/{ref}": "xxxxxxx",
    "GET /calendars/{ref}/history": "xxxxxxx",
    "GET /calendars/{ref}/windows": "xxxxxxx",
    "GET /calendars/{ref}/open-time": "xxxxxxx",
    "GET /calendars/{ref}/next-open": "xxxxxxx",
    "GET /calendars/{ref}/add": "xxxxxxx",
    "GET /calendars/{ref}/feed.ics": "xxxxxxx",
    "GET /queue": "-xxxxx-",
    "GET /approvals": "xxxxxxx",
    "GET /sla": "-xxxxx-",
    "GET /audit-findings": "-xxxxx-",
    "GET /reports/attainment": "-xxxxx-",
    "GET /reports/breaches": "-xxxxx-",
    "GET /reports/promises": "-xxxxx-",
    "GET /incidents/{ref}/sla": "xxxxxx-",
    "GET /tickets/{ref}/sla": "xxxxxx-",
    "GET /tickets/{ref}/conversation": "xxxxxx-",
    "GET /changes/calendar": "-xxxxx-",
    "GET /assets/{ref}/impact": "-xxxxx-",
    "GET /events": "-----x-",
    "GET /log/checkpoint": "-----xx",
    "GET /log/proof/inclusion": "-----xx",
    "GET /log/proof/consistency": "-----xx",
}

OPEN_TO_STRANGERS = {
    "GET /asset-types/{ref}",
    "GET /asset-types/{ref}/history",
    "GET /calendars/{ref}",
    "GET /calendars/{ref}/history",
    "GET /calendars/{ref}/windows",
    "GET /calendars/{ref}/open-time",
    "GET /calendars/{ref}/next-open",
    "GET /calendars/{ref}/add",
    "GET /calendars/{ref}/feed.ics",
    "GET /change-templates/{ref}",
    "GET /change-templates/{ref}/history",
    "GET /change-templates/{ref}/approval.svg",
}
FOR_ALL = ("/calendars", "/change-templates", "/asset-types")
"""Calendars, types of assets and the change catalogue belong to nobody and hold for all."""


async def test_every_route_has_a_row(house: House) -> None:
    assert {f"{route.method} {route.path}" for route in routes(house.app)} == set(MAY)


async def test_each_role_may_what_its_row_says(house: House) -> None:
    found = await subjects(house)

    wrong = []
    for route in routes(house.app):
        name = f"{route.method} {route.path}"
        for who, mark in zip(ROLES, MAY[name], strict=True):
            status = await attempt(house, route, who, found)
            assert status < 500, (name, who)
            if (status not in REFUSED) != (mark == "x"):
                wrong.append((name, who, status))

    assert wrong == []


async def test_nobody_does_anything_without_a_token(house: House) -> None:
    found = await subjects(house, "bakery")

    for route in routes(house.app):
        if route.act:
            assert await attempt(house, route, "", found) == 401, route.path


async def test_a_customer_finds_no_record_of_another_customer(house: House) -> None:
    found = await subjects(house, "foundry")

    for route in routes(house.app):
        if "{ref}" not in route.path or f"{route.method} {route.path}" in OPEN_TO_STRANGERS:
            continue
        refused = {403} if route.path.startswith(FOR_ALL) else {404}
        for who in ROLES:
            status = await attempt(house, route, f"bakery.{who}", found)
            assert status in refused, (route.method, route.path, who)


async def test_lists_show_a_customer_nothing_of_another(house: House) -> None:
    made = await house.as_("foundry.rita").made("/incidents", {"title": "Furnace out"})
    at = f"min_position={made['position']}&limit=250"

    for who in ROLES:
        client = house.as_(f"bakery.{who}")
        for path in (
            "/incidents",
            "/changes",
            "/problems",
            "/questions",
            "/assets",
            "/people",
            "/teams",
        ):
            answer = await client.get(f"{path}?{at}")
            foundry = str(house.organisations["foundry"])
            if answer.status_code == 200:
                assert all(row.get("organisation") != foundry for row in answer.json()["data"])


async def test_a_person_with_the_role_requester_alone_lists_their_own(house: House) -> None:
    theirs = await house.as_("bakery.rita").made("/incidents", {"title": "Oven cold"})
    others = await house.as_("bakery.adam").made("/incidents", {"title": "Mixer loud"})

    page = await house.as_("bakery.rita").read(
        f"/incidents?min_position={others['position']}&limit=250"
    )

    numbers = [row["number"] for row in page["data"]]
    assert theirs["number"] in numbers
    assert others["number"] not in numbers
