"""What can be done with a change on its page: planned, scheduled, implemented and reviewed."""

from collections.abc import Sequence

from api.pages.act import REASON, TEAM, Act, Field, Options, same
from api.pages.visits import Visit
from domain.change import Change, ClosureCode, Outcome, Type
from domain.desk.rounds import facts
from domain.tasks import Phase

ONE_TO_THREE: Options = (("1", "1 high"), ("2", "2 medium"), ("3", "3 low"))
_OUTCOME = Field(
    name="outcome", label="Outcome", kind="choice", options=same(Outcome), shown="outcome"
)
_ASSET = Field(name="asset", label="Number of the asset", kind="text", hint="Such as AST0000042.")


def _times(start: str, end: str) -> tuple[Field, Field]:
    return (
        Field(name="start", label="From", kind="moment", shown=start),
        Field(name="end", label="Until", kind="moment", shown=end),
    )


CHANGE_ACTS: Sequence[Act] = (
    Act(
        name="start_implementation",
        title="Start",
        button="Start the implementation",
        is_usual=True,
    ),
    Act(
        name="classify",
        title="Say of which type it is",
        button="Classify",
        fields=(Field(name="type", label="Type", kind="choice", options=same(Type), shown="type"),),
    ),
    Act(
        name="plan",
        title="Plan it",
        button="Plan",
        fields=(
            Field(name="implementation", label="How it is done", shown="plan.implementation"),
            Field(name="backout", label="How it is undone", shown="plan.backout"),
            Field(name="test", label="How it is tested", is_needed=False, shown="plan.test"),
        ),
    ),
    Act(
        name="assess_risk",
        title="Assess the risk",
        button="Assess",
        fields=(
            Field(
                name="impact",
                label="Impact",
                kind="level",
                options=ONE_TO_THREE,
                shown="risk.impact",
            ),
            Field(
                name="likelihood",
                label="Likelihood that it fails",
                kind="level",
                options=ONE_TO_THREE,
                shown="risk.likelihood",
            ),
        ),
    ),
    Act(name="affect", title="Name an asset that it affects", button="Add", fields=(_ASSET,)),
    Act(
        name="unaffect", title="Name one that it does not affect", button="Remove", fields=(_ASSET,)
    ),
    Act(
        name="request_time",
        title="Ask for a time",
        button="Ask for it",
        fields=_times("requested_start", "requested_end"),
    ),
    Act(
        name="schedule",
        title="Schedule it",
        button="Schedule",
        fields=_times("scheduled_start", "scheduled_end"),
    ),
    Act(
        name="add_task",
        title="Add a task",
        button="Add",
        fields=(
            Field(name="title", label="What is to be done", kind="text"),
            Field(
                name="phase",
                label="When",
                kind="choice",
                options=same(Phase),
            ),
            TEAM,
        ),
    ),
    Act(
        name="complete_implementation",
        title="Complete the implementation",
        button="Complete",
        fields=(_OUTCOME,),
    ),
    Act(name="back_out", title="Back it out", button="Back out", fields=(REASON,)),
    Act(
        name="review",
        title="Review it",
        button="Review",
        fields=(_OUTCOME, Field(name="notes", label="How it went, and what was learnt")),
    ),
    Act(
        name="close",
        title="Close it for good",
        button="Close",
        fields=(
            Field(name="code", label="Closure code", kind="choice", options=same(ClosureCode)),
        ),
    ),
)


async def risk_questions(visit: Visit, change: Change) -> tuple[Field, ...]:
    """What the risk model that is published for a change asks; nothing without one."""
    desk = visit.context.desk
    model = desk.directory.risk_model_for(await facts(change, desk))
    if model is None or model.published is None:
        return ()
    return tuple(
        Field(
            name=f"answers.{question.name}",
            label=question.text,
            kind="choice",
            options=[(answer.text, answer.text) for answer in question.answers],
            shown=f"risk.answers.{question.name}",
        )
        for question in model.published.questions
    )
