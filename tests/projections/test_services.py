"""Whatever happens to a service, the views say of it what the service says of itself."""

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.service import Service
from projections import services
from projections.tables import id_or_none, instant_or_none
from tests.domain.stories import attempts
from tests.projections.folding import RANDOM
from tests.projections.lives import entries_of, folded, lived, row_of, rows_of


@RANDOM
@given(data=st.data())
def test_the_portfolio_agrees_with_the_service(data: st.DataObject) -> None:
    service = lived(Service, data.draw(attempts(Service)))
    assume(service is not None)
    assert isinstance(service, Service)

    rows = folded(services.VIEW, entries_of(service))

    row = row_of(rows, services.SERVICES, str(service.id))
    design = row_of(rows, services.DESIGNS, str(service.id))
    assert (row.name, row.status, row.criticality) == (
        service.name,
        service.status,
        service.criticality,
    )
    assert (row.owner, row.team) == (id_or_none(service.owner), id_or_none(service.team))
    assert (row.live_since, row.version) == (instant_or_none(service.live_since), service.version)
    assert (design.gate, design.approval_status) == (service.gate, service.approval)
    assert set(design.customers) == {str(customer) for customer in service.customers}
    passed = {name for name, gate in design.gates.items() if gate["status"] == "passed"}
    assert passed == set(service.passed)
    assert {name: gate["text"] for name, gate in design.gates.items()} == {
        name: one.text for name, one in service.written.items()
    }
    shown = {found.organisation for found in rows_of(rows, services.CUSTOMERS)}
    assert shown == (set(design.customers) if service.is_in_catalogue else set())
    assert row.is_public == (service.is_in_catalogue and not service.customers)
