"""The way between a worker and its broker is cut for longer than the session, again and again.

Packets are dropped in a network namespace that the test makes, by iptables (root): nothing outside it notices. What is
published is what the offline run says, with no id and seq of two contents. The suite's short forms are those of
`test_fencing.py`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.places import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
APART = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
CUTS = 8


def isolated(*command: str, within: float) -> subprocess.CompletedProcess[str]:
    """Run a command in a network namespace of its own."""
    return subprocess.run(
        [*APART, *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=within
    )


@pytest.mark.campaign("cuts", slices=10)
def test_a_worker_that_is_cut_off_again_and_again_contradicts_nobody(
    campaign_slice: int, tmp_path: Path, figures: Callable[..., None]
) -> None:
    lacks = [name for name in ("unshare", "ip", "iptables") if shutil.which(name) is None]
    if lacks or isolated("iptables", "-L", within=30).returncode:
        pytest.skip(f"no network namespaces here: {lacks or 'not allowed'}")
    words = ["-m", "tests.reliability.cut_off", str(tmp_path), str(campaign_slice), str(CUTS)]
    done = isolated(sys.executable, *words, within=900)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    figures(f"slice {campaign_slice}: {found}", **found)
    assert (found["clashes"], found["differences"], found["ended"]) == (0, [], {})
