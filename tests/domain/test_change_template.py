import pytest
from msgspec.structs import replace

from domain.change import Change, Status
from domain.change_template import ChangeTemplate, FormField, PlannedTask, Template, answered
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.changes import DISK, proposed, standard
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CUSTOMER, person

TEMPLATE = record_id("TPL", 1)
BAY = FormField(name="bay", label="Bay")


def test_a_template_is_drafted_published_and_retired() -> None:
    template = ChangeTemplate.draft(TEMPLATE, name="Replace a disk", definition=DISK, by=BEA)
    template.publish(by=BEA)
    template.revise(replace(DISK, risk="moderate"), by=BEA)
    template.publish(by=BEA)

    assert [version.risk for version in template.versions] == ["low", "moderate"]
    template.retire(by=BEA)
    assert template.published is None
    with pytest.raises(Refused, match="A retired change template cannot be changed"):
        template.publish(by=BEA)


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        (replace(DISK, description=" "), "description: a template says what"),
        (replace(DISK, category=" hardware"), "category: it has no spaces around it"),
        (replace(DISK, risk="none"), "risk: one of low, moderate, high, very high"),
        (replace(DISK, backout="\n"), "backout: a plan is needed"),
        (replace(DISK, test="Ping {host}."), r"test: \{host\} is no field of the form"),
        (replace(DISK, fields=(BAY, BAY)), "fields: two fields have the same name"),
        (replace(DISK, fields=(replace(BAY, name="The bay"),)), r"fields\[0\].name: a word"),
        (replace(DISK, fields=(replace(BAY, choices=("1 ",)),)), r"fields\[0\].choices: it has no"),
        (replace(DISK, tasks=(PlannedTask(title=" "),)), r"tasks\[0\]: a task needs a title"),
        (
            replace(DISK, tasks=(PlannedTask(title="a", after=(1,)),)),
            r"tasks\[0\].after: 1 is no task before it",
        ),
        (
            replace(
                DISK,
                tasks=(
                    PlannedTask(title="a"),
                    PlannedTask(title="b", phase="before", after=(1,)),
                ),
            ),
            r"tasks\[1\]: a task before the implementation does not wait",
        ),
    ],
)
def test_a_template_that_could_not_be_used_is_refused(template: Template, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        ChangeTemplate.draft(TEMPLATE, name="Wrong", definition=template, by=BEA)


def test_the_form_is_filled_in_as_the_template_asks() -> None:
    template = replace(
        DISK,
        fields=(
            BAY,
            FormField(name="size", label="Size", choices=("1 TB", "2 TB")),
            FormField(name="note", label="Note", is_required=False),
        ),
    )

    assert answered(template, {"bay": " 7 ", "size": "1 TB"}) == {
        "bay": "7",
        "size": "1 TB",
        "note": "",
    }
    for given, rule in (
        ({"size": "1 TB"}, "fields.bay: Bay is needed"),
        ({"bay": "7", "size": "3 TB"}, "fields.size: one of 1 TB, 2 TB"),
        ({"bay": "7", "size": "1 TB", "colour": "red"}, "fields.colour: the template has no such"),
    ):
        with pytest.raises(Refused, match=rule):
            answered(template, given)


def test_a_standard_change_has_the_plans_the_risk_and_the_tasks_of_its_template() -> None:
    change = Change.propose(
        record_id("CHG", 1),
        title="Replace a disk",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    new_facts(change)

    change.apply_template(TEMPLATE, version=2, definition=DISK, form={"bay": "7"}, by=ANN)
    change.apply_template(TEMPLATE, version=2, definition=DISK, form={"bay": "8"}, by=ANN)

    assert new_facts(change) == [
        fact(Change.TemplateApplied, template=TEMPLATE, version=2, form={"bay": "7"}),
        fact(Change.Classified, type="standard"),
        fact(Change.Categorised, category="hardware", service="Storage"),
        fact(Change.RiskAssessed, impact=None, likelihood=None, risk="low"),
        fact(
            Change.Planned,
            implementation="Swap the disk in bay 7.",
            backout="Put the old disk back.",
        ),
        fact(Change.TaskAdded, number=1, title="Order the disk", phase="before"),
        fact(Change.TaskAdded, number=2, title="Swap it", phase="implementation", after=(1,)),
    ]
    assert change.details == {"bay": "7"}


def test_nobody_changes_what_was_approved_beforehand() -> None:
    change = standard()

    with pytest.raises(Refused, match="are those of its template"):
        change.plan(implementation="Otherwise.", backout="No.", by=ANN)
    with pytest.raises(Refused, match="are those of its template"):
        change.assess_risk(impact=1, likelihood=1, by=ANN)
    change.classify("normal", by=ANN)
    change.plan(implementation="Otherwise.", backout="No.", by=ANN)

    with pytest.raises(Refused, match="made from one template"):
        change.apply_template(TEMPLATE, version=1, definition=DISK, form={"bay": "7"}, by=ANN)
    assert change.status is Status.PROPOSED


def test_what_a_change_affects_is_named_before_its_submission() -> None:
    switch, change = record_id("AST", 1), proposed()

    change.affect(switch, by=ANN)
    change.affect(switch, by=ANN)
    change.link(record_id("AST", 2), type="relates to", by=ANN)

    assert new_facts(change) == [
        fact(Change.Linked, other=switch, type="affects"),
        fact(Change.Linked, other=record_id("AST", 2), type="relates to"),
    ]
    assert change.affected_assets == (switch,)
    with pytest.raises(Refused, match="Only an asset is affected"):
        change.affect(record_id("INC", 1), by=ANN)

    made = standard()
    made.submit(by=ANN)
    with pytest.raises(Refused, match="named before its submission"):
        made.link(switch, type="affects", by=ANN)
