"""The proof package needs nothing of the desk: whoever verifies takes its folder alone."""

import ast
import sys
from pathlib import Path

import pytest

import domain.proof

FILES = sorted(Path(domain.proof.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_imports_the_standard_library_and_cryptography_alone(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, "Nothing above the package is imported."
            if node.level == 0 and node.module is not None:
                imported.add(node.module.partition(".")[0])

    assert imported <= {*sys.stdlib_module_names, "cryptography"}
