"""The guide for process owners against what it tells of."""

import re
from pathlib import Path
from typing import get_args

from domain.approval import OnTimeout
from domain.process_document import DefinitionDocument, StageDocument
from domain.process_quorum import FORMS, WORDS
from domain.process_text import parse
from domain.subjects import FIELDS, SubjectKind
from tests.domain.process_documents import calendar_of

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "approvals.md").read_text()


def test_the_guide_tells_of_every_field() -> None:
    fields = {*DefinitionDocument.model_fields, *StageDocument.model_fields, "name"}

    assert {row[1] for row in re.finditer(r"^\| `([a-z_]+)` \|", GUIDE, re.M)} >= fields
    for kind in get_args(SubjectKind):
        assert f"`{kind}`" in GUIDE
    for outcome in get_args(OnTimeout):
        assert f"`{outcome}`" in GUIDE
    for field in FIELDS["change"]:
        assert f"`{field.name}`" in GUIDE


def test_the_guide_tells_of_every_quorum() -> None:
    table = GUIDE[GUIDE.index("## Quorums") : GUIDE.index("## What holds")]

    for name in (*WORDS, *FORMS):
        assert f"`{name}`" in table


def test_the_processes_in_the_guide_can_be_read() -> None:
    documents = [
        block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.S) if "name:" in block[:5]
    ]

    assert [parse(one, calendar_of).name for one in documents] == ["Normal changes"]


def test_the_links_of_the_guide_lead_somewhere() -> None:
    headings = {
        heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.*)$", GUIDE, re.M)
    }
    links = re.findall(r"\]\(([^)]+)\)", GUIDE)

    assert len(links) > 15
    for link in links:
        if link.startswith("#"):
            assert link[1:] in headings
        elif not link.startswith("https://"):
            assert (ROOT / "docs" / link.partition("#")[0]).exists()


def test_the_guide_has_five_examples() -> None:
    assert len(re.findall(r"^\| \[[a-z-]+\]\(processes/[a-z-]+\.yaml\)", GUIDE, re.M)) >= 5
