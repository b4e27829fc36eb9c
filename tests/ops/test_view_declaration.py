"""`ledgerdesk views declare`: the example of the documentation, over the imported log as well."""

import re

import pytest

from domain.declared_rules import Plan
from ops.view_declaration import declaration_of
from tests.projections.declaring import EXAMPLE


def test_the_example_of_the_documentation_can_be_declared() -> None:
    declaration = declaration_of(EXAMPLE)

    assert declaration.name == "reopened_by_month"
    assert set(Plan(declaration.definition).columns) == {
        *("category", "month", "reopened", "minutes_pending")
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = %", "at line 1, column 8"),
        ('name = "a"\ncolour = 1', "there is no field colour in a declaration."),
        (EXAMPLE.replace("title", "# title", 1), "missing required field `title`"),
        (EXAMPLE.replace('"integer"', '"decimal"', 1), "Invalid enum value 'decimal' - at `$.d"),
        (EXAMPLE + "[[rules]]\nremoves = true", "missing required field `on` - at `$.definition"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        declaration_of(text)
