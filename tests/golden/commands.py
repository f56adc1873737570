"""What `il2watch run` and `il2watch assess` print for the recorded ward, by the name of the output."""

from __future__ import annotations

import contextlib
import io
import os
from unittest.mock import patch

from tests.golden.doors import il2watch
from tests.golden.log import DATA, WARD

RUN, ASSESS = ("run", WARD.name, "-o"), ("assess", WARD.name, "-o")
SITE = ("--config", "site.toml")
PRINTED = {
    "run-text": (*RUN, "text"),
    "run-json": (*RUN, "json"),
    "run-json-site": (*RUN, "json", *SITE),
    "assess-text": (*ASSESS, "text"),
    "assess-text-early": (*ASSESS, "text", "--at", "2026-03-27T11:20:00.500Z"),
    "assess-json": (*ASSESS, "json"),
    "assess-json-early": (*ASSESS, "json", "--at", "2026-03-27T11:20:00Z"),
    "assess-json-midway": (*ASSESS, "json", "--at", "2026-03-28T17:00:00Z"),
    "assess-json-site": (*ASSESS, "json", "--at", "2026-03-29T01:30:00Z", *SITE),
}


def lines(name: str) -> list[str]:
    """Run a command in this process; return its exit code and every line of its standard output."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in ("COLUMNS", "FORCE_COLOR", "IL2WATCH_CONFIG", "TTY_COMPATIBLE")
    }
    with (
        contextlib.chdir(DATA),
        patch.dict(os.environ, plain, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = il2watch(list(PRINTED[name]))
    out.flush()
    return [f"exit {code}", *out.buffer.getvalue().decode().split("\n")]
