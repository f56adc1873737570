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


SERVICES = ("worker", "pager", "board", "census", "demo")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_no_other_service(service: str) -> None:
    others = tuple(f"streams.{other}." for other in SERVICES if other != service)
    sources = (ROOT / "streams" / service).rglob("*.py")
    wrong = [(path, module) for path in sources for module in imported(path) if f"{module}.".startswith(others)]
    assert [f"{path.relative_to(ROOT)} imports {module}" for path, module in wrong] == []


@pytest.mark.parametrize("folder", ["kafka", "service"])
def test_what_services_have_in_common_imports_none_of_them(folder: str) -> None:
    services = tuple(f"streams.{service}." for service in SERVICES)
    wrong = [(path, module) for path in (ROOT / "streams" / folder).rglob("*.py") for module in imported(path) if f"{module}.".startswith(services)]
    assert [f"{path.relative_to(ROOT)} imports {module}" for path, module in wrong] == []


def loaded_after(code: str) -> set[str]:
    """Top-level modules that are loaded after `code` ran in an interpreter of its own."""
    tell = "\nimport sys\nprint(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code + tell], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_rules_load_nothing_but_themselves_msgspec_and_the_standard_library() -> None:
    ours = loaded_after("import rules.decide.engine, rules.decide.codec, rules.explain, rules.guideline.settings.loader")
    foreign = ours - loaded_after("import msgspec, zoneinfo") - sys.stdlib_module_names
    assert foreign == {"rules"}


@pytest.mark.parametrize("words", ["--help", "--version", "nonsense"])
def test_the_command_line_answers_without_loading_msgspec_or_faust(words: str) -> None:
    heavy = {"aiokafka", "faust", "kafka", "matplotlib", "msgspec", "numpy", "pandas", "rich", "rules"}
    assert loaded_after(f"from streams.cli.main import main\nmain([{words!r}])") & heavy == set()


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
