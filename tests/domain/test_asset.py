from collections.abc import Callable

import pytest

from domain.asset import DETAILS_MAX, MOVES, RELATIONS_MAX, Asset, Status
from domain.ids import record_id
from domain.rules import Refused
from tests.facts import fact, new_facts
from tests.people import BEA, OPERATOR, person

ID, OTHER = record_id("AST", 1), record_id("AST", 2)
ANN = person("ann")

ACTS: dict[str, Callable[[Asset], None]] = {
    "receive": lambda asset: asset.receive(by=BEA),
    "issue": lambda asset: asset.issue(ANN, by=BEA),
    "return": lambda asset: asset.return_(condition="Scratched.", by=BEA),
    "repair": lambda asset: asset.repair(vendor="Fixit", reason="Broken.", by=BEA),
    "complete repair": lambda asset: asset.complete_repair(by=BEA),
    "retire": lambda asset: asset.retire(reason="Old.", by=BEA),
    "dispose": lambda asset: asset.dispose(method="recycled", by=BEA),
}

WAYS = {
    Status.ORDERED: [],
    Status.IN_STOCK: [],
    Status.IN_USE: ["issue"],
    Status.IN_REPAIR: ["repair"],
    Status.RETIRED: ["retire"],
    Status.DISPOSED: ["retire", "dispose"],
}

LIFE_CYCLE = {
    (Status.ORDERED, "receive"): Status.IN_STOCK,
    (Status.ORDERED, "retire"): Status.RETIRED,
    (Status.IN_STOCK, "issue"): Status.IN_USE,
    (Status.IN_USE, "return"): Status.IN_STOCK,
    (Status.IN_STOCK, "repair"): Status.IN_REPAIR,
    (Status.IN_USE, "repair"): Status.IN_REPAIR,
    (Status.IN_REPAIR, "complete repair"): Status.IN_STOCK,
    (Status.IN_STOCK, "retire"): Status.RETIRED,
    (Status.IN_USE, "retire"): Status.RETIRED,
    (Status.IN_REPAIR, "retire"): Status.RETIRED,
    (Status.RETIRED, "dispose"): Status.DISPOSED,
}


def asset(status: Status = Status.IN_STOCK) -> Asset:
    is_ordered = status is Status.ORDERED
    asset = Asset.register(ID, name="Laptop 7", asset_class="laptop", is_ordered=is_ordered, by=BEA)
    for act in WAYS[status]:
        ACTS[act](asset)
    new_facts(asset)
    return asset


def test_an_asset_is_registered_in_stock() -> None:
    laptop = Asset.register(
        ID,
        name=" Laptop  7",
        asset_class="laptop",
        tag="L-7",
        organisation=OPERATOR,
        service="Workplace",
        owner=ANN,
        by=BEA,
    )

    assert laptop.status is Status.IN_STOCK
    assert new_facts(laptop) == [
        fact(
            Asset.Registered,
            name="Laptop 7",
            asset_class="laptop",
            tag="L-7",
            organisation=OPERATOR,
            service="Workplace",
            owner=ANN,
        )
    ]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", ACTS)
def test_the_life_of_an_asset_has_these_moves_and_no_other(status: Status, act: str) -> None:
    laptop = asset(status)

    if target := LIFE_CYCLE.get((status, act)):
        ACTS[act](laptop)
        assert laptop.status is target
        assert len(new_facts(laptop)) == 1
    else:
        with pytest.raises(Refused) as refused:
            ACTS[act](laptop)
        assert str(refused.value) == MOVES[act].rule
        assert laptop.status is status
        assert new_facts(laptop) == []


def test_whoever_had_an_asset_gets_it_back_from_repair() -> None:
    laptop = asset(Status.IN_USE)

    laptop.repair(vendor="Fixit", reason="Broken.", by=BEA)
    laptop.complete_repair(by=BEA)

    assert laptop.status is Status.IN_USE
    assert laptop.holder == ANN


@pytest.mark.parametrize("act", ["return", "retire"])
def test_nobody_has_an_asset_that_was_returned_or_retired(act: str) -> None:
    laptop = asset(Status.IN_USE)

    ACTS[act](laptop)

    assert laptop.holder is None


def test_what_happens_to_an_asset_is_recorded_with_its_circumstances() -> None:
    laptop = asset()

    for act in ("issue", "return", "repair", "complete repair", "retire", "dispose"):
        ACTS[act](laptop)

    assert new_facts(laptop) == [
        fact(Asset.Issued, to=ANN),
        fact(Asset.Returned, condition="Scratched."),
        fact(Asset.SentForRepair, vendor="Fixit", reason="Broken."),
        fact(Asset.Repaired),
        fact(Asset.Retired, reason="Old."),
        fact(Asset.Disposed, method="recycled"),
    ]


def test_an_amendment_records_the_details_that_are_new() -> None:
    laptop = asset()
    laptop.amend({"serial": "S1", "memory": "16 GB"}, by=BEA)
    new_facts(laptop)

    laptop.amend({"serial": " S1", "memory": "32 GB"}, by=BEA)
    laptop.amend({"memory": "32 GB"}, by=BEA)

    assert new_facts(laptop) == [fact(Asset.Amended, details={"memory": "32 GB"})]
    assert laptop.details == {"serial": "S1", "memory": "32 GB"}


def test_an_asset_has_so_many_details_in_all() -> None:
    laptop = asset()
    laptop.amend({f"detail {number}": "x" for number in range(DETAILS_MAX)}, by=BEA)

    laptop.amend({"detail 0": "y"}, by=BEA)
    with pytest.raises(Refused, match="at most 200 details"):
        laptop.amend({"one more": "x"}, by=BEA)


def test_assets_are_related_and_unrelated_once() -> None:
    laptop = asset()

    for _ in range(2):
        laptop.relate(OTHER, type="depends on", by=BEA)
    laptop.unrelate(OTHER, type="uses", by=BEA)
    for _ in range(2):
        laptop.unrelate(OTHER, type="depends on", by=BEA)

    assert new_facts(laptop) == [
        fact(Asset.Related, other=OTHER, type="depends on"),
        fact(Asset.Unrelated, other=OTHER, type="depends on"),
    ]
    assert not laptop.relations


def test_an_asset_is_not_related_to_itself() -> None:
    with pytest.raises(Refused, match="not related to itself"):
        asset().relate(ID, type="part of", by=BEA)


def test_an_asset_has_so_many_relations() -> None:
    laptop = asset()
    for serial in range(2, RELATIONS_MAX + 2):
        laptop.relate(record_id("AST", serial), type="uses", by=BEA)

    with pytest.raises(Refused, match="at most 1000 relations"):
        laptop.relate(OTHER, type="part of", by=BEA)
    laptop.relate(OTHER, type="uses", by=BEA)


def test_an_asset_that_was_disposed_of_stays_as_it_was() -> None:
    laptop = asset(Status.DISPOSED)

    with pytest.raises(Refused, match="disposed of cannot be changed"):
        laptop.amend({"serial": "S1"}, by=BEA)
    with pytest.raises(Refused, match="disposed of cannot be changed"):
        laptop.relate(OTHER, type="uses", by=BEA)
