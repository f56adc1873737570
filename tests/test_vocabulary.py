"""The code speaks the glossary's words: no metaphor of its list is an identifier, and one word means one thing."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from tests.imports import modules, name_of, parsed
from tests.kept import ROOT

GLOSSARY = (ROOT / "docs/spec/glossary.md").read_text(encoding="utf-8")
FAMILIES = {
    "courier": "couriers",
    "ledger": "ledgers",
    "book": "books",
    "room": "rooms",
    "desk": "desks",
    "seat": "seats",
}
VAGUE = ("read", "take", "told", "said", "standing")
"""Names that a reader cannot go to, for everything is called so: few of them in all."""
MOST_VAGUE = 9
ONE_THING = [
    "Dose",
    "Page",
    "Options",
    "Service",
    "Ward",
    "Record",
    "Ack",
    "Silence",
    "Feed",
    "Watch",
    "Sight",
    "Episode",
    "Transition",
    "Outcome",
    "Standing",
    "Latch",
    "Row",
    "View",
    "Desk",
    "Ledger",
    "Owed",
    "Wiring",
]
"""Classes of which there were several, each another thing."""
OF_THE_FIELD = {
    "ROOM_AIR": "room",
    "_room_air": "room",
    "__post_init__": "post",
    "room_air": "room",
    "do_POST": "post",
    "http_post": "post",
    "ledger": "ledger",
}
"""Where the word is the field's own: the oxygen device `room-air`, HTTP's POST, a dataclass's hook; and
`ledger`, a key of what `il2watch score --json` has always printed."""


def metaphors() -> set[str]:
    """Return the glossary's list, a row apart: a row is also one of a table."""
    [listed] = re.findall(r"Metaphors \(([^)]*)\)", GLOSSARY)
    words = {word.split()[0] for word in listed.split(", ") if not word.startswith("row ")}
    return words | {FAMILIES[word] for word in words & FAMILIES.keys()}


def words(name: str) -> set[str]:
    """Return the words of a name in snake or camel case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def named(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node gives: to a class, a function, a parameter, a variable, a field."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr


@cache
def trees() -> dict[str, ast.Module]:
    return {name: parsed(path) for name, path in modules().items()}


def identifiers() -> Iterator[tuple[str, str]]:
    """Yield each module with each name it gives, its own name first."""
    for module, tree in trees().items():
        yield module, module.rpartition(".")[2]
        for node in ast.walk(tree):
            yield from ((module, name) for name in named(node))


def metaphoric(name: str) -> set[str]:
    return (words(name) & metaphors()) - {OF_THE_FIELD.get(name, "")}


def test_the_glossary_lists_what_is_no_name() -> None:
    assert {"mind", "corridor", "desk", "desks", "courier", "told", "sift"} <= metaphors()


@pytest.mark.parametrize("name", ["told", "BoardDesk", "_owed", "find_rooms", "Mind"])
def test_a_metaphor_is_seen_in_any_case(name: str) -> None:
    assert metaphoric(name)


@pytest.mark.parametrize("name", ["threshold", "ROOM_AIR", "bedsides", "mindful", "row"])
def test_other_words_and_the_fields_own_pass(name: str) -> None:
    assert not metaphoric(name)


def test_no_metaphor_is_an_identifier() -> None:
    assert {f"{module}: {name}" for module, name in identifiers() if metaphoric(name)} == set()


def test_no_metaphor_is_an_identifier_of_the_tests() -> None:
    """The names of the test functions apart, which are sentences."""
    found = set()
    for path in sorted((ROOT / "tests").rglob("*.py")):
        names = [path.stem, *(name for node in ast.walk(parsed(path)) for name in named(node))]
        found |= {
            f"{name_of(path)}: {name}" for name in names if not name.startswith("test_") and metaphoric(name)
        }
    assert found == set()


def test_no_metaphor_is_an_identifier_of_the_boards_scripts() -> None:
    declared = re.compile(
        r"\b(?:const|let|function)\s+(\w+)|(\w+)(?=\s*[:,)\]}=]*\s*=>)|[.{,]\s*(\w+)(?=\s*[:=])"
    )
    scripts = sorted((ROOT / "streams/board/static").glob("*.js"))
    assert scripts
    found = {
        f"{script.name}: {name}"
        for script in scripts
        for names in declared.findall(script.read_text(encoding="utf-8"))
        for name in filter(None, names)
        if metaphoric(name)
    }
    assert found == set()


def test_few_functions_are_called_by_a_vague_word() -> None:
    found = Counter(
        node.name
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in VAGUE
    )
    assert found.total() <= MOST_VAGUE, found


def test_a_class_name_means_one_thing() -> None:
    homes = defaultdict(set)
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].add(module)
    assert {name: homes[name] for name in ONE_THING if len(homes[name]) > 1} == {}
