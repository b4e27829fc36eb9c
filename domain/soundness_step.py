"""A step of a case, taken on a trial."""

from domain.rules import Refused
from domain.simulation import Trial
from domain.soundness_cases import BEGINNING
from domain.soundness_report import Step


def take(trial: Trial, step: Step) -> None:
    """Let somebody vote, or a patience run out."""
    if step.person:
        trial.cast(step.vote, step.person, step.stage, BEGINNING)
    else:
        opened = trial.standing.open.get(step.stage)
        if opened is None:
            raise Refused(f"{step.stage} is not open.")
        trial.run_out(step.stage, None, opened.patience_ends)
