"""A supervisor that obeys a unit of deploy/systemd: its command, Restart*, RestartPreventExitStatus, TimeoutStopSec.

systemd itself needs to be process 1, which it is not where tests run. What it does with these keys: systemd.service(5).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tests.deploy.places import DEPLOY, ROOT

ALL = sorted((DEPLOY / "systemd").glob("*.service"))
UNITS = [path for path in ALL if "Type=oneshot" not in path.read_text(encoding="utf-8")]
"""Those of services that last."""
UNDERSTOOD = {"Restart", "RestartSec", "RestartPreventExitStatus", "TimeoutStopSec", "KillMode"}


def keys(unit: Path) -> dict[str, str]:
    """The unit's keys, the last of a name."""
    lines = (line.split("=", 1) for line in unit.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {key: value for key, value in lines if not key.startswith(("#", "["))}


class Ended(NamedTuple):
    """One life of the process: its exit code (negative: a signal), and how long it lasted, s."""

    code: int
    lasted: float


class Supervisor:
    """Runs a unit's command as systemd would. `options`: added to it; `folder`: where it keeps its state."""

    def __init__(self, unit: Path, folder: Path, *options: str) -> None:
        self.keys = keys(unit)
        assert self.keys["Restart"] == "on-failure"
        words = self.keys["ExecStart"].replace("%S", str(folder)).split()[1:]
        self.command = [sys.executable, str(ROOT / "il2watch.py"), *words, *options]
        (folder / self.keys["StateDirectory"]).mkdir(parents=True)
        self.folder, self.log = folder, folder / f"{unit.stem}.log"
        self.lives: list[Ended] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.stopping = threading.Event()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> Supervisor:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        while not self.stopping.is_set():
            began = time.monotonic()
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log)
            code = self.process.wait()
            self.lives.append(Ended(code, time.monotonic() - began))
            if not self._again(code):
                break
            self.stopping.wait(float(self.keys["RestartSec"]))
        self.over.set()

    def _again(self, code: int) -> bool:
        """Whether Restart=on-failure starts it again: any code but 0, any signal but those that end in order."""
        if code < 0:
            return -code not in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE)
        return code not in (0, *map(int, self.keys["RestartPreventExitStatus"].split()))

    def stop(self) -> float:
        """SIGTERM, and after TimeoutStopSec SIGKILL; how long it took, s."""
        began = time.monotonic()
        self.stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        if not self.over.wait(float(self.keys["TimeoutStopSec"])) and self.process is not None:
            self.process.kill()
        self.thread.join()
        return time.monotonic() - began

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)

    def printed(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""
