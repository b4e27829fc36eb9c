from typing import Any

import pytest
from msgspec.structs import replace

from domain.ids import record_id
from domain.macro import AddItems, Give, Macro, MacroDefinition, Resolve, Say, Step, act_of
from domain.rules import Refused
from domain.text_module import TextDefinition, TextModule
from domain.ticket import Visibility
from domain.variables import VARIABLES, filled
from tests.domain.plain_definitions import GREETING, GRUSS, JAMMED, VENDOR
from tests.people import BEA, person


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ((), "1 to 20 steps"),
        ((Say(text="Hello"),) * 21, "1 to 20 steps"),
        ((Say(text=" "),), r"steps\[0\].text"),
        ((Say(text="x"), AddItems(titles=("{{no}}",))), r"steps\[1\].titles: there is no variable"),
        ((Give(),), r"steps\[0\]: a ticket is given"),
        ((Give(person=person("bea"), to_me=True),), "given to one person"),
        ((Resolve(code="solved", resolution=""),), "how it was resolved"),
    ],
)
def test_a_macro_is_told_where_it_is_wrong(steps: tuple[Step, ...], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        Macro.check(MacroDefinition(steps=steps))


@pytest.mark.parametrize(("definition", "kind"), [(JAMMED, "question"), (VENDOR, "change")])
def test_a_macro_is_for_tickets_that_know_its_steps(definition: Any, kind: Any) -> None:
    with pytest.raises(Refused, match=f"it is not for a {kind}"):
        Macro.check(replace(definition, tickets=(kind,)))


def test_a_word_among_agents_is_an_act_of_its_own() -> None:
    assert act_of(Say(text="x")) == "comment"
    assert act_of(Say(text="x", visibility=Visibility.INTERNAL)) == "comment_internally"


def test_a_definition_keeps_its_versions_until_it_is_retired() -> None:
    module = TextModule.define(record_id("TXT", 1), name="Hello", definition=GREETING, by=BEA)

    module.revise(name="Hello", definition=GREETING, by=BEA)
    module.revise(name="Gruss", definition=GRUSS, by=BEA)
    module.retire(by=BEA)

    assert (module.name, module.versions) == ("Gruss", (GREETING, GRUSS))
    with pytest.raises(Refused, match="A retired text module is not used any more"):
        module.revise(name="Hello", definition=GREETING, by=BEA)


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_is_filled_however_it_is_spaced(name: str) -> None:
    TextModule.check(TextDefinition(text=f"{{{{ {name} }}}}"))

    assert filled(f"<{{{{{name}}}}}|{{{{ {name} }}}}>", {name: "x"}) == "<x|x>"


def test_a_value_that_looks_like_a_variable_is_not_filled_again() -> None:
    assert filled("{{title}}", {"title": "{{requester}}", "requester": "Ann"}) == "{{requester}}"
