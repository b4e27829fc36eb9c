"""Quorums as people write them: in a word, a number or a percentage, or in full as a mapping."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from domain import quorum_rules as rules
from domain.process_fields import SELECTOR_MAX, Name, Part
from domain.quorum_form import GROUPS_MAX, NAMED_MAX, WEIGHT_MAX
from domain.quorum_rules import Quorum

WORDS: Mapping[str, Quorum] = {
    "any": rules.Any(),
    "all": rules.All(),
    "majority": rules.Majority(),
    "first": rules.First(),
    "responded": rules.Responded(),
}

Word = Annotated[
    Literal["any", "all", "majority", "first", "responded"],
    Field(
        description=(
            "`any`: one approval is enough. `all`: everybody who does not abstain. `majority`: "
            "more than half of those. `first`: the first vote decides. `responded`: everybody "
            "has answered, and one approved."
        )
    ),
]
Approvals = Annotated[int, Field(ge=1, le=100, description="So many approvals.")]
ShareText = Annotated[
    str,
    Field(
        max_length=20,
        pattern=r"^([0-9]{1,3}(\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8})%$",
        description="A percentage of those who do not abstain, exactly: `66.7%` or `200/3%`.",
        examples=["66.7%", "50%"],
    ),
]
Share = (
    Annotated[int, Field(ge=1, le=100)]
    | Annotated[
        str,
        Field(max_length=20, pattern=r"^([0-9]{1,3}(\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8})$"),
    ]
)
Voter = Annotated[
    str,
    Field(
        min_length=1,
        max_length=SELECTOR_MAX,
        description=(
            "A selector of people, such as `person:ada` or `team:Network`; in the rule over groups "
            "the name of a group."
        ),
        examples=["person:ada", "team:Security"],
    ),
]
People = Annotated[list[Voter], Field(min_length=1, max_length=NAMED_MAX)]


class Form(Part):
    abstain: Annotated[
        bool, Field(description="Whether those whom this rule counts may abstain.")
    ] = True


class OneIsEnough(Form):
    """One approval is enough."""

    kind: Literal["any"]

    def rule(self) -> Quorum:
        return rules.Any(abstain=self.abstain)


class EverybodyApproves(Form):
    """Everybody who does not abstain approves."""

    kind: Literal["all"]

    def rule(self) -> Quorum:
        return rules.All(abstain=self.abstain)


class MoreThanHalf(Form):
    """More than half of those who do not abstain approve."""

    kind: Literal["majority"]

    def rule(self) -> Quorum:
        return rules.Majority(abstain=self.abstain)


class SoMany(Form):
    """So many approve, however many abstain."""

    kind: Literal["count"]
    approvals: Approvals

    def rule(self) -> Quorum:
        return rules.Count(approvals=self.approvals, abstain=self.abstain)


class SuchAShare(Form):
    """So many percent of those who do not abstain approve, exactly."""

    kind: Literal["percent"]
    percent: Share

    def rule(self) -> Quorum:
        return rules.Percent(percent=self.percent, abstain=self.abstain)


class FirstDecides(Form):
    """The first vote that is no abstention decides."""

    kind: Literal["first"]

    def rule(self) -> Quorum:
        return rules.First(abstain=self.abstain)


class EverybodyAnswers(Form):
    """Everybody has answered, and at least one approved."""

    kind: Literal["responded"]

    def rule(self) -> Quorum:
        return rules.Responded(abstain=self.abstain)


class ByWeight(Form):
    """The approvals weigh so much together, or such a share of what does not abstain."""

    kind: Literal["weighted"]
    weights: Annotated[
        dict[Voter, Annotated[int, Field(ge=0, le=WEIGHT_MAX)]],
        Field(
            min_length=1,
            max_length=NAMED_MAX,
            description="The weight of each of these people, or of each of these groups.",
        ),
    ]
    others: Annotated[
        int, Field(ge=0, le=WEIGHT_MAX, description="The weight of everybody else.")
    ] = 1
    weight: Annotated[
        Annotated[int, Field(ge=1, le=WEIGHT_MAX)] | None,
        Field(description="The weight that is needed; this or `percent`."),
    ] = None
    percent: Annotated[
        Share | None, Field(description="The share that is needed; this or `weight`.")
    ] = None

    def rule(self) -> Quorum:
        return rules.Weighted(
            weights=dict(self.weights),
            others=self.others,
            weight=self.weight,
            percent=self.percent,
            abstain=self.abstain,
        )


class WithVeto(Form):
    """None of the holders rejects, and the rule `of` is reached."""

    kind: Literal["veto"]
    holders: People
    of: "QuorumForm"

    def rule(self) -> Quorum:
        return rules.Veto(holders=tuple(self.holders), of=rule_of(self.of), abstain=self.abstain)


class WithThese(Form):
    """Each of these voters approves, and the rule `of` is reached."""

    kind: Literal["mandatory"]
    voters: People
    of: "QuorumForm"

    def rule(self) -> Quorum:
        return rules.Mandatory(voters=tuple(self.voters), of=rule_of(self.of), abstain=self.abstain)


class UnlessRejected(Form):
    """The rejections do not reach `reject`, and the approvals reach `of`."""

    kind: Literal["unless"]
    reject: "QuorumForm"
    of: "QuorumForm"

    def rule(self) -> Quorum:
        return rules.Unless(reject=rule_of(self.reject), of=rule_of(self.of), abstain=self.abstain)


class AGroup(Part):
    """Voters with a rule of their own."""

    name: Name
    voters: People
    of: "QuorumForm"

    def group(self) -> rules.Group:
        return rules.Group(self.name, tuple(self.voters), rule_of(self.of))


class ByGroup(Form):
    """The groups are the voters of the rule `of`, each with the outcome of its own rule."""

    kind: Literal["groups"]
    groups: Annotated[list[AGroup], Field(min_length=1, max_length=GROUPS_MAX)]
    of: "QuorumForm"

    def rule(self) -> Quorum:
        return rules.Groups(
            groups=tuple(group.group() for group in self.groups),
            of=rule_of(self.of),
            abstain=self.abstain,
        )


FORMS: Mapping[str, type[Form]] = {
    form.model_fields["kind"].annotation.__args__[0]: form  # type: ignore[union-attr]  # a Literal
    for form in (
        OneIsEnough,
        EverybodyApproves,
        MoreThanHalf,
        SoMany,
        SuchAShare,
        FirstDecides,
        EverybodyAnswers,
        ByWeight,
        WithVeto,
        WithThese,
        UnlessRejected,
        ByGroup,
    )
}

UNKNOWN = (
    f"a quorum is one of {', '.join(WORDS)}, a number of approvals, a percentage such as "
    f'"66.7%", or a mapping with a `kind`: {", ".join(FORMS)}'
)


def _tag(value: Any) -> str | None:
    """Which form a value has. The tag is no part of any document: see `TAG`."""
    if isinstance(value, Mapping):
        kind = value.get("kind")
        return f"{TAG}{kind}" if isinstance(kind, str) else None
    if isinstance(value, str):
        return f"{TAG}share" if value.endswith("%") else f"{TAG}word"
    return f"{TAG}approvals" if isinstance(value, int) else None


TAG = "form:"
"""How the steps begin that pydantic adds to the place of an error in a quorum."""

QuorumForm = Annotated[
    Annotated[Word, Tag("form:word")]
    | Annotated[Approvals, Tag("form:approvals")]
    | Annotated[ShareText, Tag("form:share")]
    | Annotated[OneIsEnough, Tag("form:any")]
    | Annotated[EverybodyApproves, Tag("form:all")]
    | Annotated[MoreThanHalf, Tag("form:majority")]
    | Annotated[SoMany, Tag("form:count")]
    | Annotated[SuchAShare, Tag("form:percent")]
    | Annotated[FirstDecides, Tag("form:first")]
    | Annotated[EverybodyAnswers, Tag("form:responded")]
    | Annotated[ByWeight, Tag("form:weighted")]
    | Annotated[WithVeto, Tag("form:veto")]
    | Annotated[WithThese, Tag("form:mandatory")]
    | Annotated[UnlessRejected, Tag("form:unless")]
    | Annotated[ByGroup, Tag("form:groups")],
    Discriminator(_tag, custom_error_type="quorum_form", custom_error_message=UNKNOWN),
    Field(
        description=(
            "How many must approve: a word, a number of approvals, a percentage, or in full a "
            "mapping with a `kind`."
        ),
        examples=["any", "majority", 2, "66.7%", {"kind": "count", "approvals": 2}],
    ),
]

for _form in (WithVeto, WithThese, UnlessRejected, AGroup, ByGroup):
    _form.model_rebuild()


def rule_of(form: Any) -> Quorum:
    """The rule that a validated form stands for."""
    if isinstance(form, Form):
        rule: Quorum = form.rule()  # type: ignore[attr-defined]  # all forms have one
        return rule
    if isinstance(form, int):
        return rules.Count(approvals=form)
    if not form.endswith("%"):
        return WORDS[form]
    percent = form.removesuffix("%")
    return rules.Percent(percent=int(percent) if percent == _plain_number(percent) else percent)


def form_of(rule: Quorum) -> Any:
    """The shortest form of a rule, as plain data: `rule_of` gives the same rule again."""
    match rule:
        case rules.Count(approvals=approvals, abstain=True):
            return approvals
        case rules.Percent(percent=percent, abstain=True):
            if isinstance(percent, int) or percent != _plain_number(percent):
                return f"{percent}%"
    for word, known in WORDS.items():
        if rule == known:
            return word
    return _in_full(rule)


def _in_full(rule: Quorum) -> dict[str, Any]:
    full: dict[str, Any] = {"kind": rule.__struct_config__.tag}
    for name in rule.__struct_fields__:
        value = getattr(rule, name)
        if name in ("of", "reject"):
            full[name] = form_of(value)
        elif name == "groups":
            full[name] = [
                {"name": group.name, "voters": list(group.voters), "of": form_of(group.of)}
                for group in value
            ]
        elif name != "abstain" and value is not None:
            full[name] = list(value) if isinstance(value, tuple) else value
    return full if rule.abstain else full | {"abstain": False}


def _plain_number(text: str) -> str:
    """The text as a whole number would be written; "" if it is none."""
    return str(int(text)) if text.isdecimal() else ""
