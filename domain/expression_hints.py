"""What the library says about an expression that it cannot compile, in words for its author."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from unicodedata import category

from msgspec import Struct

from domain.subjects import Field

NAMES_MAX = 30


class Vocabulary(Struct, frozen=True):
    """What an expression can ask for."""

    what: str
    """What the root stands for, as "a change"."""
    fields: Mapping[str, Field]
    """By their full names, as `subject.risk`."""
    written: frozenset[str] = frozenset()
    """The full names of texts that it cannot ask for, as they are erased with who wrote them."""
    people: Mapping[str, Field] = {}
    """The fields of each of the people, where it can ask for those."""
    root: str = "subject"
    """What the full names begin with; "" where fields are named by themselves."""
    container: str = ""
    """Where such fields are for the library, which has names of its own, as `type`."""


FUNCTIONS = (
    *("all", "exists", "exists_one", "filter", "map", "has", "size", "contains", "startsWith"),
    *("endsWith", "matches", "timestamp", "duration", "getFullYear", "getMonth", "getDate"),
    *("getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "int", "string"),
)

TYPES = {
    "string": "a text",
    "int": "a number",
    "bool": "a yes or no",
    "double": "a number with a decimal point",
    "uint": "a number without a sign",
    "google.protobuf.Timestamp": "a moment",
    "timestamp": "a moment",
    "google.protobuf.Duration": "a duration",
    "duration": "a duration",
    "null_type": "null",
    "list(string)": "texts",
    "map(string, string)": "texts by name",
    "list(directory.Person)": "people",
    "directory.Person": "a person",
}

WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "<>": "!="}

SAYINGS = {
    "invalid int literal": "the number is too large.",
    "has() argument must be a field selection": (
        "has asks for a part of a field; that a field has a value is written field != null."
    ),
}

_FIRST = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_QUOTED = re.compile(r"'(.*?)'", re.DOTALL)
_OVERLOAD = re.compile(r"found no matching overload for '(.*)' applied to '(.*?)\.?\((.*)\)'")
_OPERATOR = re.compile(r"_?(\W+)_?")
_NULLABLE = re.compile(r"wrapper\((\w+)\)")


def sentence(text: str, message: str, vocabulary: Vocabulary) -> tuple[int, str]:
    """Where a message of the library points to in a text, by an offset, and what it means."""
    if "recursion" in message:
        return 0, "it is nested too deeply: at most 32 levels."
    found = _FIRST.search(message)
    if found is None:
        return 0, f"{message.partition(chr(10))[0]}."
    said = _NULLABLE.sub(r"\1", found[3].removesuffix("[INVALID_ARGUMENT]").strip())
    at = _offset(text, int(found[1]), int(found[2]))
    if said.startswith("Syntax error"):
        return at, _syntax(text, at, said)
    if said.startswith("undeclared reference"):
        return _undeclared(text, at, _named(said), vocabulary)
    if overload := _OVERLOAD.match(said):
        if overload[1] == "_?_:_" and text[at : at + 1] == "(":
            return at, "what filter, map or exists_one asks of each one is a yes or no."
        return at, _overload(overload[1], _split(overload[3]), vocabulary.root)
    if said.startswith("undefined field"):
        return at, _no_part(said, vocabulary)
    if "cannot be the operand of a select operation" in said:
        return at, f"{type_called(_named(said))} has no fields of its own."
    return at, SAYINGS.get(said, f"{said.rstrip('.')}.")


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A hint at the name that looks like this one, or at all there are."""
    known = list(names)
    if close := get_close_matches(name, known, 1, 0.6):
        return f"did you mean {close[0]}?"
    more = ", …" if len(known) > NAMES_MAX else ""
    return f"known are {', '.join(known[:NAMES_MAX])}{more}."


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    before = sum(len(each) + 1 for each in lines[: max(line - 1, 0)])
    return max(0, min(before + column - 1, len(text)))


def _named(said: str) -> str:
    found = _QUOTED.search(said)
    return found[1] if found else ""


def _syntax(text: str, at: int, said: str) -> str:
    token = re.match(r"\w+", text[at:])
    word = token[0] if token else ""
    before = re.search(r"(\w+)\s+\Z|<\Z", text[:at])
    for sign in (word, before[1] or "<>" if before else ""):
        if hint := WORDS.get(sign):
            return f"{sign} is not known: it is written {hint}."
    if "token recognition error" in said:
        match text[at : at + 1]:
            case "=":
                return "two values are compared with ==."
            case "&" | "|" as sign:
                return f"it is written {sign}{sign}."
            case '"' | "'":
                return "this text is not closed: a quote is missing, or a backslash stands alone."
            case sign if category(sign) in ("Pi", "Pf", "Ps") and sign > "~":
                return 'a text stands in straight quotes, as "text".'
        return f"{text[at : at + 1]} means nothing here."
    if "<EOF>" in said and at >= len(text.rstrip()):
        return "it ends too early: a value or a closing bracket is missing."
    return f"{word or text[at : at + 1]} is not expected here."


def _undeclared(text: str, at: int, name: str, vocabulary: Vocabulary) -> tuple[int, str]:
    if text[at : at + 1] == "(":
        return at, _no_function(name)
    if not vocabulary.root:
        return at, no_field(name, vocabulary)
    head = name.rpartition(".")[0]
    if head and text[: at + 1].endswith(f"{head}."):
        at -= len(head)
    variable, _, field = name.partition(".")
    root = vocabulary.root
    full = f"{root}.{field.partition('.')[0]}"
    if variable == root and not field:
        return at, f"a field of the {root} is named, as in {root}.service."
    if full in vocabulary.written:
        return at, f"{full} is what somebody wrote, which no condition asks for: see `material`."
    if variable == root:
        hint = did_you_mean(full, vocabulary.fields)
        return at, f"there is no field {full} of {vocabulary.what}; {hint}"
    if f"{root}.{variable}" in vocabulary.fields:
        return at, f"{variable} is not known; did you mean {root}.{variable}?"
    if variable == "now":
        return at, "it has no clock: its answer is the same at any time."
    if vocabulary.people and get_close_matches(variable, ["people"]):
        return at, f"{variable} is not known; did you mean people?"
    hint = f'a text stands in quotes, as "{variable}", and a field after {root}'
    return at, f"{variable} is not known: {hint}, as {root}.service."


def no_field(name: str, vocabulary: Vocabulary) -> str:
    """Why a name is no field that is named by itself."""
    head, _, tail = name.partition(".")
    several = [
        field
        for field in vocabulary.fields
        if tail and field.startswith(f"{head}.") and field.endswith(f".{tail}")
    ]
    if several:
        return f"{name} differs from type to type: write {' or '.join(several[:NAMES_MAX])}."
    hint = did_you_mean(name, vocabulary.fields)
    return f"there is no field {name} here, and a text stands in quotes; {hint}"


def _no_function(name: str) -> str:
    if name in FUNCTIONS:
        return f"{name} is not used like this: its brackets hold too much, or too little."
    return f"there is no function {name}; {did_you_mean(name, FUNCTIONS)}"


def _no_part(said: str, vocabulary: Vocabulary) -> str:
    name = _named(said)
    return f"a person has no field {name}; {did_you_mean(name, vocabulary.people)}"


def type_called(name: str) -> str:
    """A type of the library in words."""
    return TYPES.get(name, name)


def _split(types: str) -> list[str]:
    """The types of a list of them, which may have commas inside."""
    found, depth = [""], 0
    for sign in types:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return [each.strip() for each in found]


def _overload(function: str, types: list[str], root: str) -> str:
    operator = _OPERATOR.fullmatch(function)
    named = " and ".join(type_called(each) for each in types)
    if function == "@in":
        of, among = type_called(types[0]), type_called(types[-1])
        hint = ': write ["one", "other"] on its right.' if types[-1] == "string" else "."
        return f"in looks for a value among others, not for {of} in {among}{hint}"
    if function == "_?_:_":
        return "? needs a yes or no before it, and two values of one type after it."
    if operator is None:
        return f"{function} cannot be used with {named}."
    sign = operator[1]
    if sign in ("&&", "||", "!"):
        return f"{sign} needs a yes or no, and this is {named}."
    return f"{sign} cannot be used between {named}{_remedy(set(types), root)}"


def _remedy(types: set[str], root: str) -> str:
    """What the author of a comparison of two types may have meant."""
    match sorted(types):
        case ["double", "int"]:
            return ": write the number without a decimal point."
        case ["int", "string"]:
            return ": a text stands in quotes, and a number does not."
        case ["bool", "string"]:
            return ": true and false stand without quotes."
        case ["null_type", _] | [_, "null_type"]:
            if not root:
                return ": this one always has a value."
            return ': what is not known is "" in a text and 0 in a number.'
        case ["list(string)", "string"]:
            among = f"{root}.…" if root else "field"
            return f': write "one" in {among} to look for a text among others.'
    if "string" in types and any("imestamp" in each for each in types):
        return ': a moment is written timestamp("2026-01-31T12:00:00Z").'
    return "."
