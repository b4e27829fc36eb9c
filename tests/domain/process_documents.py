"""Definitions of every shape, as hypothesis draws them."""

from uuid import UUID

from hypothesis import strategies as st

from domain import quorum_rules as rules
from domain.approval import Stage
from domain.approval_process import Definition
from domain.ids import named_id
from domain.rules import Refused

OFFICE = named_id("CAL", "office")
CALENDARS = {"Office hours": OFFICE, "Nights & days: all": named_id("CAL", "nights")}
NAMES = {id: name for name, id in CALENDARS.items()}


def calendar_of(name: str) -> UUID:
    if name not in CALENDARS:
        raise Refused(f"there is no calendar {name!r}.")
    return CALENDARS[name]


_words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=12
)
_odd = st.sampled_from(
    [
        "yes", "null", "~", "12", "1e3", "0x1F", "2026-01-01", "- a", "a: b", "a #b", "!x", "*a",
        "&a", "%x", "@x", "'q'", '"q"', "[x", "{x", "|", ">", "?", "=", "<<", "true", "66%", "é",
        "🎉", "a\u200bb", "12:30", "0o7", "-", "--- x", "... x",
    ]
)  # fmt: skip
names = (_words | _odd).filter(lambda name: name == " ".join(name.split()))
_people = (
    st.builds("person:{}".format, st.from_regex(r"[a-z.]{1,8}", fullmatch=True))
    | st.builds("team:{}".format, names)
    | st.sampled_from(["role:approver", "manager-of:requester", "manager-of:assignee"])
)
selectors = st.lists(_people, min_size=1, max_size=4, unique=True).map(tuple)
_durations = st.builds(
    "{}{}".format, st.integers(1, 360), st.sampled_from(["s", "m", "h", "bd", "d"])
)
_conditions = st.sampled_from(
    [
        "",
        'subject.risk == "high"',
        "subject.impact > 1 && !(subject.urgency in [1, 2])",
        'subject.category.startsWith("a # b: \\"c\\"") ? true : false',
        'subject.type == "normal" ||\n  subject.type == "standard"\n',
        "subject.risk ==\n\t'high'",
        "  subject.impact == 1  ",
    ]
)
_simple = st.one_of(
    st.builds(rules.Any, abstain=st.booleans()),
    st.builds(rules.All, abstain=st.booleans()),
    st.builds(rules.Majority, abstain=st.booleans()),
    st.builds(rules.Count, approvals=st.just(1), abstain=st.booleans()),
    st.builds(
        rules.Percent,
        percent=st.integers(1, 100) | st.sampled_from(["50", "66.7", "200/3", "050", "7"]),
        abstain=st.booleans(),
    ),
)
_weighted = st.builds(
    rules.Weighted,
    weights=st.dictionaries(_people, st.integers(1, 9), min_size=1, max_size=3),
    others=st.integers(1, 3),
    weight=st.just(1),
) | st.builds(
    rules.Weighted,
    weights=st.dictionaries(_people, st.integers(1, 9), min_size=1, max_size=3),
    percent=st.sampled_from([1, 50, "66.7"]),
)
quorums: st.SearchStrategy[rules.Quorum] = st.one_of(
    _simple,
    st.builds(rules.First, abstain=st.booleans()),
    st.builds(rules.Responded),
    _weighted,
    st.builds(rules.Veto, holders=selectors, of=_simple),
    st.builds(rules.Mandatory, voters=selectors, of=_simple),
    st.builds(rules.Unless, reject=_simple.filter(lambda rule: rule.abstain), of=_simple),
    st.builds(
        rules.Groups,
        groups=st.tuples(
            st.builds(rules.Group, name=st.just("Business"), voters=selectors, of=_simple),
            st.builds(rules.Group, name=st.just("IT: all"), voters=selectors, of=_simple),
        ),
        of=_simple,
    ),
)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Any definition; most of them are sound, and the check says which."""
    stages: list[Stage] = []
    for name in draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        earlier = [stage.name for stage in stages]
        afters = st.lists(st.sampled_from(earlier), unique=True) if earlier else st.just([])
        stages.append(
            Stage(
                name=name,
                approvers=draw(selectors),
                quorum=draw(quorums),
                patience=draw(_durations),
                on_timeout=draw(st.sampled_from(["escalate", "approve", "reject", "fallback"])),
                escalate_to=draw(selectors),
                after=draw(st.none() | afters.map(tuple)),
                when=draw(_conditions),
                exclude=draw(st.just(()) | selectors),
                remind=draw(st.lists(_durations, max_size=3).map(tuple)),
            )
        )
    return Definition(
        subjects=("change",),
        stages=tuple(stages),
        when=draw(_conditions),
        order=draw(st.integers(0, 1_000_000)),
        calendar=draw(st.none() | st.sampled_from(list(CALENDARS.values()))),
        fallback=draw(st.just(()) | selectors),
        exclude=draw(st.just(()) | selectors),
        material=draw(st.sampled_from([(), ("risk",), ("type", "category")])),
        repeat_voters=draw(st.booleans()),
        retrospective=draw(_durations),
    )
