"""The library for CEL, the Common Expression Language, loaded by the first expression.

It takes some 20 MB in each process that loads it, and many have no expression to compile.
"""

import json
from functools import cache, lru_cache
from types import ModuleType
from typing import Any


@cache
def library() -> ModuleType:
    from cel_expr_python import cel

    found: ModuleType = cel
    return found


@cache
def _patterns() -> Any:
    cel = library()
    environment = cel.NewEnv(variables={"pattern": cel.Type.STRING})
    return environment.compile('"".matches(pattern)')


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Any:
    cel = library()
    environment = cel.NewEnv(variables={"text": cel.Type.STRING})
    return environment.compile(f"text.matches({json.dumps(pattern, ensure_ascii=False)})")


def matches(text: str, pattern: str) -> bool:
    """Whether a regular expression (RE2) is found in a text, in time linear in both."""
    return bool(_matcher(pattern).eval(data={"text": text}).value())


def is_pattern(text: str) -> bool:
    """Whether a text is a regular expression that can be matched (RE2)."""
    answer = _patterns().eval(data={"pattern": text})
    return bool(answer.type() != library().Type.ERROR)
