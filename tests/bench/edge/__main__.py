"""`python -m tests.bench.edge [--quick] [--seconds S] [--minutes M] [--beside CHECKOUT] [--page]`.

Prints each point as soon as it is measured. All traffic is on loopback; a broker of its own is started, and
everything ends with it.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from streams.dev_broker.apache import ApacheKafka
from streams.errors import UsageError
from streams.service.exit_codes import INTERRUPTED
from streams.service.lifecycle import until_terminated

QUICK_MINUTES = 12.0
LAST_S = 75.0
"""No point is begun so near to the end: the longest of the quick form takes as long."""


def main() -> int:
    """Measure a sitting, or go on with one. Exit 0, too, where it cannot be measured."""
    chosen = arguments().parse_args()
    if find_spec("confluent_kafka") is None:
        print("The edge is not measured: .venv/bin/python -m pip install -e '.[bench]'")
        return 0
    for name in ("aiokafka", "kafka"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with until_terminated():
            measure(chosen)
    except UsageError as error:
        print(f"The edge is not measured: {error}")
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench-edge")
    parser.add_argument(
        "--quick", action="store_true", help=f"few and short points, {QUICK_MINUTES:.0f} minutes at most"
    )
    parser.add_argument("--seconds", type=float, help="of a point; default: 60, quick: 6")
    parser.add_argument("--minutes", type=float, help="in all; default: no limit, quick: 12")
    parser.add_argument(
        "--sitting", help="the sitting to go on with; default: the last one that has not ended"
    )
    parser.add_argument(
        "--beside", type=Path, action="append", default=[], help="a checkout whose worker is measured too"
    )
    parser.add_argument(
        "--page", action="store_true", help="then write docs/reference/performance.md from the sitting"
    )
    return parser


def measure(chosen: argparse.Namespace) -> None:
    from tests.bench.edge import plan, sitting
    from tests.bench.edge.contenders import ENTRANTS, Entrant, worker
    from tests.bench.edge.live import Bench
    from tests.bench.pipeline.contest import ROOT

    began = time.monotonic()
    form = plan.QUICK if chosen.quick else plan.FULL
    form = form._replace(seconds=chosen.seconds) if chosen.seconds else form
    minutes = chosen.minutes or (QUICK_MINUTES if chosen.quick else float("inf"))
    beside = [
        (Entrant(f"worker of {root.resolve().name}", worker(root.resolve()), False, 1000), root.resolve())
        for root in chosen.beside
    ]
    checkouts = {entrant.name: sitting.commit(root) for entrant, root in beside}
    head = {
        "form": "quick" if chosen.quick else "full",
        "seconds": form.seconds,
        "commit": sitting.commit(),
        "beside": checkouts,
    }
    path = sitting.begin(head | {"machine": sitting.machine()}, chosen.sitting)
    print(f"sitting {path.stem}: {path}", flush=True)
    now = sitting.Sitting(path, began + 60 * minutes - LAST_S)
    with ApacheKafka() as kafka, tempfile.TemporaryDirectory() as folder:
        plan.Run(Bench(kafka, Path(folder)), now, form, [(ENTRANTS[0], ROOT), *beside]).all()
    now.add(ended=sitting.now(), left_out=now.left_out, took_min=round((time.monotonic() - began) / 60, 1))
    print("".join(f"  left out, no time: {what}\n" for what in now.left_out), end="")
    if chosen.page:
        from tests.bench.edge import page

        page.write(path)


if __name__ == "__main__":
    sys.exit(main())
