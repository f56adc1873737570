"""The way between a worker and its broker is cut for longer than the session, again and again.

Packets are dropped in a network namespace that the test makes, by iptables (root): nothing outside it notices. Facts
are published meanwhile, many charted late. What the workers publish is what the offline run says, with no id and seq
of two contents. `make campaign-cuts`: eight cuts, ten times. In the suite: one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.places import ROOT
from tests.patience import PATIENCE_S
from tests.streams.kafka.brokers_here import required

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
APART = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
CUTS, PATIENTS = 8, 12


def isolated(*command: str, within: float) -> subprocess.CompletedProcess[str]:
    """Run a command in a network namespace of its own; one that takes too long says how far it came."""
    try:
        return subprocess.run(
            [*APART, *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=within
        )
    except subprocess.TimeoutExpired as fault:
        output = fault.stderr or b""
        pytest.fail(
            f"not over after {within:.0f} s: {output if isinstance(output, str) else output.decode()}"
        )


def lacking() -> str | None:
    """Return why there are no network namespaces here; None when there are."""
    missing = [name for name in ("unshare", "ip", "iptables") if shutil.which(name) is None]
    if missing:
        return f"no {', '.join(missing)}"
    made = isolated("iptables", "-L", "-n", within=PATIENCE_S)
    return made.stderr.strip() or "not allowed" if made.returncode else None


def cut_off(folder: Path, seed: int, cuts: int, patients: int) -> dict[str, Any]:
    """Cut a worker off so often while so many patients' facts come; return what was found.

    Skips where that cannot be done, or fails under `CI=true`.
    """
    if why := lacking():
        if required():
            pytest.fail(f"CI=true, and there are no network namespaces: {why}", pytrace=False)
        pytest.skip(f"network namespaces need root and iproute2, iptables: {why}")
    words = ["-m", "tests.reliability.cut_off", str(folder), *map(str, (seed, cuts, patients))]
    done = isolated(sys.executable, *words, within=5 * PATIENCE_S)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def is_undisturbed(found: dict[str, Any]) -> bool:
    """Return whether the other worker took over, and nothing was said twice in two ways, wrongly, or not at all."""
    right = (found["clashes"], found["differences"], found["ended"]) == (0, [], {})
    return right and found["handed_over"] > 0 and found["raw"] >= found["alerts"] > 0


def test_a_worker_that_is_cut_off_once_contradicts_nobody(tmp_path: Path) -> None:
    found = cut_off(tmp_path, 1, 1, 2)
    assert is_undisturbed(found), found


@pytest.mark.campaign("cuts", slices=10)
def test_a_worker_that_is_cut_off_again_and_again_contradicts_nobody(
    campaign_slice: int, tmp_path: Path, figures: Callable[..., None]
) -> None:
    found = cut_off(tmp_path, campaign_slice, CUTS, PATIENTS)
    figures(f"slice {campaign_slice}: {found}", **found)
    assert is_undisturbed(found), found
