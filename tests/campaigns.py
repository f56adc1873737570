"""Campaigns: runs too long for every day, cut into slices, each told in build/campaign/NAME.jsonl as soon as
it is over.

`pytest --campaign NAME` runs the tests that are marked `campaign("NAME")`, once for each of their `slices`;
and the property tests of the folder tests/NAME, `PROPERTY_SLICES` times, each time from another seed and with
`FACTOR` times as many examples. A slice that has passed with the code as it is now is not run again, and none
is begun that would not be over within the hour: a second call goes on where the first ended. With another
`SEED` in the environment all is run again, from other seeds where a test asks for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

FACTOR = 20
PROPERTY_SLICES = 10
MINUTES = 60.0
TESTED = ("rules", "streams", "simulators", "tests", "pyproject.toml")


def examples(usual: int) -> int:
    """Return how many examples a property test takes that usually takes so many."""
    return usual * int(os.environ.get("IL2WATCH_EXAMPLES", "1"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("campaigns")
    group.addoption("--campaign", metavar="NAME", help="run this campaign, from where it ended last")
    group.addoption(
        "--campaign-minutes",
        metavar="MINUTES",
        type=float,
        default=MINUTES,
        help=f"begin nothing that takes longer ({MINUTES:.0f})",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.campaign:
        os.environ.setdefault("IL2WATCH_EXAMPLES", str(FACTOR))
        hypothesis.settings.register_profile("campaign", hypothesis.settings(), max_examples=examples(100))
        hypothesis.settings.load_profile("campaign")
        config.option.markexpr = ""
        config.pluginmanager.register(Campaign(config), "campaign")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.config.option.campaign and (count := slices(metafunc.definition)):
        if "campaign_slice" not in metafunc.fixturenames:
            metafunc.fixturenames.append("campaign_slice")
        metafunc.parametrize(
            "campaign_slice", range(1, count + 1), indirect=True, ids=lambda number: f"slice-{number}"
        )


def slices(item: pytest.Item | pytest.FunctionDefinition) -> int:
    """Return into how many slices a test is cut; 0: into none."""
    if mark := item.get_closest_marker("campaign"):
        return int(mark.kwargs.get("slices", 0))
    return PROPERTY_SLICES if is_property(item) else 0


def is_property(item: Any) -> bool:
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def campaign_of(item: pytest.Item) -> str:
    """Return the name of the campaign that a test belongs to; empty: to none."""
    if mark := item.get_closest_marker("campaign"):
        return str(mark.args[0])
    folders = item.path.relative_to(item.config.rootpath).parts
    return folders[1] if is_property(item) and folders[0] == "tests" and len(folders) > 2 else ""


@pytest.fixture
def campaign_slice(request: pytest.FixtureRequest) -> int:
    """The number of the slice, from 1."""
    return int(getattr(request, "param", 1))


@pytest.fixture
def figures(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """`figures(line, **values)` prints what came out, and keeps it for the tally of the campaign."""

    def tell(line: str, **values: object) -> None:
        with capsys.disabled():
            print(f"\n{line}")
        request.node.user_properties.append(("figures", {"said": line, **values}))

    return tell


class Tally:
    """The slices of a campaign that are over, a line of JSON each."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every record; not what a run that was killed left half written."""
        for line in self.path.read_bytes().splitlines() if self.path.exists() else ():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def add(self, **record: Any) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            whole = not file.tell() or (file.seek(-1, os.SEEK_END), file.read(1) == b"\n")[1]
            file.write((b"" if whole else b"\n") + json.dumps(record).encode() + b"\n")

    def passed(self, code: str) -> set[str]:
        """Return what has passed with this code."""
        return {one["what"] for one in self if one["passed"] and one["code"] == code}

    def durations(self) -> dict[str, float]:
        """Return how long each took when it was run last, seconds."""
        return {one["what"]: one["seconds"] for one in self}


class Campaign:
    """What a run of a campaign leaves out, and what it writes down.

    In a worker of xdist: as the run began.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.name = config, str(config.option.campaign)
        self.tally = Tally(config.rootpath / "build" / "campaign" / f"{self.name}.jsonl")
        self.shared: dict[str, Any] = getattr(config, "workerinput", {}).get("campaign") or self.begun()
        self.parts: dict[str, list[pytest.TestReport]] = {}
        self.left, self.now = 0, {"passed": 0, "failed": 0}

    def begun(self) -> dict[str, Any]:
        code = digest(self.config.rootpath) + os.environ.get("SEED", "")
        ends = time.time() + 60 * self.config.option.campaign_minutes
        return {
            "code": code,
            "passed": sorted(self.tally.passed(code)),
            "durations": self.tally.durations(),
            "ends": ends,
        }

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["campaign"] = self.shared

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        done = set(self.shared["passed"])
        out = [item for item in items if campaign_of(item) != self.name or plain(item.nodeid) in done]
        gone = set(out)
        items[:] = [item for item in items if item not in gone]
        self.config.hook.pytest_deselected(items=out)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if time.time() + self.shared["durations"].get(plain(item.nodeid), 0.0) > self.shared["ends"]:
            pytest.skip(LEFT)
        if is_property(item):
            hypothesis.seed(item.callspec.params["campaign_slice"])(item.obj)  # type: ignore[attr-defined]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a slice down once its last part is told; the workers of xdist leave that to the run."""
        if hasattr(self.config, "workerinput"):
            return
        parts = self.parts.setdefault(report.nodeid, [])
        parts.append(report)
        if report.when == "teardown":
            self.note(plain(report.nodeid), self.parts.pop(report.nodeid))

    def note(self, what: str, parts: list[pytest.TestReport]) -> None:
        skipped = [part for part in parts if part.skipped]
        if skipped:
            self.left += LEFT in str(skipped[0].longrepr)
            return
        passed = all(part.passed for part in parts)
        self.now["passed" if passed else "failed"] += 1
        figures = [value for name, value in parts[-1].user_properties if name == "figures"]
        seconds = round(sum(part.duration for part in parts), 3)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        entry = {
            "what": what,
            "slice": number(what),
            "passed": passed,
            "seconds": seconds,
            "figures": figures,
        }
        self.tally.add(**entry, at=at, code=self.shared["code"], commit=commit(self.config.rootpath))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Nothing left to run is no fault."""
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.shared["passed"]:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        before, now = len(self.shared["passed"]), self.now
        summary = (
            f"{before} passed before, {now['passed']} passed now, {now['failed']} failed, {self.left} "
            "left for the next call"
        )
        terminalreporter.write_line(
            f"campaign {self.name}: {summary}; {self.tally.path.relative_to(self.config.rootpath)}"
        )


LEFT = "left for the next call"


def plain(nodeid: str) -> str:
    """Return a test's id without the group that xdist adds to it."""
    return nodeid.rpartition("@")[0] if nodeid.rfind("@") > nodeid.rfind("]") else nodeid


def number(what: str) -> int | None:
    _, found, after = what.partition("slice-")
    return int(after.partition("]")[0].partition("-")[0]) if found else None


def digest(root: Path) -> str:
    """Return what names the code that is tested, committed or not."""
    found = hashlib.sha256()
    for path in sorted(
        path
        for name in TESTED
        for path in ((root / name).rglob("*") if (root / name).is_dir() else [root / name])
    ):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def commit(root: Path) -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
