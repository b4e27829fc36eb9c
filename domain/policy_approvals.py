"""Who may do what in rounds of approval, and with definitions that are published by version."""

from domain.person import Role
from domain.policy_rows import NOBODY, READ, WRITE, Grants, Row, everyone, rows
from domain.relation import ASKED, OPERATOR, OPERATOR_OR_PART, OWN, PART


def called(what: str) -> str:
    """A kind of record in words: `an approval process`."""
    name = what.replace("_", " ")
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def of_rounds(
    what: str, *, voters: Grants, workers: Grants, choosers: Grants, movers: Grants
) -> dict[str, Row]:
    """The acts of rounds of approval. `choosers` say who else votes, `movers` let a round go on in
    another version of its process."""
    a = called(what)
    return {
        **rows(
            voters,
            WRITE,
            {
                f"{what}.vote": f"vote on {a}",
                f"{what}.retract_vote": f"take a vote on {a} back",
                f"{what}.hand_on_vote": f"hand a vote on {a} on",
                f"{what}.request_information": f"ask for information on {a}",
            },
        ),
        **rows(
            {**everyone(OWN), **workers},
            WRITE,
            {f"{what}.provide_information": f"provide information on {a}"},
        ),
        **rows(
            choosers,
            WRITE,
            {
                f"{what}.reassign_vote": f"reassign a vote on {a}",
                f"{what}.add_approver": f"ask somebody else to vote on {a}",
            },
        ),
        **rows(
            movers,
            WRITE,
            {f"{what}.migrate_approval": "move an approval to another version of its process"},
        ),
        **rows(
            {**movers, Role.AUDITOR: OPERATOR},
            READ,
            {f"{what}.read_migration": "see what moving an approval to another version does"},
        ),
        **rows(
            NOBODY,
            WRITE,
            {
                f"{what}.remind": f"remind the voters of {a}",
                f"{what}.escalate_stage": "escalate a stage of an approval",
                f"{what}.time_out_stage": "end a stage of an approval whose time is over",
                f"{what}.hold_approval": f"hold the approval of {a} during a freeze",
                f"{what}.resume_approval": f"let the approval of {a} go on after a freeze",
            },
        ),
    }


def of_definitions(
    what: str, owners: Grants, readers: Grants, historians: Grants | None = None
) -> dict[str, Row]:
    """The acts on definitions that are published by version, which may name any organisation.

    `historians` read the history and the draft, where those who read what is published may not.
    """
    a = called(what)
    return {
        **rows(readers, READ, {f"{what}.list": f"list {plural(what)}"}),
        **rows({**everyone(PART), **part_or(readers)}, READ, {f"{what}.read": f"read {a}"}),
        **rows(historians or readers, READ, {f"{what}.read_history": f"read the history of {a}"}),
        **rows(
            owners,
            WRITE,
            {
                f"{what}.draft": f"draft {a}",
                f"{what}.revise": f"revise {a}",
                f"{what}.submit": f"submit {a} for approval",
                f"{what}.withdraw": f"take the submission of {a} back",
                f"{what}.publish": f"publish {a}",
                f"{what}.retire": f"retire {a}",
            },
        ),
        **rows(
            {**everyone(PART), **part_or(owners)}, WRITE, {f"{what}.comment": f"comment on {a}"}
        ),
        **of_rounds(what, voters=everyone(ASKED), workers=owners, choosers=owners, movers=owners),
        **rows(
            NOBODY,
            WRITE,
            {
                f"{what}.adopt": f"make the draft of {a} somebody's own",
                f"{what}.put_off": f"note why {a} is not published yet",
            },
        ),
    }


def part_or(grants: Grants) -> Grants:
    """The same, and to whoever has part in a record."""
    return {
        role: OPERATOR_OR_PART if condition is OPERATOR else condition
        for role, condition in grants.items()
    }


def plural(what: str) -> str:
    """Several of a kind of record in words."""
    name = what.replace("_", " ")
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("s") else f"{name}s"
