"""Definitions whose stages wait for each other in any way, and how approvals go through them."""

from hypothesis import strategies as st

from domain.approval import Any, Stage
from domain.approval_flow import before
from domain.approval_process import Definition
from domain.process_progress import Progress, StageProgress

HOSTILE = ['<b>&"x"</b>', "]]><script>alert(1)</script>", "a\ufffeb\x85", "\u202eevil", "W" * 200]


@st.composite
def flows(draw: st.DrawFn, stages_max: int = 7) -> Definition:
    stages: list[Stage] = []
    for number in range(draw(st.integers(1, stages_max))):
        earlier = [stage.name for stage in stages]
        afters = st.lists(st.sampled_from(earlier), unique=True) if earlier else st.just([])
        stages.append(
            Stage(
                name=f"S{number}" + draw(st.sampled_from(["", *HOSTILE])),
                approvers=("team:Network", "person:" + draw(st.sampled_from(HOSTILE))),
                quorum=Any(),
                patience=draw(st.sampled_from(["1s", "30m", "4h", "1bd", "360d"])),
                on_timeout=draw(st.sampled_from(["escalate", "approve", "reject", "fallback"])),
                escalate_to=("role:change-manager",),
                after=draw(st.none() | afters.map(tuple)),
                when=draw(st.sampled_from(["", 'subject.risk == "<&]]>"'])),
            )
        )
    fallback = draw(st.sampled_from([(), ("role:administrator",)]))
    return Definition(subjects=("change",), stages=tuple(stages), fallback=fallback)


@st.composite
def progresses(draw: st.DrawFn, definition: Definition) -> Progress:
    """How an approval may stand: stages open after those that they wait for are passed."""
    skipped = {one.name for one in definition.stages if one.when and draw(st.booleans())}
    awaited = before(definition.stages, skipped)
    stages = {name: StageProgress(state="skipped") for name in skipped}
    passed = set[str]()
    is_rejected = False
    for stage in definition.stages:
        name = stage.name
        if name in skipped or not passed.issuperset(awaited[name]):
            continue
        outcomes = ["waiting"] if is_rejected else ["open", "approved", "rejected"]
        state = draw(st.sampled_from(outcomes))
        has_second = stage.on_timeout == "escalate" or (
            stage.on_timeout == "fallback" and bool(definition.fallback)
        )
        is_again = has_second and state != "waiting" and draw(st.booleans())
        by_time = {"approve": "approved"}.get(stage.on_timeout, "rejected")
        may_time_out = state == by_time and (is_again or not has_second)
        stages[name] = StageProgress(
            state=state,  # type: ignore[arg-type]  # one of the words
            voted=1,
            voters=3,
            is_again=is_again,
            is_timed_out=may_time_out and draw(st.booleans()),
            who=tuple(HOSTILE),
        )
        passed |= {name} if state == "approved" else set()
        is_rejected |= state == "rejected"
    has_passed = len(passed) + len(skipped) == len(definition.stages)
    outcome = "rejected" if is_rejected else "approved" if has_passed else "open"
    return Progress(stages=stages, outcome=outcome)  # type: ignore[arg-type]  # one of the words
