"""The arrows between the folders (architecture.md, Arrows): data moves left to right, and so do imports.

And what no file may hold.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.imports import TOPS, imported, module_of, modules
from tests.kept import ROOT, kept_files

IMPURE = {
    "aiohttp",
    "asyncio",
    "faust",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "shutil",
}
IMPURE |= {"socket", "subprocess", "sys", "tempfile", "threading", "time"}
ENTRY = re.compile(r"`([a-z_]+(?:/[a-z_]+)*)`")
FAMILY = re.compile(r"`streams/<\w+>` \((.*?)\)")
CHAIN = re.compile(r"\w+(?: <- \w+)+")

KNOWN: set[tuple[str, str]] = set()
"""Imports against an arrow that are still there: this can only shrink."""


@dataclass(frozen=True)
class Arrow:
    """What one folder may import: the product's folders, itself included.

    `pure`: no library but msgspec, and no I/O.
    """

    may: frozenset[str]
    pure: bool = False


@cache
def rows() -> tuple[tuple[str, str], ...]:
    """Return the table of architecture.md, Arrows: folders, and what they may import."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    lines = text.partition("\n## Arrows\n")[2].partition("\n## ")[0].splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")
    ]
    return tuple((first, second) for first, second in cells)


def folders(cell: str) -> list[str]:
    """Return the dotted names of the folders in a first cell; of `streams/<tool>` each that its bracket
    lists.
    """
    family = FAMILY.match(cell)
    found = [f"streams/{name.strip()}" for name in family[1].split(",")] if family else ENTRY.findall(cell)
    return [name.replace("/", ".") for name in found]


def named(text: str, folder: str) -> frozenset[str]:
    """Return what a second cell lets one of its folders import; `X also ...` is for the folder X alone."""
    own, found = folder.removeprefix("streams.").replace(".", "/"), set()
    for part in re.sub(r"\(.*?\)", "", text).split(";"):
        whose = re.match(r"\s*([\w/]+) also ", part)
        if "never" not in part and (whose is None or whose[1] == own):
            found.update(name.replace("/", ".") for name in ENTRY.findall(part))
    return frozenset(found - {"msgspec"})


@cache
def arrows() -> dict[str, Arrow]:
    """Return every folder of the table with what it may import."""
    found: dict[str, Arrow] = {}
    service = rows()[1][1].partition(";")[0]
    for first, second in rows():
        text = second.replace("as a service", service)
        for folder in folders(first):
            found[folder] = Arrow(named(text, folder) | {folder}, folder == "rules" or "pure" in second)
    for folder, earlier in inside(rows()[0][1]).items():
        found[folder] = Arrow(frozenset({folder, *earlier}), pure=True)
    return found


def inside(cell: str) -> dict[str, set[str]]:
    """Return the folders of `rules`, each with those that stand before it in a chain `a <- b <- c`."""
    found: dict[str, set[str]] = {}
    for chain in CHAIN.findall(cell):
        names = [f"rules.{name}" for name in chain.split(" <- ")]
        for place, name in enumerate(names):
            found.setdefault(name, set()).update(names[:place])
    return found


def line_of(module: str) -> str | None:
    """Return the longest folder of the table that holds a module."""
    return max((folder for folder in arrows() if within(module, folder)), key=len, default=None)


def within(module: str, folder: str) -> bool:
    return f"{module}.".startswith(f"{folder}.")


def shared(module: str) -> bool:
    """Whether it is one of the four modules at the top of `streams` that all but the pure folders may
    import.
    """
    return any(within(module, f"streams.{name}") for name in ("display", "errors", "measurements", "times"))


def allowed(module: str, target: str) -> bool:
    """Whether a module may import another, or a library, by its dotted name."""
    folder = line_of(module)
    assert folder is not None, f"{module} is in no folder of the table"
    arrow, top = arrows()[folder], target.partition(".")[0]
    if top in (*TOPS, "tests"):
        everybody = not arrow.pure and within(module, "streams") and shared(target)
        return everybody or any(within(target, name) for name in arrow.may)
    return not arrow.pure or (top not in IMPURE and (top == "msgspec" or top in sys.stdlib_module_names))


def against() -> set[tuple[str, str]]:
    """Return every import that no arrow allows."""
    return {
        (module, module_of(target) or target)
        for module, path in modules().items()
        for target in imported(path)
        if module != module.partition(".")[0] and not allowed(module, target)
    }


def test_every_import_follows_an_arrow_but_the_known_ones() -> None:
    found = against()
    assert sorted(found - KNOWN) == []
    assert sorted(KNOWN - found) == [], "these are mended: take them out of KNOWN"


def test_every_folder_has_its_line_in_the_table() -> None:
    found = [
        path for top in ("rules", "streams") for path in sorted((ROOT / top).iterdir()) if holds_code(path)
    ]
    places = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found]
    assert [place for place in places if place not in arrows()] == []


def holds_code(path: Path) -> bool:
    return (path.is_dir() and any(path.glob("*.py"))) or (path.suffix == ".py" and path.name != "__init__.py")


def test_the_chains_of_rules_are_its_folders() -> None:
    found = {f"rules.{path.name}" for path in (ROOT / "rules").iterdir() if holds_code(path)}
    assert found == {folder for folder in arrows() if within(folder, "rules")} - {"rules"}


@pytest.mark.parametrize(
    ("module", "target", "may"),
    [
        ("rules.ingest.decode", "rules.wire.events", True),
        ("rules.ingest.decode", "rules.guideline.declarations", False),
        ("rules.guideline.declarations", "rules.ingest.decode", False),
        ("rules.chart.chart", "rules.guideline.declarations", True),
        ("rules.chart.chart", "rules.evaluate.result", False),
        ("rules.explain.subject", "rules.decide.state", True),
        ("rules.decide.engine", "rules.explain.explain", False),
        ("rules.decide.engine", "msgspec", True),
        ("rules.wire.instants", "zoneinfo.ZoneInfo", True),
        ("rules.decide.engine", "time.time", False),
        ("rules.decide.engine", "faust", False),
        ("rules.decide.engine", "streams.cli.main", False),
        ("streams.worker.app", "rules.decide.engine", True),
        ("streams.worker.app", "streams.kafka.topics", True),
        ("streams.worker.app", "streams.errors.UsageError", True),
        ("streams.worker.app", "streams.channels.page", False),
        ("streams.worker.app", "streams.board.request_handlers", False),
        ("streams.board.request_handlers", "streams.worker.app", False),
        ("streams.board.request_handlers", "streams.replay.publish", False),
        ("streams.board.request_handlers", "streams.flowsheet.series", True),
        ("streams.board.request_handlers", "aiohttp.web", True),
        ("streams.pager.service.app", "streams.channels.page", True),
        ("streams.pager.service.app", "streams.pager.delivery.outbox", True),
        ("streams.pager.delivery.outbox", "streams.channels.page", True),
        ("streams.pager.delivery.outbox", "streams.kafka.producer", True),
        ("streams.pager.delivery.outbox", "streams.pager.service.app", False),
        ("streams.pager.policy.alerts", "streams.pager.policy.state", True),
        ("streams.pager.policy.alerts", "streams.pager.delivery.outbox", False),
        ("streams.pager.policy.alerts", "streams.times.instant", False),
        ("streams.pager.policy.alerts", "asyncio", False),
        ("streams.projections.patients", "rules.wire.alerts", True),
        ("streams.projections.patients", "streams.kafka.tail_reader", False),
        ("streams.projections.patients", "aiohttp", False),
        ("streams.show.alerts", "streams.replay.publish", False),
        ("streams.replay.publish", "streams.kafka.settings", True),
        ("streams.replay.publish", "streams.worker.app", False),
        ("streams.imports.table", "streams.feeds.mapping.vitals", True),
        ("streams.export.table", "streams.feeds.mapping.vitals", False),
        ("streams.kafka.settings", "streams.config.broker", True),
        ("streams.config.broker", "streams.kafka.settings", False),
        ("streams.cli.worker", "streams.worker.app", True),
        ("streams.cli.demo", "simulators.course.demo_patients", False),
        ("simulators.course.closed_loop", "rules.wire.events", True),
        ("simulators.course.closed_loop", "rules.ingest.decode.decode", False),
        ("simulators.course.closed_loop", "rules.decide.engine.advance", False),
        ("simulators.course.closed_loop", "streams.service.files", False),
        ("deploy.grafana.write", "rules.wire.alerts", False),
    ],
)
def test_the_arrows_are_those_of_the_design(module: str, target: str, may: bool) -> None:
    assert allowed(module, target) == may


def modules_after(code: str) -> set[str]:
    """Modules that are loaded after `code` ran in an interpreter of its own."""
    tell = "\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code + tell], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


SERVICES = ("worker", "pager", "board", "census", "demo")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_no_other_service(service: str) -> None:
    others = tuple(f"streams.{other}." for other in SERVICES if other != service)
    sources = (ROOT / "streams" / service).rglob("*.py")
    wrong = [
        (path, module) for path in sources for module in imported(path) if f"{module}.".startswith(others)
    ]
    assert [f"{path.relative_to(ROOT)} imports {module}" for path, module in wrong] == []


@pytest.mark.parametrize("folder", ["kafka", "service"])
def test_what_services_have_in_common_imports_none_of_them(folder: str) -> None:
    services = tuple(f"streams.{service}." for service in SERVICES)
    wrong = [
        (path, module)
        for path in (ROOT / "streams" / folder).rglob("*.py")
        for module in imported(path)
        if f"{module}.".startswith(services)
    ]
    assert [f"{path.relative_to(ROOT)} imports {module}" for path, module in wrong] == []


def loaded_after(code: str) -> set[str]:
    """Top-level modules that are loaded after `code` ran in an interpreter of its own."""
    return {name.partition(".")[0] for name in modules_after(code)}


def test_the_rules_load_nothing_but_themselves_msgspec_and_the_standard_library() -> None:
    ours = loaded_after(
        "import rules.decide.engine, rules.decide.codec, rules.explain, rules.guideline.settings.loader"
    )
    foreign = ours - loaded_after("import msgspec, zoneinfo") - sys.stdlib_module_names
    assert foreign == {"rules"}


NEAREST = {"rules", "rules.wire", "rules.wire.did_you_mean"}
"""What looks for the command that was meant: nothing but the standard library's difflib."""


@pytest.mark.parametrize(("words", "ours"), [("--help", set()), ("--version", set()), ("nonsense", NEAREST)])
def test_the_command_line_answers_without_loading_msgspec_or_faust(words: str, ours: set[str]) -> None:
    heavy = {"aiokafka", "faust", "kafka", "matplotlib", "msgspec", "numpy", "pandas", "rich"}
    loaded = modules_after(f"from streams.cli.main import main\nmain([{words!r}])")
    assert {name.partition(".")[0] for name in loaded} & heavy == set()
    assert {name for name in loaded if name.partition(".")[0] == "rules"} == ours


def test_a_unit_of_time_is_defined_once_for_what_counts_in_ms_and_once_for_what_counts_in_minutes() -> None:
    unit = re.compile(r"^(?:SECOND|MINUTE|HOUR|DAY)(?:_MS|, DAY)?\b[^=\n]*=", re.MULTILINE)
    defining = [
        path
        for package in ("rules", "streams", "simulators")
        for path in (ROOT / package).rglob("*.py")
        if unit.search(path.read_text(encoding="utf-8"))
    ]
    assert [str(path.relative_to(ROOT)) for path in defining] == [
        "rules/wire/instants.py",
        "simulators/charting/writer.py",
    ]


def test_the_name_that_was_meant_is_looked_for_in_one_place() -> None:
    asking = [
        path
        for package in (*TOPS, "tests")
        for path in (ROOT / package).rglob("*.py")
        if "get_close_" + "matches" in path.read_text(encoding="utf-8")
    ]
    assert [str(path.relative_to(ROOT)) for path in asking] == ["rules/wire/did_you_mean.py"]


FOREIGN = {
    "a package registry's host": re.compile(
        r"(?:pypi|pythonhosted|npmjs|crates|repo1\.maven|sonatype|proxy\.golang)\.(?:org|io|com)"
    ),
    "a path of somebody's machine": re.compile(r"(?:^|[\s\"'(=])/(?:work|home|Users|root)/"),
    "words of a workplace": re.compile(
        r"\b(?:C[E]O|cha[t]bot|langua[g]e model|sub-?a[g]ents?|A[I] assistant|helper s[e]ssion)\b", re.I
    ),
}


@pytest.mark.parametrize("what", list(FOREIGN))
def test_no_file_holds(what: str) -> None:
    texts = (path for path in kept_files() if path.suffix != ".gz")
    looked = {path: path.read_text(encoding="utf-8", errors="replace") for path in texts}
    assert [str(path.relative_to(ROOT)) for path, text in looked.items() if FOREIGN[what].search(text)] == []


def test_nothing_is_read_from_beside_the_repository_but_the_real_patients_of_a_demo() -> None:
    reading = [
        path
        for path in kept_files()
        if path.suffix == ".py" and re.search(r"[\"'/]share[d][\"'/]", path.read_text(encoding="utf-8"))
    ]
    assert [str(path.relative_to(ROOT)) for path in reading] == ["tests/simulators/mimic_iv/source.py"]
