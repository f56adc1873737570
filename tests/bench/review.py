"""`python -m tests.bench.review [--alerts N]`: a review of a million alerts, in a process of its own: seconds of
the processor and the most memory it held, both printed and neither asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rules.wire.instants import HOUR, MINUTE, parse, text

START, END = "2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"
ALERTS, PATIENTS = 1_000_000, 400
AIM_S, AIM_MB = 60.0, 500.0
SUBJECTS = (
    "urine-hour",
    "creatinine",
    "hypotension",
    "sinus-tachycardia",
    "monitoring/vital-signs",
    "platelets",
)
COURSE = (("opened", "relative"), ("worsened", "absolute"), ("reminder", "absolute"), ("resolved", "clear"))
CODE = """\
import resource, sys, time
from streams.cli import main
code = main.main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"MEASURED {used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss / 1024:.0f}")
sys.exit(code)
"""


def write(folder: Path, count: int) -> None:
    """Writes the alerts of episodes of four transitions, each paged, most of them acknowledged."""
    start, step = parse(START), (parse(END) - parse(START)) // count
    with (folder / "alerts.jsonl").open("w") as alerts, (folder / "pages.jsonl").open("w") as pages:
        for number in range(count):
            episode, place = divmod(number, len(COURSE))
            at = start + number * step
            common = {
                "id": f"{episode:016x}", "seq": number, "patient": f"p{episode % PATIENTS}",
                "subject": SUBJECTS[episode % len(SUBJECTS)], "kind": "criterion", "system": "renal",
            }  # fmt: skip
            transition, level = COURSE[place]
            alert = common | {
                "level": level, "transition": transition, "priority": "high", "at": text(at), "decided": text(at),
                "message": "Urine 8 mL/h, below 10",
            }  # fmt: skip
            alerts.write(json.dumps(alert) + "\n")
            if place in (0, 1):
                pages.write(page(common, level, at, "owed") + page(common, level, at + 2_000, "accepted"))
            elif place == 2 and episode % 5:
                pages.write(page(common, level, at, "acknowledged", waited_ms=7 * MINUTE))
    with (folder / "events.jsonl").open("w") as events:
        for patient in range(PATIENTS):
            for moment, event in ((start, "admit"), (start + 200 * HOUR, "discharge")):
                fact = {"type": "encounter", "patient": f"p{patient}", "at": text(moment), "event": event}
                events.write(json.dumps(fact) + "\n")


def page(common: dict[str, object], level: str, at: int, outcome: str, **more: object) -> str:
    """One line of the pager's audit."""
    found = {
        "when": text(at), "outcome": outcome, "patient": common["patient"], "alert": common["id"],
        "subject": common["subject"], "level": level, "action": "trigger", "channel": "nurse",
    }  # fmt: skip
    return json.dumps(found | more) + "\n"


def main() -> int:
    """Prints one line."""
    parser = argparse.ArgumentParser(prog="bench-review")
    parser.add_argument("--alerts", type=int, default=ALERTS, help=f"how many; default: {ALERTS:,}")
    count = parser.parse_args().alerts
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), count)
        arguments = ["review", "--records", folder, "--from", START, "--to", END, "-o", f"{folder}/out"]
        ran = subprocess.run(
            [sys.executable, "-c", CODE, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ,
        )
    print(line(count, ran.stdout))
    return 0


def line(count: int, out: str) -> str:
    """What was measured, beside what is aimed at."""
    _, seconds, megabytes = next(one for one in out.splitlines() if one.startswith("MEASURED")).split()
    met = float(seconds) < AIM_S and float(megabytes) < AIM_MB
    return (
        f"review of {count:,} alerts: {seconds} s of the processor (aim {AIM_S:.0f}), {megabytes} MB "
        f"(aim {AIM_MB:.0f}): {'met' if met else 'NOT met'}"
    )


if __name__ == "__main__":
    sys.exit(main())
