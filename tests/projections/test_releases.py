"""Whatever happens to a release, the views say of it what the release says of itself."""

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.release import Release
from projections import releases
from projections.tables import id_or_none, instant
from tests.domain.stories import attempts
from tests.projections.folding import RANDOM
from tests.projections.lives import entries_of, folded, lived, row_of


@RANDOM
@given(data=st.data())
def test_the_list_agrees_with_the_release(data: st.DataObject) -> None:
    release = lived(Release, data.draw(attempts(Release)))
    assume(release is not None)
    assert isinstance(release, Release)

    rows = folded(releases.VIEW, entries_of(release))

    row = row_of(rows, releases.RELEASES, str(release.id))
    page = row_of(rows, releases.PAGES, str(release.id))
    assert (row.name, row.status, row.service) == (release.name, release.status, release.service)
    assert (row.owner, row.version) == (id_or_none(release.owner), release.version)
    assert row.starts == (instant(release.phases[0].start) if release.phases else None)
    assert row.ends == (instant(release.phases[-1].end) if release.phases else None)
    assert (page.description, page.backout) == (release.description, release.backout)
    assert (page.gate, page.approval_status) == (release.gate, release.approval)
    shown = [
        (one["number"], one["name"], one["state"], one["outcome"], one["changes"])
        for one in page.phases
    ]
    assert shown == [
        (one.number, one.name, one.state, one.outcome, [str(change) for change in one.changes])
        for one in release.phases
    ]
    passed = {name for name, gate in page.gates.items() if gate["status"] == "passed"}
    assert passed == set(release.passed)
    assert {name: gate["text"] for name, gate in page.gates.items()} == {
        name: one.text for name, one in release.written.items()
    }
