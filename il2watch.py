"""Start the command line from a module of the distribution's own name, which no other package hides.

`rules`, `streams` and `simulators` are names that others use too. Where one of them is not what was installed
with this file, the command ends with one sentence. Nothing of the three is imported before that is known.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent
PACKAGES = ("rules", "streams", "simulators")
OWN = "il2watch"
USAGE = 2
REMEDY = "install il2watch into an environment of its own, with uv tool install or pipx install"
INSTALLED = re.compile(rf"^({'|'.join(PACKAGES)})(?=/|\.py,)".encode(), re.MULTILINE)


def main() -> int:
    """Run the command line and return its exit code."""
    owners = others(HOME)
    for name in PACKAGES:
        if problem := fault(name, owners.get(name)):
            with suppress(OSError, AttributeError):
                sys.stderr.write(f"il2watch: {problem}; {REMEDY}\n")
            return USAGE
    from streams.cli.main import main as command_line

    return command_line()


def fault(name: str, owner: str | None) -> str | None:
    """Return why a package is not, or not alone, the one beside this file; None when it is.

    `owner`: the other distribution that installed a package of that name beside it.
    """
    own, found = HOME / name, location(name)
    if owner is not None:
        return f"the distribution {owner} has a package '{name}' too, where il2watch's is: {own}"
    if found is None or not (own / "__init__.py").exists():
        return f"its package '{name}' is not whole, as when another of that name was removed: {own}"
    if found.samefile(own):
        return None
    if owner := others(found.parent).get(name):
        return f"the package '{name}' is here that of the distribution {owner}: {found}"
    return f"the package '{name}' is hidden by another of that name, earlier on Python's path: {found}"


def location(name: str) -> Path | None:
    """Return the folder or file that an import of a top-level name would find; None when there is none."""
    spec = find_spec(name)
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or ())
    return Path(folders[0] if folders else spec.origin or "")


def others(site: Path) -> dict[str, str]:
    """Return which of the packages other distributions installed into a folder, with their name and version.

    Their records are searched as bytes, because this runs at every start: `importlib.metadata` parses every
    line of every record.
    """
    found: dict[str, str] = {}
    for record in site.glob("*.dist-info/RECORD"):
        owner, _, version = record.parent.name.removesuffix(".dist-info").partition("-")
        if owner != OWN:
            names = INSTALLED.findall(record.read_bytes())
            found.update({name.decode(): f"{owner} {version}" for name in names})
    return found


if __name__ == "__main__":
    sys.exit(main())
