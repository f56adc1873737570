"""The life of a service: what ends it, with which exit code, and what is stopped whatever happens."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterable

import pytest

from streams.errors import UsageError
from streams.service import process
from streams.service.exit_codes import DONE, INTERRUPTED, STUCK
from streams.service.lifecycle import ProgressSample
from streams.service.process import Part, Service

LOG = logging.getLogger("il2watch.test")


class One(Service):
    """A service that notes what happens to it; `what`: what becomes of it."""

    def __init__(self, what: str, patience: float = 60.0) -> None:
        super().__init__(LOG, patience=patience)
        self.what = what
        self.noted: list[str] = []

    async def open(self) -> None:
        self.noted.append("open")
        if self.what == "refused":
            raise UsageError("the port is taken")

    def parts(self) -> Iterable[Part]:
        return (self.work(),)

    async def work(self) -> None:
        if self.what == "breaks":
            raise ValueError("no such patient")
        if self.what.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, self.what))
        try:
            await asyncio.sleep(60)
        finally:
            self.noted.append("work ended")

    async def begin(self) -> None:
        self.noted.append("begin")

    async def look(self) -> ProgressSample:
        return ProgressSample("9 records behind" if self.what == "stuck" else None, 0)

    def crashed(self) -> str | None:
        return "Faust crashed" if self.what == "crashes" else None

    async def close(self) -> None:
        await super().close()
        self.noted.append("closed")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOOK_S", 0.02)


@pytest.mark.parametrize(
    ("what", "code", "fault"),
    [
        ("SIGTERM", DONE, None),
        ("SIGINT", INTERRUPTED, None),
        ("stuck", STUCK, "9 records behind, and no progress for 0 s"),
        ("crashes", STUCK, "Faust crashed"),
    ],
)
def test_it_works_until_it_is_told_or_cannot_go_on_and_its_exit_code_says_which(
    what: str, code: int, fault: str | None
) -> None:
    async def run() -> One:
        one = One(what, patience=0.1)
        assert await asyncio.wait_for(one.run(), 10) == code
        return one

    one = asyncio.run(run())
    assert one.noted == ["open", "begin", "work ended", "closed"]
    assert one.fault == one.healthy() == one.ready() == fault


def test_without_a_part_it_does_not_go_on(caplog: pytest.LogCaptureFixture) -> None:
    """It would show a world that stands still."""

    async def run() -> int:
        return await asyncio.wait_for(One("breaks").run(), 10)

    assert asyncio.run(run()) == STUCK
    assert "no such patient" in caplog.text


def test_what_cannot_be_opened_is_closed_and_says_why() -> None:
    async def run() -> list[str]:
        one = One("refused")
        with pytest.raises(UsageError, match="the port is taken"):
            await one.run()
        return one.noted

    assert asyncio.run(run()) == ["open", "closed"]
