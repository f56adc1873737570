"""Write docs/reference/traceability.md, from the paper to the tests: `python -m tests.docs.traceability`.

The paper's rows and deciding sentences stand in docs/reference/paper.toml, each with the keys of the guideline's data
that hold it. The tests are found: acceptance cases that expect something of a key's subject, and tests of tests/rules
that name it, in their own words or in a table they are run over.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.correctives import NOBODY
from tests.docs.texts import cell
from tests.kept import ROOT

PAGE = ROOT / "docs/reference/traceability.md"
PAPER = ROOT / "docs/reference/paper.toml"
CASES = ROOT / "tests/cases"
FEW = 4
HEAD = """\
# From the paper to the tests

Written by `make docs` from `docs/reference/paper.toml` (each row and each deciding sentence of the paper, in its own \
words), the guideline's data, and the
tests. A test fails where a sentence has no key, a key no test, or a key of the data no sentence. `case` is one of \
`tests/cases`, run through the installed command; the others
are of `tests/rules`. Where more than four tests hold a line, the first four stand here with how many there are."""


class Statement(NamedTuple):
    """A row or a sentence of the paper: where it stands, its words, the keys that hold it, tests named outright."""

    place: str
    words: str
    keys: tuple[str, ...]
    tests: tuple[str, ...] = ()
    beyond: str = ""


class Kind(NamedTuple):
    """A part of the guideline's data: its keys, where its tests are, and by which words they name a key."""

    keys: tuple[str, ...]
    places: tuple[str, ...]
    forms: tuple[str, ...] = ("{}",)


DECIDED = ("tests/rules/evaluate", "tests/rules/decide")
ADVISED = (
    "tests/rules/advice",
    "tests/rules/evaluate/test_eligibility.py",
    "tests/rules/decide/test_messages.py",
)
KINDS = {
    "rows": Kind(tuple(GUIDELINE.row), DECIDED),
    "observations": Kind(
        tuple(GUIDELINE.observes),
        ("tests/rules/evaluate/test_monitoring.py",),
        ("{}", "monitoring/{}", "overdue/{}"),
    ),
    "advice": Kind(tuple(GUIDELINE.advises), ADVISED),
    "correctives": Kind(
        tuple(one.code for one in GUIDELINE.correctives),
        ("tests/rules/guideline/test_tables_5_and_6.py", "tests/rules/advice/test_harm.py"),
    ),
    "stop_rules": Kind(
        tuple(one.rule for one in GUIDELINE.stop_rules),
        ("tests/rules/decide/test_stop_rules.py", "tests/rules/decide/test_stop_rules_lifted.py"),
        ("{}", "stop-rule:{}"),
    ),
    "eligibility": Kind(tuple(GUIDELINE.eligibility.items), ("tests/rules/evaluate/test_eligibility.py",)),
    "medications": Kind(
        tuple(dict.fromkeys(one.agent for one in GUIDELINE.medications)),
        ("tests/rules/guideline/test_tables_5_and_6.py",),
    ),
}
FIELDS = ("pressure", "table4", "pressors", "harm")
"""Parts whose keys are single numbers: a statement names their tests outright."""


@cache
def statements() -> tuple[Statement, ...]:
    """Return the paper's statements, in its order."""
    listed = tomllib.loads(PAPER.read_text(encoding="utf-8"))["statement"]
    return tuple(
        Statement(**{**one, "keys": tuple(one["keys"]), "tests": tuple(one.get("tests", ()))})
        for one in listed
    )


def unknown(key: str) -> bool:
    """Whether the guideline's data have no such key."""
    kind, _, name = key.partition(".")
    if kind in KINDS:
        return name not in KINDS[kind].keys
    return kind not in FIELDS or not hasattr(getattr(GUIDELINE, kind), name)


def beyond_the_paper(kind: str, name: str) -> bool:
    """Whether a key of the data says of itself that the paper has no word of it."""
    if kind == "advice":
        return GUIDELINE.advises[name].watch or GUIDELINE.advises[name].source == NOBODY
    return kind == "correctives" and GUIDELINE.corrects(name).source == NOBODY


def unclaimed() -> list[str]:
    """Return the keys of the data that hold no statement of the paper and do not say that they go beyond it."""
    claimed = {key for one in statements() for key in one.keys}
    found = ((kind, name) for kind, part in KINDS.items() for name in part.keys)
    return [
        f"{kind}.{name}"
        for kind, name in found
        if f"{kind}.{name}" not in claimed and not beyond_the_paper(kind, name)
    ]


@cache
def found_for(key: str) -> tuple[str, ...]:
    """Return the tests of a key: cases first, then those of tests/rules."""
    kind, _, name = key.partition(".")
    if kind not in KINDS:
        return ()
    forms = {form.format(name) for form in KINDS[kind].forms}
    cases = [case for case, words in expected().items() if forms_of_case(kind, name) & words]
    named = [test for place in KINDS[kind].places for test, words in named_in(place) if forms & words]
    return (*cases, *dict.fromkeys(named))


def forms_of_case(kind: str, name: str) -> set[str]:
    """Return by which words an acceptance case expects something of a key."""
    return {
        "rows": {f"criterion {name}", f"alert {name}", f"reason {name}"},
        "observations": {f"overdue {name}", f"alert monitoring/{name}"},
        "advice": {f"advice {name}", f"alert {name}"},
        "correctives": {f"advice corrective/{name}"},
        "stop_rules": {f"reason stop-rule:{name}"},
        "eligibility": {f"eligibility {name}"},
    }.get(kind, set())


@cache
def expected() -> dict[str, frozenset[str]]:
    """Return for every acceptance case what it expects, and of which subject."""
    found = {}
    for path in sorted(CASES.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            found[f"case {case['id']}"] = frozenset(_expected(case))
    return found


def _expected(case: dict[str, Any]) -> Iterator[str]:
    for one in case.get("expect", ()):
        for field in ("criteria", "criterion_fields"):
            yield from (f"criterion {code}" for code in one.get(field, ()))
        for field in ("advice_has", "advice_lacks", "advice_text"):
            yield from (f"advice {code}" for code in one.get(field, ()))
        yield from (f"reason {code}" for code in (*one.get("reasons_has", ()), *one.get("blockers_has", ())))
        yield from (f"{field} {name}" for field in ("overdue", "eligibility") for name in one.get(field, ()))
    for field in ("alerts", "alerts_also", "alerts_never"):
        yield from (f"alert {alert.get('subject')}" for alert in case.get(field, ()))
    yield from (f"alert {subject}" for subject in case.get("alerts_none_for", ()))


@cache
def named_in(place: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the tests of a file, or of a folder's files, each with the words that it names."""
    path = ROOT / place
    files = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
    return tuple(found for file in files for found in _tests(file))


def _tests(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield a file's tests, each with the words of its own body, its tables, and what these are made of."""
    parts = {name: node for node in ast.parse(path.read_text(encoding="utf-8")).body for name in _names(node)}
    for name, node in parts.items():
        if name.startswith("test_"):
            words = frozenset(_words(node, parts, {name}))
            yield f"{path.relative_to(ROOT).as_posix()}::{name}", words


def _names(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for one in targets if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _words(node: ast.AST, parts: dict[str, ast.stmt], seen: set[str]) -> Iterator[str]:
    for below in ast.walk(node):
        if isinstance(below, ast.Constant) and isinstance(below.value, str):
            yield below.value
        elif isinstance(below, ast.Name) and below.id in parts and below.id not in seen:
            seen.add(below.id)
            yield from _words(parts[below.id], parts, seen)


def holding(one: Statement) -> tuple[str, ...]:
    """Return the tests that hold a statement, each once."""
    return tuple(dict.fromkeys((*one.tests, *(test for key in one.keys for test in found_for(key)))))


def exists(test: str) -> bool:
    """Whether a test that is named outright is there."""
    path, _, name = test.partition("::")
    return (ROOT / path).is_file() and (
        not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
    )


def page() -> str:
    """Return the text of docs/reference/traceability.md."""
    lines = ["| the paper | says | key of the data | tests |", "|---|---|---|---|"]
    for one in statements():
        keys = "<br>".join(f"`{key}`" for key in one.keys) or cell(one.beyond)
        lines.append(f"| {one.place} | {cell(one.words)} | {keys} | {_listed(holding(one))} |")
    beyond = [
        f"| `{kind}.{name}` | {_listed(found_for(f'{kind}.{name}'))} |"
        for kind, part in KINDS.items()
        for name in part.keys
        if beyond_the_paper(kind, name)
    ]
    rest = ["| key of the data | tests |", "|---|---|", *beyond]
    return f"{HEAD}\n\n" + "\n".join(lines) + "\n\n## Beyond the paper\n\n" + "\n".join(rest) + "\n"


def _listed(tests: tuple[str, ...]) -> str:
    shown = "<br>".join(f"`{test.removeprefix('tests/rules/')}`" for test in tests[:FEW])
    return shown + (f"<br>and {len(tests) - FEW} more" if len(tests) > FEW else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
