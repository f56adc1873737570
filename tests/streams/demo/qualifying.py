"""Qualify a demo that runs: by the addresses that it prints, and the command that the tutorial has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from streams.kafka import ports
from tests.kept import ROOT
from tests.patience import until

LIVE = ROOT / "docs" / "tutorial" / "live.md"
ADDRESS = r"127\.0\.0\.1:[0-9]+"


class Places(NamedTuple):
    """Where broker, worker and pager of a demo are."""

    broker: str
    worker: str
    pager: str


def places(lines: Iterable[str]) -> Places:
    """Read what a demo prints to its first alert, and wait until its pager answers."""
    text = ""
    for line in lines:
        text += line
        if "opened" in line:
            break
    served = re.search(rf"^/metrics ({ADDRESS}) \(worker\), :([0-9]+) \(pager\)$", text, re.MULTILINE)
    broker = re.search(rf"^broker ({ADDRESS})$", text, re.MULTILINE)
    assert served is not None, text
    assert broker is not None, text
    assert until(lambda: ports.open_at(ports.HOST, int(served[2])))
    return Places(broker[1], served[1], f"{ports.HOST}:{served[2]}")


def typed(where: Places, report: Path) -> list[str]:
    """Return the tutorial's command, with a demo's addresses for those of the page, and where the report goes."""
    (line,) = re.findall(r"^il2watch (qualify .*)$", LIVE.read_text(encoding="utf-8"), re.MULTILINE)
    words = [str(report) if word.endswith(".html") else word for word in line.split()]
    given = iter(where)
    return [next(given) if re.fullmatch(ADDRESS, word) else word for word in words]
