"""Follows the ledger for whom an event is told by mail."""

from domain.desk import Desk
from workflows.follower import Follower
from workflows.temporal import Temporal


class MailFollower(Follower):
    """It begins where it is switched on: nobody is told of what was before."""

    def __init__(self, desk: Desk, temporal: Temporal) -> None:
        super().__init__(desk)
        self.temporal = temporal

    def _tracked(self) -> int:
        recorder = self.desk.ledger.recorder
        position = super()._tracked()
        if position == 0 and (position := self.desk.ledger.position()):
            recorder.track(self.name, position)
        return position
