"""The directory as it stood at a moment: people, teams, organisations and definitions of then."""

from domain.aggregate import Aggregate
from domain.directory import Directory, let_go
from domain.directory_kinds import TOPICS
from domain.past_ledger import PastLedger
from domain.person import Person
from domain.team import Team


class PastDirectory(Directory):
    """It is made of what is known now, and reads of the ledger what changed since."""

    def __init__(self, frozen: Directory, ledger: PastLedger) -> None:
        """`frozen` is used up."""
        super().__init__(ledger)
        for name, known in vars(frozen).items():
            if name != "ledger":
                setattr(self, name, known)
        changed = ledger.changed_since(TOPICS)
        # A name may have gone from one to another since: all let go of it before one has it again.
        for id in changed:
            if (record := self.record(id)) is not None:
                self._leave_out(record)
        for id in changed:
            if (then := ledger.stood(id)) is not None and type(then) in self._records:
                self._keep(then)
        self._order_policies()

    def _leave_out(self, record: Aggregate) -> None:
        del self._records[type(record)][record.id]
        if isinstance(record, Person):
            let_go(self._usernames, record.username, record.id)
            let_go(self._emails, record.email, record.id)
            for holders in self._holders.values():
                holders.pop(record.id, None)
        elif isinstance(record, Team):
            let_go(self._team_names, record.name, record.id)
            for person in record.members:
                self._teams_of[person] = self.memberships_of(person) - {record.id}

    def catch_up(self) -> None:
        """The past does not go on."""
