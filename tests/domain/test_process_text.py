# fmt: off
# ruff: noqa: E501 - a case a line
"""Documents of approval processes that are wrong, each with the place and the rule it is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.process_text import BadDocument, parse
from domain.yaml_tree import BYTES_MAX
from tests.domain.process_documents import OFFICE, calendar_of

GOOD = """\
name: Normal changes
subjects: [change]
when: subject.type == "normal"
calendar: Office hours
fallback: [team:Change enablement]
material: [risk]
stages:
  - name: Technical
    approvers: [team:Network]
    quorum: any
    patience: 4h
    on_timeout: reject
  - name: CAB
    approvers: [role:approver, person:ada]
    quorum: 66.7%
    patience: 2bd
    remind: [1bd]
    escalate_to: [role:change-manager]
    after: [Technical]
"""


def change(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def stage(index: int) -> str:
    return (
        f"  - {{name: S{index}, approvers: [role:approver], quorum: any, patience: 1d, "
        "on_timeout: reject}\n"
    )


def stages(number: int) -> str:
    return "name: Many\nsubjects: [change]\nstages:\n" + "".join(map(stage, range(number)))


def mistakes_of(document: Any) -> list[str]:
    with pytest.raises(BadDocument) as bad:
        parse(document, calendar_of)
    return str(bad.value).splitlines()


BAD: list[tuple[str, str | bytes, str]] = [
    # The form of a file
    ("nothing at all", "", "line 1, column 1: a process is written as fields"),
    ("only a comment", "# later\n", "line 1, column 1: a process is written as fields"),
    ("a text", "Normal changes", "line 1, column 1: a process is written as fields"),
    ("a list", "- name: Normal", "line 1, column 1: a process is written as fields"),
    ("a number", "42", "line 1, column 1: a process is written as fields"),
    ("10 MB", "x" * 10_000_000, "line 1, column 1: a document has at most 256 KB."),
    ("10 MB of bytes", b"x: y\n" * 2_000_000, "line 1, column 1: a document has at most 256 KB."),
    ("256 KB of wide characters", "é" * (BYTES_MAX // 2 + 1), "line 1, column 1: a document has at most 256 KB."),
    ("Latin-1", "name: Normal\n# caf\u00e9\n".encode("latin-1"), "line 2, column 6: a document is written in UTF-8."),
    ("UTF-16", GOOD.encode("utf-16"), "line 1, column 1: a document is written in UTF-8."),
    ("a NUL", "name: a\0b", "line 1, column 8: the character U+0000 is not allowed."),
    ("an escape character", "name: x\nwhen: \x1b[31m", "line 2, column 7: the character U+001B is not allowed."),
    ("a lone surrogate", "name: \ud800", "line 1, column 7: the character U+D800 is not allowed."),
    ("an escaped NUL", change("Normal changes", r'"a\0b"'), "line 1, column 7: name: the character U+0000 is not allowed."),
    ("two documents", GOOD + "---\n" + GOOD, "line 20, column 1: a file has one document"),
    ("a directive", "%YAML 1.1\n---\n" + GOOD, "line 2, column 1: directives such as %TAG have no use."),
    ("too many parts", "a: [" + "b," * 25_000 + "]", "a document has at most 20000 parts."),
    # Broken syntax
    ("a tab before a field", change("    quorum: any", "\tquorum: any"), "line 10, column 1: stages[0]: this is no YAML: found character '\\t' that cannot start any token; YAML is indented with spaces, never with tabs."),
    ("a tab before a stage", change("  - name: CAB", "\t- name: CAB"), "never with tabs"),
    ("a list that is not closed", change("[change]", "[change"), "line 3, column 5: subjects: this is no YAML: expected ',' or ']', but got ':'; what begins in line 2 is not closed."),
    ("a quote that is not closed", GOOD + 'order: "5', "line 20, column 10: order: this is no YAML: found unexpected end of stream; what begins in line 20 is not closed."),
    ("a text with a colon", change("name: Technical", "name: Technical: first"), "line 8, column 20: stages[0]: this is no YAML: mapping values are not allowed here; a text with quotes"),
    ("a condition that begins with a quote", change('subject.type == "normal"', '"normal" == subject.type'), "line 3, column 16: this is no YAML: expected <block end>, but found '<scalar>'; a text with quotes"),
    ("a field too far to the left", change("    quorum: any", "   quorum: any"), "line 10, column 4: stages: this is no YAML: expected <block end>, but found '<block mapping start>'; what belongs together is indented alike."),
    ("a field too far to the right", change("    quorum: any", "      quorum: any"), "line 10, column 7: stages[0]: this is no YAML: "),
    ("a closing bracket", change("[risk]", "]risk["), "line 6, column 11: material: this is no YAML: "),
    ("a comma too many", change("[risk]", "[risk,,]"), "line 6, column 17: material: this is no YAML: "),
    ("a back-tick", change("66.7%", "`2`"), "line 15, column 13: stages[1].quorum: this is no YAML: "),
    ("a broken escape", change("66.7%", r'"\q"'), "line 15, column 15: stages[1].quorum: this is no YAML: "),
    ("an escape beyond all characters", change("66.7%", r'"\UFFFFFFFF"'), "stages[1].quorum: "),
    # What YAML can do and nobody should
    ("an alias", change("[role:change-manager]", "*people"), "line 18, column 18: stages[1].escalate_to: aliases (*) are not used here"),
    ("an anchor", change("[role:change-manager]", "&people [role:change-manager]"), "line 18, column 18: stages[1].escalate_to: anchors (&) are not used here"),
    ("a bomb of aliases", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n", "line 2, column 8: b[0]: aliases (*) are not used here"),
    ("an alias of itself", "a: &a [*a]", "line 1, column 8: a[0]: aliases (*) are not used here"),
    ("a tag", change("66.7%", "!quorum 2"), "line 15, column 13: stages[1].quorum: tags (!) are not used here"),
    ("an object of Python", change("66.7%", "!!python/object/apply:os.system [ls]"), "line 15, column 13: stages[1].quorum: tags (!) are not used here"),
    ("a standard tag", change("66.7%", "!!int '2'"), "line 15, column 13: stages[1].quorum: tags (!) are not used here"),
    ("a condition that begins with a !", change('subject.type == "normal"', "!subject.is_emergency"), "line 3, column 7: when: tags (!) are not used here; a text that begins with ! is put in quotes."),
    ("a key that is a list", "? [a]\n: b\n", "line 1, column 3: the name of a field is a text."),
    ("a merge key", change("name: Normal changes", "<<: {name: x}\nname: y"), "line 1, column 1: <<: there is no such field."),
    ("100 levels of lists", "a: " + "[" * 100 + "]" * 100, "a document is at most 16 levels deep."),
    ("100,000 levels of lists", "[" * 100_000, "a document is at most 16 levels deep."),
    ("1,000 levels of fields", "".join(" " * i + "a:\n" for i in range(500)), "line 17, column 17: "),
    ("a field twice", change("calendar:", "name: Other\ncalendar:"), "line 4, column 7: name: this field is given twice, first in line 1."),
    ("a field of a stage twice", change("    patience: 4h", "    patience: 4h\n    patience: 5h"), "line 12, column 15: stages[0].patience: this field is given twice, first in line 11."),
    # Fields
    ("no name", change("name: Normal changes\n", ""), "line 1, column 1: name: this field is needed."),
    ("no subjects", change("subjects: [change]\n", ""), "line 1, column 1: subjects: this field is needed."),
    ("no stages", "name: x\nsubjects: [change]\n", "line 1, column 1: stages: this field is needed."),
    ("no quorum", change("    quorum: any\n", ""), "line 8, column 5: stages[0].quorum: this field is needed."),
    ("an unknown field", change("material:", "materials:"), "line 6, column 1: materials: there is no such field; did you mean 'material'?"),
    ("an unknown field of a stage", change("remind:", "reminder:"), "line 17, column 5: stages[1].reminder: there is no such field; did you mean 'remind'?"),
    ("an unknown field of nobody's meaning", change("remind:", "zzz:"), "line 17, column 5: stages[1].zzz: there is no such field."),
    ("a field in capitals", change("quorum: any", "Quorum: any"), "stages[0].Quorum: there is no such field; did you mean 'quorum'?"),
    ("a name that is a number", change("Normal changes", "42"), 'line 1, column 7: name: a text is needed, and not a number (42): write "42" in quotes.'),
    ("a name that is nothing", change("Normal changes", ""), "name: a text is needed, and not nothing; give one, or leave the field out."),
    ("an empty name", change("Normal changes", '""'), "line 1, column 7: name: a text of at least 1 characters is needed."),
    ("a blank name", change("Normal changes", '"  "'), "line 1, column 7: name: a line of text is needed"),
    ("a name of 201 characters", change("Normal changes", "x" * 201), "line 1, column 7: name: at most 200 characters are allowed."),
    ("a name of two lines", change("Normal changes", r'"a\nb"'), "line 1, column 7: name: a line of text is needed"),
    ("an unknown kind of subject", change("[change]", "[chnge]"), "line 2, column 12: subjects[0]: 'chnge' is not known; did you mean 'change'?"),
    ("no kind of subject", change("[change]", "[]"), "line 2, column 11: subjects: at least 1 is needed."),
    ("a kind of subject twice", change("[change]", "[change, change]"), "line 2, column 11: subjects: each kind is named once."),
    ("an order in words", GOOD + "order: first\n", "line 20, column 8: order: a whole number is needed, and not a text."),
    ("an order with a fraction", GOOD + "order: 1.5\n", "line 20, column 8: order: a whole number is needed, and not a number with a decimal point (1.5)."),
    ("an order below 0", GOOD + "order: -1\n", "line 20, column 8: order: a number of at least 0 is needed."),
    ("an order beyond all", GOOD + "order: 99999999999999999999\n", "line 20, column 8: order: a whole number is needed"),
    ("an order of a million digits' kind", GOOD + "order: " + "9" * 5_000 + "\n", "line 20, column 8: order: a whole number is needed"),
    ("yes", GOOD + "repeat_voters: yes\n", "line 20, column 16: repeat_voters: true or false is needed, and not a text."),
    ("an unknown calendar", change("Office hours", "Offce hours"), "line 4, column 11: calendar: there is no calendar 'Offce hours'."),
    ("a calendar that is a list", change("Office hours", "[Office hours]"), "line 4, column 11: calendar: a text is needed, and not a list."),
    ("a field that no subject has", change("[risk]", "[rsk]"), "line 6, column 12: material[0]: 'rsk' is no field of the subject 'change'; did you mean 'risk'?"),
    # Conditions
    ("a field that is not known", change("subject.type", "subject.typ"), "line 3, column 7: when: there is no field subject.typ of a change; did you mean subject.type?"),
    ("a comparison of two types", change('== "normal"', "== 1"), "line 3, column 20: when: "),
    ("a condition that is no yes or no", change('subject.type == "normal"', "subject.type"), "line 3, column 7: when: "),
    ("a condition that ends too early", change('== "normal"', "=="), "line 3, column "),
    ("a condition that is a list", change('subject.type == "normal"', "[a]"), "line 3, column 7: when: a text is needed, and not a list."),
    ("a condition that is true", change('subject.type == "normal"', "true"), 'line 3, column 7: when: a text is needed, and not a yes or no (true): write "true" in quotes.'),
    ("a condition in the second line of a block", change('when: subject.type == "normal"', 'when: |\n  subject.type == "normal" &&\n    subject.rsk == "high"'), "line 5, column 5: when: there is no field subject.rsk of a change; did you mean subject.risk?"),
    ("a condition in quotes", change('subject.type == "normal"', "'subject.typ == \"normal\"'"), "line 3, column 8: when: there is no field subject.typ"),
    ("a condition over two lines in quotes", change('subject.type == "normal"', '"subject.type == \'a\'\n  && subject.typ == \'b\'"'), "line 3, column 7: when: its line 1, column 24: there is no field subject.typ"),
    # Selectors
    ("a name that selects nobody", change("[team:Network]", "[Network]"), "line 9, column 17: stages[0].approvers[0]: 'Network' selects nobody: "),
    ("an unknown form of selector", change("[team:Network]", "[teams:Network]"), "line 9, column 17: stages[0].approvers[0]: 'teams:Network' selects nobody: "),
    ("a selector with a space after the colon", change("[team:Network]", "[team: Network]"), "line 9, column 17: stages[0].approvers[0]: a text is needed, and not a group of fields: write team:Network without a space after the colon"),
    ("a selector without a list", change("[team:Network]", "Network"), "line 9, column 16: stages[0].approvers: 'Network' selects nobody: "),
    ("a group for a selector", change("[team:Network]", "{team: Network}"), "line 9, column 16: stages[0].approvers: a list is needed, and not a group of fields: write team:Network without"),
    ("nobody to approve", change("[team:Network]", "[]"), "line 9, column 16: stages[0].approvers: at least 1 is needed."),
    ("an empty selector", change("[team:Network]", '[""]'), "line 9, column 17: stages[0].approvers[0]: a text of at least 1 characters is needed."),
    ("the manager of a stranger", change("[team:Network]", "[manager-of:anybody]"), "line 9, column 17: stages[0].approvers[0]: "),
    ("101 selectors", change("[team:Network]", "[" + ", ".join(f"person:p{i}" for i in range(101)) + "]"), "line 9, column 16: stages[0].approvers: at most 100 of these are allowed."),
    ("a fallback that selects nobody", change("[team:Change enablement]", "[nobody]"), "line 5, column 12: fallback[0]: 'nobody' selects nobody: "),
    ("nobody to escalate to", change("    escalate_to: [role:change-manager]\n", ""), "line 13, column 5: stages[1].escalate_to: it escalates when patience ends, but nobody is named to escalate to."),
    # Quorums
    ("an unknown quorum", change("quorum: any", "quorum: majorty"), "line 10, column 13: stages[0].quorum: 'majorty' is not known; did you mean 'majority'?"),
    ("a quorum of 0", change("quorum: any", "quorum: 0"), "line 10, column 13: stages[0].quorum: a number of at least 1 is needed."),
    ("a quorum of 101", change("quorum: any", "quorum: 101"), "line 10, column 13: stages[0].quorum: a number of at most 100 is needed."),
    ("a quorum with a fraction", change("quorum: any", "quorum: 0.5"), "line 10, column 13: stages[0].quorum: a quorum is one of any, "),
    ("a quorum of 0 percent", change("66.7%", "0%"), "line 15, column 13: stages[1].quorum: A percentage is more than 0 and at most 100."),
    ("a quorum of 101 percent", change("66.7%", "101%"), "line 15, column 13: stages[1].quorum: A percentage is more than 0 and at most 100."),
    ("a quorum of some percent", change("66.7%", "some%"), "line 15, column 13: stages[1].quorum: a percentage is written as 66.7% or 200/3%."),
    ("a quorum that is a list", change("quorum: any", "quorum: [any]"), "line 10, column 13: stages[0].quorum: a quorum is one of any, "),
    ("a quorum without a kind", change("quorum: any", "quorum: {approvals: 2}"), "line 10, column 13: stages[0].quorum: a quorum is one of any, "),
    ("an unknown kind of quorum", change("quorum: any", "quorum: {kind: counts, approvals: 2}"), "stages[0].quorum: a quorum is one of any, all, majority, first, responded, a number"),
    ("a count without a number", change("quorum: any", "quorum: {kind: count}"), "line 10, column 13: stages[0].quorum.approvals: this field is needed."),
    ("a count of something else", change("quorum: any", "quorum: {kind: count, approval: 2}"), "line 10, column 27: stages[0].quorum.approval: there is no such field; did you mean 'approvals'?"),
    ("a percentage of true", change("quorum: any", "quorum: {kind: percent, percent: true}"), "line 10, column 38: stages[0].quorum.percent: a percentage is a whole number"),
    ("a veto of nobody", change("quorum: any", "quorum: {kind: veto, holders: [], of: any}"), "line 10, column 35: stages[0].quorum.holders: at least 1 is needed."),
    ("a veto of an unknown quorum", change("quorum: any", "quorum: {kind: veto, holders: [team:A], of: sum}"), "line 10, column 49: stages[0].quorum.of: 'sum' is not known"),
    ("weights that are texts", change("quorum: any", "quorum: {kind: weighted, weights: {team:A: two}, weight: 2}"), "line 10, column 48: stages[0].quorum.weights.team:A: a whole number is needed, and not a text."),
    ("a group without a name", change("quorum: any", "quorum: {kind: groups, groups: [{voters: [team:A], of: any}], of: all}"), "line 10, column 37: stages[0].quorum.groups[0].name: this field is needed."),
    ("more approvals than people", change("approvers: [team:Network]\n    quorum: any", "approvers: [person:ada]\n    quorum: 2"), "line 10, column 13: stages[0].quorum: 2 approvals are needed of 1 person."),
    ("quorums within quorums without end", change("quorum: any", "quorum: " + "{kind: veto, holders: [team:A], of: " * 9 + "any" + "}" * 9), "line 10, column 13: stages[0].quorum: "),
    # Durations
    ("a duration in words", change("4h", "4 hours"), "line 11, column 15: stages[0].patience: '4 hours' is not a duration: "),
    ("a duration without a unit", change("4h", "4"), 'line 11, column 15: stages[0].patience: a text is needed, and not a number (4): write "4" in quotes.'),
    ("a duration of 0", change("4h", "0h"), "line 11, column 15: stages[0].patience: '0h' is not a duration: "),
    ("a duration below 0", change("4h", "-4h"), "line 11, column 15: stages[0].patience: '-4h' is not a duration: "),
    ("a duration of two years", change("4h", "731d"), "line 11, column 15: stages[0].patience: a duration is at most 366 days long."),
    ("a reminder that is none", change("[1bd]", "[1 day]"), "line 17, column 14: stages[1].remind[0]: '1 day' is not a duration: "),
    ("eleven reminders", change("[1bd]", "[" + ",".join(["1h"] * 11) + "]"), "line 17, column 13: stages[1].remind: at most 10 of these are allowed."),
    ("an outcome that is none", change("on_timeout: reject", "on_timeout: ignore"), "line 12, column 17: stages[0].on_timeout: 'ignore' is not known; one of escalate, approve, reject, fallback is needed."),
    # Stages
    ("an empty list of stages", "name: x\nsubjects: [change]\nstages: []\n", "line 3, column 9: stages: at least 1 is needed."),
    ("stages that are fields", "name: x\nsubjects: [change]\nstages: {name: x}\n", "line 3, column 9: stages: a list is needed, and not a group of fields"),
    ("a stage that is a text", "name: x\nsubjects: [change]\nstages: [CAB]\n", "line 3, column 10: stages[0]: a group of fields is needed, such as `name: …`, and not a text."),
    ("a stage that is nothing", "name: x\nsubjects: [change]\nstages:\n  -\n", "stages[0]: a group of fields is needed, such as `name: …`, and not nothing"),
    ("21 stages", stages(21), "line 4, column 3: stages: at most 20 of these are allowed."),
    ("two stages of one name", change("name: CAB", "name: Technical"), "line 13, column 11: stages[1].name: two stages are called 'Technical'."),
    ("a wait for a later stage", change("    on_timeout: reject", "    on_timeout: reject\n    after: CAB"), "line 13, column 12: stages[0].after: 'CAB' does not stand before this stage in the list."),
    ("a wait for itself", change("after: [Technical]", "after: [CAB]"), "line 19, column 13: stages[1].after[0]: 'CAB' does not stand before this stage in the list."),
    ("a wait for no stage", change("after: [Technical]", "after: [Tecnical]"), "line 19, column 13: stages[1].after[0]: there is no stage 'Tecnical'; did you mean 'Technical'?"),
    ("a wait for a stage twice", change("after: [Technical]", "after: [Technical, Technical]"), "line 19, column 12: stages[1].after: each stage is named once."),
]


@pytest.mark.parametrize(("document", "told"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_document_is_told_with_its_place(document: str | bytes, told: str) -> None:
    lines = mistakes_of(document)

    assert all(line.startswith("line ") for line in lines)
    assert any(told in line for line in lines), "\n".join(lines)
    assert all(line.endswith((".", "?")) for line in lines), "\n".join(lines)


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    document = change("name: Normal changes", "nam: Normal changes")
    document = document.replace("[change]", "[change, chnge]").replace("4h", "4 hours")
    document = document.replace("Office hours", "Night").replace("team:Network", "Network")
    document = document.replace("on_timeout: reject", "on_timeout: ignore").replace("66.7%", "{kind: count}")

    assert mistakes_of(document) == [
        "line 1, column 1: nam: there is no such field; did you mean 'name'?",
        "line 1, column 1: name: this field is needed.",
        "line 2, column 20: subjects[1]: 'chnge' is not known; did you mean 'change'?",
        "line 4, column 11: calendar: there is no calendar 'Night'.",
        "line 9, column 17: stages[0].approvers[0]: 'Network' selects nobody: write person:, team:, role: or field: and a name, manager-of:requester, owner-of:assets, or cel: and an expression.",
        "line 11, column 15: stages[0].patience: '4 hours' is not a duration: write open time as 90s, 30m or 8h, business days as 2bd, calendar days as 3d.",
        "line 12, column 17: stages[0].on_timeout: 'ignore' is not known; one of escalate, approve, reject, fallback is needed.",
        "line 15, column 13: stages[1].quorum.approvals: this field is needed.",
    ]


def test_what_cannot_be_judged_is_not_told() -> None:
    # The name and the subjects are not known, so neither are waits and conditions.
    document = change("name: Technical", "name: 1").replace("[change]", "[chnge]")

    assert [line.split(": ")[1] for line in mistakes_of(document)] == ["subjects[0]", "stages[0].name"]


def test_at_most_50_mistakes_are_told() -> None:
    lines = mistakes_of("name: x\n" * 100)

    assert len(lines) == 51
    assert lines[-1] == "and 51 more."


def test_a_good_document_is_its_definition() -> None:
    read = parse(GOOD.encode(), calendar_of)

    assert read.name == "Normal changes"
    assert read.definition.calendar == OFFICE
    assert [(one.name, one.after) for one in read.definition.stages] == [("Technical", None), ("CAB", ("Technical",))]


def test_a_field_that_may_be_nothing_is_left_out() -> None:
    document = change("after: [Technical]", "after:").replace("calendar: Office hours", "calendar: ~")

    definition = parse(document, calendar_of).definition

    assert (definition.calendar, definition.stages[1].after) == (None, None)


@pytest.mark.parametrize(
    ("place", "position"),
    [
        ("name", (1, 7)),
        ("material[0]", (6, 12)),
        ("stages[1]", (13, 5)),
        ("stages[1].quorum", (15, 13)),
        ("stages[1].quorum.of", (15, 13)),
        ("stages[1].approvers[1]", (14, 32)),
        ("stages[1].when", (13, 5)),
        ("exclude", (1, 1)),
        ("nowhere.at[4].all", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_a_mistake_found_later_has_its_place(place: str, position: tuple[int, int]) -> None:
    assert parse(GOOD, calendar_of).position(place) == position


def test_a_mistake_in_an_expression_is_placed_within_it() -> None:
    read = parse(GOOD, calendar_of)

    mistake = read.mistake("when", "it is always true.", (1, 14))

    assert str(BadDocument([mistake])) == "line 3, column 20: when: it is always true."


def test_a_file_may_begin_with_a_byte_order_mark_and_end_lines_like_windows() -> None:
    assert parse(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), calendar_of).name == "Normal changes"
    assert mistakes_of(b"\xef\xbb\xbfnam: x\r\nname: x\r\nsubject: 1")[0].startswith("line 1, column 1: nam: ")


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_does_anything_else_than_be_told(document: str | bytes) -> None:
    mistakes_of(document)


_pieces = st.sampled_from([
    *"[]{},:&*!|>%@`?-#'\"\n\t\\~= ", "\n  ", "\n- ", ": ", "---", "...", "!!", "&a", "*a", "<<: ", "\\x", "\\U", "%YAML 9.9",
    "é", "\u2028", "\x85", "1e999", "0x", "null", "name", "stages", "kind", "of", "after", "quorum",
])


@given(index=st.integers(0, len(GOOD)), until=st.integers(0, 30), pieces=st.lists(_pieces, max_size=6))
def test_no_change_of_a_document_raises_anything_else(index: int, until: int, pieces: list[str]) -> None:
    document = GOOD[:index] + "".join(pieces) + GOOD[index + until :]

    try:
        parse(document, calendar_of)
        return
    except BadDocument as bad:
        found = bad.mistakes
    assert all(mistake.mark.line >= 1 and mistake.mark.column >= 1 for mistake in found)
