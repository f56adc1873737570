"""Write the golden outputs anew: `python -m tests.golden.record`; with `--state` also state
records of today's version.

The golden test (test_golden.py) compares what the program says now with what was recorded here, byte by
byte, over a ward that was recorded once:

- `tests/data/golden/ward.jsonl.gz`: nine simulated courses (`il2watch simulate`, `--faults all`; seven
  charted by hand, two from a monitor), three variations of the worked patient with corrections,
  withdrawals, late results, discharge and a second stay, two patients made up to reach what the others do
  not, refused lines of every kind, and acknowledgements, silences and resumes. It goes over the change of
  the clocks in Europe.
- `records.jsonl`: records that no line of a file can say. Keys that are not the patient, no value, no
  time, stray topics.
- `site.toml`: a site whose numbers, shifts and routes differ from the guideline's.
- `expected/`: the outputs, gzipped lines. `zcat` shows them; a failing test shows the first line that
  differs.
- `tests/data/state/`: patient states as a worker's state store held them. A version adds one; none is
  written anew.

The ward is never made again. An output is recorded anew only when a change of what the program says is
meant, and the change is then read line by line. `git diff` shows it after `git config diff.gz.textconv
zcat` with the line `*.gz diff=gz` in `.git/info/attributes`.
"""

from __future__ import annotations

import sys

from tests.golden import outputs, state
from tests.golden.stored import store


def main() -> None:
    """Record every output, the worker's before the pager's, whose alerts they are."""
    for name in outputs.NAMES:
        print(f"{name}: {'written' if store(name, outputs.lines(name)) else 'as before'}")
    if "--state" in sys.argv[1:]:
        for name in state.record():
            print(f"{name}: written")


if __name__ == "__main__":
    main()
