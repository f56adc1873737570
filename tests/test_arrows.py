"""The arrows between the rooms (architecture.md, Arrows): data moves left to right, and so do imports. And what no file may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kept import ROOMS, ROOT, kept_files

IMPURE = {"asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "shutil", "socket", "subprocess"}
IMPURE |= {"sys", "tempfile", "threading", "time"}
EVENT_TYPES = {"rules.wire"}


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports from outside its folder, wherever in it; `from a import b` as `a.b`, for b may be a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(room: str, module: str) -> bool:
    top = module.partition(".")[0]
    if room == "rules":
        return top in ("rules", "msgspec") or (top in sys.stdlib_module_names and top not in IMPURE)
    if room == "simulators":
        return top not in ("streams", "tests", "rules") or any(f"{module}.".startswith(f"{name}.") for name in EVENT_TYPES)
    return room == "tests" or top not in ("simulators", "tests")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_arrows_allow(room: str) -> None:
    wrong = [(path, module) for path in (ROOT / room).rglob("*.py") for module in imported(path) if not allowed(room, module)]
    assert [f"{path.relative_to(ROOT)} imports {module}" for path, module in wrong] == []


@pytest.mark.parametrize(
    ("room", "module", "may"),
    [
        ("rules", "rules.ingest.record_types", True),
        ("rules", "msgspec", True),
        ("rules", "zoneinfo.ZoneInfo", True),
        ("rules", "time.time", False),
        ("rules", "faust", False),
        ("rules", "streams.cli.main", False),
        ("streams", "rules.decide.engine", True),
        ("streams", "simulators.scenarios.worked", False),
        ("simulators", "rules.wire.events", True),
        ("simulators", "rules.ingest.decode.decode", False),
        ("simulators", "rules.decide.engine.advance", False),
        ("simulators", "streams.service.files", False),
    ],
)
def test_the_arrows_are_those_of_the_design(room: str, module: str, may: bool) -> None:
    assert allowed(room, module) == may


def modules_after(code: str) -> set[str]:
    """Modules that are loaded after `code` ran in an interpreter of its own."""
    tell = "\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + tell], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def loaded_after(code: str) -> set[str]:
    """Top-level modules that are loaded after `code` ran in an interpreter of its own."""
    return {name.partition(".")[0] for name in modules_after(code)}


def test_the_rules_load_nothing_but_themselves_msgspec_and_the_standard_library() -> None:
    ours = loaded_after("import rules.decide.engine, rules.decide.codec, rules.explain, rules.guideline.settings.loader")
    foreign = ours - loaded_after("import msgspec, zoneinfo") - sys.stdlib_module_names
    assert foreign == {"rules"}


NEAREST = {"rules", "rules.wire", "rules.wire.nearest"}
"""What looks for the command that was meant: nothing but the standard library's difflib."""


@pytest.mark.parametrize(("words", "ours"), [("--help", set()), ("--version", set()), ("nonsense", NEAREST)])
def test_the_command_line_answers_without_loading_msgspec_or_faust(words: str, ours: set[str]) -> None:
    heavy = {"aiokafka", "faust", "kafka", "matplotlib", "msgspec", "numpy", "pandas", "rich"}
    loaded = modules_after(f"from streams.cli.main import main\nmain([{words!r}])")
    assert {name.partition(".")[0] for name in loaded} & heavy == set()
    assert {name for name in loaded if name.partition(".")[0] == "rules"} == ours


def test_a_unit_of_time_is_defined_once_for_what_counts_in_ms_and_once_for_what_counts_in_minutes() -> None:
    unit = re.compile(r"^(?:SECOND|MINUTE|HOUR|DAY)(?:_MS|, DAY)?\b[^=\n]*=", re.MULTILINE)
    defining = [path for room in ROOMS[:3] for path in (ROOT / room).rglob("*.py") if unit.search(path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in defining] == ["rules/wire/instants.py", "simulators/charting/writer.py"]


def test_the_name_that_was_meant_is_looked_for_in_one_place() -> None:
    asking = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "get_close_" + "matches" in path.read_text(encoding="utf-8")]
    assert [str(path.relative_to(ROOT)) for path in asking] == ["rules/wire/nearest.py"]


FOREIGN = {
    "a package registry's host": re.compile(r"(?:pypi|pythonhosted|npmjs|crates|repo1\.maven|sonatype|proxy\.golang)\.(?:org|io|com)"),
    "a path of somebody's machine": re.compile(r"(?:^|[\s\"'(=])/(?:work|home|Users|root)/"),
    "words of a workplace": re.compile(r"\b(?:C[E]O|cha[t]bot|langua[g]e model|sub-?a[g]ents?|A[I] assistant|helper s[e]ssion)\b", re.I),
}


@pytest.mark.parametrize("what", list(FOREIGN))
def test_no_file_holds(what: str) -> None:
    assert [str(path.relative_to(ROOT)) for path in kept_files() if FOREIGN[what].search(path.read_text(encoding="utf-8", errors="replace"))] == []


def test_nothing_is_read_from_beside_the_repository_but_the_real_patients_of_a_demo() -> None:
    reading = [path for path in kept_files() if path.suffix == ".py" and re.search(r"[\"'/]share[d][\"'/]", path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in reading] == ["tests/simulators/mimic/source.py"]
