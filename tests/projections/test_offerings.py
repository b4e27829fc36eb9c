"""Whatever happens to an offering, the views say of it what the offering says of itself."""

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.offering import Offering
from projections import offerings
from tests.domain.stories import attempts
from tests.projections.folding import RANDOM
from tests.projections.lives import entries_of, folded, lived, row_of, rows_of


@RANDOM
@given(data=st.data())
def test_the_catalogue_agrees_with_the_offering(data: st.DataObject) -> None:
    offering = lived(Offering, data.draw(attempts(Offering)))
    assume(offering is not None)
    assert isinstance(offering, Offering)
    item = offering.versions[-1] if offering.versions else offering.draft_definition
    assert item is not None

    rows = folded(offerings.VIEW, entries_of(offering))

    row = row_of(rows, offerings.OFFERINGS, str(offering.id))
    page = row_of(rows, offerings.PAGES, str(offering.id))
    assert (row.name, row.version) == (offering.name, offering.version)
    assert row.status == (
        "retired" if offering.is_retired else "published" if offering.versions else "draft"
    )
    assert (row.price, row.service) == (item.price.amount if item.price else "", str(item.service))
    assert (row.category, row.published_version) == (item.category, offering.published_version)
    assert (page.form, page.approval_status) == (item.form, offering.approval)
    assert page.outstanding == offering.outstanding
    assert page.author == str(offering.requester) or offering.requester is None
    published = offering.published
    assert row.is_public == (published is not None and published.audience == "public")
    shown = {found.organisation for found in rows_of(rows, offerings.AUDIENCE)}
    assert shown == {str(one) for one in (published.organisations if published else ())}
