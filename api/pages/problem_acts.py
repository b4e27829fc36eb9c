"""What can be done with a problem on its page: it is looked into, lived with, and fixed."""

from collections.abc import Sequence

from api.pages.act import REASON, Act, Field
from domain.ticket import Visibility

PROBLEM_ACTS: Sequence[Act] = (
    Act(name="accept", title="Accept it", button="It is a problem", is_usual=True),
    Act(name="investigate", title="Investigate", button="Investigate it", is_usual=True),
    Act(
        name="declare_known_error",
        title="Known error",
        button="Declare it a known error",
        is_usual=True,
    ),
    Act(name="decline", title="It is no problem", button="Decline", fields=(REASON,)),
    Act(
        name="note_symptom",
        title="Note a symptom",
        button="Note",
        fields=(Field(name="text", label="By what it is seen"),),
    ),
    Act(
        name="identify_cause",
        title="Say what causes it",
        button="Note",
        fields=(Field(name="text", label="Cause", shown="cause"),),
    ),
    Act(
        name="document_workaround",
        title="Say how to live with it",
        button="Note",
        fields=(
            Field(name="text", label="Workaround", shown="workaround"),
            Field(
                name="visibility",
                label="For whom",
                kind="choice",
                options=(
                    (str(Visibility.INTERNAL), "the desk alone"),
                    (str(Visibility.PUBLIC), "the requesters of its incidents, too"),
                ),
            ),
        ),
    ),
    Act(
        name="plan_fix",
        title="Name the change that fixes it",
        button="Name it",
        fields=(Field(name="change", label="Number of the change", kind="text"),),
    ),
    Act(
        name="review",
        title="Review it",
        button="Review",
        fields=(Field(name="notes", label="What was learnt"),),
    ),
)
