"""Arguments for the commands of assets, and of what is bought and contracted."""

from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.asset import Asset, RelationType
from domain.asset_record import Cost
from domain.asset_reminders import ENDS
from domain.asset_type import AssetType
from domain.contract import Contract
from domain.ids import record_id
from domain.purchase_order import PurchaseOrder
from tests.domain.arguments import (
    BOUGHT,
    COSTS,
    NOTHING,
    REASON,
    ROUND,
    SUBMISSION,
    Arguments,
    last_days,
    maybe,
    said,
)
from tests.domain.asset_types import ATTRIBUTES, GIVEN, HARDWARE, HARDWARE_LATER, SCHEMAS
from tests.domain.examples import (
    CHANGES,
    others,
    people,
    texts,
)

COME = tuple(record_id("AST", serial) for serial in (51, 52, 53))


OF_ASSETS: dict[type[Aggregate], dict[str, Arguments]] = {
    AssetType: {
        "extend": said(extension=st.sampled_from([record_id("ATY", 1), record_id("ATY", 9)])),
        "revise": said(attributes=ATTRIBUTES),
        "inherit": said(parent=st.sampled_from([HARDWARE, HARDWARE_LATER])),
        "retire": NOTHING,
    },
    Asset: {
        "receive": NOTHING,
        "classify": said(schema=SCHEMAS, attributes=GIVEN),
        "set_attributes": said(schema=SCHEMAS, changes=GIVEN),
        "describe": said(
            owner=maybe(people),
            location=maybe(texts),
            cost=maybe(st.just(Cost(Decimal("9.50"), "EUR"))),
            supplier=maybe(texts),
            contract=maybe(texts),
            ends=maybe(st.dictionaries(st.sampled_from(ENDS), maybe(st.dates()), max_size=2)),
        ),
        "group": said(
            name=st.sampled_from(["Hosts", "Disks", ""]),
            members=st.lists(others, max_size=3),
            needed=st.sampled_from([0, 1, 1, 2]),
        ),
        "note_plan": said(change=CHANGES),
        "remind_of_ends": NOTHING,
        "note_drift": said(
            attribute=st.sampled_from(["serial", "memory"]),
            found=st.sampled_from(["S1", "S9", 64]),
            source=st.just("scan"),
        ),
        "clear_drift": said(
            attribute=st.sampled_from(["serial", "memory"]), source=st.just("scan")
        ),
        "entitle": said(installations=st.sampled_from([-1, 0, 50])),
        "amend": said(details=st.dictionaries(texts, texts, max_size=3)),
        "relate": said(other=others, type=st.sampled_from(get_args(RelationType))),
        "unrelate": said(other=others, type=st.sampled_from(get_args(RelationType))),
        "issue": said(to=people),
        "return_": said(condition=texts),
        "repair": said(vendor=texts, reason=texts),
        "complete_repair": NOTHING,
        "retire": REASON,
        "dispose": said(method=texts),
        **ROUND,
        "propose": st.one_of(
            said(act=st.just("issue"), to=people),
            said(act=st.just("repair"), vendor=texts, reason=texts),
            said(act=st.just("retire"), reason=texts),
            said(act=st.just("dispose"), method=texts),
            said(act=st.sampled_from(["return", "retire"]), to=maybe(people), method=texts),
        ),
        "submit": SUBMISSION,
        "withdraw": REASON,
        "carry_out": NOTHING,
        "let_lapse": REASON,
    },
    PurchaseOrder: {
        "amend": said(
            supplier=maybe(texts),
            reference=maybe(texts),
            owner=maybe(people),
            lines=maybe(BOUGHT),
        ),
        "place": said(expected_on=maybe(last_days)),
        "expect": said(day=last_days),
        "receive": said(
            line=st.integers(0, 2),
            quantity=st.integers(0, 3),
            assets=st.sampled_from([(), (), COME[:1], COME[:2], COME[1:]]),
            delivery=texts,
        ),
        "send_back": said(
            line=st.integers(0, 2),
            quantity=st.integers(0, 2),
            assets=st.sampled_from([(), COME[:1], COME[:2], COME[1:]]),
            reason=texts,
        ),
        "close": NOTHING,
        "cancel": REASON,
        "remind_of_ends": NOTHING,
    },
    Contract: {
        "amend": said(
            name=maybe(texts),
            reference=maybe(texts),
            owner=maybe(people),
            notice_days=st.sampled_from([None, 0, 90, -1]),
            cost=COSTS,
            billing=st.sampled_from([None, "monthly"]),
        ),
        "cover": said(assets=st.lists(others, max_size=3)),
        "sign": NOTHING,
        "renew": said(last_day=last_days, cost=COSTS),
        "remind_of_ends": NOTHING,
        "end": REASON,
    },
}
