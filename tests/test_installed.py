"""Installed beside a distribution that owns one of its packages' names, the command says so in one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.kept import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a virtual environment has its programs in bin"),
]

REMEDY = "; install il2watch into an environment of its own, with uv tool install or pipx install\n"


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("il2watch-*.whl")
    return wheel


def other(folder: Path, files: Iterable[str]) -> Path:
    """A wheel of somebody else's with these files."""
    wheel, inside = folder / "brooks-1.2-py3-none-any.whl", "brooks-1.2.dist-info"
    texts = dict.fromkeys(files, "VALUE = 1\n") | {
        f"{inside}/METADATA": "Metadata-Version: 2.1\nName: brooks\nVersion: 1.2\n",
        f"{inside}/WHEEL": "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{inside}/RECORD"
    with ZipFile(wheel, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        archive.writestr(record, "".join(f"{name},,\n" for name in (*texts, record)))
    return wheel


class Environment:
    """A virtual environment, and what the command in it says."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False)
        self.folder = folder
        (self.site,) = folder.glob("lib/python*/site-packages")

    def pip(self, *arguments: str | Path) -> None:
        pip("--python", self.folder / "bin" / "python", *arguments)

    def install(self, wheel: Path, *options: str) -> None:
        """Install it; by default not compiled, as uv does, which is most of what installing computes."""
        self.pip("install", "--no-deps", "--no-index", *(options or ["--no-compile"]), wheel)

    def run(self, *path: Path) -> tuple[int, str, str]:
        """`il2watch --version` with these folders on PYTHONPATH: exit code, output and complaint."""
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environ |= {"PYTHONPATH": os.pathsep.join(map(str, path))} if path else {}
        command = [self.folder / "bin" / "il2watch", "--version"]
        done = subprocess.run(
            command, env=environ, cwd=self.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "venv")


@pytest.fixture(scope="module")
def installed(ours: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """One with our wheel alone, which no test changes."""
    made = Environment(tmp_path_factory.mktemp("installed") / "venv")
    made.install(ours)
    return made


def qualified(here: Environment, report: Path) -> tuple[int, dict[str, dict[str, str]]]:
    """What `il2watch qualify --offline` finds of an installation, with the packages of this one: by step."""
    (here.site / "packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    command = [here.folder / "bin" / "il2watch", "qualify", "--offline", "--report", report]
    done = subprocess.run(command, cwd=here.folder, capture_output=True, text=True, check=False)
    assert report.exists(), done.stderr
    steps = json.loads(report.with_suffix(".json").read_bytes())["steps"]
    return done.returncode, {step["name"]: step for step in steps}


def test_a_limit_that_was_changed_in_the_installed_guideline_fails_the_qualification(
    environment: Environment, ours: Path, tmp_path: Path
) -> None:
    """What is compared with comes in the wheel: cases, the recorded ward, the lock."""
    environment.install(ours)
    module = environment.site / "rules" / "guideline" / "renal.py"
    module.write_text(module.read_text().replace('absolute=Limit("<", 10)', 'absolute=Limit("<", 5)'))
    code, steps = qualified(environment, tmp_path / "q.html")
    assert code == 1
    assert {name for name, step in steps.items() if step["result"] == "failed"} == {
        "files",
        "cases",
        "golden",
    }
    assert steps["files"]["found"] == ["rules/guideline/renal.py is not as it was built"]
    assert "install the wheel again" in steps["files"]["remedy"]
    assert re.search(r"[1-9]\d* failed", steps["cases"]["found"][-1])


def test_in_an_environment_of_its_own_it_runs(environment: Environment, ours: Path, tmp_path: Path) -> None:
    environment.install(ours, "--compile")
    environment.install(
        other(tmp_path, ["brooks/rules/__init__.py", "stream/__init__.py", "rulers.py"]), "--compile"
    )
    assert environment.run() == (0, f"il2watch {ours.name.split('-')[1]}\n", "")


@pytest.mark.parametrize("first", [True, False], ids=["installed before", "installed after"])
@pytest.mark.parametrize(
    ("name", "file"),
    [("streams", "streams/__init__.py"), ("simulators", "simulators/wave.py"), ("rules", "rules.py")],
)
def test_a_distribution_that_owns_a_name_too_is_named(
    environment: Environment, ours: Path, tmp_path: Path, name: str, file: str, first: bool
) -> None:
    wheels = [other(tmp_path, [file]), ours]
    for wheel in wheels if first else reversed(wheels):
        environment.install(wheel)
    message = f"the distribution brooks 1.2 has a package '{name}' too, where il2watch's is: {environment.site / name}"
    assert environment.run() == (2, "", f"il2watch: {message}{REMEDY}")


@pytest.mark.parametrize("name", ["streams", "rules", "simulators"])
@pytest.mark.parametrize("form", ["{}/__init__.py", "{}.py"])
def test_a_name_that_is_hidden_by_another_folder_of_the_path_is_told(
    installed: Environment, tmp_path: Path, name: str, form: str
) -> None:
    hiding = tmp_path / "before" / form.format(name)
    hiding.parent.mkdir(parents=True)
    hiding.touch()
    found = hiding.parent if hiding.name == "__init__.py" else hiding
    message = f"the package '{name}' is hidden by another of that name, earlier on Python's path: {found}"
    assert installed.run(tmp_path / "before") == (2, "", f"il2watch: {message}{REMEDY}")


def test_a_distribution_in_another_folder_of_the_path_is_named(
    installed: Environment, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    installed.pip(
        "install", "--no-deps", "--no-index", "--target", before, other(tmp_path, ["rules/__init__.py"])
    )
    message = f"the package 'rules' is here that of the distribution brooks 1.2: {before / 'rules'}"
    assert installed.run(before) == (2, "", f"il2watch: {message}{REMEDY}")


def test_a_distribution_that_took_a_package_with_it_is_noticed(
    environment: Environment, ours: Path, tmp_path: Path
) -> None:
    environment.install(ours)
    environment.install(other(tmp_path, ["streams/__init__.py"]))
    environment.pip("uninstall", "--yes", "brooks")
    package = environment.site / "streams"
    message = f"its package 'streams' is not whole, as when another of that name was removed: {package}"
    assert environment.run() == (2, "", f"il2watch: {message}{REMEDY}")
