"""The image: slim, of two stages, not root, and everything in it pinned by hash and fit for what the program
asks.
"""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.deploy.places import DEPLOY, ROOT

DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WANTED = {
    "requirements.lock": [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["project"]["optional-dependencies"]["apprise"],
    ],
    "build.lock": PYPROJECT["build-system"]["requires"],
}


def locked(name: str) -> dict[str, Version]:
    lines = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (DEPLOY / name).read_text(encoding="utf-8"), re.M)
    return {canonicalize_name(package): Version(version) for package, version in lines}


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_has_what_the_program_asks_for_in_a_version_it_takes(name: str) -> None:
    found = locked(name)
    for wanted in map(Requirement, WANTED[name]):
        assert found[canonicalize_name(wanted.name)] in wanted.specifier, wanted


@pytest.mark.parametrize("name", WANTED)
def test_every_line_of_a_lock_has_its_hashes(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.M)[1:]
    assert packages
    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_every_stage_starts_from_an_image_pinned_by_its_digest_and_slim() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert len(stages) == 2
    assert all(
        re.fullmatch(r"python:3\.12\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", stage) for stage in stages
    )


def test_the_last_stage_is_not_root_and_carries_no_installer_over() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)", last, re.M) == ["10001:10001"]
    assert re.findall(r"^COPY (.*)", last, re.M) == ["--from=build /opt/il2watch /opt/il2watch"]
    assert "pip install" not in last


def test_only_hashed_packages_are_installed() -> None:
    fetched = [line for line in DOCKERFILE.splitlines() if "pip install" in line and "--no-index" not in line]
    assert fetched
    assert all("--require-hashes" in line for line in fetched)


def test_the_builder_sees_what_it_copies_and_no_secret() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.*)", DOCKERFILE, re.M) for name in line.split()[:-1]
    }
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
