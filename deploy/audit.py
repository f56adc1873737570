"""Look up the image's locked packages among the published advisories: `make audit`.

It is green only when every package was looked up. Where pip-audit is not installed, or gives no answer since
no advisories can be reached, it ends with 3 and says that nothing was audited; make turns 1 and 3 into 2.

Source: the documentation of pip-audit, "Exit codes" and "--format json".
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

DONE, FINDINGS, NOT_AUDITED = 0, 1, 3
LOCKS = ("requirements.lock", "build.lock")
NO_ANSWER = (
    "nothing was audited: pip-audit gave no answer, and says why above; can the advisories be reached?"
)
NOT_INSTALLED = 'nothing was audited: pip-audit is not installed; pip install "pip-audit>=2.7,<3"'
OPTIONS = ("--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def verdict(answers: Sequence[str]) -> tuple[int, str]:
    """Return the exit code and one line for what pip-audit answered for each lock, JSON or anything else."""
    found, looked_up = [], 0
    for answer in answers:
        try:
            packages = json.loads(answer)["dependencies"]
            vulnerable = [one for one in packages if one["vulns"]]
        except (ValueError, KeyError, TypeError):
            return NOT_AUDITED, NO_ANSWER
        looked_up += len(packages)
        found += [f"{one['name']} {one['version']}: {one['vulns'][0]['id']}" for one in vulnerable]
    if not looked_up:
        return NOT_AUDITED, "nothing was audited: no package was looked up"
    if found:
        return FINDINGS, f"{len(found)} of {looked_up} packages have advisories: {'; '.join(found)}"
    return DONE, f"{looked_up} packages were looked up, and none has an advisory"


def asked(lock: Path) -> str:
    """Return what pip-audit prints for a lock; its errors go to standard error as they are."""
    command = [sys.executable, "-m", "pip_audit", *OPTIONS, "--requirement", str(lock)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout


def audited() -> tuple[int, str]:
    """Return the exit code and one line for every lock beside this file."""
    if find_spec("pip_audit") is None:
        return NOT_AUDITED, NOT_INSTALLED
    return verdict([asked(Path(__file__).with_name(name)) for name in LOCKS])


def main() -> int:
    """Audit every lock beside this file."""
    code, line = audited()
    print(line)
    return code


if __name__ == "__main__":
    sys.exit(main())
