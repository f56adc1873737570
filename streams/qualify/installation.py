"""Look at what is installed: version, files against their record, packages against the lock, hashes."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from rules.guideline import Guideline
from streams.qualify.report import Finding, passed, skipped

HOME = Path(__file__).resolve().parents[2]
SOURCES = {"cases": "tests/cases", "golden": "tests/data/golden", "locks": "deploy"}
PACKAGES = ("rules", "streams", "simulators")
SHOWN = 10
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def folder(name: str) -> Path:
    """Return the folder of packaged data: in the wheel beside this file, in a checkout where it is kept."""
    packaged = Path(__file__).parent / "data" / name
    return packaged if packaged.exists() else HOME / SOURCES[name]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def identity(guideline: Guideline, config: str | None) -> dict[str, str]:
    """Return what identifies this installation, by name: hashes as hex digits of SHA-256."""
    decides = guideline.deciding
    found = {
        "python": sys.version.split()[0],
        "guideline": f"{decides.id} version {decides.version}",
        "guideline sha256": decides.sha256,
        "files sha256": code_digest(),
        "lock sha256": digest(folder("locks") / "requirements.lock"),
    }
    return found | ({"configuration sha256": digest(Path(config))} if config else {})


def code_digest() -> str:
    """Return one SHA-256 over names and contents of all modules of the program, in order."""
    found = hashlib.sha256()
    paths = sorted(path for name in PACKAGES for path in (HOME / name).rglob("*.py"))
    for path in [HOME / "il2watch.py", *paths]:
        found.update(f"{path.relative_to(HOME)}\0{digest(path)}\n".encode())
    return found.hexdigest()


class Recorded(NamedTuple):
    """An installed file, and the hash that was recorded when it was built: base64 without padding."""

    path: Path
    sha256: str


def recorded() -> list[Recorded]:
    """Return the program's own files of the wheel's record; none for a checkout, however it was installed."""
    try:
        distribution = metadata.distribution("il2watch")
    except metadata.PackageNotFoundError:
        return []
    if Path(str(distribution.locate_file(""))).resolve() != HOME:
        return []
    return [
        Recorded(Path(str(file.locate())), file.hash.value)
        for file in distribution.files or ()
        if file.hash is not None and file.parts[0] in (*PACKAGES, "il2watch.py")
    ]


def files() -> Finding:
    """Compare every installed file with what was recorded when the wheel was built."""
    listed = recorded()
    if not listed:
        return skipped("a checkout, not a wheel: its files are hashed and compared with nothing")
    changed = [str(one.path.relative_to(HOME)) for one in listed if not same(one)]
    if not changed:
        return passed(f"{len(listed)} files are as they were built")
    more = () if len(changed) <= SHOWN else (f"and {len(changed) - SHOWN} more",)
    return Finding(
        "failed",
        (*(f"{name} is not as it was built" for name in changed[:SHOWN]), *more),
        "install the wheel again, into an environment of its own; a site's numbers go into its configuration",
    )


def same(one: Recorded) -> bool:
    """Return whether a file is there and as it was recorded."""
    if not one.path.exists():
        return False
    found = hashlib.sha256(one.path.read_bytes()).digest()
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == one.sha256


def packages() -> Finding:
    """Compare the installed packages with those of the lock, with which this version was tested."""
    lock = (folder("locks") / "requirements.lock").read_text(encoding="utf-8")
    other = list(differing(dict(PINNED.findall(lock))))
    if not other:
        return passed("every package is of the version in the lock")
    return Finding(
        "warned",
        tuple(other),
        "install with pip install --require-hashes -r requirements.lock, or take the image; "
        "else sign for the difference",
    )


def differing(pinned: dict[str, str]) -> Iterator[str]:
    """Yield a line for each package that is installed in another version, or not at all."""
    for name, version in pinned.items():
        try:
            here = metadata.version(name)
        except metadata.PackageNotFoundError:
            here = "not installed"
        if here != version:
            yield f"{name}: {here}; in the lock {version}"
