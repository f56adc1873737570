"""A real Alertmanager (Debian's `prometheus-alertmanager`) on loopback, with a webhook to a server of the
test.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from streams.kafka import ports
from tests.patience import PATIENCE_S

NAMES = ("prometheus-alertmanager", "alertmanager")
CONFIG = """
route:
  receiver: ward
  group_by: [key]
  group_wait: 0s
  group_interval: 100ms
  repeat_interval: 24h
receivers:
  - name: ward
    webhook_configs:
      - url: {hook}
"""


def binary() -> str:
    """The program; skips where there is none, or fails under `CI=true`."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(
            "CI=true, and there is no Alertmanager: apt-get install prometheus-alertmanager", pytrace=False
        )
    if found is None:
        pytest.skip("no Alertmanager here: apt-get install prometheus-alertmanager")
    return found


@asynccontextmanager
async def alertmanager(folder: Path, hook: str) -> AsyncIterator[str]:
    """Its address, once it is ready; it is ended with the block."""
    (folder / "alertmanager.yml").write_text(CONFIG.format(hook=hook), encoding="utf-8")
    address = f"127.0.0.1:{ports.free()[0]}"
    options = (
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binary(), *options, "--cluster.listen-address="], stdout=log, stderr=log)
    try:
        await until(
            lambda: asked(f"http://{address}/-/ready"),
            lambda answer: answer is not None or process.poll() is not None,
        )
        assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


async def asked(url: str) -> Any:
    """What a page says: JSON, or text; None while it does not answer 200."""
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            if response.status != 200:
                return None
            return (
                await response.json()
                if response.content_type == "application/json"
                else await response.text()
            )
    except aiohttp.ClientError:
        return None


async def until(ask: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """The first answer that is good. Fails when none is within PATIENCE_S."""
    async with asyncio.timeout(PATIENCE_S):
        while not good(found := await ask()):
            await asyncio.sleep(0.05)
    return found
