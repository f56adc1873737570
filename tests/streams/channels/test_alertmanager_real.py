"""A real Alertmanager takes what the channel sends: alerts arrive, keep, are marked and resolve."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from streams.channels.page import Channel, Page, TransportError
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from tests.streams.channels.alertmanager_here import alertmanager, asked, until
from tests.streams.channels.pages import KEY, PATIENT, page
from tests.streams.channels.server import Server, says, serving

pytestmark = pytest.mark.prometheus


class Ward:
    """An Alertmanager, a channel to it and the receiver behind it."""

    def __init__(self, url: str, sender: Channel, behind: Server) -> None:
        self.url, self.sender, self.behind = url, sender, behind

    async def send(self, *pages: Page) -> None:
        for one in pages:
            await self.sender.send(one)

    async def alerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await asked(f"{self.url}/api/v2/alerts")
        return found

    async def received(self) -> list[tuple[str, str]]:
        """What the receiver behind it heard: key and status, in order."""
        return [
            (group["groupLabels"]["key"], group["status"])
            for group in (one.json() for one in self.behind.asked)
        ]

    async def hears(self, *expected: tuple[str, str]) -> None:
        assert await until(self.received, lambda received: len(received) >= len(expected)) == list(expected)


def on_the_ward(folder: Path, then: Callable[[Ward], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with serving(says(200)) as behind, alertmanager(folder, f"{behind.url}/hook") as url:
            sender = channel("ward", {"kind": "alertmanager", "url": url} | options, Secrets({}))
            try:
                await then(Ward(url, sender, behind))
            finally:
                await sender.close()

    asyncio.run(run())


def test_a_page_fires_is_marked_as_taken_and_resolves(tmp_path: Path) -> None:
    async def then(ward: Ward) -> None:
        await ward.send(page(), page())
        await ward.hears((KEY, "firing"))
        await ward.send(page("acknowledge", seq=13))
        [alert] = await ward.alerts()
        assert (alert["annotations"]["acknowledged"], alert["startsAt"][:19], alert["status"]["state"]) == (
            "true",
            "2026-03-02T10:00:00",
            "active",
        )
        await ward.send(page("resolve", seq=14, at="2026-03-02T11:00:00Z"))
        await ward.hears((KEY, "firing"), (KEY, "resolved"))
        assert await ward.alerts() == []

    on_the_ward(tmp_path, then)


def test_a_level_regained_fires_again_after_its_end(tmp_path: Path) -> None:
    async def then(ward: Ward) -> None:
        await ward.send(page())
        await ward.hears((KEY, "firing"))
        await ward.send(page("resolve"))
        await ward.hears((KEY, "firing"), (KEY, "resolved"))
        await ward.send(page(since="2026-03-02T12:00:00Z"))
        await ward.hears((KEY, "firing"), (KEY, "resolved"), (KEY, "firing"))

    on_the_ward(tmp_path, then)


def test_a_worsening_is_another_alert_and_each_ends_by_itself(tmp_path: Path) -> None:
    relative = KEY.replace("absolute", "relative")

    async def then(ward: Ward) -> None:
        await ward.send(page(key=relative, level="relative", priority="medium"))
        await ward.hears((relative, "firing"))
        await ward.send(page())
        await ward.hears((relative, "firing"), (KEY, "firing"))
        await ward.send(page("resolve", key=relative, level="relative", priority="medium"))
        await ward.hears((relative, "firing"), (KEY, "firing"), (relative, "resolved"))
        assert [alert["labels"]["level"] for alert in await ward.alerts()] == ["absolute"]

    on_the_ward(tmp_path, then)


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])
def test_a_replayed_night_long_ago_or_ahead_is_taken(at: str, tmp_path: Path) -> None:
    async def then(ward: Ward) -> None:
        await ward.send(page(at=at, since=None))
        await ward.hears((KEY, "firing"))
        await ward.send(page("resolve", at=at, since=None))
        await ward.hears((KEY, "firing"), (KEY, "resolved"))

    on_the_ward(tmp_path, then)


def test_what_a_route_can_see_holds_no_patient(tmp_path: Path) -> None:
    async def then(ward: Ward) -> None:
        await ward.send(page())
        [alert] = await ward.alerts()
        assert PATIENT not in str(alert["labels"])
        assert alert["labels"]["site"] == "north"

    on_the_ward(tmp_path, then, labels={"site": "north"})


def test_what_alertmanager_refuses_is_refused_for_good(tmp_path: Path) -> None:
    async def then(ward: Ward) -> None:
        with pytest.raises(TransportError) as caught:
            await ward.send(page(links=(("no address", ""),)))
        assert (caught.value.status, caught.value.permanent) == (422, True)

    on_the_ward(tmp_path, then)
