"""The files that the repository keeps, or would: neither built nor cached nor ignored."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("rules", "streams", "simulators", "tests")
DRAWN = {".pdf", ".png"}
"""Bytes, not words: whatever is looked for comes up in them by chance."""


def kept_files() -> list[Path]:
    """Return the kept files that hold words; where Git is not at hand, the Python files and the documents."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    folders = [ROOT / name for name in (*PACKAGES, "deploy", "docs")]
    unlisted = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".md", ".py")]
    found = [ROOT / name for name in listed.split("\0") if name] or [*ROOT.glob("*.md"), *unlisted]
    return [path for path in found if path.is_file() and path.suffix not in DRAWN]
