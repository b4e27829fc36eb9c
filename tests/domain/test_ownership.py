from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.ownership import Place, approvers, governing, nearest, quorum
from domain.quorum import All, Any, Group, Groups, outcome

OWNERS: dict[Place, Sequence[str]] = {
    (): ("ada",),
    ("mail",): ("bob",),
    ("mail", "cluster"): ("cyd", "dan"),
    ("web",): (),
}

places = st.lists(st.sampled_from(("mail", "cluster", "web", "host")), max_size=4).map(tuple)


def test_what_has_no_owners_of_its_own_belongs_to_the_nearest_place_around_it() -> None:
    assert nearest(OWNERS, ("mail", "cluster", "host")) == ("mail", "cluster")
    assert nearest(OWNERS, ("mail", "cluster")) == ("mail", "cluster")
    assert nearest(OWNERS, ("mail", "host")) == ("mail",)
    assert nearest(OWNERS, ("print", "host")) == ()
    assert nearest({}, ("print",)) == ()


def test_each_place_is_approved_by_its_owners_or_by_those_around_it() -> None:
    assert approvers(OWNERS, ("mail", "cluster")) == ("cyd", "dan", "bob", "ada")
    assert approvers(OWNERS, ("web",)) == ("ada",)
    assert approvers({}, ()) == ()


def test_an_approval_for_the_outer_place_is_one_for_all_within_it() -> None:
    deep, shallow, other = ("mail", "cluster", "host"), ("mail", "queue"), ("web", "page")

    assert governing(OWNERS, [deep]) == (("mail", "cluster"),)
    assert governing(OWNERS, [deep, shallow]) == (("mail",),)
    assert governing(OWNERS, [deep, other]) == (("mail", "cluster"), ("web",))
    assert governing(OWNERS, [deep, other, ("print",)]) == ((),)
    assert governing(OWNERS, []) == ()


def test_a_free_place_frees_only_what_lies_deeper_and_belongs_to_no_other() -> None:
    free = [("mail",)]

    assert governing(OWNERS, [("mail", "new", "file")], free) == ()
    assert governing(OWNERS, [("mail", "file")], free) == (("mail",),)
    assert governing(OWNERS, [("mail", "cluster", "new", "file")], free) == (("mail", "cluster"),)


def test_the_quorum_is_one_approval_for_each_governing_place() -> None:
    rule = quorum(OWNERS, [("mail", "cluster", "host"), ("web", "page")])

    assert rule == Groups(
        (
            Group("mail/cluster", ("cyd", "dan", "bob", "ada"), Any()),
            Group("web", ("ada",), Any()),
        ),
        All(),
    )
    assert outcome(rule, ("ada", "bob", "cyd", "dan"), {"cyd": "approve"}) == "pending"
    assert outcome(rule, ("ada", "bob", "cyd", "dan"), {"ada": "approve"}) == "approved"
    assert quorum(OWNERS, [("mail", "new", "file")], [("mail",)]) is None
    assert quorum(OWNERS, [("print",)]) == Groups((Group("/", ("ada",), Any()),), All())


@given(st.dictionaries(places, st.lists(st.sampled_from("abcd"))), st.lists(places, max_size=5))
def test_whoever_satisfies_the_governing_places_may_approve_for_everything_affected(
    owners: dict[Place, Sequence[str]], affected: list[Place]
) -> None:
    found = governing(owners, affected)

    for one in affected:
        covering = [place for place in found if one[: len(place)] == place]
        assert any(
            set(approvers(owners, place)) <= set(approvers(owners, one)) for place in covering
        )
    assert not any(a != b and b[: len(a)] == a for a in found for b in found)
