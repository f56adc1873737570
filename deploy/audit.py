"""Look up the image's locked packages among the published advisories: `make audit`.

It is green only when every package was looked up. Where no advisories can be reached it ends with 3 and says
that nothing was audited.

Source: the documentation of pip-audit, "Exit codes" and "--format json".
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

DONE, FINDINGS, NOT_AUDITED = 0, 1, 3
LOCKS = ("requirements.lock", "build.lock")
OPTIONS = ("--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def verdict(answers: Sequence[str]) -> tuple[int, str]:
    """Return the exit code and one line for what pip-audit answered for each lock, JSON or anything else."""
    found, looked_up = [], 0
    for answer in answers:
        try:
            packages = json.loads(answer)["dependencies"]
            vulnerable = [one for one in packages if one["vulns"]]
        except (ValueError, KeyError, TypeError):
            return NOT_AUDITED, "nothing was audited: the advisories cannot be reached"
        looked_up += len(packages)
        found += [f"{one['name']} {one['version']}: {one['vulns'][0]['id']}" for one in vulnerable]
    if not looked_up:
        return NOT_AUDITED, "nothing was audited: no package was looked up"
    if found:
        return FINDINGS, f"{len(found)} of {looked_up} packages have advisories: {'; '.join(found)}"
    return DONE, f"{looked_up} packages were looked up, and none has an advisory"


def asked(lock: Path) -> str:
    """Return what pip-audit prints for a lock."""
    command = [sys.executable, "-m", "pip_audit", *OPTIONS, "--requirement", str(lock)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def main() -> int:
    """Audit every lock beside this file."""
    code, line = verdict([asked(Path(__file__).with_name(name)) for name in LOCKS])
    print(line)
    return code


if __name__ == "__main__":
    sys.exit(main())
