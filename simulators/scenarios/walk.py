"""Walk through the worked patient with the offline commands, one step after the other, each with its
explanation (`make walk`).
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

from simulators.scenarios.worked import events

STEPS = (
    (
        (
            "Day 2, 21:00. Five hours after dose 5 the pressure is at its lowest, and urine has fallen. "
            "Every "
            "alert so far, in order:"
        ),
        "run {file} --until 2026-03-03T21:20:00Z -o text",
    ),
    (
        "Day 3, 00:00. Dose 6 falls due. Where does the patient stand, and may it be given?",
        "assess {file} --at 2026-03-04T00:00:00Z -o text",
    ),
    (
        "Why is it held? Ask for the urine:",
        "explain {file} --patient worked --subject urine-hour --at 2026-03-04T00:00:00Z -o text",
    ),
    (
        "And why does the creatinine say nothing? How far off is it?",
        "explain {file} --patient worked --subject creatinine --at 2026-03-04T00:00:00Z -o text",
    ),
    (
        (
            "Day 3, 10:30. The laboratory takes back a platelet count that had clumped in the tube; the "
            "alert "
            "is amended, not forgotten:"
        ),
        "explain {file} --patient worked --subject platelets --at 2026-03-04T10:30:00Z -o text",
    ),
    (
        "The whole course on one page, as a bedside flowsheet:",
        "plot {file} --patient worked -o {page}",
    ),
)


def main() -> int:
    """Write the patient and the page into the folder given; stop at the first command that fails."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    file, page = folder / "worked.jsonl", folder / "course.svg"
    file.write_text("".join(json.dumps(event) + "\n" for event in events()), encoding="utf-8")
    print(
        (
            "One patient, a first cycle of high-dose IL-2, three days, about 300 charted facts "
            "(simulators/scenarios/worked.py)."
        ),
        flush=True,
    )
    for number, (words, line) in enumerate(STEPS, 1):
        print(f"\n{number}. {words}\n", flush=True)
        code = step([part.format(file=file, page=page) for part in line.split()])
        if code:
            return code
    print(f"\nWritten: {page}. The facts: {file}. Try your own: il2watch --help", flush=True)
    return 0


def step(arguments: list[str]) -> int:
    """Print one command and run it; return its exit code."""
    print(f"$ il2watch {shlex.join(arguments)}\n", flush=True)
    return subprocess.run([sys.executable, "-m", "streams", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
