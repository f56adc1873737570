"""Run the acceptance cases in one process: `python -m streams.qualify.cases FOLDER`.

The cases bring their own judge, `run_cases.py`, which starts a process for each command. Three hundred starts
would last for minutes, so it is given the installed command's entry instead: the same arguments, the same
output. Prints a line for each failing expectation, last `N passed, N failed`; exit 1 if any failed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

import il2watch


def judge(folder: Path) -> Any:
    """Return the judge of the cases, calling the command line in this process."""
    spec = importlib.util.spec_from_file_location("run_cases", folder / "run_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module)["call"] = call
    return module


def call(command: str, *arguments: str) -> list[Any]:
    """Return the JSON lines that a command prints. Raises RuntimeError when it fails."""
    written, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
    sys.argv = ["il2watch", *command.split(), *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = il2watch.main()
    if code not in (0, 1):
        raise RuntimeError(f"exit {code}: {err.getvalue().strip()[-300:]}")
    out.flush()
    return [json.loads(line) for line in written.getvalue().splitlines() if line.strip()]


def failing(case: Any, judged: Any) -> Iterator[str]:
    """Yield a line for each expectation of a case that is not met."""
    try:
        for when, field, wanted, found in judged.failures(case, "assess -o json", "run -o json"):
            yield f"{case['id']} at {when}: {field}: expected {wanted!r}, got {found!r}"
    except Exception as fault:
        yield f"{case['id']}: {type(fault).__name__}: {fault}"


def main(arguments: list[str]) -> int:
    """Run all cases of a folder."""
    folder = Path(arguments[0])
    judged, passed, failed = judge(folder), 0, 0
    for path in sorted(folder.glob("*.json")):
        for case in msgspec.json.decode(path.read_bytes())["cases"]:
            lines = list(failing(case, judged))
            passed, failed = passed + (not lines), failed + bool(lines)
            print("\n".join(lines), end="\n" if lines else "")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
