import pytest

from domain.aggregate import KINDS
from domain.escalated import Escalated
from tests.domain.stories import STORIES, told
from tests.projections.lives import lived
from workflows.escalations import ENDS
from workflows.reactor import ENDS_OF_MARKS

ESCALATED = sorted(
    (kind for kind in KINDS.values() if issubclass(kind, Escalated)), key=lambda kind: kind.prefix
)


@pytest.mark.parametrize("kind", ESCALATED)
def test_what_ends_the_work_on_a_ticket_ends_its_escalations(kind: type[Escalated]) -> None:
    ended = set()
    for story in STORIES[kind]:
        ticket = lived(kind, told(story))
        assert ticket is not None
        known = kind(ticket.id)
        for entry in ticket.pending:
            was_at_work = known.is_at_work
            known.replay(entry)
            if was_at_work and not known.is_at_work:
                assert isinstance(entry.event, ENDS), entry
                ended.add(entry.topic)

    assert len(ended) > 1
    assert ended <= ENDS_OF_MARKS
